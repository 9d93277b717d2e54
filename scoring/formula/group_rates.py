"""Selection rates of groups at one stage, each against the group with the highest rate (methods A8).

Small numbers are no evidence: the ratio comes with its interval and an exact test, and the four-fifths rule is computed
on whole numbers (in floating point .48 / .6 falls under .8). Sources: 29 CFR 1607.4 D; Katz et al. (1978) Biometrics
34:469-474 for the interval; Lancaster (1961) JASA 56:223-234 for the mid-p; 44 FR 11996, question 20, for small
numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from scoring.formula.arrays import BoolArray, check_share
from scoring.formula.errors import ShapeError
from scoring.formula.nonresponse import wilson_interval

SMALLEST, SMALLEST_SHARE = 10, 0.02
ALERT, WATCH, FINE, SMALL = "alert", "watch", "fine", "small"


@dataclass(frozen=True)
class GroupRate:
    """One group at one stage: `passed` of `total`, the rate with its Wilson interval; against the reference group the
    ratio with its interval (nan where there is nothing to compare) and the two-sided mid-p.

    flag: "alert" (under four fifths, and chance does not explain it), "watch" (under four fifths only), "fine", "small"
    (too few people to say anything about).
    """

    group: str
    total: int
    passed: int
    rate: float
    low: float
    high: float
    ratio: float
    ratio_low: float
    ratio_high: float
    p: float
    flag: str
    is_reference: bool


def group_rates(passed: BoolArray, groups: Sequence[str], *, level: float = 0.95) -> tuple[GroupRate, ...]:
    """Rates by group, in the order of their names; people without a group ("") are left out.

    The reference is the highest rate among groups with at least ten people and 2 % of all, the larger group on ties.
    """
    labels, taken = np.asarray(groups, dtype=object), np.asarray(passed, dtype=bool)
    if labels.size != taken.size:
        raise ShapeError(name="groups", got=labels.size, expected=taken.size)
    names = sorted({str(name) for name in labels if name})
    counts = {name: (int(taken[labels == name].sum()), int((labels == name).sum())) for name in names}
    reference = _reference(counts)
    return tuple(_group(name, counts, reference, check_share("level", level)) for name in names)


def _reference(counts: dict[str, tuple[int, int]]) -> str:
    everybody = sum(total for _passed, total in counts.values())
    large = [name for name, (_x, n) in counts.items() if n >= max(SMALLEST, SMALLEST_SHARE * everybody)]
    return max(large, key=lambda name: (counts[name][0] / counts[name][1], counts[name][1]), default="")


def _group(name: str, counts: dict[str, tuple[int, int]], reference: str, level: float) -> GroupRate:
    passed, total = counts[name]
    low, high = (float(limit[0]) for limit in wilson_interval([passed], [total], level=level))
    ratio = ratio_low = ratio_high = p = float("nan")
    other, others = counts.get(reference, (0, 0))
    if reference and name != reference and other:
        ratio, p = (passed / total) / (other / others), mid_p(passed, total, other, others)
        ratio_low, ratio_high = ratio_interval(passed, total, other, others, level=level)
    flag = _flag(counts[name], (other, others), p) if reference else SMALL
    return GroupRate(
        name, total, passed, passed / total, low, high, ratio, ratio_low, ratio_high, p, flag, name == reference
    )


def _flag(own: tuple[int, int], best: tuple[int, int], p: float) -> str:
    if own[1] < SMALLEST:
        return SMALL
    under = own[0] * best[1] * 5 < 4 * best[0] * own[1]
    return (ALERT if p < 0.05 else WATCH) if under else FINE


def ratio_interval(
    passed: int, total: int, other: int, others: int, *, level: float = 0.95
) -> tuple[float, float]:  # fmt: skip
    """Katz's interval of the ratio of two rates on the logarithm; half a person is added where somebody has none."""
    x, n, y, m = float(passed), float(total), float(other), float(others)
    if not passed or not other:
        x, n, y, m = x + 0.5, n + 0.5, y + 0.5, m + 0.5
    z = float(stats.norm.ppf(0.5 + level / 2))
    half = z * np.sqrt(max(1 / x - 1 / n, 0.0) + max(1 / y - 1 / m, 0.0))
    middle = np.log((x / n) / (y / m))
    return float(np.exp(middle - half)), float(np.exp(middle + half))


def mid_p(passed: int, total: int, other: int, others: int) -> float:
    """Two-sided mid-p of Fisher's exact test: tables less likely than the one seen, and half of those as likely."""
    seen = stats.hypergeom(total + others, passed + other, total)
    possible = np.arange(max(0, passed + other - others), min(total, passed + other) + 1)
    chances = seen.pmf(possible)
    here = float(seen.pmf(passed))
    close = np.isclose(chances, here, rtol=1e-7)
    return float(chances[(chances < here) & ~close].sum() + 0.5 * chances[close].sum())
