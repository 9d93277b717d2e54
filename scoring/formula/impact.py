"""Selection rates and their ratio at a gate and at the bottom line (methods A4).

Every gate is looked at on its own: a fair bottom line does not excuse an unfair gate. Source: Connecticut v. Teal, 457
U.S. 440 (1982); 29 CFR 1607.4 D.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from scoring.formula.arrays import as_nonnegative, as_positive
from scoring.formula.errors import ValueRangeError


@dataclass(frozen=True)
class Impact:
    """Two groups at one stage. ratio: first rate / second rate (nan when nobody of the second group passes); z: pooled
    two-sample statistic; fisher_p: two-sided exact test."""

    first_rate: float
    second_rate: float
    ratio: float
    difference: float
    z: float
    fisher_p: float


def selection_rate(passed: float, total: float) -> float:
    """Share that passed; both are counts, passed <= total, total > 0."""
    count = float(as_positive("total", total, size=1)[0])
    share = float(as_nonnegative("passed", passed, size=1)[0]) / count
    if share > 1:
        raise ValueRangeError(name="passed", rule=f"at most the total of {total}", value=passed)
    return share


def impact_ratio(passed: float, total: float, other_passed: float, other_total: float) -> Impact:
    """Compare the selection rate of a group with that of another (usually the group with the highest rate)."""
    first, second = selection_rate(passed, total), selection_rate(other_passed, other_total)
    pooled = (passed + other_passed) / (total + other_total)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / total + 1 / other_total))
    z = (first - second) / spread if spread > 0 else 0.0
    table = np.array([[passed, total - passed], [other_passed, other_total - other_passed]]).astype(np.int64)
    p = float(stats.fisher_exact(table).pvalue)
    return Impact(first, second, first / second if second > 0 else float("nan"), first - second, float(z), p)
