"""The benches measure what they say: their worlds are what they claim, and their methods agree where they must."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import BENCHES
from bench.chats import engine, tables, write_chats
from bench.coverage import judged, simulate
from bench.ranks import BLOCK, PLACES, drawn_ranks, drawn_top, world
from bench.statistics import SMALL, WHOLE, by_cells, by_reml, read, read_cells, stored_statistics
from scoring.formula.normal_ranks import threshold_top


@pytest.mark.parametrize("name", list(BENCHES))
def test_every_bench_that_can_be_asked_for_is_there(name: str) -> None:
    assert find_spec(f"bench.{name}") is not None


def test_intervals_are_true_only_with_the_interaction() -> None:
    stats, skill = simulate(np.random.default_rng(1), rows=1_000_000)
    assert 0.92 <= float(judged(stats, skill, interaction=True)["coverage"]) <= 0.97
    assert float(judged(stats, skill, interaction=False)["coverage"]) < 0.75


def test_draws_and_formula_speak_of_the_same_chances() -> None:
    given = world()
    drawn, computed = (
        drawn_top(given, draws=4 * BLOCK, seed=1),
        threshold_top(given.mean, given.sd, PLACES),
    )
    assert drawn.sum() == pytest.approx(PLACES, rel=1e-3)
    assert computed.sum() == pytest.approx(PLACES)
    assert np.abs(drawn - computed).max() < 0.1


def test_drawn_ranks_are_ranks() -> None:
    given = world()
    best = np.array([int(given.mean.argmax()), int(given.mean.argmin())])
    low, high = drawn_ranks(given, best, draws=BLOCK, seed=1)
    assert low[0] < high[0] < 2_000
    assert 8_000 < low[1] < high[1] <= 10_000


def test_stored_statistics_rank_as_fresh_ones(tmp_path: Path) -> None:
    path = write_chats(tmp_path / "chats.parquet", rows=60_000)
    with engine() as connection:
        fresh = tables(connection, path, names=WHOLE)
        stored = stored_statistics(connection, path)
    ranked = [
        (by_reml(fresh), by_reml(read(stored, SMALL))),
        (by_cells(fresh["cells"]), by_cells(read_cells(stored))),
    ]
    for first, again in ((one.sort_index(), other.sort_index()) for one, other in ranked):
        assert first["p_top"].sum() == pytest.approx(PLACES)
        assert again["p_top"].to_numpy() == pytest.approx(first["p_top"].to_numpy(), abs=1e-6)
