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

from scoring.formula.arrays import FloatArray
from scoring.formula.celltable import LEAST_VARIANCE, CellTable, WholeSums, tabulate

# How closely equations are solved, relative to their right side. Variances belong to the smallest sum of squares, which
# a small error changes by its square: a rough solution is enough for them.
ROUGH, CLOSE = 1e-7, 1e-11
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


def fit_case_mix(stats: pd.DataFrame | WholeSums, *, scale: bool = True, interaction: bool = True) -> CaseMix:
    """Fit agent and cell effects from the sums of each agent in each cell.

    stats: frame with `agent`, `cell`, `n` (> 0, may be an effective number), `s` (sum of ratings) and `ss` (sum of
        squared ratings), one row for each agent and cell (see `cell_statistics`, `merge_small_cells`). For thumbs
        pass 1 and 0; instruments belong into the cell, the scale makes them commensurable. Or the same as whole tables
        (`whole_statistics`), three times faster where most agents work in most cells.
    scale: divide by the within-cell standard deviation (undoes ceilings).
    interaction: estimate the agent-by-cell variance; False treats an agent as equally good everywhere.

    Feed `agents["effect"]` and `agents["variance"]` to `estimate` or `shrink`. Raises EmptyInputError,
    MissingColumnError, ValueRangeError.
    """
    table = tabulate(stats, scale=scale)
    count = table.by_agent(table.n)
    start = np.zeros(len(table.cells))
    agent, cell = _solve(_equations(table, 1.0, 0.0), start, ROUGH)
    sigma2, tau2 = _variances(table, count, agent, cell, interaction)
    equations = _equations(table, sigma2, tau2)
    agent, cell = _solve(equations, cell, CLOSE)
    agent, cell = _centre(table, count, agent, cell)
    variance = 1.0 / equations.agent_weight
    agents, cells = _agent_frame(table, count, agent, variance, cell), _cell_frame(table, cell)
    points = float(np.average(table.scale, weights=cells["n"]))
    return CaseMix(agents, cells, sigma2, tau2, points, _confined(agents, cells))


@dataclass(frozen=True, eq=False)
class _Equations:
    """Weights of the cell means, agents by cells; sums of weights and of weight times mean, by agent and by cell."""

    mass: "sparse.csr_array | FloatArray"
    agent_weight: FloatArray
    agent_sum: FloatArray
    cell_weight: FloatArray
    cell_sum: FloatArray


def _equations(table: CellTable, sigma2: float, tau2: float) -> _Equations:
    """Weights 1 / (sigma2 / n + tau2), written so that no n of zero divides."""
    weight = np.empty(table.n.size)
    agent_sum, cell_sum = np.empty(len(table.agents)), np.zeros(len(table.cells))
    for block in table.blocks():
        spread = tau2 * block.n + sigma2
        weight[block.rows] = block.n / spread
        block.total /= spread
        agent_sum[block.agents] = block.by_agent(block.total)
        cell_sum += block.by_cell(block.total)
    return _Equations(table.matrix(weight), table.by_agent(weight), agent_sum, table.by_cell(weight), cell_sum)


def _solve(given: _Equations, start: FloatArray, tolerance: float, rounds: int = 1000) -> tuple[FloatArray, FloatArray]:
    """Weighted least squares of agent + cell.

    Agents are eliminated and conjugate gradients run on the cells, preconditioned by their weight: the same fixed point
    as alternating projections, in far fewer sweeps. The singular direction of each component is harmless: the right
    side is consistent, and only differences count until effects are centred.
    """
    mass, turned, cell = given.mass, given.mass.T, start
    residual = given.cell_sum - given.cell_weight * cell
    residual -= turned @ ((given.agent_sum - mass @ cell) / given.agent_weight)
    limit = tolerance * max(float(np.abs(given.cell_sum).max()), 1.0)
    direction = residual / given.cell_weight
    power = float(residual @ direction)
    for _ in range(rounds):
        if float(np.abs(residual).max()) <= limit:
            break
        image = given.cell_weight * direction - turned @ (np.asarray(mass @ direction) / given.agent_weight)
        curvature = float(direction @ image)
        if curvature <= 0.0:
            break
        step = power / curvature
        cell = cell + step * direction
        residual = residual - step * image
        ready = residual / given.cell_weight
        power, previous = float(residual @ ready), power
        direction = ready + (power / previous) * direction
    return (given.agent_sum - mass @ cell) / given.agent_weight, cell


def _variances(
    table: CellTable, count: FloatArray, agent: FloatArray, cell: FloatArray, interaction: bool
) -> tuple[float, float]:
    """Error variance of the additive model, and the moment estimate of the agent-by-cell variance.

    Without degrees of freedom the error is that within the cells.
    """
    q, between, room = 0.0, 0.0, float(count.sum())
    for block in table.blocks():
        there = np.maximum(block.n, np.finfo(np.float64).tiny)
        departure = block.n * (block.of_cells(cell) + block.of_agents(agent)) - block.total
        q += float((departure**2 / there).sum())
        between += float((block.total**2 / there).sum())
        room -= float((block.by_agent(block.n**2) / count[block.agents]).sum())
    lost, within = sum(table.shape) - int(table.component.max()) - 1, table.squares - between
    left, freedom = (within + q, count.sum() - lost) if count.sum() - lost >= 1.0 else (within, count.sum())
    sigma2 = max(float(left / freedom), LEAST_VARIANCE)
    spare = int(np.count_nonzero(table.n)) - lost
    tau2 = (q - sigma2 * spare) / room if interaction and spare > 0 and room > 0 else 0.0
    return sigma2, max(0.0, tau2)


def _centre(table: CellTable, count: FloatArray, agent: FloatArray, cell: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Set the average chat of each component to 0, so that expected and observed ratings agree in total."""
    home = table.component[: len(table.agents)]
    middle = np.bincount(home, weights=count * agent) / np.bincount(home, weights=count)
    return agent - middle[home], cell + middle[table.component[len(table.agents) :]]


def _agent_frame(
    table: CellTable, count: FloatArray, agent: FloatArray, variance: FloatArray, cell: FloatArray
) -> pd.DataFrame:
    raw = table.by_agent(table.s) / count
    expected = table.matrix(table.n) @ (cell * table.scale) / count
    home = table.largest()
    columns = {
        "n": count, "raw_mean": raw, "expected": expected, "difference": raw - expected, "effect": agent,
        "variance": variance, "component": table.component[: len(table.agents)],
        "top_cell": table.cells.to_numpy()[table.cell_at(home)], "top_share": table.n[home] / count,
    }  # fmt: skip
    return pd.DataFrame(columns, index=table.agents)


def _cell_frame(table: CellTable, cell: FloatArray) -> pd.DataFrame:
    count = table.by_cell(table.n)
    mean = table.by_cell(table.s) / count
    columns = {
        "n": count, "mean": mean, "scale": table.scale, "effect": cell * table.scale,
        "staff": table.by_cell((table.n > 0).astype(np.float64)).astype(np.int64),
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
