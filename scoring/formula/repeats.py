"""Customers who rate often must not count often (methods A1).

Either average within customer, agent and 30 days, or divide the counts by the design effect 1 + (m - 1) rho.
Source: Kish (1965) Survey Sampling, section 5.4.
"""

import numpy as np
import pandas as pd

from scoring.formula.arrays import Labels, Numbers, as_floats, as_positive, check_columns
from scoring.formula.cells import SUMS
from scoring.formula.errors import ShapeError, ValueRangeError


def average_repeats(ratings: pd.DataFrame, *, days: int = 30) -> pd.DataFrame:
    """Replace the ratings of one customer for one agent within `days` of the first by their mean, dated at the first.

    ratings: `agent`, `customer`, `at` (date or time), `rating`; rows without a customer stay as they are. Other columns
    keep their first value. The result is in the order of agent, customer and time.
    """
    check_columns(ratings, ["agent", "customer", "at", "rating"])
    known = ratings[ratings["customer"].notna()].sort_values(["agent", "customer", "at"], kind="stable")
    spell = _spells(known, pd.Timedelta(days=days))
    others = [column for column in known.columns if column not in ("agent", "customer", "rating")]
    grouped = known.groupby(["agent", "customer", spell], sort=True)
    merged = grouped[others].first().assign(rating=grouped["rating"].mean()).reset_index(level=[0, 1])
    return pd.concat([merged[ratings.columns], ratings[ratings["customer"].isna()]], ignore_index=True)


def _spells(known: pd.DataFrame, length: pd.Timedelta) -> np.ndarray:
    """Row that opened the spell of each row; a spell lasts `length` from its first rating."""
    times = pd.to_datetime(known["at"]).to_list()
    owners = list(zip(known["agent"], known["customer"], strict=True))
    numbers, first = np.zeros(len(times), dtype=np.int64), 0
    for row in range(1, len(times)):
        if owners[row] != owners[first] or times[row] - times[first] >= length:
            first = row
        numbers[row] = first
    return numbers


def intraclass_correlation(values: Numbers, clusters: Labels) -> float:
    """Correlation of two ratings of one customer (ANOVA estimator for unequal sizes), between 0 and 1."""
    y = as_floats("values", values)
    codes, _ = pd.factorize(np.asarray(clusters, dtype=object))
    if codes.size != y.size:
        raise ShapeError(name="clusters", got=codes.size, expected=y.size)
    n = np.bincount(codes).astype(np.float64)
    if n.size < 2 or n.size == y.size:
        return 0.0
    means = np.bincount(codes, weights=y) / n
    between = float(n @ (means - y.mean()) ** 2) / (n.size - 1)
    within = float(((y - means[codes]) ** 2).sum()) / (y.size - n.size)
    size = (y.size - float((n**2).sum()) / y.size) / (n.size - 1)
    total = between + (size - 1.0) * within
    return min(1.0, max(0.0, (between - within) / total)) if total > 0 else 0.0


def design_effect(cluster_sizes: Numbers, correlation: float) -> float:
    """Loss of evidence through clusters, 1 + (m - 1) rho with m = sum n^2 / sum n (Kish), at least 1."""
    n = as_positive("cluster_sizes", cluster_sizes)
    if not 0 <= correlation <= 1:
        raise ValueRangeError(name="correlation", rule="between 0 and 1", value=correlation)
    return max(1.0, 1.0 + (float((n**2).sum() / n.sum()) - 1.0) * correlation)


def deflate(stats: pd.DataFrame, effect: float) -> pd.DataFrame:
    """Divide `n`, `s` and `ss` by a design effect: the means stay, the evidence shrinks."""
    check_columns(stats, SUMS)
    if effect < 1:
        raise ValueRangeError(name="effect", rule="at least 1", value=effect)
    return stats.assign(**{name: stats[name] / effect for name in SUMS})
