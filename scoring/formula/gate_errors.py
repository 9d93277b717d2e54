"""Both error rates of a policy's gates, by simulation (methods A4).

k gates with independent error rate e turn away 1 - (1 - e)^k of the qualified; any-of rules do the reverse. Decisions
are made on estimates; here true values are drawn from what is believed, and the decisions held against them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scoring.formula.arrays import as_positive
from scoring.formula.composite import drawn_gates
from scoring.formula.measures import Measure
from scoring.formula.rules import Rules, by_name, judge_any, judge_gate


@dataclass(frozen=True)
class GateErrors:
    """wrongly_rejected: share of the truly qualified that is turned away; wrongly_admitted: share of the truly
    unqualified that is let in (nan when there is none); qualified: share of agents truly qualified."""

    wrongly_rejected: float
    wrongly_admitted: float
    qualified: float


def gate_error_rates(
    measures: Iterable[Measure], rules: Rules, *, rng: np.random.Generator, draws: int = 2000
) -> dict[str, GateErrors]:
    """Error rates of each gate and any-of rule by label, and of all of them together under "all"."""
    given = by_name(measures, rules)
    as_positive("draws", draws, size=1)
    parts = {gate.label: Rules(gates=(gate,)) for gate in rules.gates}
    parts |= {rule.label: Rules(any_of=(rule,)) for rule in rules.any_of}
    parts["all"] = Rules(gates=rules.gates, any_of=rules.any_of)
    values = {name: given[name].draws(rng, draws) for name in parts["all"].criteria}
    if not values:
        return {"all": GateErrors(0.0, float("nan"), 1.0)}
    size = next(iter(given.values())).size
    return {
        label: _errors(drawn_gates(values, given, part), _admitted(given, part, size)) for label, part in parts.items()
    }


def _admitted(measures: dict[str, Measure], rules: Rules, size: int) -> np.ndarray:
    outcomes = [judge_gate(gate, measures[gate.criterion]) for gate in rules.gates]
    outcomes += [judge_any(rule, measures) for rule in rules.any_of]
    held = np.ones(size, dtype=bool)
    for outcome in outcomes:
        held &= outcome.holds
    return held


def _errors(truth: np.ndarray, admitted: np.ndarray) -> GateErrors:
    qualified = truth.mean(axis=0)
    good, bad = float(qualified.sum()), float((1.0 - qualified).sum())
    return GateErrors(
        float(qualified[~admitted].sum()) / good if good else float("nan"),
        float((1.0 - qualified)[admitted].sum()) / bad if bad else float("nan"),
        float(qualified.mean()),
    )
