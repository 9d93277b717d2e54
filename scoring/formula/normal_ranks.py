"""P(top k) and ranks of agents with independent normal posteriors, without drawing (methods A3).

`threshold_top` is for many agents, `quadrature_top` and `rank_distribution` are exact and for few. All take shape (p,)
means and standard deviations; a standard deviation of 0 is a fact, and equal facts share their places.
Sources: Laird & Louis (1989) J Educ Stat 14:29-46; Lin, Louis, Paddock & Ridgeway (2006) Bayesian Analysis 1:915-946.
"""

import numpy as np
from scipy import interpolate, optimize, stats
from scipy.special import ndtr

from scoring.formula.arrays import FloatArray, Numbers, as_floats, as_nonnegative, check_share

NODES = 600
# Among more agents than FEW the curve of survivors is smooth: GRID points, joined by monotone cubics, are enough.
GRID, FEW, FINE = 128, 400, 2000
# Agents at a time; standard deviations beyond which a normal tail is under 1e-12.
BLOCK, CERTAIN = 500, 7.1


def threshold_top(mean: FloatArray, sd: FloatArray, places: float, *, chance: FloatArray | None = None) -> FloatArray:
    """P(top k) by the threshold t with sum_j P(theta_j > t) = k; the error shrinks as 1 / sqrt(k).

    chance: P(agent is admitted at all), shape (p,), independent of theta; it multiplies P(theta_j > t).
    """
    gate = np.ones(mean.size) if chance is None else chance
    if places >= gate.sum():
        return np.asarray(gate, dtype=np.float64)
    spread = _softened(mean, sd)
    if spread is None:
        return np.asarray(gate * (places / gate.sum()))
    low, high = float((mean - 40 * spread).min()), float((mean + 40 * spread).max())
    edge = optimize.brentq(
        lambda t: float(gate @ ndtr((mean - t) / spread)) - places, low, high, xtol=1e-14, rtol=1e-14
    )
    above = gate * ndtr((mean - float(edge)) / spread)
    return np.asarray(above * (places / above.sum())).clip(0.0, 1.0)


def _softened(mean: FloatArray, sd: FloatArray) -> FloatArray | None:
    """Facts (sd 0) get a spread too small to matter, so that ties share; None when all agents are the same fact."""
    width = float(np.ptp(mean)) + float(sd.max())
    return np.maximum(sd, 1e-9 * width) if width > 1e-12 * max(1.0, float(np.abs(mean).max())) else None


def quadrature_top(mean: FloatArray, sd: FloatArray, places: int) -> FloatArray:
    """P(top k) exactly: the integral of the density of theta_j times P(fewer than k others lie above it).

    The number of others above a value is Poisson-binomial, built one agent at a time by halves, so that leaving each
    agent out costs p log p steps, not p^2. When k > p / 2 the bottom p - k are counted instead.
    """
    if places >= mean.size:
        return np.ones(mean.size)
    spread = _softened(mean, sd)
    if spread is None:
        return np.full(mean.size, places / mean.size)
    if 2 * places > mean.size:
        return 1.0 - quadrature_top(-mean, sd, mean.size - places)
    mass, above = _nodes(mean, spread)
    chance = _left_out(mass, above, places).sum(axis=1)
    return np.asarray(chance * (places / chance.sum())).clip(0.0, 1.0)


def rank_distribution(mean: Numbers, sd: Numbers) -> FloatArray:
    """P(rank of agent j is r), shape (p, p), rows j, columns r = 1 to p; exact for independent normals. Cost p^2 log
    p.
    """
    centre = as_floats("mean", mean)
    spread = _softened(centre, as_nonnegative("sd", sd, size=centre.size))
    if spread is None:
        return np.full((centre.size, centre.size), 1.0 / centre.size)
    mass, above = _nodes(centre, spread)
    table = _left_out(mass, above, centre.size)
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def distribution_limits(table: FloatArray, *, level: float = 0.95) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Expected rank and the central interval of the rank from a `rank_distribution`."""
    tail = (1.0 - check_share("level", level)) / 2
    ranks = np.arange(1, table.shape[1] + 1, dtype=np.float64)
    below = np.cumsum(table, axis=1)
    low = 1.0 + (below < tail).sum(axis=1)
    high = 1.0 + (below < 1.0 - tail - 1e-12).sum(axis=1)
    return table @ ranks, low, np.minimum(high, ranks[-1])


def _nodes(mean: FloatArray, spread: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mass of each agent between grid edges, and P(agent lies above the middle), both of shape (p, nodes)."""
    z = np.linspace(-8, 8, max(NODES // mean.size, 5))
    edges = np.unique(np.concatenate([(mean[:, None] + spread[:, None] * z).ravel(), _even(mean, spread)]))
    if edges.size > 4 * NODES:
        edges = np.quantile(edges, np.linspace(0, 1, 2 * NODES))
    middle = (edges[:-1] + edges[1:]) / 2
    mass = np.diff(ndtr((edges - mean[:, None]) / spread[:, None]), axis=1)
    return mass, ndtr((mean[:, None] - middle) / spread[:, None])


def _even(mean: FloatArray, spread: FloatArray) -> FloatArray:
    return np.linspace(float((mean - 8 * spread).min()), float((mean + 8 * spread).max()), NODES)


def _left_out(mass: FloatArray, above: FloatArray, places: int) -> FloatArray:
    """P(exactly r others lie above agent j), r = 0 to places - 1, shape (p, places)."""
    result = np.zeros((mass.shape[0], places))
    nobody = np.zeros((places, mass.shape[1]))
    nobody[0] = 1.0
    waiting = [(0, mass.shape[0], nobody)]
    while waiting:
        first, last, others = waiting.pop()
        if last - first == 1:
            result[first] = others @ mass[first]
            continue
        half = (first + last) // 2
        waiting.append((first, half, _with_agents(others, above[half:last])))
        waiting.append((half, last, _with_agents(others, above[first:half])))
    return result


def _with_agents(counts: FloatArray, above: FloatArray) -> FloatArray:
    """Distribution of the number of agents above each node, with the agents of `above` added."""
    wider = counts.copy()
    for chance in above:
        wider[1:] += chance * (wider[:-1] - wider[1:])
        wider[0] *= 1.0 - chance
    return wider


def rank_limits(
    mean: Numbers, sd: Numbers, *, level: float = 0.95, points: int = GRID
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Expected rank and limits of the central `level` rank interval, for independent normals, on a grid of values.

    S(t) = expected number of agents above t; E[rank_j] = 1/2 + E[S(theta_j)] (Laird & Louis 1989). Limits are S at the
    quantiles of theta_j, widened by the chance in how many others lie above. Returns three arrays of shape (p,).
    """
    centre = as_floats("mean", mean)
    given = as_nonnegative("sd", sd, size=centre.size)
    middle = (centre.size + 1) / 2
    spread = _softened(centre, given)
    if spread is None:
        return np.full(centre.size, middle), np.ones(centre.size), np.full(centre.size, float(centre.size))
    grid, count, noise = _survivors(centre, spread, points)
    x, w = np.polynomial.hermite_e.hermegauss(11)
    at = centre[:, None] + spread[:, None] * x
    expected = 0.5 + np.interp(at, grid, count) @ (w / w.sum())
    z = float(stats.norm.ppf(0.5 + check_share("level", level) / 2))
    reach = np.hypot(spread, np.interp(centre, grid, noise))
    low, high = (0.5 + np.interp(centre + side * z * reach, grid, count) for side in (1.0, -1.0))
    return expected, np.maximum(np.round(low), 1.0), np.minimum(np.round(high), float(centre.size))


def _survivors(mean: FloatArray, spread: FloatArray, points: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Grid of values, expected number of agents above each, and the noise of that number in units of the value."""
    grid = _values(mean, spread, points)
    count, variance = np.zeros(grid.size), np.zeros(grid.size)
    order = np.argsort(mean, kind="stable")
    for block in np.array_split(order, max(1, mean.size // BLOCK)):
        # Agents of a block lie close together: far from them all are above, or none.
        reach = CERTAIN * float(spread[block].max())
        first = int(np.searchsorted(grid, mean[block[0]] - reach))
        last = int(np.searchsorted(grid, mean[block[-1]] + reach))
        above = ndtr((mean[block, None] - grid[first:last]) / spread[block, None])
        count[:first] += block.size
        count[first:last] += above.sum(axis=0)
        above *= 1.0 - above
        variance[first:last] += above.sum(axis=0)
    slope = np.maximum(-np.gradient(count, grid), 1e-12)
    noise = np.minimum(np.sqrt(variance) / slope, np.ptp(grid))
    if mean.size <= FEW:
        return grid, count, noise
    fine = np.unique(np.concatenate([np.linspace(grid[0], grid[-1], FINE), grid]))
    return fine, interpolate.PchipInterpolator(grid, count)(fine), np.interp(fine, grid, noise)


def _values(mean: FloatArray, spread: FloatArray, points: int) -> FloatArray:
    """Even points where the agents are and, since a few may lie far out, some more up to the ends of the range."""
    ends = float((mean - 6 * spread).min()), float((mean + 6 * spread).max())
    if mean.size <= FEW:
        return np.unique(np.concatenate([np.linspace(*ends, FEW), mean - 3 * spread, mean, mean + 3 * spread]))
    wide = 4 * float(np.median(spread))
    low, high = (float(np.quantile(mean, q)) + side * wide for q, side in ((0.001, -1), (0.999, 1)))
    crowd, far = np.linspace(max(low, ends[0]), min(high, ends[1]), points), np.linspace(*ends, points // 4)
    return np.unique(np.concatenate([far[(far < crowd[0]) | (far > crowd[-1])], crowd]))
