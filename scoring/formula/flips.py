"""What would change the outcome, for every agent at once (methods A4): `nearest_flips` in columns.

A candidate change is one gate or door, one weighted criterion, or the weight that would swap the agent with the one
across the line of the last place. Each has a column of p values; the nearest ones of an agent are found by sorting.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from scoring.formula.arrays import FloatArray, IntArray
from scoring.formula.composite import ELIGIBLE, Z_LIMIT, Composite
from scoring.formula.rules import MET, Gate, GateOutcome

GATE, CRITERION, WEIGHT = "gate", "criterion", "weight"


@dataclass(frozen=True, eq=False)
class FlipColumn:
    """One kind of change for p agents. Names of criteria differ by agent only for weights.

    present, needed: in the unit of the criterion, or shares of weight; size: needed change in standard deviations of
    the reference group (or share of weight), nan where this change cannot flip anything.
    """

    kind: str
    criterion: np.ndarray
    present: FloatArray
    needed: FloatArray
    size: FloatArray


@dataclass(frozen=True, eq=False)
class FlipTable:
    """All candidate changes of p agents, and the agents across the line.

    against: position of the eligible agent nearest to the line of the last place on its other side, shape (p,); -1 for
    agents without a line to cross.
    """

    columns: tuple[FlipColumn, ...]
    against: IntArray

    def nearest(self, most: int) -> IntArray:
        """The nearest `most` changes of each agent, as positions in `columns`, shape (p, at most `most`); -1: none."""
        sizes = np.abs(np.array([column.size for column in self.columns])).T
        if not sizes.size:
            return np.full((self.against.size, 0), -1, dtype=np.int64)
        order = np.argsort(sizes, axis=1, kind="stable")[:, :most]
        return np.where(np.isnan(np.take_along_axis(sizes, order, axis=1)), -1, order)


def flip_table(composite: Composite) -> FlipTable:
    """Compute what would change the outcome of every agent.

    Doors of an any-of rule are left out where they change nothing: another door is open already.
    """
    against = _across_the_line(composite)
    columns = _gate_columns(composite)
    gaps = _gaps(composite, against)
    columns += [_criterion_column(composite, name, against, gaps) for name in composite.points.columns]
    if len(composite.points.columns) > 0:
        columns.append(_weight_column(composite, against))
    return FlipTable(tuple(columns), against)


def _gate_columns(composite: Composite) -> list[FlipColumn]:
    outcomes = dict(zip([*composite.rules.gates, *composite.rules.any_of], composite.gates, strict=True))
    columns = [_gate_column(composite, gate) for gate in composite.rules.gates]
    for rule in composite.rules.any_of:
        doors = [_gate_column(composite, door) for door in rule.doors]
        opened = [door.size <= 0 for door in doors]
        columns += [
            _relevant(door, outcomes[rule], [one for one in opened if one is not mine])
            for door, mine in zip(doors, opened, strict=True)
        ]
    return columns


def _gate_column(composite: Composite, gate: Gate) -> FlipColumn:
    measure = composite.measures[gate.criterion]
    criterion = np.full(measure.size, gate.criterion, dtype=object)
    if gate.at_least is None:
        nothing = np.full(measure.size, np.nan)
        return FlipColumn(GATE, criterion, measure.mean, nothing, nothing)
    margin = float(stats.norm.ppf(gate.probability)) * np.hypot(measure.sd, measure.common)
    needed = gate.at_least + margin
    size = np.where(measure.known, (needed - measure.mean) / (measure.reference[1] or 1.0), np.nan)
    return FlipColumn(GATE, criterion, measure.mean, needed, size)


def _relevant(door: FlipColumn, outcome: GateOutcome, others: list[np.ndarray]) -> FlipColumn:
    open_elsewhere = np.any(others, axis=0) if others else np.zeros(door.size.size, dtype=bool)
    idle = (outcome.state == MET) & open_elsewhere
    return FlipColumn(door.kind, door.criterion, door.present, door.needed, np.where(idle, np.nan, door.size))


def _across_the_line(composite: Composite) -> IntArray:
    """For each eligible agent the eligible agent nearest to the line on its other side; -1 when all have a place."""
    eligible = np.flatnonzero((composite.table["standing"] == ELIGIBLE).to_numpy())
    against = np.full(len(composite.table), -1, dtype=np.int64)
    ordered = eligible[np.argsort(composite.table["place"].to_numpy()[eligible], kind="stable")]
    if ordered.size > composite.places:
        against[ordered[: composite.places]] = ordered[composite.places]
        against[ordered[composite.places :]] = ordered[composite.places - 1]
    return against


def _gaps(composite: Composite, against: IntArray) -> FloatArray:
    score = composite.table["score"].to_numpy(dtype=np.float64)
    return np.asarray(np.where(against >= 0, score[against] - score, np.nan))


def _criterion_column(composite: Composite, name: str, against: IntArray, gaps: FloatArray) -> FlipColumn:
    measure, share = composite.measures[name], composite.shares[name]
    spread = measure.reference[1]
    step = gaps * 2 * Z_LIMIT / (100.0 * share) if spread and share else np.full(measure.size, np.nan)
    inside = np.abs(composite.z[name].to_numpy(dtype=np.float64) + step) <= Z_LIMIT
    size = np.where((against >= 0) & inside, step, np.nan)
    criterion = np.full(measure.size, name, dtype=object)
    return FlipColumn(CRITERION, criterion, measure.mean, measure.mean + step * spread, size)


def _weight_column(composite: Composite, against: IntArray) -> FlipColumn:
    """The smallest change of one weight that brings two agents level: |S_i - S_j| / max |z_ik - z_jk|."""
    names = np.array(list(composite.shares), dtype=object)
    shares = np.array([composite.shares[name] for name in names])
    z = composite.z[list(names)].to_numpy(dtype=np.float64)
    gap = z - z[against]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = -(gap @ shares)[:, None] / gap
    # A change that leaves no weight at all brings everybody level and says nothing.
    possible = np.isfinite(change) & (shares + change >= 0.0) & (1.0 + change > 1e-9) & (against >= 0)[:, None]
    best = np.argmin(np.where(possible, np.abs(change), np.inf), axis=1)
    rows = np.arange(best.size)
    size = np.where(possible[rows, best], change[rows, best], np.nan)
    now = shares[best]
    return FlipColumn(WEIGHT, names[best], now, now + size, size)
