"""Confidence sets for ranks, for appeals: a guarantee in repeated use, without a prior (methods A3).

Agent k is called better than j when (x_k - x_j) / se_kj exceeds a critical value that bounds the chance of a single
false claim among all the comparisons made, stepwise. Rank limits: 1 + number called better, p - number called worse.

Source: Mogstad, Romano, Shaikh & Wilhelm (2024) Review of Economic Studies 91:476-518, sections 3 and 4; Romano & Wolf
(2005) for the stepwise improvement; `interval_ranks` after Klein, Wright & Wieczorek (2020).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats
from scipy.special import ndtr

from scoring.formula.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    Labels,
    Numbers,
    as_floats,
    as_positive,
    check_option,
    check_share,
)
from scoring.formula.errors import ShapeError, ValueRangeError
from scoring.formula.ranking import check_places

CORRECTIONS = ("sidak", "bonferroni")
DRAWS = 10_000
PAIRS_AT_ONCE = 4_000_000
NODES = np.linspace(-8.0, 8.0, 161)
WEIGHTS = stats.norm.pdf(NODES) / stats.norm.pdf(NODES).sum()


@dataclass(frozen=True, eq=False)
class RankSets:
    """Point rank and confidence limits of each agent, whole numbers from 1 (best), shape (p,)."""

    rank: IntArray
    lower: IntArray
    upper: IntArray

    def frame(self, agents: Labels) -> pd.DataFrame:
        """The same as a frame indexed by agent."""
        return pd.DataFrame({"rank": self.rank, "lower": self.lower, "upper": self.upper}, index=pd.Index(agents))


def rank_confidence(
    x: Numbers,
    se: Numbers | None = None,
    *,
    rng: np.random.Generator | None = None,
    level: float = 0.95,
    simultaneous: bool = False,
    covariance: FloatArray | None = None,
    stepwise: bool = True,
    draws: int = DRAWS,
    only: Sequence[int] | None = None,
) -> RankSets:
    """Confidence limits for the rank of every agent; the highest `x` has rank 1.

    x: estimates, shape (p,) (unshrunken: the guarantee is for the estimates themselves). se: standard errors of
    independent estimates, or `covariance`, shape (p, p). simultaneous=False: each agent's limits hold with probability
    `level` for that agent alone; True: for all agents together.

    Critical values are exact (by quadrature) for the limits of single agents with independent estimates; otherwise they
    come from `draws` of the parametric bootstrap, which need `rng` and cost p^2 * draws. draws=0 takes the Sidak bound
    instead, a little wider, for thousands of agents. only: positions of the agents wanted (an appeal asks about one);
    the result then has their rows, in that order.
    """
    values, spread = _checked(x, se, covariance)
    size = values.size
    wanted = np.arange(size) if only is None else np.asarray(only, dtype=np.int64)
    if draws == 0:
        pairs = size * (size - 1) if simultaneous else 2 * (size - 1)
        better, worse = _counts_beyond(values, spread, _sidak(level, max(pairs, 1)))
    elif simultaneous:
        better, worse = _all_pairs(values, spread, _noise(spread, rng, draws), check_share("level", level), stepwise)
    else:
        noise = None if spread.ndim == 1 else _noise(spread, rng, draws)
        pairs_of = [_limits_of(j, values, spread, noise, check_share("level", level), stepwise) for j in wanted]
        better, worse = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        better[wanted], worse[wanted] = np.array(pairs_of, dtype=np.int64).T
    return RankSets(_point_ranks(values)[wanted], (1 + better)[wanted], (size - worse)[wanted])


def top_set(
    x: Numbers,
    se: Numbers | None = None,
    *,
    places: int,
    rng: np.random.Generator | None = None,
    level: float = 0.95,
    covariance: FloatArray | None = None,
    stepwise: bool = True,
    draws: int = DRAWS,
) -> BoolArray:
    """Agents who may be among the best `places`: the set contains all of the truly best with probability `level`.

    Those whose simultaneous lower rank limit is at most `places`. Arguments as in `rank_confidence`.
    """
    sets = rank_confidence(
        x, se, rng=rng, level=level, simultaneous=True, covariance=covariance, stepwise=stepwise, draws=draws
    )
    return np.asarray(sets.lower <= check_places(places))


def interval_ranks(x: Numbers, se: Numbers, *, level: float = 0.95, correction: str = "sidak") -> RankSets:
    """Joint confidence limits of all ranks from simultaneous intervals of the estimates; the highest `x` has rank 1.

    Agent k stands above j where its interval lies wholly above that of j. Wider than `rank_confidence`, but it can be
    read off a picture of intervals. correction: "sidak" (independent estimates) or "bonferroni". x, se: shape (p,).
    Source: Klein, Wright & Wieczorek (2020) J Stat Plan Inference 208:57-76, theorem 1.
    """
    values, spread = _checked(x, se, None)
    missed = 1.0 - check_share("level", level)
    joint = check_option("correction", correction, CORRECTIONS) == "sidak"
    each = -np.expm1(np.log1p(-missed) / values.size) if joint else missed / values.size
    half = float(stats.norm.isf(each / 2)) * np.sqrt(spread)
    low, high = np.sort(values - half), np.sort(values + half)
    above = values.size - np.searchsorted(low, values + half, side="right")
    below = np.searchsorted(high, values - half, side="left")
    return RankSets(_point_ranks(values), 1 + above, values.size - below)


def _checked(x: Numbers, se: Numbers | None, covariance: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Estimates and their covariance; a vector stands for a diagonal one."""
    values = as_floats("x", x)
    if covariance is None:
        if se is None:
            raise ValueRangeError(name="se", rule="given unless a covariance is", value=None)
        return values, as_positive("se", se, size=values.size) ** 2
    table = np.asarray(covariance, dtype=np.float64)
    if table.shape != (values.size, values.size):
        raise ShapeError(name="covariance", got=table.shape, expected=(values.size, values.size))
    return values, table


def _variances(spread: FloatArray, row: int | slice) -> FloatArray:
    """Variance of x_row - x_k for every k; one row, or a block of them."""
    if spread.ndim == 1:
        own = spread[row]
        return np.asarray(own[:, None] + spread if isinstance(row, slice) else own + spread)
    diagonal = np.diag(spread)
    own = diagonal[row]
    return np.asarray((own[:, None] if isinstance(row, slice) else own) + diagonal - 2 * spread[row])


def _noise(spread: FloatArray, rng: np.random.Generator | None, draws: int) -> FloatArray:
    if rng is None:
        raise ValueRangeError(name="rng", rule="given when critical values are drawn", value=None)
    normal = rng.standard_normal((draws, spread.shape[0]))
    if spread.ndim == 1:
        return np.asarray(normal * np.sqrt(spread))
    value, vector = np.linalg.eigh(spread)
    return np.asarray((normal * np.sqrt(np.maximum(value, 0.0))) @ vector.T)


def _point_ranks(values: FloatArray) -> IntArray:
    return np.asarray(stats.rankdata(-values, method="min"), dtype=np.int64)


def _sidak(level: float, pairs: int) -> float:
    return float(stats.norm.isf(-np.expm1(np.log(check_share("level", level)) / pairs)))


def _counts_beyond(values: FloatArray, spread: FloatArray, critical: float) -> tuple[IntArray, IntArray]:
    better, worse = np.zeros(values.size, dtype=np.int64), np.zeros(values.size, dtype=np.int64)
    step = max(1, PAIRS_AT_ONCE // values.size)
    for first in range(0, values.size, step):
        block = slice(first, min(first + step, values.size))
        bound = critical * np.sqrt(np.maximum(_variances(spread, block), 0.0))
        ahead = values[block, None] - values
        better[block], worse[block] = (-ahead > bound).sum(axis=1), (ahead > bound).sum(axis=1)
    return better, worse


def _limits_of(
    j: int, values: FloatArray, spread: FloatArray, noise: FloatArray | None, level: float, stepwise: bool
) -> tuple[int, int]:
    """How many are better and how many worse than agent j, comparing j with all others in both directions."""
    others = np.arange(values.size) != j
    scale = np.sqrt(_variances(spread, j)[others])
    t = (values[j] - values[others]) / scale
    # What has been rejected: "j is not better than k" and "j is not worse than k".
    ahead, behind = np.zeros(t.size, dtype=bool), np.zeros(t.size, dtype=bool)
    while not (ahead & behind).all():
        if noise is None:
            critical = _critical(level, spread[j] ** 0.5, np.sqrt(spread[others]), scale, ~ahead, ~behind)
        else:
            z = (noise[:, [j]] - noise[:, others]) / scale
            critical = float(np.quantile(np.concatenate([z[:, ~ahead], -z[:, ~behind]], axis=1).max(axis=1), level))
        found_ahead, found_behind = ~ahead & (t > critical), ~behind & (-t > critical)
        ahead, behind = ahead | found_ahead, behind | found_behind
        if not stepwise or not (found_ahead | found_behind).any():
            break
    return int(behind.sum()), int(ahead.sum())


def _critical(level: float, own: float, sd: FloatArray, scale: FloatArray, lower: BoolArray, upper: BoolArray) -> float:
    """c with P((Z_j - Z_k) / scale_k <= c where `lower`, >= -c where `upper`) = level, for independent normals Z.

    Given Z_j the others are independent, so one integral over Z_j is exact.
    """
    centre, ratio = NODES[:, None] * own / sd, scale / sd

    def excess(c: float) -> float:
        top = np.where(upper, ndtr(centre + c * ratio), 1.0)
        inside = top - np.where(lower, ndtr(centre - c * ratio), 0.0)
        return float(WEIGHTS @ np.exp(np.log(np.maximum(inside, 1e-300)).sum(axis=1))) - level

    return float(optimize.brentq(excess, 0.0, 40.0, xtol=1e-6))


def _all_pairs(
    values: FloatArray, spread: FloatArray, noise: FloatArray, level: float, stepwise: bool
) -> tuple[IntArray, IntArray]:
    """All comparisons at once, stepwise, without keeping draws x pairs in memory."""
    size = values.size
    scale = np.sqrt(np.maximum(_variances(spread, slice(0, size)), 0.0)) + np.diag(np.full(size, np.inf))
    t = (values[:, None] - values) / scale
    rejected = np.zeros((size, size), dtype=bool)
    while size > 1:
        critical = np.quantile(_largest(noise, 1.0 / scale, rejected), level)
        found = ~rejected & (t > critical)
        rejected |= found
        if not stepwise or not found.any():
            break
    return rejected.sum(axis=0), rejected.sum(axis=1)


def _largest(noise: FloatArray, precision: FloatArray, rejected: BoolArray) -> FloatArray:
    """The largest standardised difference of each draw among the directed pairs still tested."""
    weight = np.where(rejected, 0.0, precision)
    block = max(1, PAIRS_AT_ONCE // precision.size)
    parts = [
        ((part[:, :, None] - part[:, None, :]) * weight).max(axis=(1, 2))
        for part in np.array_split(noise, max(1, len(noise) // block))
    ]
    return np.concatenate(parts)
