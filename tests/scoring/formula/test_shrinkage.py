"""Shrinkage: eight schools, where tau is 0, and what any honest shrinkage must keep."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.formula import (
    EmptyInputError,
    NotIdentifiedError,
    ValueRangeError,
    between_variance,
    estimate,
    heterogeneity,
    integrate,
    pooled_mean,
    rank_draws,
    shrink,
)
from tests.scoring.formula.published import published, rows

# Thirteen trials of the BCG vaccine: cases and others, vaccinated and not (Colditz et al. 1994 JAMA 271:698-702). The
# estimates of tau2 of the log relative risks are printed by Viechtbauer 2010, J Stat Soft 36(3).
BCG = np.array([
    [4, 119, 11, 128], [6, 300, 29, 274], [3, 228, 11, 209], [62, 13536, 248, 12619], [33, 5036, 47, 5761],
    [180, 1361, 372, 1079], [8, 2537, 10, 619], [505, 87886, 499, 87892], [29, 7470, 45, 7232], [17, 1699, 65, 1600],
    [186, 50448, 141, 27197], [5, 2493, 3, 2338], [27, 16886, 29, 17825],
])  # fmt: skip
VACCINATED, CONTROLS = BCG[:, :2].sum(axis=1), BCG[:, 2:].sum(axis=1)
BCG_Y = np.log(BCG[:, 0] / VACCINATED * CONTROLS / BCG[:, 2])
BCG_V = 1 / BCG[:, 0] - 1 / VACCINATED + 1 / BCG[:, 2] - 1 / CONTROLS


def test_eight_schools_reproduce_the_book() -> None:
    table, schools = published("eight_schools"), rows("eight_schools")
    posterior = integrate(schools["effect"], schools["se"] ** 2)
    for share in ("2.5", "25", "50", "75", "97.5"):
        for school, value in zip(schools["school"], posterior.quantile(float(share) / 100), strict=True):
            table.check(f"posterior_q{share}", school, value)
    pooled = pooled_mean(schools["effect"], schools["se"] ** 2)
    table.check("pooled_estimate", "", pooled.mean)
    table.check("pooled_se", "", pooled.se)
    table.check("Q", "", pooled.q)
    table.check("tau2_DL", "", between_variance(schools["effect"], schools["se"] ** 2, method="dersimonian_laird"))
    draws = posterior.draws(np.random.default_rng(5), 40_000)
    for school, chance in zip(schools["school"], rank_draws(draws, places=1).p_top, strict=True):
        table.check("p_best", school, chance)
    table.check("p_A_gt_C", "", (draws[:, 0] > draws[:, 2]).mean())
    table.check("p_max_effect_gt_28.4", "", (draws.max(axis=1) > 28.4).mean())
    table.complete()


@pytest.mark.parametrize(
    ("method", "tau2"),
    [("dersimonian_laird", 0.3088), ("paule_mandel", 0.3181), ("reml", 0.3132), ("ml", 0.2800), ("hedges", 0.3286)],
)
def test_between_variance_of_the_bcg_trials(method: str, tau2: float) -> None:
    assert between_variance(BCG_Y, BCG_V, method=method) == pytest.approx(tau2, abs=1e-4)


def test_the_generalised_q_is_its_expectation_at_paule_mandel() -> None:
    tau2 = between_variance(BCG_Y, BCG_V)
    assert heterogeneity(BCG_Y, BCG_V, tau2=tau2)[0] == pytest.approx(12.0, abs=1e-8)


@pytest.mark.parametrize("method", ["paule_mandel", "reml", "ml", "dersimonian_laird", "hedges"])
def test_no_variance_between_agents_is_a_normal_answer(method: str) -> None:
    posterior = shrink([4.1, 4.1, 4.1, 4.1], [0.1, 0.2, 0.3, 0.4], method=method)
    assert posterior.tau2 == 0.0
    assert posterior.mean == pytest.approx([4.1] * 4)
    assert (posterior.reliability == 0.0).all()
    assert (posterior.sd > 0).all()


def test_one_agent_keeps_its_own_mean() -> None:
    posterior = estimate([4.4], [0.04])
    assert posterior.mean == pytest.approx([4.4])
    assert posterior.sd == pytest.approx([0.2])


def test_a_uniform_prior_needs_three_agents() -> None:
    with pytest.raises(NotIdentifiedError, match="at least 3 agents"):
        integrate([1.0, 2.0], [0.1, 0.1])
    assert integrate([1.0, 2.0], [0.1, 0.1], prior="half_normal").mean.shape == (2,)


@pytest.mark.parametrize(
    ("y", "v", "error"),
    [
        ([], [], EmptyInputError),
        ([1.0, float("nan")], [1, 1], ValueRangeError),
        ([1.0, 2.0], [1.0, 0.0], ValueRangeError),
    ],
)
def test_what_cannot_be_shrunk_is_refused_by_name(y: list[float], v: list[float], error: type[Exception]) -> None:
    with pytest.raises(error):
        estimate(y, v)


def test_plug_in_and_integrated_posterior_agree_for_many_agents() -> None:
    rng = np.random.default_rng(2)
    truth = rng.normal(0, 0.5, 150)
    v = rng.uniform(0.05, 0.5, 150)
    y = truth + rng.normal(0, np.sqrt(v))
    few, many = estimate(y, v, few=200), estimate(y, v, few=10)
    assert few.mean == pytest.approx(many.mean, abs=0.03)
    assert few.sd == pytest.approx(many.sd, abs=0.02)


def test_intervals_cover_what_they_claim() -> None:
    rng = np.random.default_rng(8)
    hits = []
    for _ in range(100):
        truth = rng.normal(4, 0.3, 60)
        v = rng.uniform(0.02, 0.3, 60)
        low, high = estimate(truth + rng.normal(0, np.sqrt(v)), v).interval(0.95)
        hits.append(((low <= truth) & (truth <= high)).mean())
    assert 0.925 < np.mean(hits) < 0.97


agents = st.lists(
    st.tuples(st.floats(-5, 5), st.floats(0.01, 4)), min_size=3, max_size=25, unique_by=lambda agent: round(agent[0], 3)
)


@settings(deadline=None)
@given(agents)
def test_estimates_lie_between_the_own_mean_and_the_common_one(values: list[tuple[float, float]]) -> None:
    y, v = (np.array(column) for column in zip(*values, strict=True))
    posterior = shrink(y, v)
    low, high = np.minimum(y, posterior.prior_mean), np.maximum(y, posterior.prior_mean)
    assert (posterior.mean >= low - 1e-9).all()
    assert (posterior.mean <= high + 1e-9).all()


@settings(deadline=None)
@given(agents, st.floats(0.1, 50), st.floats(-20, 20))
def test_units_do_not_matter(values: list[tuple[float, float]], scale: float, shift: float) -> None:
    y, v = (np.array(column) for column in zip(*values, strict=True))
    plain, other = shrink(y, v), shrink(scale * y + shift, scale**2 * v)
    assert other.mean == pytest.approx(scale * plain.mean + shift, abs=1e-6 * scale)
    assert other.sd == pytest.approx(scale * plain.sd, rel=1e-6, abs=1e-9)


@settings(deadline=None)
@given(agents)
def test_the_order_of_agents_does_not_matter(values: list[tuple[float, float]]) -> None:
    y, v = (np.array(column) for column in zip(*values, strict=True))
    order = np.argsort(y)
    assert estimate(y[order], v[order]).mean == pytest.approx(estimate(y, v).mean[order], abs=1e-9)


@settings(deadline=None)
@given(agents, st.floats(1.2, 10))
def test_more_evidence_narrows(values: list[tuple[float, float]], times: float) -> None:
    y, v = (np.array(column) for column in zip(*values, strict=True))
    more = v.copy()
    more[0] = v[0] / times
    tau2 = between_variance(y, v)
    assert shrink(y, more, tau2=tau2).sd[0] <= shrink(y, v, tau2=tau2).sd[0] + 1e-12
    assert (shrink(y, more, tau2=tau2).reliability >= shrink(y, v, tau2=tau2).reliability).all()
