"""Several crossed random effects: agents, customers (severity), queues (methods A1, A2).

y = X beta + sum_f u_f + e. Offline companion of the case-mix model where ratings name the customer: the factor with
most levels is eliminated exactly, the others are solved densely, so a few thousand levels of the smaller factors are
fine. Source: Bates, Maechler, Bolker & Walker (2015) J Stat Soft 67(1), eqs. 30-42.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg, optimize, sparse

from scoring.formula.arrays import FloatArray, Numbers, as_floats, check_option
from scoring.formula.errors import EmptyInputError, ShapeError

# A relative standard deviation under this is taken for none; how often a solution is improved, the step after which it
# is good (the next one would be about its square), and what the criterion may rise by through rounding alone.
NEAR_ZERO, NEWTON_STEPS, SMALL_STEP, FLAT = 1e-4, 3, 1e-3, 1e-12


@dataclass(frozen=True, eq=False)
class CrossedEffects:
    """A fitted model. fixed, fixed_se: estimates and standard errors by column; effects: for each factor a Series of
    predicted effects by level; variances: by factor; variance_residual; log_likelihood (restricted for "reml").
    """

    fixed: pd.Series
    fixed_se: pd.Series
    effects: dict[str, pd.Series]
    variances: dict[str, float]
    variance_residual: float
    log_likelihood: float
    method: str


@dataclass(frozen=True, eq=False)
class _Products:
    """Cross products with the eliminated factor (1) and the others (2); `fixed` holds [X y]."""

    counts: FloatArray
    joint: sparse.csr_array
    inner: FloatArray
    fixed: FloatArray
    first_fixed: FloatArray
    second_fixed: FloatArray
    second_factor: np.ndarray


@dataclass(frozen=True, eq=False)
class _Solution:
    log_det: float
    gram: FloatArray
    first: FloatArray
    second: FloatArray


def fit_crossed_effects(
    y: Numbers, factors: pd.DataFrame, x: pd.DataFrame | None = None, *, method: str = "ml"
) -> CrossedEffects:
    """Fit crossed (or nested) random intercepts by "ml" or "reml".

    y: ratings (N,); factors: one column for each random factor, labels of shape (N,); x: fixed-effect columns beside an
    intercept, (N, q), of full rank.
    """
    restricted = check_option("method", method, ("ml", "reml")) == "reml"
    rating = as_floats("y", y)
    if factors.shape[1] == 0:
        raise EmptyInputError(name="factors")
    if len(factors) != rating.size:
        raise ShapeError(name="factors", got=len(factors), expected=rating.size)
    names = sorted(factors.columns, key=lambda name: -factors[name].nunique())
    coded = {str(name): pd.factorize(factors[name], sort=True) for name in names}
    design = np.column_stack([np.ones(rating.size), *(() if x is None else (x.to_numpy(dtype=np.float64),)), rating])
    products = _products(coded, design)
    start = np.full(len(names), 0.4)
    found = optimize.minimize(
        _criterion, start, args=(products, rating.size, restricted), method="L-BFGS-B",
        bounds=[(0.0, None)] * len(names), options={"ftol": 1e-13, "gtol": 1e-6},
    )  # fmt: skip
    labels = ["(intercept)", *(() if x is None else map(str, x.columns))]
    theta = _polish(np.abs(found.x), lambda at: _criterion(at, products, rating.size, restricted))
    return _finish(theta, products, coded, labels, rating.size, method)


def _polish(theta: FloatArray, criterion: Callable[[FloatArray], float]) -> FloatArray:
    """Newton's steps from near the top, for the search stops where the criterion is flat to its own eight digits.

    Standard deviations at zero stay there; a step that does not lower the criterion is not taken.
    """
    free = np.flatnonzero(theta > NEAR_ZERO)
    for _ in range(NEWTON_STEPS if free.size else 0):
        gradient, curvature = _slopes(theta, free, criterion)
        try:
            step = linalg.solve(curvature, gradient, assume_a="pos")
        except linalg.LinAlgError:
            return theta
        moved = theta.copy()
        moved[free] -= step
        if (moved[free] <= 0.0).any() or criterion(moved) > criterion(theta) + FLAT * abs(criterion(theta)):
            return theta
        theta = moved
        if np.abs(step / theta[free]).max() < SMALL_STEP:
            return theta
    return theta


def _slopes(
    theta: FloatArray, free: np.ndarray, criterion: Callable[[FloatArray], float]
) -> tuple[FloatArray, FloatArray]:
    """Gradient and second derivatives of the criterion by central differences."""
    steps = np.zeros((free.size, theta.size))
    steps[np.arange(free.size), free] = 1e-3 * theta[free]
    width = np.array([step.sum() for step in steps])
    up, down = ([criterion(theta + side * step) for step in steps] for side in (1.0, -1.0))
    here, size = criterion(theta), free.size
    curvature = np.diag((np.array(up) + np.array(down) - 2 * here) / width**2)
    for i in range(size):
        for j in range(i):
            corners = [a * b * criterion(theta + a * steps[i] + b * steps[j]) for a in (1.0, -1.0) for b in (1.0, -1.0)]
            curvature[i, j] = curvature[j, i] = sum(corners) / (4 * width[i] * width[j])
    return (np.array(up) - np.array(down)) / (2 * width), curvature


def _products(coded: Mapping[str, tuple[np.ndarray, pd.Index]], design: FloatArray) -> _Products:
    indicators = [
        sparse.csr_array((np.ones(codes.size), (np.arange(codes.size), codes)), shape=(codes.size, len(levels)))
        for codes, levels in coded.values()
    ]
    first = indicators[0]
    second = (
        sparse.csr_array(sparse.hstack(indicators[1:])) if indicators[1:] else sparse.csr_array((first.shape[0], 0))
    )
    sizes = [indicator.shape[1] for indicator in indicators[1:]]
    return _Products(
        counts=np.asarray(first.sum(axis=0)).ravel(),
        joint=sparse.csr_array(first.T @ second),
        inner=np.asarray((second.T @ second).todense()),
        fixed=design.T @ design,
        first_fixed=np.asarray(first.T @ design),
        second_fixed=np.asarray(second.T @ design),
        second_factor=np.repeat(np.arange(1, len(sizes) + 1), sizes),
    )


def _solve(theta: FloatArray, products: _Products) -> _Solution:
    """Eliminate factor 1, then the others; gram is the Schur complement for [X y]."""
    weight = theta[0] ** 2 / (1.0 + theta[0] ** 2 * products.counts)
    scale = theta[products.second_factor]
    reduced = products.joint.T @ (sparse.diags_array(weight) @ products.joint)
    schur = scale[:, None] * (products.inner - np.asarray(reduced.todense())) * scale + np.eye(scale.size)
    right = scale[:, None] * (products.second_fixed - products.joint.T @ (weight[:, None] * products.first_fixed))
    log_det = float(np.log1p(theta[0] ** 2 * products.counts).sum())
    gram = products.fixed - products.first_fixed.T @ (weight[:, None] * products.first_fixed)
    second = np.zeros_like(right)
    if scale.size:
        factor = linalg.cholesky(schur, lower=True, check_finite=False, overwrite_a=True)
        half = linalg.solve_triangular(factor, right, lower=True, check_finite=False)
        log_det += 2.0 * float(np.log(np.diag(factor)).sum())
        gram = gram - half.T @ half
        second = scale[:, None] * linalg.solve_triangular(factor, half, lower=True, trans="T", check_finite=False)
    first = weight[:, None] * (products.first_fixed - products.joint @ second)
    return _Solution(log_det, gram, first, second)


def _criterion(theta: FloatArray, products: _Products, rows: int, restricted: bool) -> float:
    solution = _solve(np.abs(theta), products)
    return _deviance(solution, rows, restricted)[0]


def _deviance(solution: _Solution, rows: int, restricted: bool) -> tuple[float, FloatArray, float]:
    """-2 log likelihood, fixed effects, residual variance."""
    factor = linalg.cholesky(solution.gram[:-1, :-1], lower=True)
    half = linalg.solve_triangular(factor, solution.gram[:-1, -1], lower=True)
    beta = linalg.solve_triangular(factor, half, lower=True, trans="T")
    freedom = rows - (beta.size if restricted else 0)
    sigma2 = float(solution.gram[-1, -1] - half @ half) / freedom
    extra = 2.0 * float(np.log(np.diag(factor)).sum()) if restricted else 0.0
    return solution.log_det + extra + freedom * (1.0 + float(np.log(2 * np.pi * sigma2))), beta, sigma2


def _finish(
    theta: FloatArray,
    products: _Products,
    coded: Mapping[str, tuple[np.ndarray, pd.Index]],
    labels: list[str],
    rows: int,
    method: str,
) -> CrossedEffects:
    solution = _solve(theta, products)
    deviance, beta, sigma2 = _deviance(solution, rows, method == "reml")
    errors = np.sqrt(sigma2 * np.diag(linalg.inv(solution.gram[:-1, :-1])))
    contrast = np.append(-beta, 1.0)
    first, second = solution.first @ contrast, solution.second @ contrast
    parts = [first, *(second[products.second_factor == number] for number in range(1, len(coded)))]
    effects = {
        name: pd.Series(part, index=pd.Index(levels, name=name))
        for (name, (_, levels)), part in zip(coded.items(), parts, strict=True)
    }
    variances = {name: float(t**2 * sigma2) for name, t in zip(coded, theta, strict=True)}
    fixed, fixed_se = (pd.Series(values, index=labels) for values in (beta, errors))
    return CrossedEffects(fixed, fixed_se, effects, variances, sigma2, -deviance / 2.0, method)
