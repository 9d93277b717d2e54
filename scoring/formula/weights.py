"""Weights of a composite: what they really do, and what validities would suggest (methods A4).

Start with unit weights; move to weights from validities only when some 150 to 200 outcomes exist.
Sources: Dawes (1979) American Psychologist 34:571-582; Wainer (1976) Psychological Bulletin 83:213-217; Mosier (1943)
Psychometrika 8:161-168; Schmidt & Hunter (1998) Psychological Bulletin 124:262-274; Guion (2011) ch. 8.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from scoring.formula.arrays import FloatArray, Numbers, as_floats, as_nonnegative, check_share
from scoring.formula.errors import NotIdentifiedError, ShapeError, ValueRangeError


@dataclass(frozen=True, eq=False)
class RegressionWeights:
    """weights: standardised, shape (m,); multiple_r: correlation of the weighted composite with the criterion."""

    weights: FloatArray
    multiple_r: float


def regression_weights(
    correlations: FloatArray, validities: Numbers, *, ridge: float = 0.0, unit_share: float = 0.0
) -> RegressionWeights:
    """Standardised weights R^-1 r of m predictors from their correlations R (m, m) and validities r (m,).

    ridge: added to the diagonal of R (0.1 to 0.5 for small samples). unit_share: 0 to 1, pulls the weights towards unit
    weights of the same total. multiple_r is always that of the weights returned, under R and r as given; raises
    NotIdentifiedError when R is singular.
    """
    table, r = _correlations(correlations, validities)
    if ridge < 0:
        raise ValueRangeError(name="ridge", rule="0 or more", value=ridge)
    share = check_share("unit_share", unit_share, closed=True)
    try:
        weights = linalg.solve(table + ridge * np.eye(r.size), r, assume_a="pos")
    except linalg.LinAlgError as error:
        raise NotIdentifiedError(name="The weights", reason="predictors are collinear; give a ridge") from error
    weights = (1.0 - share) * weights + share * weights.sum() / r.size
    return RegressionWeights(weights, composite_validity(table, r, weights))


def composite_validity(correlations: FloatArray, validities: Numbers, weights: Numbers) -> float:
    """Correlation of a weighted sum of standardised predictors with the criterion, w'r / sqrt(w'Rw)."""
    table, r = _correlations(correlations, validities)
    w = as_floats("weights", weights, size=r.size)
    spread = float(w @ table @ w)
    return float(w @ r) / np.sqrt(spread) if spread > 0 else 0.0


def incremental_validity(correlations: FloatArray, validities: Numbers, *, added: int = -1) -> float:
    """Gain in multiple R when predictor number `added` joins all the others."""
    table, r = _correlations(correlations, validities)
    rest = np.delete(np.arange(r.size), added)
    alone = regression_weights(table[np.ix_(rest, rest)], r[rest]).multiple_r if rest.size else 0.0
    return regression_weights(table, r).multiple_r - alone


def effective_weights(scores: FloatArray, weights: Numbers) -> FloatArray:
    """Share of each criterion in the variance of the composite, w_k cov(z_k, S) / var(S), shape (m,); adds up to 1.

    scores: agents x criteria, (p, m). Nominal weights say what was meant, these what happens. nan when S has no spread.
    """
    table = np.asarray(scores, dtype=np.float64)
    w = as_floats("weights", weights, size=table.shape[1])
    covariance = np.atleast_2d(np.cov(table, rowvar=False))
    total = float(w @ covariance @ w)
    return np.asarray(w * (covariance @ w) / total) if total > 0 else np.full(w.size, np.nan)


def composite_reliability(
    weights: Numbers, sds: Numbers, reliabilities: Numbers, correlations: FloatArray | None = None
) -> float:
    """Mosier's reliability of a weighted sum: 1 - sum w^2 s^2 (1 - r_kk) / var(S).

    sds, reliabilities: of the components, shape (m,); correlations: of the observed components (m, m), default none.
    """
    w = as_floats("weights", weights)
    s = as_nonnegative("sds", sds, size=w.size)
    own = as_floats("reliabilities", reliabilities, size=w.size)
    table = np.eye(w.size) if correlations is None else np.asarray(correlations, dtype=np.float64)
    scaled = w * s
    total = float(scaled @ table @ scaled)
    return 1.0 - float(scaled**2 @ (1.0 - own)) / total if total > 0 else 0.0


def _correlations(correlations: FloatArray, validities: Numbers) -> tuple[FloatArray, FloatArray]:
    r = as_floats("validities", validities)
    table = np.asarray(correlations, dtype=np.float64)
    if table.shape != (r.size, r.size):
        raise ShapeError(name="correlations", got=table.shape, expected=(r.size, r.size))
    if not np.allclose(table, table.T) or np.abs(table).max() > 1 + 1e-9:
        raise ValueRangeError(name="correlations", rule="symmetric, between -1 and 1", value=float(np.abs(table).max()))
    return table, r
