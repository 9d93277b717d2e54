"""The rules of a policy as the formula reads them: gates, weights, any-of rules, vetoes (methods A4).

Gates are minima, not merits: they are decided on P(true value meets the cut), exactly for facts. Missing evidence is
handled by a written rule and never as zero:

* "prior": the agent is treated as an unknown agent, with the average of the others and its full uncertainty;
* "incomplete": the agent cannot be placed until the evidence is there;
* "wait": evidence that comes later (a test not yet sat) is not held against the agent; a weight waits only while nobody
  has evidence, and its share goes to the others until then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from scoring.formula.arrays import BoolArray, FloatArray, check_option, check_share
from scoring.formula.errors import EmptyInputError, UnknownOptionError, ValueRangeError
from scoring.formula.measures import Measure

MISSING = ("prior", "incomplete", "wait")
RETEST = (0.2, 0.8)
MET, NOT_MET, NO_EVIDENCE, WAITING = "met", "not_met", "missing", "waiting"


@dataclass(frozen=True)
class Gate:
    """`criterion` must lie between `at_least` and `at_most` (either may be open), with at least `probability`."""

    criterion: str
    at_least: float | None = None
    at_most: float | None = None
    probability: float = 0.5
    missing: str = "incomplete"

    def __post_init__(self) -> None:
        check_option("missing", self.missing, MISSING)
        check_share("probability", self.probability)
        if self.at_least is None and self.at_most is None:
            raise ValueRangeError(name=f"The gate on {self.criterion}", rule="given at_least or at_most", value=None)

    @property
    def label(self) -> str:
        return self.criterion


@dataclass(frozen=True)
class Weight:
    """`criterion` counts into the score with `weight` (only proportions matter).

    minimum_count, minimum_reliability: evidence needed before the verdict may be other than "insufficient".
    """

    criterion: str
    weight: float
    missing: str = "prior"
    minimum_count: float = 0.0
    minimum_reliability: float = 0.0

    def __post_init__(self) -> None:
        check_option("missing", self.missing, MISSING)
        if not self.weight > 0:
            raise ValueRangeError(name=f"The weight of {self.criterion}", rule="above 0", value=self.weight)


@dataclass(frozen=True)
class AnyOf:
    """At least one of the `doors` must hold: alternative evidence for the same requirement."""

    name: str
    doors: tuple[Gate, ...]

    @property
    def label(self) -> str:
        return self.name


@dataclass(frozen=True)
class Veto:
    """Ends it when `criterion` lies between the limits with at least `probability`; no evidence is no veto."""

    criterion: str
    at_least: float | None = None
    at_most: float | None = None
    probability: float = 0.5

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise ValueRangeError(name=f"The veto on {self.criterion}", rule="given at_least or at_most", value=None)


@dataclass(frozen=True)
class Rules:
    """All rules of a policy. minimum_reliability: of the composite, under which the verdict is "insufficient".

    Half of the visible differences being real is the least that a verdict should rest on; 0 switches the need off.
    """

    gates: tuple[Gate, ...] = ()
    weights: tuple[Weight, ...] = ()
    any_of: tuple[AnyOf, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    minimum_reliability: float = 0.5

    @property
    def criteria(self) -> tuple[str, ...]:
        """Every criterion named, once, in the order of first use."""
        named = [weight.criterion for weight in self.weights] + [gate.criterion for gate in self.gates]
        named += [veto.criterion for veto in self.vetoes]
        named += [door.criterion for rule in self.any_of for door in rule.doors]
        return tuple(dict.fromkeys(named))

    def shares(self, measures: Mapping[str, Measure]) -> dict[str, float]:
        """Share of every weighted criterion, adding up to 1; a waiting weight that nobody has evidence for gets 0."""
        active = {
            w.criterion: w.weight for w in self.weights if w.missing != "wait" or measures[w.criterion].known.any()
        }
        total = sum(active.values())
        return {w.criterion: active.get(w.criterion, 0.0) / total if total else 0.0 for w in self.weights}


def by_name(measures: Iterable[Measure], rules: Rules) -> dict[str, Measure]:
    """Measures by criterion, all of the same length, every criterion of the rules among them."""
    named = {measure.name: measure for measure in measures}
    if not named:
        raise EmptyInputError(name="measures")
    for criterion in rules.criteria:
        if criterion not in named:
            raise UnknownOptionError(name="criterion", value=criterion, options=", ".join(named))
    sizes = {measure.size for measure in named.values()}
    if len(sizes) > 1:
        raise ValueRangeError(name="measures", rule="of one length", value=sorted(sizes))
    return named


@dataclass(frozen=True, eq=False)
class GateOutcome:
    """How p agents stand at one gate or any-of rule: state (met, not_met, missing, waiting), P(holds), retest
    advised.
    """

    label: str
    state: np.ndarray
    probability: FloatArray
    retest: BoolArray
    criteria: tuple[str, ...] = field(default=())

    @property
    def holds(self) -> BoolArray:
        return np.isin(self.state, [MET, WAITING])


def judge_gate(gate: Gate, measure: Measure) -> GateOutcome:
    """Decide one gate for all agents."""
    chance = measure.probability(gate.at_least, gate.at_most)
    state = np.where(chance >= gate.probability, MET, NOT_MET).astype(object)
    if gate.missing != "prior":
        state[~measure.known] = NO_EVIDENCE if gate.missing == "incomplete" else WAITING
        chance = np.where(measure.known, chance, 0.0 if gate.missing == "incomplete" else 1.0)
    retest = (chance > RETEST[0]) & (chance < RETEST[1])
    return GateOutcome(gate.label, state, chance, retest, (gate.criterion,))


def judge_any(rule: AnyOf, measures: Mapping[str, Measure]) -> GateOutcome:
    """Decide an any-of rule: one open door is enough; P(holds) takes the criteria as independent."""
    doors = [judge_gate(door, measures[door.criterion]) for door in rule.doors]
    if not doors:
        raise EmptyInputError(name=f"The any-of rule {rule.name}")
    states = np.array([door.state for door in doors])
    best: dict[tuple[str, ...], FloatArray] = {}
    for door in doors:
        best[door.criteria] = np.maximum(door.probability, best.get(door.criteria, door.probability))
    chance = 1.0 - np.prod([1.0 - p for p in best.values()], axis=0)
    state = np.full(chance.size, NOT_MET, dtype=object)
    for word in (NO_EVIDENCE, WAITING, MET):
        state[(states == word).any(axis=0)] = word
    retest = (state != MET) & (chance > RETEST[0]) & (chance < RETEST[1])
    retest |= (state == MET) & (chance < RETEST[1])
    return GateOutcome(rule.label, state, chance, retest, tuple(door.criterion for door in rule.doors))


def judge_vetoes(rules: Rules, measures: Mapping[str, Measure], size: int) -> BoolArray:
    """Which agents are vetoed, shape (p,)."""
    vetoed = np.zeros(size, dtype=bool)
    for veto in rules.vetoes:
        measure = measures[veto.criterion]
        vetoed |= measure.known & (measure.probability(veto.at_least, veto.at_most) >= veto.probability)
    return vetoed
