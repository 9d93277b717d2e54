"""Net promoter score: analyse the 0-10 mean, display 100 (P - D) (methods A1).

Source: variance of a difference of two multinomial shares, [P + D - (P - D)^2] / n (Rowley 2013).
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from scoring.formula.arrays import Numbers, as_floats, as_nonnegative, check_share
from scoring.formula.errors import EmptyInputError, ValueRangeError

PROMOTER, DETRACTOR = 9.0, 6.0


@dataclass(frozen=True)
class NetPromoterScore:
    """score, se, low, high on the scale -100 to 100; n answers; promoters, detractors: shares."""

    score: float
    se: float
    low: float
    high: float
    n: float
    promoters: float
    detractors: float


def net_promoter_score(
    promoters: float, passives: float, detractors: float, *, level: float = 0.95
) -> NetPromoterScore:
    """Score and normal interval from the three counts."""
    counts = as_nonnegative("counts", [promoters, passives, detractors])
    n = float(counts.sum())
    if n == 0:
        raise EmptyInputError(name="counts")
    p, d = float(counts[0]) / n, float(counts[2]) / n
    se = 100.0 * float(np.sqrt((p + d - (p - d) ** 2) / n))
    half = float(stats.norm.ppf(0.5 + check_share("level", level) / 2)) * se
    score = 100.0 * (p - d)
    return NetPromoterScore(score, se, max(score - half, -100.0), min(score + half, 100.0), n, p, d)


def net_promoter_score_of(ratings: Numbers, *, level: float = 0.95) -> NetPromoterScore:
    """Score from answers 0 to 10: promoters from 9, detractors to 6."""
    values = as_floats("ratings", ratings)
    if (values < 0).any() or (values > 10).any():
        raise ValueRangeError(name="ratings", rule="0 to 10", value=values[(values < 0) | (values > 10)][0])
    up, down = int((values >= PROMOTER).sum()), int((values <= DETRACTOR).sum())
    return net_promoter_score(up, values.size - up - down, down, level=level)
