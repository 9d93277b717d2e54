"""The explanation of a score: parts that add up to the total shown, and how far it is from flipping (methods A4).

Everything here is codes and numbers; an outer floor finds the words.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from scoring.formula.arrays import FloatArray, Numbers, as_floats
from scoring.formula.casemix import CaseMix
from scoring.formula.composite import ELIGIBLE, Z_LIMIT, Composite
from scoring.formula.errors import UnknownOptionError
from scoring.formula.measures import Measure
from scoring.formula.rules import AnyOf, Gate, judge_gate
from scoring.formula.sensitivity import smallest_weight_change
from scoring.formula.shrinkage import Posterior


@dataclass(frozen=True)
class Part:
    """One weighted criterion of one agent. points (of at most `most`) are rounded so that all parts add up to the
    total.

    value, sd: estimate and standard deviation in the criterion's unit (those of an unknown agent when not `known`;
    `missing` names the rule that was applied then, "" otherwise).
    """

    criterion: str
    share: float
    points: float
    most: float
    z: float
    value: float
    sd: float
    reliability: float
    count: float
    known: bool
    missing: str


@dataclass(frozen=True)
class GateLine:
    """One gate or any-of rule of one agent: state (met, not_met, missing, waiting), P(holds), whether a retest is
    advised.
    """

    label: str
    state: str
    probability: float
    retest: bool


@dataclass(frozen=True)
class Explanation:
    """Why an agent has this score. `total` is the sum of `parts` exactly, to the digits shown."""

    agent: object
    total: float
    parts: tuple[Part, ...]
    gates: tuple[GateLine, ...]
    standing: str
    verdict: str
    place: int
    p_top: float


@dataclass(frozen=True)
class Flip:
    """A change that would carry an agent over the line of the last place, or over a gate.

    kind: "criterion", "gate" or "weight"; change: needed in the criterion's unit (or in share of weight); size: the
    same in standard deviations of the reference group (or share), to compare; against: the agent on the other side of
    the line.
    """

    kind: str
    criterion: str
    now: float
    needed: float
    change: float
    size: float
    against: object = None


def round_parts(parts: Numbers, *, digits: int = 1) -> FloatArray:
    """Round parts so that they add up to their rounded total exactly: the largest remainders go up (Hamilton's method).

    Half a unit of the total rounds up; of equal remainders the first goes up. Shape (m,) in and out; the sum is exact
    in units of 10^-digits.
    """
    values = as_floats("parts", parts) * 10.0**digits
    # A remainder of .4999999 from binary fractions must count as what it was meant to be.
    values = np.round(values, 9)
    floors = np.floor(values)
    missing = int(np.floor(np.round(values.sum(), 9) + 0.5) - floors.sum())
    order = np.argsort(-(values - floors), kind="stable")
    floors[order[:missing]] += 1.0
    return np.asarray(np.round(floors) / 10.0**digits)


def explain_score(composite: Composite, agent: object, *, digits: int = 1) -> Explanation:
    """Decompose the score of `agent`. Raises UnknownOptionError for an agent that is not in the composite."""
    at = _position(composite, agent)
    names = list(composite.points.columns)
    row = composite.table.iloc[at]
    rounded = round_parts(composite.points.iloc[at].to_numpy(), digits=digits) if names else np.array([row["score"]])
    total = round(float(np.round(rounded * 10.0**digits).sum()) / 10.0**digits, digits)
    lines = tuple(
        GateLine(g.label, str(g.state[at]), float(g.probability[at]), bool(g.retest[at])) for g in composite.gates
    )
    parts = tuple(_part(composite, name, at, float(points)) for name, points in zip(names, rounded, strict=False))
    return Explanation(
        agent, total, parts, lines, str(row["standing"]), str(row["verdict"]), int(row["place"]), float(row["p_top"])
    )


def _position(composite: Composite, agent: object) -> int:
    found = composite.table.index.get_indexer(pd.Index([agent]))
    if found[0] < 0:
        raise UnknownOptionError(name="agent", value=agent, options=f"the {len(composite.table)} agents of the run")
    return int(found[0])


def _part(composite: Composite, name: str, at: int, points: float) -> Part:
    measure, share = composite.measures[name], composite.shares[name]
    rule = next(weight.missing for weight in composite.rules.weights if weight.criterion == name)
    known = bool(measure.known[at])
    return Part(
        name, share, points, 100.0 * share, float(composite.z[name].iloc[at]), float(measure.mean[at]),
        float(np.hypot(measure.sd[at], measure.common[at])), float(measure.reliability[at]), float(measure.count[at]),
        known, "" if known else rule,
    )  # fmt: skip


@dataclass(frozen=True)
class RatingChain:
    """Where a customer rating comes from, in rating points; each line is the one before plus the step.

    raw_mean - expected = difference; difference + weighing = adjusted (unsure queues weigh less); adjusted + pull =
    shrunken (towards the average agent); low, high: interval of the shrunken difference; n: ratings; reliability: share
    of own evidence.
    """

    n: float
    raw_mean: float
    expected: float
    difference: float
    weighing: float
    adjusted: float
    pull: float
    shrunken: float
    low: float
    high: float
    reliability: float


def rating_chain(mix: CaseMix, posterior: Posterior, agent: object, *, level: float = 0.95) -> RatingChain:
    """From raw mean to shrunken difference for one agent; `posterior` is of `mix.agents` in their order."""
    at = mix.agents.index.get_indexer(pd.Index([agent]))[0]
    if at < 0:
        raise UnknownOptionError(name="agent", value=agent, options=f"the {len(mix.agents)} rated agents")
    row = mix.agents.iloc[int(at)]
    low, high = posterior.interval(level)
    adjusted, shrunken = float(row["effect"]) * mix.points, float(posterior.mean[at]) * mix.points
    difference = float(row["difference"])
    return RatingChain(
        float(row["n"]), float(row["raw_mean"]), float(row["expected"]), difference, adjusted - difference, adjusted,
        shrunken - adjusted, shrunken, float(low[at]) * mix.points, float(high[at]) * mix.points,
        float(posterior.reliability[at]),
    )  # fmt: skip


def nearest_flips(composite: Composite, agent: object) -> tuple[Flip, ...]:
    """What would change the outcome for `agent`, the smallest change first.

    Gates that fail (or hold) and the change in the criterion that would turn them; and, for an eligible agent, the
    change in each weighted criterion that would carry the score over the line of the last place, with the smallest
    change of one weight that would swap the agent with the one across the line.
    """
    at = _position(composite, agent)
    flips = [_gate_flip(gate, composite.measures[gate.criterion], at) for gate in composite.rules.gates]
    for rule in composite.rules.any_of:
        flips += _door_flips(rule, composite.measures, at)
    if composite.table["standing"].iloc[at] == ELIGIBLE:
        flips += _line_flips(composite, at)
    return tuple(sorted((flip for flip in flips if flip is not None), key=lambda flip: abs(flip.size)))


def _door_flips(rule: AnyOf, measures: Mapping[str, Measure], at: int) -> list[Flip | None]:
    """Doors whose turning changes anything: all while none is open, the open one while it is the only one."""
    flips = {door: _gate_flip(door, measures[door.criterion], at) for door in rule.doors}
    opened = [door for door in rule.doors if judge_gate(door, measures[door.criterion]).holds[at]]
    if not opened:
        return list(flips.values())
    return [flips[opened[0]]] if len(opened) == 1 else []


def _gate_flip(gate: Gate, measure: Measure, at: int) -> Flip | None:
    if gate.at_least is None or not measure.known[at]:
        return None
    margin = float(stats.norm.ppf(gate.probability)) * float(np.hypot(measure.sd[at], measure.common[at]))
    now, needed = float(measure.mean[at]), gate.at_least + margin
    spread = measure.reference[1] or 1.0
    return Flip("gate", gate.criterion, now, needed, needed - now, (needed - now) / spread)


def _line_flips(composite: Composite, at: int) -> list[Flip | None]:
    other = _across_the_line(composite, at)
    if other is None:
        return []
    gap = float(composite.table["score"].iloc[other] - composite.table["score"].iloc[at])
    flips = [_criterion_flip(composite, name, at, other, gap) for name in composite.points.columns]
    return [*flips, _weight_flip(composite, at, other)]


def _across_the_line(composite: Composite, at: int) -> int | None:
    """The eligible agent nearest to the line on the other side of it, or None when everybody has a place."""
    eligible = np.flatnonzero((composite.table["standing"] == ELIGIBLE).to_numpy())
    place = composite.table["place"].to_numpy()
    ordered = eligible[np.argsort(place[eligible], kind="stable")]
    if ordered.size <= composite.places:
        return None
    inside = int(np.flatnonzero(ordered == at)[0]) < composite.places
    return int(ordered[composite.places if inside else composite.places - 1])


def _criterion_flip(composite: Composite, name: str, at: int, other: int, gap: float) -> Flip | None:
    measure, share = composite.measures[name], composite.shares[name]
    spread = measure.reference[1]
    if not spread or not share:
        return None
    step = gap * 2 * Z_LIMIT / (100.0 * share)
    if abs(float(composite.z[name].iloc[at]) + step) > Z_LIMIT:
        return None
    now = float(measure.mean[at])
    return Flip("criterion", name, now, now + step * spread, step * spread, step, composite.table.index[other])


def _weight_flip(composite: Composite, at: int, other: int) -> Flip | None:
    found = smallest_weight_change(composite.z.iloc[at], composite.z.iloc[other], composite.shares)
    if found is None:
        return None
    now = composite.shares[found.criterion]
    return Flip(
        "weight", found.criterion, now, now + found.change, found.change, found.change, composite.table.index[other]
    )
