"""Standardised rates: is a difference real, or does it come from who works where? (methods A2)

The classical companions of the case-mix model for yes/no outcomes by stratum (cell). All functions take one row for
each group and stratum with `events` of `trials`.

Sources: Fleiss, Levin & Paik (2003) ch. 19 (direct and indirect standardisation); Mantel & Haenszel (1959) JNCI
22:719-748; Robins, Breslow & Greenland (1986) Biometrics 42:311-323 (variance of the log odds ratio).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from scoring.formula.arrays import FloatArray, check_columns, check_share
from scoring.formula.errors import NotIdentifiedError, ShapeError, ValueRangeError


def standardised_rates(
    table: pd.DataFrame,
    *,
    group: str = "group",
    stratum: str = "stratum",
    standard: Mapping[object, float] | None = None,
) -> pd.DataFrame:
    """Crude, directly and indirectly standardised rates of every group.

    table: columns `group`, `stratum`, `events`, `trials` (named by the arguments); repeated rows add up. standard:
    weight of each stratum (default: all trials in it).

    Returns a frame by group: `crude`; `direct` (rate the group would have with the standard's mix; strata where the
    group has no trials are left out of its standard); `expected` (events if every stratum had its overall rate),
    `ratio` (observed / expected), `indirect` (ratio times the overall rate).
    """
    check_columns(table, [group, stratum, "events", "trials"])
    sums = table.groupby([group, stratum], observed=True)[["events", "trials"]].sum().astype(float)
    if (sums["events"] > sums["trials"]).any() or (sums < 0).any(axis=None):
        raise ValueRangeError(name="events", rule="between 0 and the trials", value=sums["events"].max())
    events, trials = sums["events"].unstack(fill_value=0), sums["trials"].unstack(fill_value=0)
    weights = trials.sum() if standard is None else pd.Series(standard).reindex(trials.columns).fillna(0.0)
    there = (trials > 0).mul(weights, axis=1)
    rates = (events / trials.where(trials > 0)).fillna(0.0)
    expected = trials.mul(events.sum() / trials.sum(), axis=1).sum(axis=1)
    observed = events.sum(axis=1)
    overall = float(observed.sum() / trials.to_numpy().sum())
    return pd.DataFrame({
        "crude": observed / trials.sum(axis=1),
        "direct": (rates * there).sum(axis=1) / there.sum(axis=1),
        "expected": expected,
        "ratio": observed / expected,
        "indirect": overall * observed / expected,
    })  # fmt: skip


@dataclass(frozen=True)
class MantelHaenszel:
    """Common odds ratio with its interval, and the test that it is 1 (chi-squared of one degree of freedom)."""

    odds_ratio: float
    low: float
    high: float
    chi2: float
    p: float


def mantel_haenszel(tables: FloatArray, *, level: float = 0.95, correct: bool = True) -> MantelHaenszel:
    """Common odds ratio over strata.

    tables: counts of shape (strata, 2, 2); rows are the two groups, columns event and no event; the ratio is that of
    the first group to the second. correct: continuity correction of the test. Strata with fewer than two chats are
    left out.
    """
    counts = np.asarray(tables, dtype=np.float64)
    if counts.ndim != 3 or counts.shape[1:] != (2, 2):
        raise ShapeError(name="tables", got=counts.shape, expected="(strata, 2, 2)")
    counts = counts[counts.sum(axis=(1, 2)) > 1]
    a, b, c, d = counts[:, 0, 0], counts[:, 0, 1], counts[:, 1, 0], counts[:, 1, 1]
    n = a + b + c + d
    r, s = a * d / n, b * c / n
    if not len(n) or r.sum() == 0 or s.sum() == 0:
        raise NotIdentifiedError(name="The odds ratio", reason="one group has no event, or no other outcome, anywhere")
    ratio = float(r.sum() / s.sum())
    p, q = (a + d) / n, (b + c) / n
    variance = (
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
        + (q * s).sum() / (2 * s.sum() ** 2)
    )
    half = float(stats.norm.ppf(0.5 + check_share("level", level) / 2) * np.sqrt(variance))
    expected = (a + b) * (a + c) / n
    spread = (a + b) * (c + d) * (a + c) * (b + d) / (n**2 * (n - 1))
    distance = abs(float((a - expected).sum()))
    distance -= min(0.5, distance) if correct else 0.0
    chi2 = distance**2 / float(spread.sum())
    return MantelHaenszel(ratio, ratio * np.exp(-half), ratio * np.exp(half), chi2, float(stats.chi2.sf(chi2, 1)))
