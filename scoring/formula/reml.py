"""Random agent effects with fixed case mix, from additive sufficient statistics: REML and ML (methods A2).

y = X beta + u_agent + e, u ~ N(0, tau2), e ~ N(0, sigma2). For one random intercept the likelihood needs no rows and
no agent x cell table: X'X, X'y and y'y of all ratings, and for each agent the count, the sum and the sums of the
columns of X. All of them add up over imports. The criterion is profiled to one variable, lambda = tau2 / sigma2, and
its derivative solved. Agrees with lme4 to about 1e-7.

Sources: Bates, Maechler, Bolker & Walker (2015) J Stat Soft 67(1), eqs. 30-42; Henderson (1975) for the BLUP.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg, optimize

from scoring.formula.arrays import FloatArray, Labels, Numbers, as_floats, as_positive, check_columns, check_option
from scoring.formula.errors import NotIdentifiedError, ShapeError

INTERCEPT = "(intercept)"
# In log lambda: the first step away from a guess, and where no rating can tell agents from noise any more.
STEP, MOST = 0.4, 28.0


@dataclass(frozen=True, eq=False)
class InterceptStatistics:
    """Sums of N ratings of J agents under p fixed-effect columns; `+` adds two imports of the same agents and columns.

    xtx (p, p), xty (p,), yty: cross products; rows: N; counts, sums (J,): ratings of each agent and their sum;
    ztx (J, p): sums of the columns of X over each agent's ratings.
    """

    agents: pd.Index
    columns: tuple[str, ...]
    xtx: FloatArray
    xty: FloatArray
    yty: float
    rows: float
    counts: FloatArray
    sums: FloatArray
    ztx: FloatArray

    def __add__(self, other: "InterceptStatistics") -> "InterceptStatistics":
        if not self.agents.equals(other.agents) or self.columns != other.columns:
            raise ShapeError(
                name="Statistics to add", got="other agents or columns", expected="the same agents and columns"
            )
        return InterceptStatistics(
            self.agents, self.columns, self.xtx + other.xtx, self.xty + other.xty, self.yty + other.yty,
            self.rows + other.rows, self.counts + other.counts, self.sums + other.sums, self.ztx + other.ztx,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class RandomIntercept:
    """A fitted model.

    fixed: frame indexed by column: `estimate`, `se`; agents: frame indexed by agent: `n`, `blup` (predicted effect,
    mean 0), `sd` (conditional standard deviation given the variances and fixed effects, as lme4's condVar),
    `reliability`; variance_between, variance_residual; criterion: -2 log (restricted) likelihood; method: "reml" or
    "ml".
    """

    fixed: pd.DataFrame
    agents: pd.DataFrame
    variance_between: float
    variance_residual: float
    criterion: float
    method: str

    @property
    def log_likelihood(self) -> float:
        return -self.criterion / 2.0


def intercept_statistics(y: Numbers, agents: Labels, x: pd.DataFrame | None = None) -> InterceptStatistics:
    """Statistics from rows: ratings `y` (N,), the agent of each, and fixed-effect columns `x` (N, q) beside an
    intercept.
    """
    rating = as_floats("y", y)
    codes, names = pd.factorize(np.asarray(agents, dtype=object), sort=True)
    if codes.size != rating.size:
        raise ShapeError(name="agents", got=codes.size, expected=rating.size)
    extra = np.empty((rating.size, 0)) if x is None else x.to_numpy(dtype=np.float64)
    design = np.column_stack([np.ones(rating.size), extra])
    counts = np.bincount(codes).astype(np.float64)
    ztx = np.column_stack([np.bincount(codes, weights=column) for column in design.T]).astype(np.float64)
    return InterceptStatistics(
        agents=pd.Index(names, name="agent"),
        columns=(INTERCEPT, *(() if x is None else map(str, x.columns))),
        xtx=design.T @ design,
        xty=design.T @ rating,
        yty=float(rating @ rating),
        rows=float(rating.size),
        counts=counts,
        sums=np.bincount(codes, weights=rating).astype(np.float64),
        ztx=ztx,
    )


def factor_statistics(
    agents: pd.DataFrame, cells: pd.DataFrame, levels: Mapping[str, pd.DataFrame]
) -> InterceptStatistics:
    """Statistics for additive factors (topic, channel, hour) from their small tables, first levels as the base.

    agents: `agent`, `n`, `s`, `ss` (sums over all ratings of each); cells: one row for each combination of the
    factors with `n` and `s`; levels: for each factor a frame `agent`, `level`, `n`. The tables are plain group-bys,
    additive over imports; the agent x cell table is not needed.
    """
    check_columns(agents, ["agent", "n", "s", "ss"])
    check_columns(cells, [*levels, "n", "s"])
    table = agents.sort_values("agent")
    index = pd.Index(table["agent"], name="agent")
    names, codes = _coded(cells, list(levels))
    n, s = cells["n"].to_numpy(dtype=np.float64), cells["s"].to_numpy(dtype=np.float64)
    xtx, xty = _cross_products(codes, n, s, sum(map(len, names)))
    ztx = np.column_stack([_level_counts(index, levels[f], known) for f, known in zip(levels, names, strict=True)])
    bases = np.cumsum([0, *map(len, names)])[:-1]
    kept = np.setdiff1d(np.arange(xtx.shape[0]), bases)
    total, counts = xtx[: len(names[0]), : len(names[0])].sum(), table["n"].to_numpy(dtype=np.float64)
    border = np.concatenate([[total], np.diag(xtx)[kept]])
    whole = np.block([[border[:1, None], border[None, 1:]], [border[1:, None], xtx[np.ix_(kept, kept)]]])
    labels = [f"{factor}={level}" for factor, known in zip(levels, names, strict=True) for level in known]
    return InterceptStatistics(
        agents=index,
        columns=(INTERCEPT, *(labels[i] for i in kept)),
        xtx=whole,
        xty=np.concatenate([[s.sum()], xty[kept]]),
        yty=float(table["ss"].sum()),
        rows=float(n.sum()),
        counts=counts,
        sums=table["s"].to_numpy(dtype=np.float64),
        ztx=np.column_stack([counts, ztx[:, kept]]),
    )


def _coded(cells: pd.DataFrame, factors: list[str]) -> tuple[list[pd.Index], list[np.ndarray]]:
    """Sorted levels of every factor, and the column of each cell's level in the stacked indicator matrix."""
    names, codes, start = [], [], 0
    for factor in factors:
        code, known = pd.factorize(cells[factor], sort=True)
        names.append(pd.Index(known))
        codes.append(code + start)
        start += len(known)
    return names, codes


def _cross_products(codes: list[np.ndarray], n: FloatArray, s: FloatArray, size: int) -> tuple[FloatArray, FloatArray]:
    xtx, xty = np.zeros(size * size), np.zeros(size)
    for first in codes:
        xty += np.bincount(first, weights=s, minlength=size)
        for second in codes:
            xtx += np.bincount(first * size + second, weights=n, minlength=size * size)
    return xtx.reshape(size, size), xty


def _level_counts(agents: pd.Index, counts: pd.DataFrame, levels: pd.Index) -> FloatArray:
    check_columns(counts, ["agent", "level", "n"])
    row, column = agents.get_indexer(pd.Index(counts["agent"])), levels.get_indexer(pd.Index(counts["level"]))
    if row.size and min(row.min(), column.min()) < 0:
        raise ShapeError(name="levels", got="agents or levels that no other table has", expected="the same ones")
    size = len(agents) * len(levels)
    table = np.bincount(row * len(levels) + column, weights=counts["n"].to_numpy(dtype=np.float64), minlength=size)
    return np.asarray(table.reshape(len(agents), len(levels)))


@dataclass(frozen=True, eq=False)
class _Profile:
    """The criterion at one lambda, with what its derivative and the estimates need."""

    scale: FloatArray
    factor: FloatArray
    beta: FloatArray
    residual: FloatArray
    rss: float


def fit_random_intercept(stats: InterceptStatistics, *, method: str = "reml") -> RandomIntercept:
    """Fit the variances, fixed effects and agent effects by "reml" or "ml".

    Raises NotIdentifiedError when the fixed-effect columns are collinear, or there are no more ratings than columns.
    A between variance of zero is a normal answer. One evaluation costs J p^2; about ten are needed.
    """
    restricted = check_option("method", method, ("reml", "ml")) == "reml"
    as_positive("counts", stats.counts)
    freedom = stats.rows - (len(stats.columns) if restricted else 0)
    if stats.rows <= len(stats.columns):
        raise NotIdentifiedError(name="The model", reason=f"{stats.rows:g} ratings for {len(stats.columns)} columns")
    ratio = _solve_ratio(stats, freedom, restricted)
    at = _profile(stats, ratio)
    sigma2 = at.rss / freedom
    log_factor = 2.0 * float(np.log(np.diag(at.factor)).sum()) if restricted else 0.0
    criterion = float(np.log(at.scale).sum()) + log_factor + freedom * (1.0 + float(np.log(2 * np.pi * sigma2)))
    inverse = linalg.solve_triangular(at.factor, np.eye(len(stats.columns)), lower=True)
    errors = np.sqrt(sigma2 * (inverse**2).sum(axis=0))
    share = ratio * stats.counts / at.scale
    agents = pd.DataFrame(
        {
            "n": stats.counts,
            "blup": ratio * at.residual,
            "sd": np.sqrt(ratio * sigma2 / at.scale),
            "reliability": share,
        },
        index=stats.agents,
    )
    fixed = pd.DataFrame({"estimate": at.beta, "se": errors}, index=pd.Index(stats.columns, name="column"))
    return RandomIntercept(fixed, agents, ratio * sigma2, sigma2, criterion, method)


def _profile(stats: InterceptStatistics, ratio: float) -> _Profile:
    """Generalised least squares at lambda = `ratio`. scale_j = 1 + lambda n_j; residual_j = (s_j - x_j beta) /
    scale_j.
    """
    scale = 1.0 + ratio * stats.counts
    weighted = stats.ztx * np.sqrt(ratio / scale)[:, None]
    left = stats.xtx - weighted.T @ weighted
    right = stats.xty - stats.ztx.T @ (ratio / scale * stats.sums)
    try:
        factor = linalg.cholesky(left, lower=True, check_finite=False)
    except linalg.LinAlgError:
        factor = None
    if factor is None or np.diag(factor).min() < 1e-7 * np.sqrt(np.diag(stats.xtx)).min():
        raise NotIdentifiedError(name="A fixed effect", reason="the columns are collinear; leave one out")
    half = linalg.solve_triangular(factor, right, lower=True, check_finite=False)
    beta = linalg.solve_triangular(factor, half, lower=True, trans="T", check_finite=False)
    rss = stats.yty - float((ratio / scale) @ stats.sums**2) - float(half @ half)
    return _Profile(scale, factor, beta, (stats.sums - stats.ztx @ beta) / scale, rss)


def _slope(stats: InterceptStatistics, ratio: float, freedom: float, restricted: bool) -> float:
    """Derivative of the criterion by lambda."""
    at = _profile(stats, ratio)
    slope = float((stats.counts / at.scale).sum()) - freedom * float(at.residual @ at.residual) / at.rss
    if not restricted:
        return slope
    scaled = stats.ztx / at.scale[:, None]
    spread = linalg.cho_solve((at.factor, True), scaled.T @ scaled, check_finite=False)
    return slope - float(np.trace(spread))


def _solve_ratio(stats: InterceptStatistics, freedom: float, restricted: bool) -> float:
    """The lambda where the slope turns from falling to rising; 0 when the criterion rises from the start.

    Solved in log lambda, where the slope is nearly straight, between bounds around a first guess by moments.
    """

    def slope(logarithm: float) -> float:
        return _slope(stats, float(np.exp(logarithm)), freedom, restricted)

    if len(stats.agents) < 2 or _slope(stats, 0.0, freedom, restricted) >= 0.0:
        return 0.0
    low = high = float(np.log(_first_guess(stats, freedom)))
    step = STEP
    if slope(low) < 0.0:
        while slope(high := high + step) < 0.0:
            low, step = high, 2.0 * step
            if high > MOST:
                raise NotIdentifiedError(name="The between-agent variance", reason="ratings of an agent never differ")
    else:
        while slope(low := low - step) > 0.0:
            high, step = low, 2.0 * step
    return float(np.exp(optimize.brentq(slope, low, high, xtol=1e-11, rtol=1e-12)))


def _first_guess(stats: InterceptStatistics, freedom: float) -> float:
    """Lambda by moments: the square of an agent's summed residual is about n sigma2 + n^2 tau2."""
    at = _profile(stats, 0.0)
    sigma2 = max(at.rss / freedom, np.finfo(float).tiny)
    squares, count = float(at.residual @ at.residual), stats.counts
    guess = (squares / sigma2 - float(count.sum())) / float(count @ count)
    return max(guess, 1e-3 / float(count.mean()))
