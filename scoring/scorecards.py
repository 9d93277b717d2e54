"""Scorecards: what a run says of each agent, as plain data with codes instead of sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.evaluation import Evaluation
from scoring.formula import Explanation, Flip, Measure, explain_score, nearest_flips
from scoring.formula.composite import ELIGIBLE
from scoring.policy import Criterion, Role
from scoring.ruling import in_measure, measure_name

STATES = {"met": "met", "not_met": "missed", "missing": "incomplete", "waiting": "waiting"}
SCALES = {
    "customer_rating": "rating_points",
    "customer_rating.level": "rating_points",
    "customer_rating.share": "share",
    "knowledge_test": "percent",
    "test_task": "percent",
    "involvement": "percent",
    "culture": "percent",
    "viral_chats": "rate",
    "viral_chats.chats": "count",
    "viral_chats.severity": "severity",
    "tenure": "months",
    "technical_support": "yes_no",
    "technical_support.months": "months",
    "test_task.veto": "yes_no",
    "efficiency": "seconds",
}
# A linear model may point beyond the end of a scale; nobody is shown more than all.
CEILINGS = {"share": 1.0, "percent": 100.0}
HALF_WIDTH = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """One agent's line of a run; the shapes of criteria, gates and explanation stand in docs/scores.md."""

    agent_id: int
    score: float
    verdict: str
    p_top: float
    rank: int
    rank_low: int
    rank_high: int
    ratings: int
    gates_met: int
    gates_total: int
    is_eligible: bool
    criteria: dict[str, Any]
    gates: dict[str, Any]
    explanation: dict[str, Any]


def scorecards(evaluation: Evaluation) -> Iterator[Scorecard]:
    """Give every agent's card, in the order of the snapshot."""
    for position, agent_id in enumerate(evaluation.snapshot.agents.index):
        yield _card(evaluation, position, int(agent_id))


def _card(evaluation: Evaluation, position: int, agent_id: int) -> Scorecard:
    row = evaluation.composite.table.iloc[position]
    explained = explain_score(evaluation.composite, agent_id)
    gates = _gates(evaluation, position)
    low, high = _rank_limits(evaluation, position)
    return Scorecard(
        agent_id=agent_id,
        score=explained.total,
        verdict=_verdict(evaluation, position),
        p_top=_round(row["p_top"]),
        rank=int(row["place"]),
        rank_low=low,
        rank_high=high,
        ratings=int(evaluation.measures.by_name["customer_rating"].count[position]),
        gates_met=sum(outcome.state[position] == "met" for outcome in evaluation.composite.gates),
        gates_total=len(evaluation.composite.gates),
        is_eligible=bool(row["standing"] == ELIGIBLE),
        criteria=_criteria(evaluation, explained, position, agent_id),
        gates=gates,
        explanation=_explanation(evaluation, position, agent_id),
    )


def _verdict(evaluation: Evaluation, position: int) -> str:
    row, bounds = evaluation.composite.table.iloc[position], evaluation.policy.verdict
    if row["verdict"] not in {"clear", "borderline"} or row["standing"] != ELIGIBLE:
        return str(row["verdict"])
    if row["p_top"] >= bounds.clear and not row["retest"]:
        return "clear"
    return "borderline" if row["p_top"] >= bounds.borderline else "unlikely"


def _rank_limits(evaluation: Evaluation, position: int) -> tuple[int, int]:
    table = evaluation.composite.table
    row = table.iloc[position]
    if row["standing"] == ELIGIBLE:
        low, high = int(np.floor(row["rank_low"])), int(np.ceil(row["rank_high"]))
        return min(low, int(row["place"])), max(high, int(row["place"]))
    return int((table["standing"] == ELIGIBLE).sum()) + 1, len(table)


def _criteria(evaluation: Evaluation, explained: Explanation, position: int, agent_id: int) -> dict[str, Any]:
    parts = {part.criterion: part for part in explained.parts}
    found: dict[str, Any] = {}
    for one in evaluation.policy.criteria:
        name = one.criterion.value
        if name in found and one.role is not Role.WEIGHT:
            continue
        measure = evaluation.measures.by_name[name]
        part = parts.get(name) if one.role is Role.WEIGHT else None
        found[name] = {
            "role": one.role.value,
            "points": part.points if part else 0.0,
            "maximum": _round(part.most) if part else 0.0,
            **_value(measure, position),
            "missing": not bool(measure.known[position]),
            "missing_rule": part.missing if part else "",
            "detail": _detail(evaluation, name, agent_id),
        }
    return found


def _value(measure: Measure, position: int) -> dict[str, Any]:
    known = bool(measure.known[position])
    mean = float(measure.mean[position])
    half = HALF_WIDTH * float(np.hypot(measure.sd[position], measure.common[position]))
    ceiling = CEILINGS.get(SCALES[measure.name], np.inf)
    low, value, high = (_round(min(number, ceiling)) for number in (mean - half, mean, mean + half))
    return {
        "value": value if known else None,
        "low": low if known else None,
        "high": high if known else None,
        "scale": SCALES[measure.name],
        "observations": int(measure.count[position]),
        "reliability": _round(measure.reliability[position]),
    }


def _detail(evaluation: Evaluation, name: str, agent_id: int) -> dict[str, Any]:
    model = evaluation.measures.ratings
    if name != "customer_rating" or model is None or agent_id not in model.mix.agents.index:
        return {}
    row, raw = model.mix.agents.loc[agent_id].to_dict(), model.raw.loc[agent_id].to_dict()
    at = model.mix.agents.index.get_loc(agent_id)
    low, high = model.posterior.interval()
    shrunken = float(model.posterior.mean[at]) - model.centre
    return {
        "raw_mean": _round(row["raw_mean"]),
        "expected": _round(row["expected"]),
        "difference": _round(row["difference"]),
        "shrunken": _round(shrunken),
        "low": _round(float(low[at]) - model.centre),
        "high": _round(float(high[at]) - model.centre),
        "average": _round(model.centre),
        "effective": _round(row["n"]),
        "answered": int(raw["answered"]),
        "offered": int(raw["offered"]),
        "response_rate": _round(raw["answered"] / raw["offered"]) if raw["offered"] else None,
        "top_cell": str(row["top_cell"]),
        "top_share": _round(row["top_share"]),
        "component": int(row["component"]),
    }


def _gates(evaluation: Evaluation, position: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for outcome in evaluation.composite.gates:
        for one in evaluation.ruling.sources[outcome.label]:
            found[one.key] = _gate(evaluation, one, position)
        if len(outcome.criteria) > 1:
            for one in evaluation.ruling.sources[outcome.label]:
                found[one.key] |= {"group": outcome.label, "group_state": STATES[str(outcome.state[position])]}
    for one in evaluation.policy.vetoes:
        found[one.key] = _veto(evaluation, one, position)
    return found


def _gate(evaluation: Evaluation, one: Criterion, position: int) -> dict[str, Any]:
    measure = evaluation.measures.by_name[measure_name(one)]
    cut, needed = in_measure(one)
    probability = float(measure.probability(cut, None)[position])
    known = bool(measure.known[position])
    state = ("met" if probability >= needed else "missed") if known else _unknown_state(evaluation, one, position)
    if known and not measure.is_fact and 0.2 < probability < 0.8:
        state = "retest"
    return {
        "criterion": one.criterion.value,
        "role": one.role.value,
        "state": state,
        "cut": _round(cut),
        "p": _round(probability) if known else None,
        "group": "",
        **_value(measure, position),
    }


def _unknown_state(evaluation: Evaluation, one: Criterion, position: int) -> str:
    name = measure_name(one)
    for outcome in evaluation.composite.gates:
        if outcome.criteria == (name,):
            return STATES[str(outcome.state[position])]
    return "incomplete"


def _veto(evaluation: Evaluation, one: Criterion, position: int) -> dict[str, Any]:
    measure = evaluation.measures.by_name[measure_name(one)]
    stops = bool(measure.known[position]) and float(measure.mean[position]) >= (one.cut or 0.0)
    return {
        "criterion": one.criterion.value,
        "role": one.role.value,
        "state": "missed" if stops else "met",
        "cut": one.cut,
        "p": None,
        "group": "",
        **_value(measure, position),
    }


def _explanation(evaluation: Evaluation, position: int, agent_id: int) -> dict[str, Any]:
    flips = nearest_flips(evaluation.composite, agent_id)
    return {
        "flips": [_flip(flip) for flip in flips[:3]],
        "standing": str(evaluation.composite.table["standing"].iloc[position]),
        "reliability": _round(evaluation.composite.table["reliability"].iloc[position]),
        "p_selected": _round(evaluation.composite.table["p_selected"].iloc[position]),
        "notes": _notes(evaluation, agent_id),
    }


def _flip(flip: Flip) -> dict[str, Any]:
    return {
        "kind": flip.kind,
        "criterion": flip.criterion,
        "now": _round(flip.now),
        "needed": _round(flip.needed),
        "change": _round(flip.change),
    }


def _notes(evaluation: Evaluation, agent_id: int) -> list[dict[str, Any]]:
    model = evaluation.measures.ratings
    if model is None or agent_id not in model.mix.agents.index:
        return []
    notes = []
    row = model.mix.agents.loc[agent_id]
    if model.mix.components > 1:
        notes.append({"code": "only_within_component", "params": {"cell": str(row["top_cell"])}})
    confined = next((warning for warning in model.mix.warnings if warning.agent == agent_id), None)
    if confined is not None:
        share = _round(confined.share)
        notes.append({"code": "confined_to_thin_cell", "params": {"cell": str(confined.cell), "share": share}})
    return notes


def _round(value: float) -> float:
    return round(float(value), 6)
