"""The composite at once: the list that changed rules would give, without draws and without intervals (methods A4).

For sliders. P(top k) is the analytic one whatever the number of places, so a list is to be held against another list
made here, and against `evaluate` only within the error of that formula (1 / sqrt(k)).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scoring.formula.arrays import BoolArray, FloatArray
from scoring.formula.composite import ELIGIBLE, places_of, standing_of, weighted_z
from scoring.formula.measures import Measure
from scoring.formula.normal_ranks import threshold_top
from scoring.formula.ranking import check_places, top_share
from scoring.formula.rules import GateOutcome, Rules, by_name, judge_any, judge_gate


@dataclass(frozen=True, eq=False)
class QuickList:
    """Outcome for p agents, arrays of shape (p,): score 0 to 100, P(top k), standing, place (ties share it) and `held`,
    the share of a place that each has (1 in, 0 out, between: level with others at the last place)."""

    score: FloatArray
    p_top: FloatArray
    standing: np.ndarray
    place: np.ndarray
    held: FloatArray
    gates: tuple[GateOutcome, ...]

    @property
    def eligible(self) -> BoolArray:
        """Who may be chosen at all."""
        return np.asarray(self.standing == ELIGIBLE)

    @property
    def inside(self) -> BoolArray:
        """Who has a place for sure, level with nobody who has none."""
        return np.asarray(self.held == 1.0)


def quick_list(measures: Mapping[str, Measure], rules: Rules, *, places: int) -> QuickList:
    """Apply the rules to the measures, both as in `evaluate`. Raises FormulaError for a criterion that is not there."""
    given = by_name(measures.values(), rules)
    size = next(iter(given.values())).size
    gates = [judge_gate(gate, given[gate.criterion]) for gate in rules.gates]
    gates += [judge_any(rule, given) for rule in rules.any_of]
    standing = standing_of(rules, given, gates, size)
    mean, sd = weighted_z(given, rules.shares(given), size)
    p_top = chance_among(mean, sd, standing == ELIGIBLE, check_places(places))
    score = 50.0 + mean * 100.0 / 6.0
    place = places_of(p_top, score, standing)
    return QuickList(score, p_top, standing, place, held_places(place, standing == ELIGIBLE, places), tuple(gates))


def chance_among(mean: FloatArray, sd: FloatArray, eligible: BoolArray, places: int) -> FloatArray:
    """P(top k) among the eligible, 0 for the others, by the threshold that fills the places."""
    p_top = np.zeros(mean.size)
    if eligible.any():
        p_top[eligible] = threshold_top(mean[eligible], sd[eligible], places)
    return p_top


def held_places(place: np.ndarray, eligible: BoolArray, places: int) -> FloatArray:
    """The share of a place that each agent holds by the order of `place`; agents level at the last place share it."""
    if not eligible.any():
        return np.zeros(place.size)
    return np.asarray(top_share(-place.astype(np.float64)[None, :], places, eligible)[0])
