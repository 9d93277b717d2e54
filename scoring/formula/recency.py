"""Recency: older ratings count less, with the effective number they are really worth (methods A1).

A rating of age t weighs w = 2^(-t / half-life). The variance of a weighted mean is sigma2 * sum(w^2) / sum(w)^2, so
the effective number is n_eff = sum(w)^2 / sum(w^2) (Kish 1965, section 11.7), never sum(w). Works on sums by agent,
cell and month, so the decay can be computed again for any day without reading a rating.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from scoring.formula.arrays import FloatArray, Numbers, as_nonnegative, as_positive, check_columns
from scoring.formula.cells import SUMS
from scoring.formula.errors import NotIdentifiedError, ValueRangeError
from scoring.formula.shrinkage import shrink

HALF_LIFE_DAYS = 180.0


def decay_weight(age_days: Numbers, *, half_life: float = HALF_LIFE_DAYS) -> FloatArray:
    """2^(-age / half_life) for ages in days, shape (n,); ages under zero are refused."""
    ages = as_nonnegative("age_days", age_days)
    return np.asarray(np.exp2(-ages / as_positive("half_life", half_life, size=1)[0]))


def effective_number(weights: Numbers) -> float:
    """Kish's effective number of observations, (sum w)^2 / sum w^2; 0 when every weight is 0."""
    array = as_nonnegative("weights", weights)
    squares = float(array @ array)
    return float(array.sum()) ** 2 / squares if squares > 0 else 0.0


def decay_statistics(
    monthly: pd.DataFrame, *, at: date, half_life: float | None = HALF_LIFE_DAYS, window_months: int | None = None
) -> pd.DataFrame:
    """Decay sums by agent, cell and month to sums by agent and cell as they count on the day `at`.

    monthly: frame with `agent`, `cell`, `month` (Period, date or "2025-03"), `n`, `s`, `ss`; a month weighs by the age
    of its middle. half_life in days, None for no decay; window_months leaves out months that began earlier.

    Returns `agent`, `cell`, `n` (effective), `s` and `ss` scaled to it, so that s / n is the decayed mean and
    sigma2 / n its variance, and `n_raw` (ratings counted). Raises ValueRangeError when a month lies after `at`.
    """
    check_columns(monthly, ["agent", "cell", "month", *SUMS])
    codes, ages, steps = _month_ages(monthly["month"], at)
    kept = np.ones(len(monthly), dtype=bool) if window_months is None else steps[codes] < window_months
    weight = np.ones(ages.size) if half_life is None else decay_weight(ages, half_life=half_life)
    rows, w = monthly.loc[kept], weight[codes][kept]
    count = rows["n"].to_numpy(dtype=float)
    sums = pd.DataFrame(
        {"agent": rows["agent"], "cell": rows["cell"], "n_raw": count, "w": w * count, "w2": w**2 * count}
    )
    sums = sums.assign(s=w * rows["s"].to_numpy(dtype=float), ss=w * rows["ss"].to_numpy(dtype=float))
    total = sums.groupby(["agent", "cell"], observed=True, sort=True).sum().reset_index()
    scale = total["w"] / total["w2"]
    return pd.DataFrame({
        "agent": total["agent"], "cell": total["cell"], "n": total["w"] * scale, "s": total["s"] * scale,
        "ss": total["ss"] * scale, "n_raw": total["n_raw"],
    })  # fmt: skip


def _month_ages(months: pd.Series, at: date) -> tuple[np.ndarray, FloatArray, np.ndarray]:
    """Code of each row's month; age in days of the middle of each month; whole months before the month of `at`."""
    codes, distinct = pd.factorize(months, sort=True)
    periods = pd.PeriodIndex(distinct, freq="M")
    today = pd.Period(at, freq="M")
    steps = np.array([(today - period).n for period in periods], dtype=np.int64)
    if (steps < 0).any():
        raise ValueRangeError(name="month", rule=f"not after {at:%Y-%m}", value=str(periods[int(steps.argmin())]))
    middle = periods.to_timestamp() + pd.to_timedelta(periods.days_in_month.to_numpy() / 2, unit="D")
    ages = (pd.Timestamp(at) - middle) / pd.Timedelta(days=1)
    return codes, np.maximum(ages.to_numpy(dtype=float), 0.0), steps


@dataclass(frozen=True)
class HalfLifeChoice:
    """The half-life in days that predicted best, and the mean log score of each candidate (higher is better)."""

    half_life: float
    scores: dict[float, float]


def choose_half_life(
    monthly: pd.DataFrame, *, candidates: Sequence[float] = (30, 60, 90, 180, 365, 730), warm_up: int = 2
) -> HalfLifeChoice:
    """Choose the half-life by one-step-ahead prediction: each month from the months before it.

    monthly: frame with `agent`, `month`, `n`, `s`, `ss` (already compared within cells where that matters). For each
    month after the first `warm_up`, an agent's mean is predicted by the shrunken decayed mean, and scored by the log
    density of N(prediction, posterior variance + sigma2 / n). Raises NotIdentifiedError with too few months.
    """
    check_columns(monthly, ["agent", "month", *SUMS])
    months = pd.PeriodIndex(pd.PeriodIndex(monthly["month"], freq="M"))
    table = monthly[["agent", *SUMS]].assign(month=months, cell="all")
    steps = months.unique().sort_values()
    if len(steps) <= warm_up:
        raise NotIdentifiedError(
            name="half_life", reason=f"{len(steps)} months are there, more than {warm_up} are needed"
        )
    scores = {float(h): float(np.mean([_score_month(table, m, float(h)) for m in steps[warm_up:]])) for h in candidates}
    return HalfLifeChoice(max(scores, key=lambda half_life: scores[half_life]), scores)


def _score_month(table: pd.DataFrame, month: pd.Period, half_life: float) -> float:
    past = decay_statistics(table[table["month"] < month], at=month.start_time.date(), half_life=half_life)
    now = table[table["month"] == month].groupby("agent", observed=True)[list(SUMS)].sum()
    count = past["n"].to_numpy()
    mean = past["s"].to_numpy() / count
    within = float((past["ss"].to_numpy() - count * mean**2).sum() / max(count.sum() - count.size, 1.0))
    sigma2 = max(within, 1e-12)
    posterior = shrink(mean, sigma2 / count)
    known = pd.DataFrame({"mean": posterior.mean, "var": posterior.sd**2}, index=past["agent"]).reindex(now.index)
    spread = known["var"].fillna(posterior.tau2 + posterior.prior_mean_se**2) + sigma2 / now["n"]
    miss = now["s"] / now["n"] - known["mean"].fillna(posterior.prior_mean)
    return float((-0.5 * np.log(2 * np.pi * spread) - 0.5 * miss**2 / spread).mean())
