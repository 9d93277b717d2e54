"""What if a weight or a cut were another one: the list at once, from measures that stay in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache

import numpy as np

from scoring.evaluation import NoEvidence, code_version
from scoring.formula.quick import QuickList, quick_list
from scoring.measuring import Measures, measure
from scoring.models import ScoreRun
from scoring.policies import read
from scoring.policy import Criterion, Policy, Role, Unit, cuts, parse
from scoring.ruling import rule
from scoring.snapshot import Snapshot, take_snapshot

# One entry holds the measures of one policy on one day: a few megabytes for 10,000 agents.
KEPT_IN_MEMORY = 8
HEAVIEST = 100.0
LONGEST_SERVICE = 60.0
STEPS = {Unit.MONTHS: 1.0, Unit.SHARE: 0.01, Unit.LEVEL: 0.1, Unit.PERCENT: 1.0, Unit.PROBABILITY: 0.01}


class EvidenceChanged(RuntimeError):
    """The evidence is no longer that of the run, so its list cannot be asked "what if" any more."""


@dataclass(frozen=True, kw_only=True)
class Lever:
    """One slider: a weight or a cut of a policy. `key` is the entry's in the policy; unit is None for a weight."""

    key: str
    criterion: str
    role: Role
    unit: Unit | None
    value: float
    low: float
    high: float
    step: float

    @property
    def is_weight(self) -> bool:
        return self.unit is None

    def nearest(self, value: float) -> float:
        """The value on the slider's own grid, inside its ends."""
        steps = round((min(max(value, self.low), self.high) - self.low) / self.step)
        return round(min(self.low + steps * self.step, self.high), 6)


@dataclass(frozen=True, eq=False)
class Ground:
    """What all lists of a policy on one day's evidence share."""

    policy: Policy
    snapshot: Snapshot
    measures: Measures

    def listed(self, policy: Policy, places: int) -> QuickList:
        """The list that a changed policy gives; its measures must be those of this ground."""
        return quick_list(self.measures.by_name, rule(policy).rules, places=places)

    @cached_property
    def agent_ids(self) -> np.ndarray:
        return self.snapshot.agents["agent_id"].to_numpy(dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Answer:
    """The list as the policy stands, and as it would be. Both by the fast formula, so only changed rules part them."""

    ground: Ground
    policy: Policy
    before: QuickList
    after: QuickList

    @property
    def enters(self) -> list[int]:
        """Agents who would come into the places."""
        return self._agents(self.after.inside & ~self.before.inside)

    @property
    def leaves(self) -> list[int]:
        """Agents who would lose theirs."""
        return self._agents(self.before.inside & ~self.after.inside)

    @property
    def eligible(self) -> tuple[int, int]:
        """How many may be chosen, before and after."""
        return int(self.before.eligible.sum()), int(self.after.eligible.sum())

    def _agents(self, chosen: np.ndarray) -> list[int]:
        found: list[int] = self.ground.agent_ids[chosen].tolist()
        return found


def levers(policy: Policy) -> list[Lever]:
    """Every weight and every cut that can lie elsewhere, in the order of the document."""
    return [lever for one in policy.criteria if (lever := _lever(one)) is not None]


def _lever(one: Criterion) -> Lever | None:
    shared = {"key": one.key, "criterion": one.criterion.value, "role": one.role}
    if one.weight is not None:
        return Lever(**shared, unit=None, value=one.weight, low=0.0, high=HEAVIEST, step=1.0)  # type: ignore[arg-type]
    scale = cuts(one.criterion, one.role).get(one.unit) if one.unit else None
    if scale is None or one.cut is None or scale.low == scale.high:
        return None
    high = max(LONGEST_SERVICE, 2 * one.cut) if one.unit is Unit.MONTHS else scale.high
    step = STEPS.get(one.unit, 1.0) if one.unit else 1.0
    return Lever(**shared, unit=one.unit, value=one.cut, low=scale.low, high=high, step=step)  # type: ignore[arg-type]


def changes(policy: Policy, values: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """What the sliders change: by key, from and to. Values off a slider are drawn onto it; others are left out."""
    moved = ((lever, lever.nearest(values[lever.key])) for lever in levers(policy) if lever.key in values)
    return {one.key: {"from": one.value, "to": value} for one, value in moved if value != one.nearest(one.value)}


def changed(policy: Policy, moved: Mapping[str, Mapping[str, float]]) -> Policy:
    """The policy with these changes. A weight of 0 takes the criterion out of the score."""
    criteria = tuple(_changed(one, moved[one.key]["to"]) if one.key in moved else one for one in policy.criteria)
    return replace(policy, criteria=tuple(one for one in criteria if one.weight != 0.0))


def _changed(one: Criterion, value: float) -> Criterion:
    return replace(one, weight=value) if one.weight is not None else replace(one, cut=value)


def answer(run: ScoreRun, moved: Mapping[str, Mapping[str, float]]) -> Answer:
    """Both lists of a run, as it stands and with the changes.

    Raises EvidenceChanged when the evidence of the run's day is another one now, NoEvidence when there is none.
    """
    ground = _ground(run.evidence_fingerprint, run.as_of, run.policy_version.document, code_version())
    policy = changed(ground.policy, moved)
    before = ground.listed(ground.policy, run.places)
    return Answer(ground, policy, before, ground.listed(policy, run.places) if moved else before)


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _ground(fingerprint: str, as_of: date, document: str, code: str) -> Ground:
    """Read and measured once in each process; `code` is in the key so that no old formula stays in memory."""
    snapshot = take_snapshot(as_of)
    if snapshot.agents.empty:
        raise NoEvidence
    if snapshot.fingerprint != fingerprint:
        raise EvidenceChanged
    policy = parse(document)
    ruling = rule(policy)
    names = {*ruling.rules.criteria, *(one.criterion.value for one in policy.criteria)}
    return Ground(policy, snapshot, measure(snapshot, policy.evidence, names))


def levers_of(run: ScoreRun) -> list[Lever]:
    """The sliders of a run's policy."""
    return levers(read(run.policy_version))
