"""Cells: the kinds of chat an agent is compared within (instrument x channel x topic x hour band).

Everything the case-mix model needs of the ratings is three sums for each agent in each cell: `n` ratings, their sum `s`
and the sum of their squares `ss`. Sums of two imports add up, so nothing is ever counted twice or read again.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from scoring.formula.arrays import IntArray, check_columns

SUMS = ("n", "s", "ss")
SEPARATOR = " / "


def cell_statistics(
    ratings: pd.DataFrame, *, by: Sequence[str], agent: str = "agent", value: str = "rating"
) -> pd.DataFrame:
    """Sum ratings into `agent`, the columns `by`, `n`, `s`, `ss`; rows without a rating are left out.

    `ratings` has one row for each rating. The result is sorted by its keys, whatever the order of the rows.
    Raises EmptyInputError, MissingColumnError.
    """
    keys = [agent, *by]
    check_columns(ratings, [*keys, value])
    answered = ratings.loc[ratings[value].notna(), keys].copy()
    rating = ratings.loc[answered.index, value].astype(float)
    answered = answered.assign(n=1.0, s=rating, ss=rating**2)
    sums = answered.groupby(keys, observed=True, sort=True, dropna=False)[list(SUMS)].sum()
    return sums.reset_index().rename(columns={agent: "agent"})


def add_statistics(*parts: pd.DataFrame) -> pd.DataFrame:
    """Add statistics of several imports: rows with equal keys become one."""
    whole = pd.concat(parts, ignore_index=True)
    keys = [column for column in whole.columns if column not in SUMS]
    return whole.groupby(keys, observed=True, sort=True, dropna=False)[list(SUMS)].sum().reset_index()


def merge_small_cells(
    stats: pd.DataFrame, *, levels: Sequence[str], minimum: float = 30.0, keep: int = 1
) -> pd.DataFrame:
    """Merge cells with fewer than `minimum` ratings into their parent, level by level.

    `levels` are columns from the coarsest to the finest, say ("instrument", "channel", "topic"). The small cells of one
    parent are pooled under the parent's name; a pool that is still small climbs further, but never above the first
    `keep` levels (by default instruments are not mixed). Returns `agent`, `cell`, `n`, `s`, `ss`, and
    any further key of the input (a `month`, so that decay can follow).
    """
    check_columns(stats, ["agent", *levels, *SUMS])
    names = stats[list(levels)].astype(str)
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(names), sort=True)
    cells = [tuple(cell) for cell in distinct]
    counts = np.bincount(codes, weights=stats["n"].to_numpy(dtype=float), minlength=len(cells))
    for depth in range(len(levels), keep, -1):
        cells = _climb(cells, counts, depth, minimum)
    labels = np.array([SEPARATOR.join(cell) for cell in cells], dtype=object)
    others = [column for column in stats.columns if column not in ("agent", *levels, *SUMS)]
    merged = stats[["agent", *others, *SUMS]].assign(cell=labels[codes])
    return merged.groupby(["agent", "cell", *others], observed=True, sort=True)[list(SUMS)].sum().reset_index()


def _climb(cells: list[tuple[str, ...]], counts: np.ndarray, depth: int, minimum: float) -> list[tuple[str, ...]]:
    totals: dict[tuple[str, ...], float] = {}
    for cell, count in zip(cells, counts, strict=True):
        totals[cell] = totals.get(cell, 0.0) + float(count)
    return [cell[:-1] if len(cell) == depth and totals[cell] < minimum else cell for cell in cells]


def comparable_groups(stats: pd.DataFrame) -> pd.Series:
    """Connected components of the agent-cell graph: agents are comparable only inside one of them.

    Returns one whole number (from 0, the largest component first) for each agent, indexed by agent.
    Source: Abowd, Creecy & Kramarz (2002), section 3.
    """
    check_columns(stats, ["agent", "cell"])
    agent_codes, agents = pd.factorize(stats["agent"], sort=True)
    cell_codes, cells = pd.factorize(stats["cell"], sort=True)
    labels = graph_components(agent_codes, cell_codes, len(agents), len(cells))
    return pd.Series(labels[: len(agents)], index=pd.Index(agents, name="agent"), name="component")


def graph_components(agent_codes: IntArray, cell_codes: IntArray, n_agents: int, n_cells: int) -> IntArray:
    """Component of each agent and then of each cell, numbered from the one with most agents."""
    size = n_agents + n_cells
    edges = sparse.coo_matrix((np.ones(agent_codes.size), (agent_codes, n_agents + cell_codes)), shape=(size, size))
    count, labels = connected_components(edges, directed=False)
    sizes = np.bincount(labels[:n_agents], minlength=count)
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    return rank[labels]
