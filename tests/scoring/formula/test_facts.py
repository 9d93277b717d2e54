"""Dated facts: tenure, recency, viral chats."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.formula import (
    EmptyInputError,
    NotIdentifiedError,
    ValueRangeError,
    cap_likelihood_ratio,
    choose_half_life,
    decay_statistics,
    decay_weight,
    door_probability,
    effective_number,
    estimate_likelihood_ratio,
    false_attribution_rate,
    fit_gamma_poisson,
    merge_small_cells,
    months_between,
    robbins_estimate,
    tenure_months,
    viral_evidence,
)

AT = date(2025, 6, 30)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2025, 1, 1), date(2025, 7, 1), 6.0),
        (date(2024, 12, 31), date(2025, 6, 30), 6.0),
        (date(2024, 1, 31), date(2024, 2, 29), 1.0),
        (date(2025, 1, 1), date(2025, 1, 16), 15 / 31),
        (date(2024, 2, 29), date(2025, 2, 28), 12.0),
        (date(2025, 7, 1), date(2025, 6, 30), 0.0),
    ],
)
def test_months_are_calendar_months(start: date, end: date, months: float) -> None:
    assert months_between(start, end) == pytest.approx(months)


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.dates(date(2000, 1, 1), date(2030, 1, 1)))
def test_a_later_day_never_shortens_tenure(start: date, end: date) -> None:
    later = date.fromordinal(end.toordinal() + 1)
    assert months_between(start, later) >= months_between(start, end) >= 0


def test_leave_counts_or_not_as_the_policy_says() -> None:
    hired = pd.Series([date(2024, 6, 30), date(2025, 1, 1)], index=["ania", "boris"])
    leave = pd.DataFrame(
        [("ania", date(2024, 9, 1), date(2024, 11, 29)), ("ania", date(2024, 11, 1), date(2024, 11, 29))],
        columns=["agent", "start", "end"],
    )
    counted = tenure_months(hired, at=AT, leave=leave)
    taken_off = tenure_months(hired, at=AT, leave=leave, counts_leave=False)
    assert counted["months"].tolist() == pytest.approx([12.0, 5 + 29 / 30])
    assert counted["leave_days"].tolist() == [90, 0]
    assert taken_off.loc["ania", "days"] == 365 - 90
    assert taken_off.loc["ania", "months"] == pytest.approx(months_between(date(2024, 9, 28), AT))
    assert taken_off["months"].to_dict()["boris"] == counted["months"].to_dict()["boris"]


def test_leave_that_goes_on_and_leave_before_the_hire() -> None:
    hired = pd.Series([date(2025, 1, 1)], index=["ania"])
    leave = pd.DataFrame(
        [("ania", date(2025, 6, 1), None), ("ania", date(2024, 1, 1), date(2024, 2, 1))],
        columns=["agent", "start", "end"],
    )
    assert tenure_months(hired, at=AT, leave=leave)["leave_days"].tolist() == [29]


def test_tenure_refuses_what_has_no_meaning() -> None:
    with pytest.raises(EmptyInputError):
        tenure_months(pd.Series([], dtype=object), at=AT)
    with pytest.raises(ValueRangeError, match="ania"):
        tenure_months(pd.Series([None], index=["ania"]), at=AT)
    backwards = pd.DataFrame({"agent": ["ania"], "start": [date(2025, 2, 1)], "end": [date(2025, 1, 1)]})
    with pytest.raises(ValueRangeError, match="ania"):
        tenure_months(pd.Series([date(2024, 1, 1)], index=["ania"]), at=AT, leave=backwards)
    assert tenure_months(pd.Series([date(2026, 1, 1)], index=["ania"]), at=AT)["months"].tolist() == [0.0]


def monthly(rows: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    """Agent, month, count and mean; every rating within a unit of it."""
    frame = pd.DataFrame(rows, columns=["agent", "month", "n", "mean"]).assign(cell="x")
    return frame.assign(s=frame["n"] * frame["mean"], ss=frame["n"] * (frame["mean"] ** 2 + 1)).drop(columns="mean")


def test_half_of_the_weight_is_gone_after_a_half_life() -> None:
    assert decay_weight([0, 180, 360], half_life=180).tolist() == pytest.approx([1, 0.5, 0.25])
    with pytest.raises(ValueRangeError):
        decay_weight([-1])


def test_the_effective_number_is_kishs_and_not_the_sum_of_weights() -> None:
    assert effective_number([1, 1, 1, 1]) == 4
    assert effective_number([1.0, 0.5]) == pytest.approx(1.8)
    old = decay_statistics(monthly([("a", "2024-06", 50, 4.0)]), at=AT)
    assert old["n"].tolist() == pytest.approx([50])
    mixed = decay_statistics(monthly([("a", "2025-06", 10, 5.0), ("a", "2024-06", 10, 3.0)]), at=AT)
    w = 2.0 ** (-365 / 180)
    assert mixed["n"].iloc[0] == pytest.approx(effective_number([1.0] * 10 + [w] * 10), rel=1e-9)
    assert mixed["s"].iloc[0] / mixed["n"].iloc[0] == pytest.approx((5 + 3 * w) / (1 + w))
    assert mixed["n_raw"].tolist() == [20]


def test_without_decay_and_outside_the_window() -> None:
    stats = monthly([("a", "2025-06", 10, 5.0), ("a", "2024-06", 10, 3.0)])
    assert decay_statistics(stats, at=AT, half_life=None)[["n", "s"]].to_numpy().tolist() == [[20, 80]]
    assert decay_statistics(stats, at=AT, window_months=12)["n_raw"].tolist() == [10]
    assert decay_statistics(stats, at=AT, window_months=13)["n_raw"].tolist() == [20]
    with pytest.raises(ValueRangeError, match="2025-06"):
        decay_statistics(stats, at=date(2025, 5, 31))


def test_small_cells_merge_before_they_decay() -> None:
    stats = monthly([("a", "2025-06", 10, 5.0), ("a", "2024-06", 10, 3.0)]).assign(channel="chat", topic="bills")
    merged = merge_small_cells(stats.drop(columns="cell"), levels=["channel", "topic"])
    assert merged.columns.tolist() == ["agent", "cell", "month", "n", "s", "ss"]
    assert decay_statistics(merged, at=AT)["cell"].tolist() == ["chat"]


def test_the_half_life_that_predicts_best_is_chosen() -> None:
    rng = np.random.default_rng(2)
    months = [f"2024-{month:02}" for month in range(1, 13)]
    steady, drifting, level, skill = [], [], rng.normal(4, 0.5, 40), rng.normal(4, 0.5, 40)
    for month in months:
        drifting_skill = skill = skill + rng.normal(0, 0.5, 40)
        for agent in range(40):
            steady.append((f"{agent}", month, 20.0, level[agent] + rng.normal(0, 0.22)))
            drifting.append((f"{agent}", month, 20.0, drifting_skill[agent] + rng.normal(0, 0.22)))
    assert choose_half_life(monthly(steady)).half_life >= 365
    assert choose_half_life(monthly(drifting)).half_life <= 60
    with pytest.raises(NotIdentifiedError, match="2 months"):
        choose_half_life(monthly([("a", "2024-01", 5, 4.0), ("a", "2024-02", 5, 4.0)]))


def incidents(*rows: tuple[str, str, date, str, int, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["agent", "incident", "at", "sign", "severity", "state"])


def test_only_live_verified_incidents_count_and_each_once() -> None:
    table = viral_evidence(
        incidents(
            ("ania", "i1", AT, "positive", 1, "verified"),
            ("ania", "i1", AT, "positive", 1, "verified"),
            ("ania", "i2", date(2025, 1, 1), "positive", 1, "verified"),
            ("ania", "i3", date(2024, 6, 30), "positive", 1, "verified"),
            ("boris", "i4", AT, "negative", 3, "verified"),
            ("boris", "i5", AT, "negative", 4, "unverified"),
            ("greta", "i6", AT, "mixed", 4, "verified"),
        ),
        at=AT,
    )
    assert table.loc["ania", "positive"] == pytest.approx(1.5)
    assert table[["live", "uncounted"]].T["ania"].to_list() == [2, 1]
    assert table[["negative", "worst", "hold", "uncounted"]].T["boris"].to_list() == [1.0, 3, True, 1]
    assert table[["net", "worst", "hold", "live"]].T["greta"].to_list() == [0.0, 0, False, 1]


@pytest.mark.parametrize(("sign", "severity", "column"), [("good", 1, "sign"), ("positive", 5, "severity")])
def test_unknown_signs_and_severities_are_refused(sign: str, severity: int, column: str) -> None:
    with pytest.raises(ValueRangeError, match=column):
        viral_evidence(incidents(("ania", "i1", AT, sign, severity, "verified")), at=AT)


def test_a_viral_chat_moves_the_odds_a_little() -> None:
    assert door_probability(0.05, [0, 1, 2])[:2] == pytest.approx([0.05, 0.1363636])
    assert door_probability(0.05, 1.0, 1.0) == pytest.approx([0.05])
    assert door_probability(0.05, 1.0, ratio=1000.0) == pytest.approx(door_probability(0.05, 1.0, ratio=5.0))
    assert cap_likelihood_ratio(0.01) == 0.2


def test_the_likelihood_ratio_is_shrunk_to_one() -> None:
    assert estimate_likelihood_ratio(0, 10, 0, 100) == 1.0
    little = estimate_likelihood_ratio(1, 10, 2, 100)
    assert 1 < little < (1 / 10) / (2 / 100)
    assert estimate_likelihood_ratio(900, 1_000, 10, 1_000) == 5.0


def test_false_attribution_is_reported_with_its_uncertainty() -> None:
    audit = false_attribution_rate(1, 40)
    assert audit.rate == pytest.approx(0.025)
    assert 0 < audit.low < 0.025 < audit.high < 0.12
    with pytest.raises(ValueRangeError):
        false_attribution_rate(5, 4)


def test_motor_insurance_claims() -> None:
    # Claims of 9,461 policies in one year (Efron & Hastie 2016, Computer Age Statistical Inference, Table 6.1).
    frequencies = [7840, 1317, 239, 42, 14, 4, 4, 1]
    assert robbins_estimate(frequencies)[:5] == pytest.approx([0.168, 0.363, 0.527, 1.33, 1.43], abs=0.005)
    claims = np.repeat(np.arange(8), frequencies)
    fit = fit_gamma_poisson(claims)
    assert (fit.shape, fit.mean) == pytest.approx((0.702, claims.mean()), abs=0.002)
    assert fit.posterior_mean(np.arange(5), np.ones(5)) == pytest.approx([0.164, 0.398, 0.633, 0.87, 1.10], abs=0.01)


def test_thirty_events_on_ten_thousand_agents_are_mostly_chance() -> None:
    events = np.zeros(10_000)
    events[:30] = 1
    fit = fit_gamma_poisson(events, np.full(10_000, 0.003), mean=1.0)
    assert np.isinf(fit.shape)
    assert fit.posterior_mean(events, np.full(10_000, 0.003)).tolist() == [1.0] * 10_000


def test_rates_differ_when_they_do() -> None:
    rng = np.random.default_rng(3)
    exposure = rng.uniform(5, 50, 4_000)
    events = rng.poisson(exposure * rng.gamma(4, 1 / 4, 4_000))
    fit = fit_gamma_poisson(events, exposure, mean=1.0)
    assert fit.shape == pytest.approx(4, rel=0.1)
    low, high = fit.interval(events, exposure)
    middle = fit.posterior_mean(events, exposure)
    assert ((low < middle) & (middle < high)).all()
    assert fit.reliability([4.0])[0] == pytest.approx(0.5, abs=0.05)
    with pytest.raises(NotIdentifiedError, match="no event"):
        fit_gamma_poisson([0, 0], [1, 1])
