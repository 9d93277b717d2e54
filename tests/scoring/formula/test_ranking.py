"""Ranking: chances that add up, ties that share, and one answer from three ways of computing it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.formula import (
    ValueRangeError,
    probability_better,
    rank,
    rank_distribution,
    rank_draws,
    shrink,
    threshold_states,
    verdicts,
)
from scoring.formula.normal_ranks import quadrature_top, threshold_top
from scoring.formula.ranking import choose_method, top_share

agents = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 2)), min_size=2, max_size=30)


def cast(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=count), rng.uniform(0.2, 0.8, count)


@settings(deadline=None)
@given(agents, st.integers(1, 35))
def test_chances_add_up_to_the_places(values: list[tuple[float, float]], places: int) -> None:
    mean, sd = (np.array(column) for column in zip(*values, strict=True))
    ranking = rank(mean, sd, places=places)
    assert ranking.p_top.sum() == pytest.approx(min(places, mean.size), abs=1e-3)
    assert ((ranking.p_top >= 0) & (ranking.p_top <= 1)).all()
    assert threshold_top(mean, sd, places).sum() == pytest.approx(min(places, mean.size), abs=1e-9)


@settings(deadline=None)
@given(agents, st.integers(1, 5))
def test_a_dominated_agent_never_passes(values: list[tuple[float, float]], places: int) -> None:
    mean = np.array([value for value, _ in values])
    sd = np.full(mean.size, values[0][1])
    chances = rank(mean, sd, places=places).p_top
    assert (np.diff(chances[np.argsort(mean)]) >= -1e-9).all()


@settings(deadline=None)
@given(agents, st.integers(1, 5), st.floats(0.01, 100), st.floats(-50, 50))
def test_units_do_not_matter(values: list[tuple[float, float]], places: int, scale: float, shift: float) -> None:
    mean, sd = (np.array(column) for column in zip(*values, strict=True))
    plain, other = rank(mean, sd, places=places), rank(scale * mean + shift, scale * sd, places=places)
    assert other.p_top == pytest.approx(plain.p_top, abs=1e-6)


@settings(deadline=None)
@given(agents, st.integers(1, 5))
def test_the_order_of_agents_does_not_matter(values: list[tuple[float, float]], places: int) -> None:
    mean, sd = (np.array(column) for column in zip(*values, strict=True))
    assert rank(mean[::-1], sd[::-1], places=places).p_top == pytest.approx(
        rank(mean, sd, places=places).p_top[::-1], abs=1e-9
    )


@pytest.mark.parametrize("places", [1, 3, 10, 20, 45])
def test_quadrature_is_what_draws_converge_to(places: int) -> None:
    mean, sd = cast(48)
    draws = mean + sd * np.random.default_rng(4).standard_normal((60_000, mean.size))
    exact, drawn = rank(mean, sd, places=places), rank_draws(draws, places=places)
    assert exact.method == "quadrature"
    assert exact.p_top == pytest.approx(drawn.p_top, abs=0.008)
    assert exact.expected_rank == pytest.approx(drawn.expected_rank, abs=0.1)
    assert np.abs(exact.rank_low - drawn.rank_low).max() <= 1
    assert np.abs(exact.rank_high - drawn.rank_high).max() <= 1


def test_two_agents_are_a_known_answer() -> None:
    ranking = rank([1.0, 0.0], [0.6, 0.8], places=1)
    assert ranking.p_top == pytest.approx([0.8413447, 0.1586553], abs=1e-5)
    assert ranking.expected_rank == pytest.approx([1.1586553, 1.8413447], abs=1e-5)


def test_the_switch_of_methods() -> None:
    assert choose_method(8, 3) == "quadrature"
    assert choose_method(49, 25) == "quadrature"
    assert choose_method(10_000, 500) == "analytic"
    assert choose_method(10_000, 5) == "draws"
    assert choose_method(10_000, 9_995) == "draws"


def test_the_two_sides_of_the_switch_agree() -> None:
    mean, sd = cast(1_200)
    exact, analytic = quadrature_top(mean, sd, 100), threshold_top(mean, sd, 100)
    assert np.abs(exact - analytic).max() < 0.005
    drawn = rank(mean, sd, places=5, method="draws", rng=np.random.default_rng(1)).p_top
    assert quadrature_top(mean, sd, 5) == pytest.approx(drawn, abs=0.03)


def test_many_agents_are_ranked_as_by_draws() -> None:
    mean, sd = cast(2_000)
    analytic = rank(mean, sd, places=100)
    draws = rank_draws(mean + sd * np.random.default_rng(3).standard_normal((2_000, 2_000)), places=100)
    assert analytic.method == "analytic"
    assert np.sqrt(np.mean((analytic.p_top - draws.p_top) ** 2)) < 0.006
    assert np.abs(analytic.expected_rank - draws.expected_rank).max() < 60
    assert np.sqrt(np.mean((analytic.rank_low - draws.rank_low) ** 2)) < 25
    assert np.sqrt(np.mean((analytic.rank_high - draws.rank_high) ** 2)) < 25


@pytest.mark.parametrize("method", ["quadrature", "draws", "analytic"])
def test_agents_who_cannot_be_told_apart_share_everything(method: str) -> None:
    posterior = shrink([3.9] * 12, np.linspace(0.1, 2, 12))
    ranking = rank(posterior.mean, posterior.own_sd, places=3, method=method, rng=np.random.default_rng(1))
    assert ranking.p_top == pytest.approx([0.25] * 12)
    assert (ranking.place == 1).all()
    assert ranking.expected_rank == pytest.approx([6.5] * 12)


def test_equal_draws_share_the_places_that_are_left() -> None:
    values = np.array([[3.0, 2.0, 2.0, 1.0]])
    assert top_share(values, 2)[0] == pytest.approx([1.0, 0.5, 0.5, 0.0])
    assert top_share(values, 2, np.array([False, True, True, True]))[0] == pytest.approx([0, 1, 1, 0])


@pytest.mark.parametrize("places", [5, 6, 50])
def test_enough_places_for_everybody(places: int) -> None:
    ranking = rank(*cast(5), places=places)
    assert (ranking.p_top == 1.0).all()


def test_one_agent_is_first() -> None:
    ranking = rank([2.0], [0.5], places=1)
    assert ranking.p_top.tolist() == [1.0]
    assert (ranking.expected_rank[0], ranking.rank_low[0], ranking.rank_high[0]) == (1.0, 1.0, 1.0)


def test_places_are_whole_and_positive() -> None:
    with pytest.raises(ValueRangeError, match="whole number from 1"):
        rank([1.0, 2.0], [1.0, 1.0], places=0)


def test_drawing_without_a_generator_is_refused() -> None:
    with pytest.raises(ValueRangeError, match="rng"):
        rank([1.0, 2.0], [1.0, 1.0], places=1, method="draws")


def test_the_rank_distribution_is_doubly_stochastic() -> None:
    table = rank_distribution(*cast(20))
    assert table.sum(axis=1) == pytest.approx(np.ones(20))
    assert table.sum(axis=0) == pytest.approx(np.ones(20), abs=1e-4)


def test_verdicts_and_states() -> None:
    assert verdicts([0.9, 0.8, 0.5, 0.2, 0.1]).tolist() == ["clear", "clear", "borderline", "borderline", "unlikely"]
    assert verdicts([0.9, 0.9], [True, False]).tolist() == ["clear", "insufficient"]
    assert threshold_states([0.95, 0.5, 0.05]).tolist() == ["pass", "insufficient", "fail"]


def test_comparing_two_agents_from_draws() -> None:
    draws = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [2.0, 1.0]])
    assert probability_better(0, 1, draws) == pytest.approx(0.625)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 12), st.integers(1, 4))
def test_adding_a_hopeless_agent_changes_nothing_for_the_others(count: int, places: int) -> None:
    mean, sd = cast(count, seed=count)
    before = rank(mean, sd, places=min(places, count)).p_top
    after = rank(np.append(mean, -60.0), np.append(sd, 0.5), places=min(places, count)).p_top
    assert after[:-1] == pytest.approx(before, abs=1e-3)
