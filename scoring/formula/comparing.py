"""Two policies on the same evidence: who enters, who leaves, who moves, and what made it (methods A4).

The score is 50 plus, for each criterion, 100/6 times its share of weight times z. A change of score is therefore the
sum of the changes of these parts, exactly. What brought somebody in or out is found by holding one thing at a time:
first their own conditions; then the new score among those who could be chosen before; what is left is the others, who
came or went through the conditions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scoring.formula.arrays import BoolArray, FloatArray
from scoring.formula.composite import ELIGIBLE, Z_LIMIT, Composite, weighted_z
from scoring.formula.errors import ShapeError
from scoring.formula.quick import chance_among, held_places
from scoring.formula.ranking import shared_places
from scoring.formula.rules import judge_vetoes
from scoring.formula.sensitivity import kendall_tau

POINTS = 100.0 / (2 * Z_LIMIT)
IN, LEVEL, OUT, BARRED = "in", "level", "out", "barred"
ENTERS, LEAVES, STAYS, NEITHER = "enters", "leaves", "stays", ""
CONDITION, SCORE, OTHERS, NOTHING = "condition", "score", "others", ""
VETO, EVIDENCE = "veto", "evidence"


@dataclass(frozen=True, eq=False)
class Side:
    """One policy's outcome for p agents; arrays of shape (p,).

    held: share of a place (1 in, between 0 and 1 level with others at the last place). mean, sd: of the weighted z.
    parts: points above or below 50 by criterion; they add up to score - 50. holds: by condition, whether it holds.
    """

    place: np.ndarray
    score: FloatArray
    eligible: BoolArray
    held: FloatArray
    mean: FloatArray
    sd: FloatArray
    parts: Mapping[str, FloatArray]
    holds: Mapping[str, BoolArray]

    @property
    def states(self) -> np.ndarray:
        """in, level (at the last place), out or barred (may not be chosen)."""
        words = np.where(self.held >= 1.0, IN, np.where(self.held > 0.0, LEVEL, OUT))
        return np.where(self.eligible, words, BARRED)

    @property
    def stopped(self) -> dict[str, tuple[int, int]]:
        """By condition: how many agents it stops, and how many of them nothing else stops."""
        failing = np.sum([~holds for holds in self.holds.values()], axis=0) if self.holds else None
        return {name: (int((~holds).sum()), int((~holds & (failing == 1)).sum())) for name, holds in self.holds.items()}


@dataclass(frozen=True)
class Cause:
    """What brought an agent in or out: kind "condition" (their own: `names` of all that changed), "score" (the
    criterion that made most of it) or "others" (the condition by which most of those ahead came or went)."""

    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Compared:
    """Two sides for the same p agents. kinds: enters, leaves, stays or nothing, by agent, shape (p,).

    parts: change of points by criterion, shape (p,) each, adding up to the change of the score. tau: Kendall's tau-b of
    the two orders, nan when one side has everybody level.
    """

    before: Side
    after: Side
    places: int
    kinds: np.ndarray
    parts: Mapping[str, FloatArray]
    tau: float

    @cached_property
    def door(self) -> dict[str, int]:
        """How many may be chosen under both, lose that, gain it, or under neither."""
        old, new = self.before.eligible, self.after.eligible
        return {
            "both": int((old & new).sum()),
            "loses": int((old & ~new).sum()),
            "gains": int((~old & new).sum()),
            "neither": int((~old & ~new).sum()),
        }

    def cause(self, at: int) -> Cause:
        """Why the agent at this position enters or leaves; no cause for those who do neither."""
        if self.kinds[at] == ENTERS:
            return self._cause(at, self.before, now=True)
        if self.kinds[at] == LEAVES:
            return self._cause(at, self.after, now=False)
        return Cause(NOTHING)

    def _cause(self, at: int, without: Side, *, now: bool) -> Cause:
        """`without` is the side on which the agent has no place; `now` whether there is one on the new side."""
        if not without.eligible[at]:
            return Cause(CONDITION, tuple(name for name, holds in without.holds.items() if not holds[at]))
        return Cause(SCORE, self._strongest(at)) if self._by_score[at] == now else self._others(at)

    @cached_property
    def _by_score(self) -> BoolArray:
        """Who would be in by the new score, had nobody's conditions changed."""
        chance = chance_among(self.after.mean, self.after.sd, self.before.eligible, self.places)
        place = shared_places(np.where(self.before.eligible, chance, -1.0))
        return held_places(place, self.before.eligible, self.places) >= 1.0

    def _strongest(self, at: int) -> tuple[str, ...]:
        """The criterion that moved the agent most against those who had, or now have, the places."""
        if not self.parts:
            return ()
        rivals = self.before.held > 0 if self.kinds[at] == ENTERS else self.after.held > 0
        sign = 1.0 if self.kinds[at] == ENTERS else -1.0
        gains = {name: sign * float(change[at] - change[rivals].mean()) for name, change in self.parts.items()}
        return (max(gains, key=lambda name: gains[name]),)

    def _others(self, at: int) -> Cause:
        """The condition behind most of the rivals that came (for who leaves) or went (for who enters)."""
        old, new = self.before.eligible, self.after.eligible
        if self.kinds[at] == ENTERS:
            moved, holds = old & ~new, self.after.holds
        else:
            moved, holds = ~old & new, self.before.holds
        ahead = moved & (self.after.mean >= self.after.mean[at])
        counts = {name: int((~each & (ahead if ahead.any() else moved)).sum()) for name, each in holds.items()}
        return Cause(OTHERS, (max(counts, key=lambda name: counts[name]),) if counts else ())


def side_of(composite: Composite, *, plain: Callable[[str], str] = str) -> Side:
    """Read one side from a composite. plain: from the name of a weighted measure to that of its criterion, so that both
    sides name it alike. Conditions are labelled as the gates; vetoes "veto:", missing evidence "evidence:" and the
    measure."""
    table, size = composite.table, len(composite.table)
    eligible, place = (table["standing"] == ELIGIBLE).to_numpy(), table["place"].to_numpy()
    mean, sd = weighted_z(composite.measures, composite.shares, size)
    return Side(
        place=place,
        score=table["score"].to_numpy(),
        eligible=eligible,
        held=held_places(place, eligible, composite.places),
        mean=mean,
        sd=sd,
        parts={plain(n): POINTS * share * composite.z[n].to_numpy() for n, share in composite.shares.items()},
        holds=_conditions(composite, size),
    )


def _conditions(composite: Composite, size: int) -> dict[str, BoolArray]:
    rules = composite.rules
    found = {gate.label: gate.holds for gate in composite.gates}
    for veto in rules.vetoes:
        alone = type(rules)(vetoes=(veto,))
        found[f"{VETO}:{veto.criterion}"] = ~judge_vetoes(alone, composite.measures, size)
    for weight in rules.weights:
        if weight.missing == "incomplete":
            found[f"{EVIDENCE}:{weight.criterion}"] = composite.measures[weight.criterion].known
    return found


def compare_sides(before: Side, after: Side, *, places: int) -> Compared:
    """Hold two sides against each other; raises ShapeError when they speak of different numbers of agents."""
    if before.place.size != after.place.size:
        raise ShapeError(name="after", got=after.place.size, expected=before.place.size)
    old, new = before.held >= 1.0, after.held >= 1.0
    kinds = np.select([~old & new, old & ~new, old & new], [ENTERS, LEAVES, STAYS], NEITHER)
    nothing = np.zeros(before.place.size)
    parts = {
        name: after.parts.get(name, nothing) - before.parts.get(name, nothing)
        for name in dict.fromkeys([*before.parts, *after.parts])
    }
    return Compared(before, after, places, kinds, parts, kendall_tau(-before.place, -after.place))
