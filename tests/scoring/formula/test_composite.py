"""The composite: gates that gate, vetoes that hold, parts that add up, and chances that are shared."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.formula import (
    AnyOf,
    Composite,
    FormulaError,
    Gate,
    Measure,
    Rules,
    ShapeError,
    UnknownOptionError,
    ValueRangeError,
    Veto,
    Weight,
    evaluate,
    explain_score,
    fact,
    from_posterior,
    measured,
    nearest_flips,
    rating_chain,
    round_parts,
    shrink,
)
from scoring.formula.casemix import fit_case_mix
from tests.scoring.formula.test_casemix import ratings, sums

WEIGHTS = (Weight("customer_rating", 3), Weight("knowledge_test", 1))
PLAIN = Rules(weights=WEIGHTS)
CURRENT = Rules(
    weights=WEIGHTS,
    gates=(Gate("tenure", at_least=6),),
    any_of=(AnyOf("noticed", (Gate("customer_rating", at_least=0.2), Gate("viral_chats", at_least=1))),),
    vetoes=(Veto("viral_hold", at_least=1),),
)


def evidence(count: int = 30, seed: int = 1) -> list[Measure]:
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.01, 0.2, count)
    rating = shrink(rng.normal(0, 0.4, count) + rng.normal(0, np.sqrt(v)), v)
    return [
        from_posterior("customer_rating", rating, count=rng.integers(5, 300, count)),
        measured("knowledge_test", rng.normal(0, 1, count), 0.3),
        fact("tenure", rng.uniform(0, 48, count)),
        fact("viral_chats", rng.random(count) < 0.1),
        fact("viral_hold", rng.random(count) < 0.1),
    ]


def run(
    measures: list[Measure], rules: Rules, places: int = 5, draws: int = 400, agents: Sequence[str] | None = None
) -> Composite:
    return evaluate(measures, rules, places=places, rng=np.random.default_rng(1), draws=draws, agents=agents)


def test_parts_add_up_to_the_score_between_0_and_100() -> None:
    outcome = run(evidence(), CURRENT)
    assert outcome.points.sum(axis=1).to_numpy() == pytest.approx(outcome.table["score"].to_numpy())
    assert outcome.table["score"].between(0, 100).all()
    assert outcome.points["customer_rating"].between(0, 75).all()
    assert run([fact("tenure", [3.0, 3.0])], Rules(weights=(Weight("tenure", 1),))).table["score"].tolist() == [50, 50]


def test_only_agents_whose_gates_hold_have_a_chance() -> None:
    outcome = run(evidence(60), CURRENT)
    table = outcome.table
    tenure = outcome.measures["tenure"].mean
    assert (table["p_top"][tenure < 6] == 0).all()
    assert (table["standing"][tenure < 6].isin(["failed", "vetoed"])).all()
    assert table["p_top"].sum() == pytest.approx(5)
    assert 4.5 < table["p_selected"].sum() <= 5 + 1e-9
    eligible = table["standing"] == "eligible"
    assert table["place"][eligible].max() < table["place"][~eligible].min()
    assert set(table["verdict"][~eligible]) == {"unlikely"}


def test_a_vetoed_agent_never_passes_by_any_rule() -> None:
    measures = [*evidence()[:3], fact("viral_chats", np.ones(30)), fact("viral_hold", np.ones(30))]
    generous = replace(CURRENT, gates=())
    table = run(measures, generous).table
    assert (table["standing"] == "vetoed").all()
    assert (table[["p_top", "p_selected"]] == 0).all(axis=None)
    free = run([*measures[:4], fact("viral_hold", np.zeros(30))], generous).table
    assert (free["standing"] == "eligible").all()


def test_a_viral_chat_opens_a_door_and_no_more() -> None:
    rating = measured("customer_rating", [1.0, -1.0, -1.0, 1.2], 0.1)
    rules = Rules(weights=(Weight("customer_rating", 1),), any_of=CURRENT.any_of)
    table = run([rating, fact("viral_chats", [0, 1, 0, 0])], rules, places=2).table
    assert table["standing"].tolist() == ["eligible", "eligible", "failed", "eligible"]
    assert table["p_top"].to_numpy() == pytest.approx([1, 0, 0, 1], abs=1e-3)


def test_missing_evidence_is_never_zero() -> None:
    rating = measured("customer_rating", [1.0, np.nan, -1.0, 0.0], 0.2)
    outcome = run([rating], Rules(weights=(Weight("customer_rating", 1),)), places=1)
    assert outcome.table["score"].iloc[1] == pytest.approx(50)
    assert outcome.table["verdict"].iloc[1] == "insufficient"
    assert 0 < outcome.table["p_top"].iloc[1] < outcome.table["p_top"].iloc[0]


@pytest.mark.parametrize(
    ("missing", "standing", "state"),
    [("incomplete", "incomplete", "missing"), ("wait", "eligible", "waiting"), ("prior", "eligible", "met")],
)
def test_each_rule_for_missing_evidence(missing: str, standing: str, state: str) -> None:
    test = measured("knowledge_test", [1.0, np.nan, 2.0], 0.1)
    rules = Rules(gates=(Gate("knowledge_test", at_least=0.5, missing=missing),))
    outcome = run([test], rules, places=2)
    assert outcome.table["standing"].iloc[1] == standing
    assert outcome.gate_states["knowledge_test"].iloc[1] == state
    assert (outcome.table["verdict"].iloc[1] == "insufficient") == (missing == "incomplete")


def test_a_weight_waits_until_somebody_has_evidence() -> None:
    rules = Rules(weights=(Weight("customer_rating", 1), Weight("knowledge_test", 1, missing="wait")))
    rating = measured("customer_rating", [1.0, 0.0, -1.0], 0.1)
    assert run([rating, measured("knowledge_test", [np.nan] * 3, 0.1)], rules).shares == {
        "customer_rating": 1.0, "knowledge_test": 0.0,
    }  # fmt: skip
    assert run([rating, measured("knowledge_test", [np.nan, 1.0, 2.0], 0.1)], rules).shares["knowledge_test"] == 0.5


def test_agents_who_cannot_be_told_apart_are_said_to_be_so() -> None:
    rating = from_posterior("customer_rating", shrink([0.1] * 10, np.linspace(0.1, 1, 10)))
    table = run([rating], Rules(weights=(Weight("customer_rating", 1),)), places=2).table
    assert table["p_top"].to_numpy() == pytest.approx([0.2] * 10)
    assert table["p_selected"].to_numpy() == pytest.approx([0.2] * 10)
    assert (table["place"] == 1).all()
    assert (table["verdict"] == "insufficient").all()


def test_one_agent_and_more_places_than_agents() -> None:
    assert run([fact("tenure", [12.0])], Rules(gates=(Gate("tenure", at_least=6),))).table["p_top"].tolist() == [1.0]
    table = run(evidence(4), PLAIN, places=9).table
    assert (table["p_top"] == 1.0).all()
    assert (table["p_selected"] == 1.0).all()


def test_nobody_meets_the_gates() -> None:
    table = run([fact("tenure", [1.0, 2.0])], Rules(gates=(Gate("tenure", at_least=6),))).table
    assert (table["p_top"] == 0).all()
    assert (table["verdict"] == "unlikely").all()


def test_an_uncertain_gate_asks_for_a_retest_and_forbids_clear() -> None:
    test = measured("knowledge_test", [0.55, 3.0, -3.0], [0.2, 0.2, 0.2])
    rules = Rules(gates=(Gate("knowledge_test", at_least=0.5),))
    table = run([test], rules, places=2).table
    assert table["retest"].tolist() == [True, False, False]
    assert table["verdict"].tolist() == ["borderline", "clear", "unlikely"]


def test_draws_and_the_analytic_answer_agree() -> None:
    knowledge = Gate("knowledge_test", at_least=0.0)
    rules = Rules(weights=(Weight("customer_rating", 1),), gates=(Gate("tenure", at_least=6), knowledge))
    drawn = run(evidence(60), rules, places=10, draws=4_000).table
    analytic = run(evidence(60), rules, places=10, draws=0).table
    assert analytic["p_selected"].to_numpy() == pytest.approx(drawn["p_selected"].to_numpy(), abs=0.06)


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(12)))
def test_the_order_of_agents_does_not_matter(order: list[int]) -> None:
    measures = evidence(12)
    names = np.array([f"A{number:02}" for number in range(12)])
    plain = run(measures, CURRENT, agents=list(names)).table
    moved = run([measure.take(order) for measure in measures], CURRENT, agents=list(names[order])).table
    numbers = ["score", "p_top", "p_selected", "place", "rank_low", "rank_high"]
    pd.testing.assert_frame_equal(moved.loc[names, numbers], plain[numbers], check_exact=False, atol=1e-9)
    assert (moved["verdict"].loc[names] == plain["verdict"]).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 500), st.sampled_from(["customer_rating", "knowledge_test"]), st.floats(0, 2))
def test_doing_better_never_hurts(seed: int, criterion: str, gain: float) -> None:
    measures = evidence(15, seed)
    before = run(measures, CURRENT).table
    better = [
        replace(m, mean=m.mean + gain * (np.arange(15) == 3), posterior=None) if m.name == criterion else m
        for m in measures
    ]
    after = run(better, CURRENT).table
    # The reference group moves with the agent, so the place is what must not get worse.
    assert after["place"].iloc[3] <= before["place"].iloc[3]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 500), st.floats(0.01, 100))
def test_units_do_not_matter(seed: int, scale: float) -> None:
    measures = evidence(12, seed)
    knowledge = measures[1]
    other = measured("knowledge_test", scale * knowledge.mean + 7, scale * knowledge.sd)
    plain, scaled = run(measures, PLAIN).table, run([measures[0], other], PLAIN).table
    assert scaled["score"].to_numpy() == pytest.approx(plain["score"].to_numpy(), abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 500))
def test_a_dominated_agent_never_passes_another(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, test = rng.normal(size=10), rng.normal(size=10)
    values[1], test[1] = values[0] - 0.1, test[0] - 0.1
    table = run(
        [measured("customer_rating", values, 0.5), measured("knowledge_test", test, 0.5)], PLAIN, places=3
    ).table
    assert table["place"].iloc[1] > table["place"].iloc[0]


def test_what_cannot_be_evaluated_is_refused_by_name() -> None:
    with pytest.raises(UnknownOptionError, match="knowledge_test"):
        run([measured("customer_rating", [1.0], 0.1)], PLAIN)
    with pytest.raises(ValueRangeError, match="one length"):
        run([measured("customer_rating", [1.0], 0.1), measured("knowledge_test", [1.0, 2.0], 0.1)], PLAIN)
    with pytest.raises(ShapeError, match="agents"):
        run(evidence(4), PLAIN, agents=["a"])
    with pytest.raises(FormulaError, match="empty"):
        run([], PLAIN)
    with pytest.raises(ValueRangeError, match="above 0"):
        Weight("tenure", 0)
    with pytest.raises(ValueRangeError, match="at_least or at_most"):
        Gate("tenure")
    with pytest.raises(UnknownOptionError, match="zero"):
        Gate("tenure", at_least=1, missing="zero")


@settings(deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=9), st.integers(0, 2))
def test_rounded_parts_add_up_to_the_rounded_total(parts: list[float], digits: int) -> None:
    rounded = np.round(round_parts(parts, digits=digits) * 10**digits)
    assert rounded.sum() == pytest.approx(sum(parts) * 10**digits, abs=0.5001)
    assert np.abs(rounded - np.array(parts) * 10**digits).max() < 1.0001


def test_the_explanation_adds_up() -> None:
    outcome = run(evidence(), CURRENT, agents=[f"A{number}" for number in range(30)])
    for agent in outcome.order:
        told = explain_score(outcome, agent)
        assert round(sum(part.points for part in told.parts), 1) == told.total
        assert told.total == pytest.approx(outcome.table["score"][agent], abs=0.05001)
        assert [line.label for line in told.gates] == ["tenure", "noticed"]
    with pytest.raises(UnknownOptionError, match="nobody"):
        explain_score(outcome, "nobody")


def test_the_explanation_says_what_was_missing() -> None:
    outcome = run([measured("customer_rating", [1.0, np.nan], 0.1)], Rules(weights=(Weight("customer_rating", 1),)))
    assert [explain_score(outcome, agent).parts[0].missing for agent in (0, 1)] == ["", "prior"]


def test_the_nearest_flip_flips() -> None:
    measures = evidence(20)
    outcome = run(measures, PLAIN, places=4)
    agent = outcome.order[6]
    flips = [flip for flip in nearest_flips(outcome, agent) if flip.kind == "criterion"]
    flip = next(flip for flip in flips if flip.criterion == "knowledge_test")
    score = outcome.table["score"].to_dict()
    step = flip.change / outcome.measures["knowledge_test"].reference[1] * 25 / 6
    assert score[agent] + step == pytest.approx(score[flip.against])
    weight = next(flip for flip in nearest_flips(outcome, agent) if flip.kind == "weight")
    z, shares = outcome.z.copy(), dict(outcome.shares)
    shares[weight.criterion] += weight.change
    levels = z.mul(pd.Series(shares)).sum(axis=1).to_dict()
    assert levels[agent] == pytest.approx(levels[weight.against])


def test_only_doors_that_matter_are_named() -> None:
    rating = measured("customer_rating", [1.0, 1.0, -1.0], 0.1)
    rules = Rules(any_of=CURRENT.any_of)
    outcome = run([rating, fact("viral_chats", [0, 1, 0])], rules, places=3)
    named = [{flip.criterion for flip in nearest_flips(outcome, agent)} for agent in range(3)]
    assert named == [{"customer_rating"}, set(), {"customer_rating", "viral_chats"}]


def test_the_rating_chain_adds_up() -> None:
    mix = fit_case_mix(sums(ratings()))
    posterior = shrink(mix.agents["effect"], mix.agents["variance"])
    chain = rating_chain(mix, posterior, 7)
    assert chain.raw_mean - chain.expected == pytest.approx(chain.difference)
    assert chain.difference + chain.weighing == pytest.approx(chain.adjusted)
    assert chain.adjusted + chain.pull == pytest.approx(chain.shrunken)
    assert chain.low < chain.shrunken < chain.high
