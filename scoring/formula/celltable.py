"""The table of agents by cells behind the case-mix model: compressed rows or whole, read once, never sorted twice.

Millions of cells are a few passes over arrays here. Sorting would cost more than everything else, so rows are only
compared when they come in order, and are placed by their number when the table is not mostly empty. Where most agents
work in most cells, sums kept as a whole table (`WholeSums`) save the keys as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from scoring.formula.arrays import FloatArray, as_nonnegative, check_columns
from scoring.formula.cells import SUMS, graph_components
from scoring.formula.errors import ShapeError, ValueRangeError

# Positions, in the smallest type that serves: half of the memory is half of the time.
Places: TypeAlias = npt.NDArray[np.integer[Any]]
# A variance of exactly zero (every rating the same) would make weights infinite; this floor is far below any rating
# scale.
LEAST_VARIANCE = 1e-12
# Up to so many fields of the table for each row that is there, rows are placed instead of sorted.
ROOMY = 8
# Sweeps in which nearly every company turns out to be connected; the others are looked at thoroughly.
SWEEPS = 4
# Half a megabyte for each array that a block needs.
ROWS_AT_ONCE = 2**16


@dataclass(frozen=True, eq=False)
class WholeSums:
    """Sums of A agents in C cells as whole tables; `+` adds two imports of the same agents and cells.

    agents, cells: labels, sorted; n, s: number of ratings and their sum, shape (A, C), 0 where an agent has none; ss:
    squared ratings of each cell, (C,), for the model needs no finer ones.
    """

    agents: pd.Index
    cells: pd.Index
    n: FloatArray
    s: FloatArray
    ss: FloatArray

    def __add__(self, other: "WholeSums") -> "WholeSums":
        if not (self.agents.equals(other.agents) and self.cells.equals(other.cells)):
            raise ShapeError(name="Sums to add", got="other agents or cells", expected="the same agents and cells")
        return replace(self, n=self.n + other.n, s=self.s + other.s, ss=self.ss + other.ss)


@dataclass(frozen=True, eq=False)
class CellTable:
    """Sums of A agents in C cells, by rows of agent and cell.

    n, s: ratings and their sum, shape (R,), by agent and then cell; with `column` (the cell of each row) and `bounds`
    (first row of each agent, and the end) for the rows that are there, with None for all A x C of them. scale: standard
    deviation within each cell, (C,); squares: sum of all squared ratings in its units; component: of each agent and
    then of each cell, (A + C,).
    """

    agents: pd.Index
    cells: pd.Index
    column: Places | None
    bounds: Places
    n: FloatArray
    s: FloatArray
    squares: float
    scale: FloatArray
    component: Places

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.agents), len(self.cells)

    def matrix(self, values: FloatArray) -> "sparse.csr_array | FloatArray":
        """One value for each row as a matrix, agents by cells."""
        if self.column is None:
            return values.reshape(self.shape)
        return sparse.csr_array((values, self.column, self.bounds), shape=self.shape)

    def by_agent(self, values: FloatArray) -> FloatArray:
        """Sum over the rows of each agent."""
        return np.asarray(self.matrix(values) @ np.ones(len(self.cells)))

    def by_cell(self, values: FloatArray) -> FloatArray:
        """Sum over the rows of each cell; several times faster than a count by number."""
        return np.asarray(self.matrix(values).T @ np.ones(len(self.agents)))

    def blocks(self) -> "Iterator[Block]":
        """The table in pieces of whole agents that fit a processor's own memory."""
        agents = max(1, len(self.agents) * ROWS_AT_ONCE // self.n.size)
        return (Block(self, slice(first, first + agents)) for first in range(0, len(self.agents), agents))

    def largest(self) -> Places:
        """The row of each agent with most ratings, the first of equal ones."""
        start = self.bounds[:-1]
        if self.column is None:
            return np.asarray(start + self.n.reshape(self.shape).argmax(axis=1))
        most = np.flatnonzero(self.n == np.repeat(np.maximum.reduceat(self.n, start), np.diff(self.bounds)))
        return most[np.searchsorted(most, start)]

    def cell_at(self, rows: Places) -> Places:
        """The cell of these rows."""
        return rows % len(self.cells) if self.column is None else self.column[rows]


class Block:
    """Some agents of a table, and which `rows` are theirs.

    n, total: their ratings and the sum of these in standard deviations of the cell, small enough that one pass more
    over them costs little, while fresh memory for the whole table would cost more than the sums.
    """

    def __init__(self, table: CellTable, agents: slice) -> None:
        self.agents = agents
        self.bounds = table.bounds[agents.start : agents.stop + 1]
        self.rows = slice(int(self.bounds[0]), int(self.bounds[-1]))
        self.column = None if table.column is None else table.column[self.rows]
        self.width = len(table.cells)
        self.n = table.n[self.rows]
        self.total = table.s[self.rows] / self.of_cells(table.scale)

    def of_cells(self, values: FloatArray) -> FloatArray:
        """The cell's value in each row of the block."""
        return np.tile(values, self.bounds.size - 1) if self.column is None else values[self.column]

    def of_agents(self, values: FloatArray) -> FloatArray:
        """The agent's value in each row of the block; `values` are those of all agents."""
        return np.repeat(values[self.agents], np.diff(self.bounds))

    def by_agent(self, values: FloatArray) -> FloatArray:
        """Sum over the rows of each agent of the block."""
        return np.add.reduceat(values, self.bounds[:-1] - self.bounds[0])

    def by_cell(self, values: FloatArray) -> FloatArray:
        """Sum over the rows of each cell."""
        if self.column is None:
            return np.asarray(values.reshape(-1, self.width).sum(axis=0))
        return np.bincount(self.column, values, self.width).astype(np.float64)


def whole_statistics(stats: pd.DataFrame) -> WholeSums:
    """Sums by agent and cell (`agent`, `cell`, `n`, `s`, `ss`) as whole tables.

    Worth it where more than half of the A x C fields hold something. Raises EmptyInputError, MissingColumnError.
    """
    check_columns(stats, ["agent", "cell", *SUMS])
    row, agents = _coded(stats["agent"])
    column, cells = _coded(stats["cell"])
    place, size = row.astype(np.int64) * len(cells) + column, len(agents) * len(cells)
    values = {name: stats[name].to_numpy(dtype=np.float64) for name in SUMS}
    n, s = (np.bincount(place, values[name], size).astype(np.float64) for name in ("n", "s"))
    ss = np.bincount(column, values["ss"], len(cells)).astype(np.float64)
    shape = len(agents), len(cells)
    return WholeSums(agents.rename("agent"), cells.rename("cell"), n.reshape(shape), s.reshape(shape), ss)


def tabulate(stats: pd.DataFrame | WholeSums, *, scale: bool) -> CellTable:
    """The table of a frame `agent`, `cell`, `n`, `s`, `ss`, or of whole tables; rows of one agent and cell add up.

    Raises EmptyInputError, MissingColumnError, ShapeError, ValueRangeError.
    """
    table, ss = _whole(stats) if isinstance(stats, WholeSums) else _compressed(stats)
    spread, squares = _cell_scale(table, ss, scale)
    table = replace(table, squares=squares, scale=spread)
    if _is_connected(table):
        return table
    row, column = table.matrix(table.n).nonzero()
    return replace(table, component=graph_components(row.astype(np.int64), column.astype(np.int64), *table.shape))


def _whole(stats: WholeSums) -> tuple[CellTable, FloatArray]:
    """The table without its scale, and the squares of each cell."""
    shape = len(stats.agents), len(stats.cells)
    for name, got, wanted in (("n", stats.n, shape), ("s", stats.s, shape), ("ss", stats.ss, shape[1:])):
        if got.shape != wanted:
            raise ShapeError(name=name, got=got.shape, expected=wanted)
    n = as_nonnegative("n", stats.n)
    bounds = np.arange(0, n.size + 1, shape[1])
    s = np.asarray(stats.s, dtype=np.float64).ravel()
    table = _unscaled(stats.agents, stats.cells, None, bounds, n, s)
    if not (table.by_agent(n).all() and table.by_cell(n).all()):
        raise ValueRangeError(name="n", rule="above 0 somewhere for every agent and every cell", value=0)
    return table, np.asarray(stats.ss, dtype=np.float64)


def _compressed(stats: pd.DataFrame) -> tuple[CellTable, FloatArray]:
    check_columns(stats, ["agent", "cell", *SUMS])
    row, agents = _coded(stats["agent"])
    column, cells = _coded(stats["cell"])
    sums = [stats[name].to_numpy(dtype=np.float64) for name in SUMS]
    if not (sums[0] > 0).all():
        raise ValueRangeError(name="n", rule="above 0 in every row", value=sums[0][~(sums[0] > 0)][0])
    row, column, (n, s, ss) = _in_order(row, column, sums, (len(agents), len(cells)))
    bounds = np.searchsorted(row, np.arange(len(agents) + 1, dtype=row.dtype)).astype(np.int32)
    table = _unscaled(agents, cells, column, bounds, n, s)
    return table, table.by_cell(ss)


def _unscaled(
    agents: pd.Index, cells: pd.Index, column: Places | None, bounds: Places, n: FloatArray, s: FloatArray
) -> CellTable:
    together = np.zeros(len(agents) + len(cells), dtype=np.int64)
    names = agents.rename("agent"), cells.rename("cell")
    return CellTable(*names, column, bounds, n, s, 0.0, np.ones(len(cells)), together)


def _coded(labels: pd.Series) -> tuple[Places, pd.Index]:
    """Number of each label among the sorted distinct ones; whole numbers that lie close together need no hashing."""
    values = labels.to_numpy()
    low, high = (int(values.min()), int(values.max())) if values.dtype.kind in "iu" else (0, values.size * ROOMY)
    if high - low >= values.size * ROOMY:
        codes, distinct = pd.factorize(labels, sort=True)
        return codes.astype(np.int32), pd.Index(distinct)
    places = values - low
    there = np.zeros(high - low + 1, dtype=bool)
    there[places] = True
    if there.all():
        return places.astype(np.int32), pd.RangeIndex(low, high + 1)
    return (np.cumsum(there, dtype=np.int32) - 1)[places], pd.Index(np.flatnonzero(there) + low)


def _in_order(
    row: Places, column: Places, sums: list[FloatArray], shape: tuple[int, int]
) -> tuple[Places, Places, list[FloatArray]]:
    """Rows by agent and cell, each there once; free when they come so."""
    if ((row[1:] > row[:-1]) | ((row[1:] == row[:-1]) & (column[1:] > column[:-1]))).all():
        return row, column, sums
    key, fields = row.astype(np.int64) * shape[1] + column, shape[0] * shape[1]
    order = _placed(key, fields) if fields <= ROOMY * key.size else np.empty(0, dtype=np.int64)
    if order.size == key.size:
        return row[order], column[order], [values[order] for values in sums]
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.concatenate([[True], key[1:] > key[:-1]]))
    return row[order[first]], column[order[first]], [np.add.reduceat(values[order], first) for values in sums]


def _placed(key: Places, fields: int) -> Places:
    """The order of the keys, by putting each row into its field; shorter than `key` when two rows share a field."""
    place = np.full(fields, -1, dtype=np.int64)
    place[key] = np.arange(key.size)
    return place[place >= 0]


def _cell_scale(table: CellTable, squares: FloatArray, scale: bool) -> tuple[FloatArray, float]:
    """Within-cell standard deviation, and the sum of squares in its units.

    A cell where every rating is the same borrows the average of the others.
    """
    count, total = table.by_cell(table.n), table.by_cell(table.s)
    variance = squares / count - (total / count) ** 2
    usable = variance > LEAST_VARIANCE * np.maximum(squares / count, 1.0)
    if not scale or not usable.any():
        return np.ones(count.size), float(squares.sum())
    typical = np.average(variance[usable], weights=count[usable])
    spread = np.sqrt(np.where(usable, variance, typical))
    return spread, float((squares / spread**2).sum())


def _is_connected(table: CellTable) -> bool:
    """Whether a few sweeps from the first agent reach everybody; False may mean that more are needed."""
    mass = table.matrix(table.n)
    agents = np.zeros(len(table.agents))
    agents[0] = 1.0
    for _ in range(SWEEPS):
        cells = (mass.T @ agents > 0).astype(np.float64)
        agents = (mass @ cells > 0).astype(np.float64)
        if agents.all() and cells.all():
            return True
    return False
