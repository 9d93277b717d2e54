"""Between-agent variance of means with known sampling variances, and their pooled mean (methods A1).

y_j ~ N(theta_j, v_j), theta_j ~ N(mu, tau2). A variance of exactly zero is a normal answer: the agents cannot be told
apart. Sources: Paule & Mandel (1982) J Res NBS 87:377-385; DerSimonian & Laird (1986) Control Clin Trials 7:177-188;
DerSimonian & Kacker (2007) Contemp Clin Trials 28:105-114; Viechtbauer (2005) J Educ Behav Stat 30:261-293.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from scoring.formula.arrays import FloatArray, Numbers, as_floats, as_nonnegative, as_positive, check_option

METHODS = ("paule_mandel", "reml", "ml", "dersimonian_laird", "hedges")


@dataclass(frozen=True)
class Pooled:
    """Weighted mean of all agents.

    mean, se: estimate and standard error at the `tau2` it was asked for; q, freedom, p: Cochran's test that all agents
    are equal (always at tau2 = 0); i2: share of the spread that is not sampling error, 0 to 1.
    """

    mean: float
    se: float
    tau2: float
    q: float
    freedom: int
    p: float
    i2: float


def pooled_mean(y: Numbers, v: Numbers, *, tau2: float = 0.0) -> Pooled:
    """Inverse-variance weighted mean of `y` (shape (k,)) with sampling variances `v` (> 0) and between variance
    `tau2`.
    """
    values = as_floats("y", y)
    variances = as_positive("v", v, size=values.size)
    mean, weight = _mean(values, variances, tau2)
    q, freedom = _cochran(values, variances), values.size - 1
    p = float(stats.chi2.sf(q, freedom)) if freedom else 1.0
    return Pooled(mean, weight**-0.5, tau2, q, freedom, p, max(0.0, 1.0 - freedom / q) if q > 0 else 0.0)


def between_variance(y: Numbers, v: Numbers, *, method: str = "paule_mandel") -> float:
    """Estimate tau2 >= 0, the variance of the true means, from `y` and their sampling variances `v`, both of shape
    (k,).

    method: "paule_mandel" (solves the generalised Q = k - 1), "reml", "ml", "dersimonian_laird" or "hedges" (variance
    component / Cochran ANOVA). One agent has no between variance: 0. Raises FormulaError for empty or non-positive
    input.
    """
    values = as_floats("y", y)
    variances = as_positive("v", v, size=values.size)
    check_option("method", method, METHODS)
    if values.size == 1:
        return 0.0
    if method == "dersimonian_laird":
        return _dersimonian_laird(values, variances)
    if method == "hedges":
        return max(0.0, float(values.var(ddof=1) - variances.mean()))
    if method == "paule_mandel":
        return _paule_mandel(values, variances)
    return _likelihood(values, variances, restricted=method == "reml")


def heterogeneity(y: Numbers, v: Numbers, *, tau2: float) -> tuple[float, float]:
    """Generalised Q at `tau2` and its p value against a chi-squared of k - 1 degrees of freedom."""
    values = as_floats("y", y)
    spread = as_nonnegative("tau2", tau2, size=1)[0]
    q = _cochran(values, as_positive("v", v, size=values.size) + spread)
    return q, float(stats.chi2.sf(q, max(values.size - 1, 1)))


def _mean(values: FloatArray, variances: FloatArray, tau2: float) -> tuple[float, float]:
    weights = 1.0 / (variances + tau2)
    total = float(weights.sum())
    return float(weights @ values) / total, total


def _cochran(values: FloatArray, variances: FloatArray) -> float:
    mean, _ = _mean(values, variances, 0.0)
    return float(((values - mean) ** 2 / variances).sum())


def _dersimonian_laird(values: FloatArray, variances: FloatArray) -> float:
    weights = 1.0 / variances
    room = weights.sum() - (weights**2).sum() / weights.sum()
    return max(0.0, float((_cochran(values, variances) - (values.size - 1)) / room))


def _paule_mandel(values: FloatArray, variances: FloatArray) -> float:
    def excess(tau2: float) -> float:
        return _cochran(values, variances + tau2) - (values.size - 1)

    if excess(0.0) <= 0.0:
        return 0.0
    # Q falls in tau2 and is below sum((y - mean)^2) / tau2, so this bound has a negative excess.
    ceiling = 2.0 * float(((values - values.mean()) ** 2).sum()) / (values.size - 1)
    return float(optimize.brentq(excess, 0.0, ceiling, xtol=1e-14 * ceiling, rtol=1e-13))


def _likelihood(values: FloatArray, variances: FloatArray, *, restricted: bool) -> float:
    """Maximise the (restricted) likelihood in tau2: the best of a coarse grid, then the root of its slope beside it."""

    def criterion(tau2: float) -> float:
        mean, weight = _mean(values, variances, tau2)
        total = np.log(variances + tau2).sum() + ((values - mean) ** 2 / (variances + tau2)).sum()
        return float(total + (np.log(weight) if restricted else 0.0))

    def slope(tau2: float) -> float:
        mean, weight = _mean(values, variances, tau2)
        w = 1.0 / (variances + tau2)
        rise = w.sum() - (w**2 * (values - mean) ** 2).sum()
        return float(rise - ((w**2).sum() / weight if restricted else 0.0))

    ceiling = 10.0 * float(values.var(ddof=1)) + float(variances.max())
    grid = np.concatenate([[0.0], ceiling * np.logspace(-8, 0, 81)])
    best = int(np.argmin([criterion(t) for t in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)]
    if slope(low) >= 0.0 or slope(high) <= 0.0:
        return float(grid[best])
    return float(optimize.brentq(slope, low, high, xtol=1e-14 * ceiling, rtol=1e-13))
