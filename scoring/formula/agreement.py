"""How far people agree who rated the same things: kappa for two raters on one scale, ICC for several.

Sources: Cohen (1968) Psychological Bulletin 70:213-220; Fleiss, Cohen & Everitt (1969) Psychological Bulletin
72:323-327 (standard errors); Shrout & Fleiss (1979) Psychological Bulletin 86:420-428; McGraw & Wong (1996)
Psychological Methods 1:30-46 (intervals of ICC(2)).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

import numpy as np
from scipy import stats

from scoring.formula.arrays import FloatArray
from scoring.formula.errors import EmptyInputError, NotIdentifiedError, ShapeError, UnknownOptionError, ValueRangeError

Weights = Literal["exact", "linear", "quadratic"]
_POWERS: dict[str, int] = {"linear": 1, "quadratic": 2}


@dataclass(frozen=True, kw_only=True)
class Kappa:
    """Agreement beyond chance. `se_null` is for the test against 0 (`z`), `se` for the interval `low` to `high`."""

    value: float
    observed: float
    expected: float
    se: float
    se_null: float
    z: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Coefficient:
    """One intraclass correlation with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Icc:
    """The six coefficients of Shrout and Fleiss, and the mean squares behind them.

    `single_1` to `single_3` are ICC(1,1), ICC(2,1), ICC(3,1); `mean_1` to `mean_3` are ICC(1,k), ICC(2,k), ICC(3,k).
    """

    targets: int
    raters: int
    between: float
    within: float
    judges: float
    residual: float
    single_1: Coefficient
    single_2: Coefficient
    single_3: Coefficient
    mean_1: Coefficient
    mean_2: Coefficient
    mean_3: Coefficient


@dataclass(frozen=True, kw_only=True)
class Nearness:
    """Pairs of ratings of the same thing: how many there are, and which share is equal, or at most one level apart."""

    pairs: int
    exact: float
    adjacent: float


def weighted_kappa(table: Any, weights: Weights | Any = "quadratic", *, level: float = 0.95) -> Kappa:
    """Cohen's weighted kappa of two raters from their `table` of counts, rows one rater and columns the other.

    `weights` are agreement weights of the table's shape (1 on the diagonal), or "exact" (plain kappa), "linear" or
    "quadratic". Disagreement weights v are the same as agreement weights 1 - v / max(v). Raises ShapeError,
    ValueRangeError, EmptyInputError, UnknownOptionError, and NotIdentifiedError when chance alone agrees wholly.
    """
    counts = _counts(table)
    weigh = _agreement_weights(weights, counts.shape[0])
    total = float(counts.sum())
    share = counts / total
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed, expected = float((weigh * share).sum()), float(rows @ weigh @ columns)
    if 1.0 - expected < 1e-12:
        raise NotIdentifiedError(name="kappa", reason="both raters gave one and the same level only")
    # The mean weight that each row and each column meets by chance.
    mean = (weigh @ columns)[:, None] + (rows @ weigh)[None, :]
    spread = share * (weigh * (1 - expected) - mean * (1 - observed)) ** 2
    variance = (spread.sum() - (observed * expected - 2 * expected + observed) ** 2) / (total * (1 - expected) ** 4)
    chance = np.outer(rows, columns) * (weigh - mean) ** 2
    null = (chance.sum() - expected**2) / (total * (1 - expected) ** 2)
    value, se, se_null = (observed - expected) / (1 - expected), sqrt(max(variance, 0)), sqrt(max(null, 0))
    reach = float(stats.norm.ppf((1 + level) / 2)) * se
    return Kappa(
        value=value,
        observed=observed,
        expected=expected,
        se=se,
        se_null=se_null,
        z=value / se_null if se_null else float("nan"),
        low=value - reach,
        high=value + reach,
    )


def intraclass_correlations(ratings: Any, *, level: float = 0.95) -> Icc:
    """The intraclass correlations of `ratings`, one row for each target and one column for each rater, none missing.

    Use the first model where each target has raters of its own, the second where the raters are drawn from many, the
    third where they are all there are. Raises ShapeError below two rows or columns, ValueRangeError for numbers that
    are not finite, and NotIdentifiedError when nothing varies.
    """
    values = _complete(ratings)
    n, k = values.shape
    between, judges, within, residual = _mean_squares(values)
    if between <= 0 and within <= 0:
        raise NotIdentifiedError(name="agreement", reason="every rating is the same")
    first = _one_way(between, within, n, k, level)
    second = _two_way_random(between, judges, residual, n, k, level)
    third = _two_way_fixed(between, residual, n, k, level)
    return Icc(
        targets=n, raters=k, between=between, within=within, judges=judges, residual=residual,
        single_1=first[0], mean_1=first[1], single_2=second[0], mean_2=second[1], single_3=third[0], mean_3=third[1],
    )  # fmt: skip


def nearness(levels: Sequence[Sequence[int]]) -> Nearness:
    """How near the raters of each target are, over all pairs of raters; targets with one rater add nothing.

    Raises EmptyInputError when no target has two raters.
    """
    gaps = [abs(one - other) for given in levels for place, one in enumerate(given) for other in given[place + 1 :]]
    if not gaps:
        raise EmptyInputError(name="the list of pairs")
    count = len(gaps)
    return Nearness(
        pairs=count, exact=sum(gap == 0 for gap in gaps) / count, adjacent=sum(g <= 1 for g in gaps) / count
    )


def mean_with_error(shares: Sequence[float], *, usual_spread: float, freedom: float = 2.0) -> tuple[float, float]:
    """The plain mean of a few ratings and its standard error, from their spread drawn towards the usual one.

    With two or three ratings the spread alone is often 0 by chance; `usual_spread` (a standard deviation on the scale
    of the shares) counts for `freedom` degrees of freedom (Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., sec.
    2.6). Raises EmptyInputError without ratings.
    """
    if not shares:
        raise EmptyInputError(name="shares")
    mean = sum(shares) / len(shares)
    squares = sum((share - mean) ** 2 for share in shares)
    variance = (freedom * usual_spread**2 + squares) / (freedom + len(shares) - 1)
    return mean, sqrt(variance / len(shares))


def _counts(table: Any) -> FloatArray:
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.shape[0] < 2:
        raise ShapeError(name="table", got=counts.shape, expected="as many rows as columns, two at least,")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise ValueRangeError(name="table", rule="finite counts, 0 or more", value=counts.min())
    if counts.sum() <= 0:
        raise EmptyInputError(name="table")
    return counts


def _agreement_weights(weights: Any, size: int) -> FloatArray:
    if not isinstance(weights, str):
        given = np.asarray(weights, dtype=np.float64)
        if given.shape != (size, size):
            raise ShapeError(name="weights", got=given.shape, expected=(size, size))
        return given
    if weights == "exact":
        return np.eye(size)
    if weights not in _POWERS:
        raise UnknownOptionError(name="weights", value=weights, options="exact, linear, quadratic")
    steps = np.arange(size)
    gap = np.abs(steps[:, None] - steps[None, :]) / (size - 1)
    return np.asarray(1 - gap ** _POWERS[weights], dtype=np.float64)


def _complete(ratings: Any) -> FloatArray:
    values = np.asarray(ratings, dtype=np.float64)
    if values.ndim != 2 or min(values.shape) < 2:
        raise ShapeError(name="ratings", got=values.shape, expected="two rows and two columns at least")
    if not np.isfinite(values).all():
        raise ValueRangeError(name="ratings", rule="finite: every rater rates every target", value=values.min())
    return values


def _mean_squares(values: FloatArray) -> tuple[float, float, float, float]:
    """Between targets, between judges, within targets, residual (Shrout & Fleiss 1979, Table 3)."""
    n, k = values.shape
    grand = values.mean()
    between = k * float(((values.mean(axis=1) - grand) ** 2).sum())
    judges = n * float(((values.mean(axis=0) - grand) ** 2).sum())
    within = float(((values - grand) ** 2).sum()) - between
    residual = max(within - judges, 0.0)
    return between / (n - 1), judges / (k - 1), within / (n * (k - 1)), residual / ((n - 1) * (k - 1))


def _one_way(between: float, within: float, n: int, k: int, level: float) -> tuple[Coefficient, Coefficient]:
    single = (between - within) / (between + (k - 1) * within)
    return _from_ratio(between, within, (n - 1, n * (k - 1)), k, level, single)


def _two_way_fixed(between: float, residual: float, n: int, k: int, level: float) -> tuple[Coefficient, Coefficient]:
    single = (between - residual) / (between + (k - 1) * residual)
    return _from_ratio(between, residual, (n - 1, (n - 1) * (k - 1)), k, level, single)


def _from_ratio(
    between: float, error: float, freedom: tuple[int, int], k: int, level: float, single: float
) -> tuple[Coefficient, Coefficient]:
    """Single and mean coefficient from one F ratio; without any error agreement is perfect."""
    if error <= 0:
        perfect = Coefficient(value=1.0, low=1.0, high=1.0)
        return perfect, perfect
    tail, ratio = (1 + level) / 2, between / error
    low, high = ratio / stats.f.ppf(tail, *freedom), ratio * stats.f.ppf(tail, *reversed(freedom))
    ends = [(float(f) - 1) / (float(f) + k - 1) for f in (low, high)]
    mean = 1 - 1 / ratio if ratio > 0 else float("-inf")
    return (
        Coefficient(value=single, low=ends[0], high=ends[1]),
        Coefficient(value=mean, low=_stepped_up(ends[0], k), high=_stepped_up(ends[1], k)),
    )


def _two_way_random(
    between: float, judges: float, residual: float, n: int, k: int, level: float
) -> tuple[Coefficient, Coefficient]:
    """ICC(2): Satterthwaite's degrees of freedom for the interval (McGraw & Wong 1996, Table 7)."""
    single = (between - residual) / (between + (k - 1) * residual + k * (judges - residual) / n)
    mean = (between - residual) / (between + (judges - residual) / n)
    if residual <= 0:
        return Coefficient(value=single, low=single, high=single), Coefficient(value=mean, low=mean, high=mean)
    ratio = judges / residual
    rest = n * (1 + (k - 1) * single) - k * single
    freedom = ((k - 1) * (n - 1) * (k * single * ratio + rest) ** 2) / ((n - 1) * k**2 * single**2 * ratio**2 + rest**2)
    tail = (1 + level) / 2
    above, below = float(stats.f.ppf(tail, n - 1, freedom)), float(stats.f.ppf(tail, freedom, n - 1))
    noise = k * judges + (k * n - k - n) * residual
    low = n * (between - above * residual) / (above * noise + n * between)
    high = n * (below * between - residual) / (noise + n * below * between)
    return (
        Coefficient(value=single, low=low, high=high),
        Coefficient(value=mean, low=_stepped_up(low, k), high=_stepped_up(high, k)),
    )


def _stepped_up(single: float, k: int) -> float:
    """The reliability of the mean of k raters (Spearman-Brown)."""
    return single * k / (1 + single * (k - 1))
