"""Who did not answer: response rates, gating of surveys, and how much silence a decision survives (methods A1).

The bias of silence, (1 - r)(mean of those who answered - mean of those who did not), is not in the data; what can be
said is how large it would have to be. Source: Groves (2006) Public Opinion Quarterly 70:646-675.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from scoring.formula.arrays import (
    FloatArray,
    Numbers,
    as_floats,
    as_nonnegative,
    as_positive,
    check_columns,
    check_share,
)
from scoring.formula.errors import ValueRangeError


def wilson_interval(hits: Numbers, trials: Numbers, *, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Wilson's (1927) score interval of a share, arrays of shape (k,)."""
    n = as_positive("trials", trials)
    x = as_nonnegative("hits", hits, size=n.size)
    if (x > n).any():
        raise ValueRangeError(name="hits", rule="at most the trials", value=x[x > n][0])
    z = float(stats.norm.ppf(0.5 + check_share("level", level) / 2))
    share = x / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.where(x > 0, np.maximum(centre - half, 0.0), 0.0), np.where(x < n, np.minimum(centre + half, 1.0), 1.0)


def response_rates(offers: pd.DataFrame, *, level: float = 0.95, flag_at: float = 3.0) -> pd.DataFrame:
    """Response rate of each agent, and whether it stands out among agents on the same chats.

    offers: `agent`, `cell`, `offered` (surveys sent), `answered`. Returns a frame by agent: `offered`, `answered`,
    `rate` with `low` and `high` (Wilson), `expected` (rate with the answers that the cells usually give), `z`
    (standardised difference, divided by the overdispersion that agents show as a whole) and `flag` (|z| above
    `flag_at`: surveys may have been gated).
    """
    check_columns(offers, ["agent", "cell", "offered", "answered"])
    counts = offers[["offered", "answered"]].astype(float)
    if (counts["answered"] > counts["offered"]).any():
        raise ValueRangeError(name="answered", rule="at most the surveys offered", value=counts["answered"].max())
    codes, _ = pd.factorize(offers["cell"])
    whole = {name: np.bincount(codes, counts[name]) for name in counts}
    usual = (whole["answered"] / np.where(whole["offered"] > 0, whole["offered"], np.nan))[codes]
    rows = counts.assign(expected=counts["offered"] * usual, noise=counts["offered"] * usual * (1.0 - usual))
    sums = rows.groupby(offers["agent"]).sum()
    sums = sums[sums["offered"] > 0]
    low, high = wilson_interval(sums["answered"], sums["offered"], level=level)
    raw = (sums["answered"] - sums["expected"]) / np.sqrt(sums["noise"].where(sums["noise"] > 0))
    z = (raw / _overdispersion(raw.dropna().to_numpy())).fillna(0.0)
    return pd.DataFrame({
        "offered": sums["offered"], "answered": sums["answered"], "rate": sums["answered"] / sums["offered"],
        "low": low, "high": high, "expected": sums["expected"] / sums["offered"], "z": z, "flag": z.abs() > flag_at,
    })  # fmt: skip


def _overdispersion(z: FloatArray) -> float:
    """Robust spread of z (winsorised at 10 % on each side), at least 1 (Spiegelhalter 2005, Stat Med 24:1185-1202)."""
    if not z.size:
        return 1.0
    low, high = np.quantile(z, [0.1, 0.9])
    return max(1.0, float(np.sqrt((np.clip(z, low, high) ** 2).mean())))


def tipping_point(mean: Numbers, cut: float, rate: Numbers) -> FloatArray:
    """How far the silent customers' mean must lie from the answered mean to carry the whole to `cut`: (mean - cut) /
    (1 - rate).

    mean, rate: shape (k,), rate 0 to 1; infinite when everybody answered. Small next to the rating scale means fragile.
    """
    values = as_floats("mean", mean)
    share = as_nonnegative("rate", rate, size=values.size)
    if (share > 1).any():
        raise ValueRangeError(name="rate", rule="between 0 and 1", value=share[share > 1][0])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(
            share < 1, (values - cut) / (1.0 - share), np.where(values == cut, 0.0, np.sign(values - cut) * np.inf)
        )


@dataclass(frozen=True)
class PostStratified:
    """Mean and standard error over the chats offered; covered: share of offered chats in cells with an answer."""

    mean: float
    se: float
    covered: float


def post_stratify(answered: Numbers, means: Numbers, variances: Numbers, offered: Numbers) -> PostStratified:
    """Mean over all chats offered, from the answers of each cell: sum N_c mean_c / sum N_c.

    All of shape (C,): answers, mean and variance of ratings in a cell, and surveys offered there. Cells without an
    answer are left out and lower `covered`. Source: Holt & Smith (1979) JRSS A 142:33-46.
    """
    n = as_nonnegative("answered", answered)
    size = as_nonnegative("offered", offered, size=n.size)
    there = n > 0
    y, v = np.asarray(means, dtype=np.float64)[there], np.asarray(variances, dtype=np.float64)[there]
    as_floats("means", y)
    weight = as_positive("offered", size[there]) / size[there].sum()
    return PostStratified(
        float(weight @ y), float(np.sqrt(weight**2 @ (v / n[there]))), float(size[there].sum() / size.sum())
    )


def response_correlation(rate: Numbers, mean: Numbers) -> tuple[float, float]:
    """Spearman correlation of response rate and mean rating over agents, with its p value: a sign of selective
    asking.
    """
    share = as_floats("rate", rate)
    result = stats.spearmanr(share, as_floats("mean", mean, size=share.size))
    return float(result.statistic), float(result.pvalue)
