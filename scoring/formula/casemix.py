"""Case mix: how an agent compares with an average agent on the same chats (methods A2).

HR line: "the difference between your average rating and what an average agent would have got on the same mix of chats".

Ratings are divided by the standard deviation of their cell, then y = agent + cell + error is solved for all agents and
cells together. An agent-by-cell interaction variance is estimated and carried into the weights and the standard errors:
without it nominal 95 % intervals cover about half of the time once agents have many ratings.

Sources: Abowd, Kramarz & Margolis (1999) for the two-way model, DerSimonian & Laird (1986) for the moment form of the
interaction variance, Shahian & Normand (2008) for what indirect standardisation can and cannot compare.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from scoring.formula.arrays import FloatArray, IntArray, check_columns
from scoring.formula.cells import SUMS, graph_components
from scoring.formula.errors import ValueRangeError

# A variance of exactly zero (every rating the same) would make weights infinite; this floor is far below any rating
# scale.
LEAST_VARIANCE = 1e-12
CONFINED_SHARE = 0.9
THIN_STAFF = 3


@dataclass(frozen=True)
class Confined:
    """An agent with more than 90 % of chats in a cell that fewer than three agents staff: comparison is weak there."""

    agent: object
    cell: object
    share: float
    staff: int
    code: str = "confined_to_thin_cell"


@dataclass(frozen=True, eq=False)
class CaseMix:
    """A fitted case-mix model.

    agents: frame indexed by agent: `n` (ratings, effective when decayed), `raw_mean` and `expected` (what an average
        agent would have got on the same chats) and `difference` in rating points; `effect` in within-cell standard
        deviations, 0 for the average chat of the component; `variance` of the effect (interaction included);
        `component`, `top_cell`, `top_share`.
    cells: frame indexed by cell: `n`, `mean`, `scale` (within-cell standard deviation), `effect` (in points: what an
        average agent gets there), `staff` (agents), `component`.
    sigma2, tau2_interaction: error and agent-by-cell variance, in squared standard deviations.
    points: rating points worth one standard deviation, averaged over chats (to show effects in points).
    warnings: agents whose comparison rests on a thinly staffed cell.
    """

    agents: pd.DataFrame
    cells: pd.DataFrame
    sigma2: float
    tau2_interaction: float
    points: float
    warnings: tuple[Confined, ...]

    @property
    def components(self) -> int:
        """How many groups of agents exist that cannot be compared with each other."""
        return int(self.agents["component"].max()) + 1


@dataclass(frozen=True, eq=False)
class _Table:
    """The scaled agent x cell table, rows sorted by agent and cell; `start` is the first row of each agent."""

    agents: pd.Index
    cells: pd.Index
    row: IntArray
    column: IntArray
    start: IntArray
    n: FloatArray
    mean: FloatArray
    ss: FloatArray
    scale: FloatArray
    component: IntArray

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.agents), len(self.cells)

    def by_agent(self, weights: FloatArray) -> FloatArray:
        return np.add.reduceat(weights, self.start)

    def by_cell(self, weights: FloatArray) -> FloatArray:
        return np.bincount(self.column, weights=weights, minlength=len(self.cells)).astype(np.float64)


def fit_case_mix(stats: pd.DataFrame, *, scale: bool = True, interaction: bool = True) -> CaseMix:
    """Fit agent and cell effects from the sums of each agent in each cell.

    stats: frame with `agent`, `cell`, `n` (> 0, may be an effective number), `s` (sum of ratings) and `ss` (sum of
        squared ratings), one row for each agent and cell (see `cell_statistics`, `merge_small_cells`). For thumbs
        pass 1 and 0; instruments belong into the cell, the scale makes them commensurable.
    scale: divide by the within-cell standard deviation (undoes ceilings).
    interaction: estimate the agent-by-cell variance; False treats an agent as equally good everywhere.

    Feed `agents["effect"]` and `agents["variance"]` to `estimate` or `shrink`. Raises EmptyInputError,
    MissingColumnError, ValueRangeError.
    """
    table = _tabulate(stats, scale)
    agent, cell = _solve(table, table.n)
    sigma2 = _error_variance(table, agent, cell)
    tau2 = _interaction_variance(table, agent, cell, sigma2) if interaction else 0.0
    weight = 1.0 / (sigma2 / table.n + tau2)
    if tau2 > 0.0:
        agent, cell = _solve(table, weight)
    agent, cell = _centre(table, agent, cell)
    variance = 1.0 / table.by_agent(weight)
    agents, cells = _agent_frame(table, agent, variance, cell), _cell_frame(table, cell)
    points = float(np.average(table.scale[table.column], weights=table.n))
    return CaseMix(agents, cells, sigma2, tau2, points, _confined(agents, cells))


def _tabulate(stats: pd.DataFrame, scale: bool) -> _Table:
    check_columns(stats, ["agent", "cell", *SUMS])
    row, agents = pd.factorize(stats["agent"], sort=True)
    column, cells = pd.factorize(stats["cell"], sort=True)
    sums = [stats[name].to_numpy(dtype=np.float64) for name in SUMS]
    if not (sums[0] > 0).all():
        raise ValueRangeError(name="n", rule="above 0 in every row", value=sums[0][~(sums[0] > 0)][0])
    row, column, (n, s, ss) = _unique_rows(row, column, sums, len(cells))
    spread = _cell_scale(column, n, s, ss, len(cells)) if scale else np.ones(len(cells))
    factor = spread[column]
    return _Table(
        agents=pd.Index(agents, name="agent"),
        cells=pd.Index(cells, name="cell"),
        row=row,
        column=column,
        start=np.searchsorted(row, np.arange(len(agents))),
        n=n,
        mean=s / n / factor,
        ss=ss / factor**2,
        scale=spread,
        component=graph_components(row, column, len(agents), len(cells)),
    )


def _unique_rows(
    row: IntArray, column: IntArray, sums: list[FloatArray], width: int
) -> tuple[IntArray, IntArray, list[FloatArray]]:
    """Sort by agent and cell and add rows of the same agent and cell; free when the input is sorted and unique."""
    key = row * width + column
    if (np.diff(key) > 0).all():
        return row, column, sums
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.concatenate([[True], np.diff(key) > 0]))
    return key[first] // width, key[first] % width, [np.add.reduceat(values[order], first) for values in sums]


def _cell_scale(column: IntArray, n: FloatArray, s: FloatArray, ss: FloatArray, size: int) -> FloatArray:
    """Within-cell standard deviation; a cell where every rating is the same borrows the average of the others."""
    count, total, squares = (np.bincount(column, weights=values, minlength=size) for values in (n, s, ss))
    variance = squares / count - (total / count) ** 2
    usable = variance > LEAST_VARIANCE * np.maximum(squares / count, 1.0)
    if not usable.any():
        return np.ones(size)
    typical = np.average(variance[usable], weights=count[usable])
    return np.sqrt(np.where(usable, variance, typical))


def _solve(
    table: _Table, weight: FloatArray, tolerance: float = 1e-11, rounds: int = 1000
) -> tuple[FloatArray, FloatArray]:
    """Weighted least squares of agent + cell.

    Agents are eliminated and conjugate gradients run on the cells, preconditioned by their weight: the same fixed point
    as alternating projections, in far fewer sweeps. The singular direction of each component is harmless: the start is
    zero and the right side is consistent.
    """
    mass = sparse.csr_array((weight, table.column, np.append(table.start, weight.size)), shape=table.shape)
    turned = mass.T
    agent_weight, cell_weight = table.by_agent(weight), table.by_cell(weight)
    agent_sum, cell_sum = table.by_agent(weight * table.mean), table.by_cell(weight * table.mean)
    cell = np.zeros(cell_weight.size)
    residual = cell_sum - turned @ (agent_sum / agent_weight)
    limit = tolerance * max(float(np.abs(cell_sum).max()), 1.0)
    direction = residual / cell_weight
    power = float(residual @ direction)
    for _ in range(rounds):
        if float(np.abs(residual).max()) <= limit:
            break
        image = cell_weight * direction - turned @ (np.asarray(mass @ direction) / agent_weight)
        curvature = float(direction @ image)
        if curvature <= 0.0:
            break
        step = power / curvature
        cell = cell + step * direction
        residual = residual - step * image
        ready = residual / cell_weight
        power, previous = float(residual @ ready), power
        direction = ready + (power / previous) * direction
    return (agent_sum - mass @ cell) / agent_weight, cell


def _error_variance(table: _Table, agent: FloatArray, cell: FloatArray) -> float:
    """Residual mean square of the additive model; the within-cell square when there are no degrees of freedom."""
    total = table.n * table.mean
    left = table.ss.sum() - agent @ table.by_agent(total) - cell @ table.by_cell(total)
    freedom = table.n.sum() - sum(table.shape) + table.component.max() + 1
    if freedom < 1.0:
        left, freedom = (table.ss - table.n * table.mean**2).sum(), table.n.sum()
    return max(float(left / freedom), LEAST_VARIANCE)


def _interaction_variance(table: _Table, agent: FloatArray, cell: FloatArray, sigma2: float) -> float:
    departure = table.mean - cell[table.column] - agent[table.row]
    q = float((table.n * departure**2).sum())
    freedom = table.n.size - sum(table.shape) + table.component.max() + 1
    count = table.by_agent(table.n)
    room = float((count - table.by_agent(table.n**2) / count).sum())
    return max(0.0, (q - sigma2 * freedom) / room) if freedom > 0 and room > 0 else 0.0


def _centre(table: _Table, agent: FloatArray, cell: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Set the average chat of each component to 0, so that expected and observed ratings agree in total."""
    count = table.by_agent(table.n)
    home = table.component[: len(table.agents)]
    middle = np.bincount(home, weights=count * agent) / np.bincount(home, weights=count)
    return agent - middle[home], cell + middle[table.component[len(table.agents) :]]


def _agent_frame(table: _Table, agent: FloatArray, variance: FloatArray, cell: FloatArray) -> pd.DataFrame:
    count = table.by_agent(table.n)
    factor = table.scale[table.column]
    raw = table.by_agent(table.n * table.mean * factor) / count
    expected = table.by_agent(table.n * cell[table.column] * factor) / count
    most = np.flatnonzero(table.n == np.maximum.reduceat(table.n, table.start)[table.row])
    first = most[np.searchsorted(table.row[most], np.arange(len(table.agents)))]
    columns = {
        "n": count, "raw_mean": raw, "expected": expected, "difference": raw - expected, "effect": agent,
        "variance": variance, "component": table.component[: len(table.agents)],
        "top_cell": table.cells.to_numpy()[table.column[first]], "top_share": table.n[first] / count,
    }  # fmt: skip
    return pd.DataFrame(columns, index=table.agents)


def _cell_frame(table: _Table, cell: FloatArray) -> pd.DataFrame:
    count = table.by_cell(table.n)
    mean = table.by_cell(table.n * table.mean) / count * table.scale
    columns = {
        "n": count, "mean": mean, "scale": table.scale, "effect": cell * table.scale,
        "staff": np.bincount(table.column, minlength=len(table.cells)),
        "component": table.component[len(table.agents) :],
    }  # fmt: skip
    return pd.DataFrame(columns, index=table.cells)


def _confined(agents: pd.DataFrame, cells: pd.DataFrame) -> tuple[Confined, ...]:
    staff = cells["staff"].reindex(agents["top_cell"]).to_numpy()
    found = (agents["top_share"].to_numpy() > CONFINED_SHARE) & (staff < THIN_STAFF)
    shares = agents["top_share"].to_numpy()
    names = agents.index.to_numpy()
    homes = agents["top_cell"].to_numpy()
    return tuple(Confined(names[i], homes[i], float(shares[i]), int(staff[i])) for i in np.flatnonzero(found))
