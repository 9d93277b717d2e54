"""How much a ranking owes to the weights that somebody wrote down (methods A4).

Sources: Lahdelma & Salminen (2001) Operations Research 49:444-454 (SMAA-2, rank acceptability); Wainer (1976)
Psychological Bulletin 83:213-217 (weights matter little); Kendall (1945) Biometrika 33:239-251 (tau-b).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from scoring.formula.arrays import BoolArray, FloatArray, Numbers, as_floats, as_nonnegative
from scoring.formula.errors import EmptyInputError
from scoring.formula.ranking import check_places, top_share

WEIGHTINGS = 2000
# For each criterion: shares then move by about a third.
CONCENTRATION = 10.0


@dataclass(frozen=True)
class WeightChange:
    """The criterion whose share must change by `change` for two agents to swap (the other shares keep their proportions
    when `rescaled`, otherwise the new weights no longer add up to 1)."""

    criterion: str
    change: float


@dataclass(frozen=True, eq=False)
class Acceptability:
    """Outcome under random weightings, for p agents and `weightings` draws.

    inside: share of weightings in which the agent is among the best k, shape (p,); ranks: share in which the agent has
    rank r, shape (p, p), None unless asked for; central: average weights under which the agent is best, shape (p, m),
    nan where never.
    """

    inside: FloatArray
    central: FloatArray
    ranks: FloatArray | None


def weight_acceptability(
    z: FloatArray | pd.DataFrame,
    weights: Numbers | None = None,
    *,
    places: int,
    rng: np.random.Generator,
    weightings: int = WEIGHTINGS,
    concentration: float | None = None,
    eligible: BoolArray | None = None,
    rank_table: bool = False,
) -> Acceptability:
    """Rank acceptability under `weightings` Dirichlet draws of the weights (SMAA).

    z: values by agent and criterion, shape (p, m), higher is better. weights: centre of the draws, shape (m,), with
    `concentration` (default 10 for each criterion: shares move by about a third); without weights the draws are
    uniform.
    """
    table = _table(z)
    alpha = np.ones(table.shape[1])
    if weights is not None:
        centre = as_nonnegative("weights", weights, size=table.shape[1])
        alpha = np.maximum(centre / centre.sum(), 1e-6) * (concentration or CONCENTRATION * table.shape[1])
    drawn = rng.dirichlet(alpha, size=weightings)
    scores = drawn @ table.T
    masked = scores if eligible is None else np.where(np.asarray(eligible, dtype=bool), scores, -np.inf)
    inside = top_share(scores, check_places(places), eligible).mean(axis=0)
    first = top_share(scores, 1, eligible)
    with np.errstate(invalid="ignore", divide="ignore"):
        central = (first.T @ drawn) / first.sum(axis=0)[:, None]
    return Acceptability(inside, central, _rank_table(masked) if rank_table else None)


def _table(z: FloatArray | pd.DataFrame) -> FloatArray:
    table = np.asarray(z, dtype=np.float64)
    if table.ndim != 2 or not table.size:
        raise EmptyInputError(name="z")
    return table


def _rank_table(scores: FloatArray) -> FloatArray:
    ranks = np.asarray(stats.rankdata(-scores, axis=1, method="ordinal"), dtype=np.int64) - 1
    size = scores.shape[1]
    cells = np.bincount((np.arange(size) * size + ranks).ravel(), minlength=size * size)
    return np.asarray(cells.reshape(size, size) / scores.shape[0])


def leave_one_out(
    z: pd.DataFrame, weights: Mapping[str, float], *, places: int, eligible: BoolArray | None = None
) -> pd.DataFrame:
    """Who is among the best k when one criterion is left out: columns "all" and one for each criterion; 1, 0 or, for
    ties at the edge, a share.
    """
    columns = {"all": _inside(z, weights, places, eligible)}
    for name in weights:
        columns[name] = _inside(z, {other: w for other, w in weights.items() if other != name}, places, eligible)
    return pd.DataFrame(columns, index=z.index)


def _inside(z: pd.DataFrame, weights: Mapping[str, float], places: int, eligible: BoolArray | None) -> FloatArray:
    score = np.zeros(len(z))
    for name, weight in weights.items():
        score += weight * z[name].to_numpy(dtype=np.float64)
    return np.asarray(top_share(np.round(score, 12)[None, :], check_places(places), eligible)[0])


def smallest_weight_change(
    first: "pd.Series[float]", second: "pd.Series[float]", weights: Mapping[str, float]
) -> WeightChange | None:
    """Smallest change of one weight that brings two agents level: |S_i - S_j| / max_k |z_ik - z_jk|.

    first, second: z by criterion. None when they differ nowhere, or when no weight can do it while staying above zero.
    """
    gap = {name: float(first[name]) - float(second[name]) for name in weights}
    total = sum(weights[name] * gap[name] for name in weights)
    changes = [WeightChange(name, -total / gap[name]) for name in weights if gap[name]]
    possible = [change for change in changes if weights[change.criterion] + change.change >= 0.0]
    return min(possible, key=lambda change: abs(change.change), default=None)


def kendall_tau(first: Numbers, second: Numbers) -> float:
    """Kendall's tau-b of two orders of the same agents, -1 to 1; nan when one of them is all ties."""
    x = as_floats("first", first)
    return float(stats.kendalltau(x, as_floats("second", second, size=x.size)).statistic)


@dataclass(frozen=True)
class ListChange:
    """Difference of two top-k lists: who enters, who leaves, who stays, and Kendall's tau of the scores."""

    enters: tuple[object, ...]
    leaves: tuple[object, ...]
    stays: tuple[object, ...]
    tau: float


def compare_lists(before: pd.DataFrame, after: pd.DataFrame, *, places: int) -> ListChange:
    """Compare two composite tables (with `place` and `score`, indexed by the same agents)."""
    old = before.index[before["place"] <= places]
    new = after.index[after["place"] <= places]
    tau = kendall_tau(before["score"], after["score"].reindex(before.index))
    return ListChange(tuple(new.difference(old)), tuple(old.difference(new)), tuple(new.intersection(old)), tau)
