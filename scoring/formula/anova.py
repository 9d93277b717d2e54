"""Are agents different at all? One-way analysis of variance and random effects, and James-Stein (methods A1).

Sources: Davies & Goldsmith (1972) ch. 6; Searle, Casella & McCulloch (1992) ch. 3; Efron & Morris (1975) JASA
70:311-319, eq. 1.6; Efron & Hastie (2016) ch. 7.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from scoring.formula.arrays import FloatArray, Labels, Numbers, as_floats, as_positive
from scoring.formula.errors import NotIdentifiedError, ShapeError
from scoring.formula.reml import RandomIntercept, fit_random_intercept, intercept_statistics


@dataclass(frozen=True)
class Anova:
    """One-way analysis of variance. f, p: test that all agents are equal; icc: moment estimate of the share of variance
    that lies between agents, at least 0."""

    between_mean_square: float
    within_mean_square: float
    between_freedom: int
    within_freedom: int
    f: float
    p: float
    icc: float


def one_way_anova(values: Numbers, groups: Labels) -> Anova:
    """F test that agents (`groups`) do not differ in `values`, both of shape (N,); rows without a value must be left
    out.
    """
    y, codes, counts = _grouped(values, groups)
    freedom = int(y.size - counts.size)
    if counts.size < 2 or freedom < 1:
        raise NotIdentifiedError(name="The F test", reason="it needs two agents and more ratings than agents")
    means = np.bincount(codes, weights=y) / counts
    between = float(counts @ (means - y.mean()) ** 2) / (counts.size - 1)
    within = float(((y - means[codes]) ** 2).sum()) / freedom
    f = between / within if within > 0 else np.inf
    size = float((y.size - (counts**2).sum() / y.size) / (counts.size - 1))
    spread = max(0.0, (between - within) / size)
    icc = spread / (spread + within) if spread + within > 0 else 0.0
    return Anova(between, within, counts.size - 1, freedom, f, float(stats.f.sf(f, counts.size - 1, freedom)), icc)


def one_way_random_effects(values: Numbers, groups: Labels, *, method: str = "reml") -> RandomIntercept:
    """Variance components and shrunken group effects (BLUPs) of a one-way layout, balanced or not; "reml" or "ml"."""
    return fit_random_intercept(intercept_statistics(values, groups), method=method)


def _grouped(values: Numbers, groups: Labels) -> tuple[FloatArray, np.ndarray, FloatArray]:
    y = as_floats("values", values)
    codes, _ = pd.factorize(np.asarray(groups, dtype=object), sort=True)
    if codes.size != y.size:
        raise ShapeError(name="groups", got=codes.size, expected=y.size)
    return y, codes, np.bincount(codes).astype(np.float64)


@dataclass(frozen=True, eq=False)
class JamesStein:
    """estimate: shrunken values, shape (k,); target: what they are shrunken to; factor: 1 keeps, 0 replaces by the
    target; sd: posterior standard deviations, the doubt about the factor and the target included (Morris 1983, eqs.
    1.16 and 1.17), (k,).
    """

    estimate: FloatArray
    target: float
    factor: float
    sd: FloatArray


def james_stein(y: Numbers, variance: float, *, target: float | None = None, positive_part: bool = True) -> JamesStein:
    """James-Stein estimate of k means with one known sampling `variance`.

    Shrinks to `target` with factor 1 - (k - 2) variance / S, or without one to the grand mean with k - 3 (Efron &
    Morris 1975, eq. 1.6), S being the sum of squares around it. positive_part: never beyond the target.
    """
    values = as_floats("y", y)
    noise = float(as_positive("variance", variance, size=1)[0])
    centre, lost = (float(values.mean()), 3) if target is None else (target, 2)
    if values.size <= lost:
        raise NotIdentifiedError(name="The shrinkage", reason=f"it needs more than {lost} means")
    squares = float(((values - centre) ** 2).sum())
    factor = 1.0 - (values.size - lost) * noise / squares if squares > 0 else 0.0
    factor = max(factor, 0.0) if positive_part else factor
    pulled, freedom = 1.0 - factor, values.size - lost
    known = pulled * ((values.size - 1) / values.size if target is None else 1.0)
    doubt = 2.0 / freedom * pulled**2 * (values - centre) ** 2
    sd = np.sqrt(np.maximum(noise * (1.0 - known) + doubt, 0.0))
    return JamesStein(centre + factor * (values - centre), centre, factor, sd)
