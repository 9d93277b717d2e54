"""What a list owes to its weights: the same as the single kernels say, for all agents at once."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from scoring.formula import (
    Composite,
    Gate,
    Rules,
    Weight,
    evaluate,
    fact,
    leave_one_out,
    measured,
    smallest_weight_change,
    weight_acceptability,
)
from scoring.formula.robustness import robustness

SHARES = {"a": 0.5, "b": 0.3, "c": 0.2}


def composite(size: int = 40, places: int = 5) -> Composite:
    rng = np.random.default_rng(3)
    measures = [measured(name, rng.normal(size=size), 0.2) for name in "abc"]
    rules = Rules(gates=(Gate("c", at_least=-1.0),), weights=(Weight("a", 50), Weight("b", 30), Weight("c", 20)))
    return evaluate(measures, rules, places=places, rng=rng, draws=100)


def eligible_z(made: Composite) -> tuple[pd.DataFrame, np.ndarray]:
    at = np.flatnonzero((made.table["standing"] == "eligible").to_numpy())
    return made.z.iloc[at].reset_index(drop=True), at


def test_stays_are_those_of_the_kernel() -> None:
    made = composite()
    z, at = eligible_z(made)
    expected = weight_acceptability(z, list(SHARES.values()), places=5, rng=np.random.default_rng(5)).inside
    found = robustness(made, rng=np.random.default_rng(5))
    assert found.stays[at] == pytest.approx(expected)
    assert np.delete(found.stays, at) == pytest.approx(0.0)
    assert found.stays.sum() == pytest.approx(5)
    assert found.weightings == 2000


def test_the_best_in_everything_always_stays_and_the_worst_never() -> None:
    measures = [fact(name, [3.0, 2.0, 1.0]) for name in "ab"]
    made = evaluate(measures, Rules(weights=(Weight("a", 1), Weight("b", 1))), places=1, rng=np.random.default_rng(1))
    assert robustness(made, rng=np.random.default_rng(1)).stays == pytest.approx([1, 0, 0])


def test_swaps_are_those_of_the_kernel() -> None:
    made = composite()
    z, at = eligible_z(made)
    order = np.argsort(made.table["place"].to_numpy()[at], kind="stable")
    found = robustness(made, rng=np.random.default_rng(5)).swaps
    told = 0
    for upper, lower in pairwise(order):
        expected = smallest_weight_change(z.iloc[upper], z.iloc[lower], SHARES)
        gap = sum(SHARES[name] * (z[name].iloc[upper] - z[name].iloc[lower]) for name in SHARES)
        if expected is None or gap <= 0:
            assert int(at[upper]) not in found
            continue
        told += 1
        swap = found[int(at[upper])]
        assert (swap.below, swap.criterion) == (int(at[lower]), expected.criterion)
        assert swap.change == pytest.approx(expected.change)
        assert swap.now == pytest.approx(SHARES[swap.criterion])
    assert told > 10


def test_leaving_one_out_names_who_comes_and_goes() -> None:
    made = composite()
    z, at = eligible_z(made)
    inside = leave_one_out(z, SHARES, places=5)
    found = robustness(made, rng=np.random.default_rng(5)).without
    for name in SHARES:
        enters, leaves = found[name]
        assert set(enters) == {int(at[i]) for i in np.flatnonzero((inside[name] == 1) & (inside["all"] == 0))}
        assert set(leaves) == {int(at[i]) for i in np.flatnonzero((inside[name] == 0) & (inside["all"] == 1))}


def test_effective_weights_add_up_and_lean_to_the_criterion_that_varies() -> None:
    flat, varied = fact("a", [1.0, 1.0, 1.0, 1.0]), fact("b", [1.0, 2.0, 3.0, 4.0])
    rules = Rules(weights=(Weight("a", 50), Weight("b", 50)))
    made = evaluate([flat, varied], rules, places=1, rng=np.random.default_rng(1))
    assert robustness(made, rng=np.random.default_rng(1)).effective == pytest.approx({"a": 0.0, "b": 1.0})


def test_one_criterion_alone_leaves_nothing_to_weigh() -> None:
    made = evaluate([fact("a", [1, 2])], Rules(weights=(Weight("a", 1),)), places=1, rng=np.random.default_rng(1))
    found = robustness(made, rng=np.random.default_rng(1))
    assert (found.weightings, found.swaps, found.effective, found.without) == (0, {}, {}, {})
