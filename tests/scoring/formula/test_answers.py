"""Thumbs, promoters, silence and repeat customers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom

from scoring.formula import (
    EmptyInputError,
    FormulaError,
    average_repeats,
    cell_statistics,
    deflate,
    design_effect,
    efficiency_scores,
    fit_beta_binomial,
    intraclass_correlation,
    net_promoter_score,
    net_promoter_score_of,
    post_stratify,
    remove_customer_severity,
    response_correlation,
    response_rates,
    time_statistics,
    tipping_point,
    wilson_interval,
)


def test_the_beta_distribution_is_found_again() -> None:
    rng = np.random.default_rng(4)
    votes = rng.integers(1, 60, 6_000)
    ups = rng.binomial(votes, rng.beta(6, 2, 6_000))
    fit = fit_beta_binomial(ups, votes)
    assert (fit.mean, fit.size) == pytest.approx((0.75, 8.0), rel=0.08)
    assert fit.intraclass == pytest.approx(1 / 9, rel=0.08)
    low, high = fit.interval(ups, votes)
    middle = fit.posterior_mean(ups, votes)
    assert ((low < middle) & (middle < high)).all()
    assert fit.posterior_sd([3.0], [4.0])[0] == pytest.approx(np.sqrt(0.75 * 0.25 / (4 + fit.size + 1)), rel=0.02)


def test_the_fit_is_the_top_of_the_likelihood() -> None:
    ups, votes = np.array([0, 4, 9, 2, 7, 10, 3]), np.array([3, 10, 12, 9, 8, 11, 3])
    fit = fit_beta_binomial(ups, votes)

    def likelihood(alpha: float, beta: float) -> float:
        return float(np.sum(betabinom.logpmf(ups, votes, alpha, beta)))

    best = likelihood(fit.alpha, fit.beta)
    assert fit.log_likelihood == pytest.approx(best)
    for change in (0.99, 1.01):
        assert likelihood(fit.alpha * change, fit.beta) < best
        assert likelihood(fit.alpha, fit.beta * change) < best


def test_equal_agents_are_said_to_be_equal() -> None:
    fit = fit_beta_binomial([5, 5, 5], [10, 10, 10])
    assert np.isinf(fit.size)
    assert fit.posterior_mean([5, 0], [10, 10]).tolist() == [0.5, 0.5]
    assert fit.reliability([10.0]).tolist() == [0.0]
    assert fit_beta_binomial([3, 4], [3, 4]).mean == 1.0


def test_more_votes_more_reliability() -> None:
    fit = fit_beta_binomial([9, 2, 7, 1, 8], [10, 10, 10, 10, 10])
    reliability = fit.reliability([1, 10, 100])
    assert (np.diff(reliability) > 0).all()


@pytest.mark.parametrize(("ups", "votes"), [([], []), ([3], [2]), ([1], [0]), ([-1], [2])])
def test_impossible_votes_are_refused(ups: list[int], votes: list[int]) -> None:
    with pytest.raises(FormulaError):
        fit_beta_binomial(ups, votes)


def test_net_promoter_score_and_its_error() -> None:
    score = net_promoter_score(50, 30, 20)
    assert (score.score, score.se) == pytest.approx((30.0, 100 * np.sqrt((0.7 - 0.09) / 100)))
    assert score.low < 30 < score.high
    assert net_promoter_score_of([10, 9, 8, 7, 6, 0]).score == pytest.approx(0.0)
    assert net_promoter_score(5, 0, 0).score == 100
    with pytest.raises(EmptyInputError):
        net_promoter_score(0, 0, 0)
    with pytest.raises(FormulaError, match="0 to 10"):
        net_promoter_score_of([11])


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_limits_hold_the_share(hits: int, more: int) -> None:
    low, high = wilson_interval([hits], [hits + more])
    assert 0 <= low[0] <= hits / (hits + more) <= high[0] <= 1


def test_wilson_prints_what_newcombe_printed() -> None:
    # Newcombe (1998) Stat Med 17:857-872, Table I, method 3.
    low, high = wilson_interval([81, 15, 0], [263, 148, 20])
    assert low == pytest.approx([0.2553, 0.0624, 0.0], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1605, 0.1611], abs=5e-5)


def test_a_gated_survey_stands_out() -> None:
    rng = np.random.default_rng(1)
    offered = np.full(60, 400)
    answered = rng.binomial(offered, 0.3)
    answered[7] = 30
    offers = pd.DataFrame({"agent": np.arange(60), "cell": np.arange(60) % 3, "offered": offered, "answered": answered})
    table = response_rates(offers)
    assert table["flag"][table["flag"]].index.tolist() == [7]
    assert table.loc[7, "rate"] == pytest.approx(30 / 400)
    assert table["expected"].between(0.25, 0.35).all()
    with pytest.raises(FormulaError, match="offered"):
        response_rates(offers.assign(answered=500))


def test_how_much_silence_a_decision_survives() -> None:
    assert tipping_point([4.5, 4.0], 4.2, [0.5, 0.9]) == pytest.approx([0.6, -2.0])
    assert np.isinf(tipping_point([4.5], 4.2, [1.0]))[0]


def test_offered_chats_are_what_counts() -> None:
    result = post_stratify([10, 30, 0], [5.0, 3.0, np.nan], [1.0, 1.0, np.nan], [100, 100, 50])
    assert result.mean == pytest.approx(4.0)
    assert result.se == pytest.approx(np.sqrt(0.25 / 10 + 0.25 / 30))
    assert result.covered == pytest.approx(0.8)


def test_rate_and_rating_together() -> None:
    assert response_correlation([0.1, 0.2, 0.3, 0.4], [3.0, 3.5, 4.0, 5.0])[0] == pytest.approx(1.0)


def repeats() -> pd.DataFrame:
    return pd.DataFrame({
        "agent": ["a", "a", "a", "a", "b", "a"],
        "customer": ["c1", "c1", "c1", "c2", "c1", None],
        "at": pd.to_datetime(["2025-01-01", "2025-01-30", "2025-01-31", "2025-01-02", "2025-01-02", "2025-01-03"]),
        "rating": [5.0, 3.0, 1.0, 4.0, 2.0, 5.0],
        "topic": ["x", "y", "z", "x", "x", "x"],
    })  # fmt: skip


def test_one_customer_counts_once_in_thirty_days() -> None:
    merged = average_repeats(repeats())
    assert merged.columns.tolist() == repeats().columns.tolist()
    assert merged["rating"].tolist() == [4.0, 1.0, 4.0, 2.0, 5.0]
    assert merged["topic"].tolist() == ["x", "z", "x", "x", "x"]


def test_the_design_effect_of_faithful_customers() -> None:
    assert design_effect([1, 1, 1], 0.5) == 1.0
    assert design_effect([4, 4], 0.5) == pytest.approx(2.5)
    stats = pd.DataFrame({"n": [10.0], "s": [40.0], "ss": [170.0]})
    assert deflate(stats, 2.5).to_numpy().tolist() == [[4.0, 16.0, 68.0]]
    rng = np.random.default_rng(1)
    customer = np.repeat(np.arange(500), 4)
    values = rng.normal(0, 1, 500)[customer] + rng.normal(0, 1, 2_000)
    assert intraclass_correlation(values, customer) == pytest.approx(0.5, abs=0.05)
    assert intraclass_correlation([1, 2, 3], ["a", "b", "c"]) == 0.0
    with pytest.raises(FormulaError):
        deflate(stats, 0.5)


def test_severe_customers_are_taken_out() -> None:
    rng = np.random.default_rng(6)
    customer, agent = rng.integers(0, 200, 5_000), rng.integers(0, 30, 5_000)
    severity, skill = rng.normal(0, 0.5, 200), rng.normal(0, 0.3, 30)
    rating = 4 + skill[agent] + severity[customer] + rng.normal(0, 1, 5_000)
    frame = pd.DataFrame({"agent": agent, "customer": customer, "cell": "x", "rating": rating})
    found = remove_customer_severity(frame, by=["cell"])
    assert found.variance == pytest.approx(0.25, rel=0.25)
    assert found.residual == pytest.approx(1.0, rel=0.05)
    assert np.corrcoef(found.customers, severity)[0, 1] > 0.9
    assert found.ratings["rating"].mean() == pytest.approx(rating.mean())


def test_the_quick_and_the_thorough() -> None:
    rng = np.random.default_rng(9)
    agent, cell = rng.integers(0, 50, 8_000), rng.integers(0, 5, 8_000)
    speed, care = rng.normal(0, 0.2, 50), rng.normal(0, 0.1, 50)
    seconds = np.exp(5.5 + 0.3 * cell - speed[agent] + rng.normal(0, 0.5, 8_000))
    solved = (rng.random(8_000) < np.clip(0.7 + care[agent], 0, 1)).astype(float)
    chats = pd.DataFrame({"agent": agent, "cell": cell, "seconds": seconds, "rating": solved})
    times, resolution = time_statistics(chats, by=["cell"]), cell_statistics(chats, by=["cell"])
    fit = efficiency_scores(times, resolution)
    truth = speed / speed.std() + care / care.std()
    assert np.corrcoef(fit.table["efficiency"], truth)[0, 1] > 0.93
    assert fit.table["reliability"].between(0.5, 1).all()
    assert np.corrcoef(fit.table["faster"], speed)[0, 1] > 0.95
    minutes = efficiency_scores(time_statistics(chats.assign(seconds=seconds / 60), by=["cell"]), resolution)
    assert minutes.table["efficiency"].to_numpy() == pytest.approx(fit.table["efficiency"].to_numpy(), abs=1e-6)
    only_time = efficiency_scores(times)
    assert np.corrcoef(only_time.table["efficiency"], speed)[0, 1] > 0.95
    with pytest.raises(FormulaError, match="above 0"):
        time_statistics(chats.assign(seconds=0.0), by=["cell"])
