"""What a whole list owes to its weights: computed once for all agents of a composite (methods A4).

Sources: as in `sensitivity`, whose kernels these are, applied in blocks so that 10,000 agents fit into memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.formula.arrays import BoolArray, FloatArray
from scoring.formula.composite import ELIGIBLE, Composite
from scoring.formula.ranking import top_share
from scoring.formula.sensitivity import CONCENTRATION, WEIGHTINGS, leave_one_out
from scoring.formula.weights import effective_weights

# Numbers held at once: some hundred weightings of 10,000 agents.
BLOCK = 1_000_000
LEVEL_DIGITS = 9


@dataclass(frozen=True)
class Swap:
    """The share of one criterion that must change by `change` for two neighbours of the list to be level; `now` is the
    share as it stands, the others keep theirs. `below`: position of the neighbour who stands lower."""

    below: int
    criterion: str
    now: float
    change: float


@dataclass(frozen=True, eq=False)
class Robustness:
    """stays: share of the random weightings in which an agent is among the best k, shape (p,), 0 for those who may not
    be chosen. swaps: by position of the upper neighbour. effective: share of each criterion in the variance of the
    score among the eligible (nan without any variance). without: who enters and who leaves the best k (positions) when
    a criterion is left out. weightings: how many were drawn."""

    stays: FloatArray
    swaps: Mapping[int, Swap]
    effective: Mapping[str, float]
    without: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]]
    weightings: int


def robustness(composite: Composite, *, rng: np.random.Generator, weightings: int = WEIGHTINGS) -> Robustness:
    """Compute it over the criteria that count (share above 0); with fewer than two there is nothing to weigh."""
    counting = {name: share for name, share in composite.shares.items() if share > 0}
    eligible = (composite.table["standing"] == ELIGIBLE).to_numpy()
    if len(counting) < 2 or not eligible.any():
        return Robustness(np.zeros(eligible.size), {}, {}, {}, 0)
    z = composite.z[list(counting)].reset_index(drop=True)[eligible]
    at = np.flatnonzero(eligible)
    stays = np.zeros(eligible.size)
    stays[eligible] = _stays(z, counting, composite.places, rng, weightings)
    return Robustness(
        stays, _swaps(composite, z, counting, at), _effective(z, counting), _without(z, counting, composite.places),
        weightings,
    )  # fmt: skip


def _stays(
    z: pd.DataFrame, shares: Mapping[str, float], places: int, rng: np.random.Generator, weightings: int
) -> FloatArray:
    """As `weight_acceptability` with its default concentration, without what only a single agent is asked for."""
    table, size = z.to_numpy(dtype=np.float64), max(1, BLOCK // len(z))
    drawn = rng.dirichlet(np.array(list(shares.values())) * CONCENTRATION * len(shares), size=weightings)
    # Rounded, so that agents who are level stay level on every machine.
    blocks = (np.round(drawn[done : done + size] @ table.T, LEVEL_DIGITS) for done in range(0, weightings, size))
    return np.asarray(np.sum([top_share(block, places).sum(axis=0) for block in blocks], axis=0) / weightings)


def _effective(z: pd.DataFrame, shares: Mapping[str, float]) -> dict[str, float]:
    if len(z) < 2:
        return dict.fromkeys(shares, float("nan"))
    return dict(zip(shares, effective_weights(z.to_numpy(), list(shares.values())).tolist(), strict=True))


def _without(
    z: pd.DataFrame, shares: Mapping[str, float], places: int
) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
    inside = leave_one_out(z, shares, places=places)
    whole = inside["all"] >= 1.0
    return {
        name: (_positions(z, (inside[name] >= 1.0) & ~whole), _positions(z, whole & (inside[name] <= 0.0)))
        for name in shares
    }


def _positions(z: pd.DataFrame, chosen: "pd.Series[bool]") -> tuple[int, ...]:
    return tuple(int(at) for at in z.index[chosen])


def _swaps(composite: Composite, z: pd.DataFrame, shares: Mapping[str, float], at: np.ndarray) -> dict[int, Swap]:
    """For all neighbours at once, |S_i - S_j| / max_k |z_ik - z_jk| (see `smallest_weight_change`)."""
    order = np.argsort(composite.table["place"].to_numpy()[at], kind="stable")
    names, weights = list(shares), np.array(list(shares.values()))
    gaps = -np.diff(z.to_numpy()[order], axis=0)
    if not len(gaps):
        return {}
    total = gaps @ weights
    with np.errstate(divide="ignore", invalid="ignore"):
        changes = np.where(gaps != 0.0, -total[:, None] / gaps, np.inf)
    changes[weights + changes < 0.0] = np.inf
    best = np.abs(changes).argmin(axis=1)
    change = changes[np.arange(len(best)), best]
    # Level or reversed already: the order of the two rests on how sure their scores are, not on the weights.
    real: BoolArray = np.isfinite(change) & (total > 0.0)
    upper, lower = at[order[:-1]], at[order[1:]]
    return {
        int(upper[i]): Swap(int(lower[i]), names[best[i]], float(weights[best[i]]), float(change[i]))
        for i in np.flatnonzero(real)
    }
