"""What a scorecard says of each criterion and gate, for all agents at once: columns first, plain data at the end."""

from typing import Any

import numpy as np

from scoring.evaluation import RATING, Evaluation
from scoring.fitting import RatingModel
from scoring.formula import Measure
from scoring.formula.arrays import Numbers
from scoring.formula.rules import GateOutcome
from scoring.measuring import plain_name
from scoring.policy import Criterion, Role, WhenMissing
from scoring.ruling import MEASURED_IN_A_ROUND, NEEDS_NO_PIECES, in_measure, measure_name, unit_name

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
    "efficiency": "deviations",
    "efficiency.share": "share",
}
# A linear model may point beyond the ends of a scale; nobody is shown more than all or less than nothing.
ENDS = {"rating_points": (1.0, 5.0), "share": (0.0, 1.0), "percent": (0.0, 100.0), "rate": (0.0, np.inf)}
HALF_WIDTH = 1.959963984540054
DIGITS = 6

Card = dict[str, Any]


def rounded(values: Numbers) -> list[float]:
    """Plain floats of six digits, without a negative zero."""
    numbers: list[float] = (np.round(np.asarray(values, dtype=np.float64), DIGITS) + 0.0).tolist()
    return numbers


def rounded_where(values: np.ndarray, known: np.ndarray) -> list[float | None]:
    """The same, None where nothing is known."""
    column: list[float | None] = list(rounded(np.where(known, values, 0.0)))
    for place in np.flatnonzero(~known).tolist():
        column[place] = None
    return column


def ends(scale: str) -> tuple[float, float]:
    """The ends of a scale, as far as it has any."""
    return ENDS.get(scale, (-np.inf, np.inf))


def rows(columns: dict[str, list[Any]]) -> list[Card]:
    """From columns to one dictionary for each agent."""
    names = tuple(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def criteria(evaluation: Evaluation, points: dict[str, np.ndarray]) -> list[Card]:
    """The `criteria` of every card; `points` are the rounded ones by measure."""
    columns: dict[str, list[Card]] = {}
    for one in evaluation.policy.criteria:
        if one.criterion.value not in columns or one.role is Role.WEIGHT:
            columns[one.criterion.value] = _criterion(evaluation, one, points)
    return rows(columns) if columns else [{} for _ in evaluation.snapshot.agents.index]


def _criterion(evaluation: Evaluation, one: Criterion, points: dict[str, np.ndarray]) -> list[Card]:
    base, judged = (evaluation.measures.by_name[name] for name in (one.criterion.value, measure_name(one)))
    size, is_weight = base.size, one.role is Role.WEIGHT
    missing = ~(judged if is_weight else base).known
    most = 100.0 * evaluation.composite.shares[judged.name] if is_weight else 0.0
    rule = missing_rule(one)
    return rows({
        "role": [one.role.value] * size,
        "points": rounded(points[judged.name]) if is_weight else [0.0] * size,
        "maximum": [round(most, DIGITS)] * size,
        **_values(base, base.known),
        "missing": missing.tolist(),
        "missing_rule": [rule if gone else "" for gone in missing.tolist()],
        "needed": [one.evidence_needed] * size,
        "enough": _enough(one, base).tolist(),
        "detail": _details(evaluation, one),
    })  # fmt: skip


def missing_rule(one: Criterion) -> str:
    """The word of the rule by which missing evidence is handled."""
    return "wait" if one.criterion in MEASURED_IN_A_ROUND else one.when_missing.value


def _enough(one: Criterion, measure: Measure) -> np.ndarray:
    if one.criterion in NEEDS_NO_PIECES:
        return measure.known
    return np.asarray(measure.known & (measure.count >= one.evidence_needed))


def _values(measure: Measure, known: np.ndarray) -> dict[str, list[Any]]:
    scale = SCALES[plain_name(measure.name)]
    half = HALF_WIDTH * np.hypot(measure.sd, measure.common)
    value, low, high = (np.clip(measure.mean + side * half, *ends(scale)) for side in (0.0, -1.0, 1.0))
    return {
        "value": rounded_where(value, known),
        "low": rounded_where(low, known),
        "high": rounded_where(high, known),
        "scale": [scale] * measure.size,
        "observations": np.round(measure.count).astype(int).tolist(),
        "reliability": rounded(measure.reliability),
    }


def _details(evaluation: Evaluation, one: Criterion) -> list[Card]:
    found: list[Card] = [{} for _ in evaluation.snapshot.agents.index]
    model = evaluation.measures.ratings
    if one.criterion.value == RATING and model is not None:
        for place, detail in zip(model.rows.tolist(), rows(_rating_columns(evaluation, model)), strict=True):
            found[place] = detail
    return found


def _rating_columns(evaluation: Evaluation, model: RatingModel) -> dict[str, list[Any]]:
    """The way from the raw mean to the shrunken difference, for rated agents."""
    agents = model.mix.agents
    low, high = model.posterior.interval()
    answered, offered = evaluation.measures.answered[model.rows], evaluation.measures.offered[model.rows]
    adjusted = model.mix.points * agents["effect"].to_numpy()
    return {
        "raw_mean": rounded(agents["raw_mean"]),
        "expected": rounded(agents["expected"]),
        "difference": rounded(agents["difference"]),
        "adjusted": rounded(adjusted),
        "shrunken": rounded(model.posterior.mean - model.centre),
        "low": rounded(low - model.centre),
        "high": rounded(high - model.centre),
        "average": [round(model.centre, DIGITS)] * len(agents),
        "effective": rounded(agents["n"]),
        "answered": np.round(answered).astype(int).tolist(),
        "offered": np.round(offered).astype(int).tolist(),
        "response_rate": rounded_where(answered / np.maximum(offered, 1.0), offered > 0),
        **_response_columns(evaluation, model.rows),
        "top_cell": agents["top_cell"].astype(str).tolist(),
        "top_share": rounded(agents["top_share"]),
        "component": agents["component"].astype(int).tolist(),
    }


def _response_columns(evaluation: Evaluation, at: np.ndarray) -> dict[str, list[Any]]:
    """The share of answers beside the usual one, and what the silent would have to think for the last place to move."""
    found = evaluation.measures.silence
    needed = evaluation.rating_at_the_line
    silent = found.tipping(evaluation.measures.by_name[RATING].mean, needed)[at]
    low, high = ENDS["rating_points"]
    known = np.isfinite(silent)
    return {
        "response_low": rounded_where(found.low[at], np.isfinite(found.low[at])),
        "response_high": rounded_where(found.high[at], np.isfinite(found.high[at])),
        "response_expected": rounded_where(found.expected[at], np.isfinite(found.expected[at])),
        "response_is_odd": found.is_odd[at].tolist(),
        "silent_mean": rounded_where(silent, known),
        "silent_can_turn": [bool(can) if told else None for can, told in zip(
            ((silent >= low) & (silent <= high)).tolist(), known.tolist(), strict=True)],
    }  # fmt: skip


def gates(evaluation: Evaluation) -> list[Card]:
    """The `gates` of every card, by the key of the entry in the policy; vetoes among them."""
    columns: dict[str, list[Card]] = {}
    for outcome in evaluation.composite.gates:
        members = evaluation.ruling.sources[outcome.label]
        for one in members:
            columns[one.key] = _gate(evaluation, one, outcome, members)
    for one in evaluation.policy.vetoes:
        columns[one.key] = _veto(evaluation, one)
    return rows(columns) if columns else [{} for _ in evaluation.snapshot.agents.index]


def _gate(evaluation: Evaluation, one: Criterion, outcome: GateOutcome, members: tuple[Criterion, ...]) -> list[Card]:
    measure = evaluation.measures.by_name[measure_name(one)]
    cut, needed = in_measure(one)
    chance = measure.probability(cut, None)
    states = _states(evaluation, one, measure, chance, needed)
    group = {"group": [outcome.label] * measure.size, "group_state": _group_states(outcome, members)}
    return rows({
        "criterion": [one.criterion.value] * measure.size,
        "role": [one.role.value] * measure.size,
        "state": states,
        "cut": [round(cut, DIGITS)] * measure.size,
        "p": rounded_where(chance, measure.known),
        "group": [""] * measure.size,
        **_values(measure, measure.known),
        "missing_rule": ["" if known else missing_rule(one) for known in measure.known.tolist()],
        **_silent(evaluation, one, measure, cut),
        **(group if one.role is Role.ANY_OF else {}),
    })  # fmt: skip


def _silent(evaluation: Evaluation, one: Criterion, measure: Measure, cut: float) -> dict[str, list[Any]]:
    """For customer ratings: the mean of the silent customers at which all of them together would be at the cut."""
    if one.criterion.value != RATING:
        return {}
    silent = evaluation.measures.silence.tipping(measure.mean, np.where(measure.known, cut, np.nan))
    return {"silent_mean": rounded_where(silent, np.isfinite(silent))}


def _states(evaluation: Evaluation, one: Criterion, measure: Measure, chance: np.ndarray, needed: float) -> list[str]:
    bounds = evaluation.policy.verdict
    state = np.where(chance >= needed, "met", "missed").astype(object)
    state[(chance > bounds.borderline) & (chance < bounds.clear)] = "retest"
    if missing_rule(one) != WhenMissing.PRIOR:
        state[~measure.known] = _UNKNOWN[missing_rule(one)]
    words: list[str] = state.tolist()
    return words


_UNKNOWN = {"wait": "waiting", WhenMissing.INCOMPLETE.value: "incomplete", WhenMissing.NOT_MET.value: "missed"}


def _group_states(outcome: GateOutcome, members: tuple[Criterion, ...]) -> list[str]:
    all_closed = all(one.when_missing is WhenMissing.NOT_MET for one in members)
    words = STATES | ({"missing": "missed"} if all_closed else {})
    return [words[state] for state in outcome.state.tolist()]


def _veto(evaluation: Evaluation, one: Criterion) -> list[Card]:
    measure = evaluation.measures.by_name[unit_name(one)]
    stops = vetoes(measure, one)
    return rows({
        "criterion": [one.criterion.value] * measure.size,
        "role": [one.role.value] * measure.size,
        "state": np.where(stops, "missed", "met").tolist(),
        "cut": [one.cut] * measure.size,
        "p": [None] * measure.size,
        "group": [""] * measure.size,
        **_values(measure, measure.known),
        "missing_rule": [""] * measure.size,
    })  # fmt: skip


def vetoes(measure: Measure, one: Criterion) -> np.ndarray:
    """Whom the veto stops."""
    return np.asarray(measure.known & (measure.mean >= (one.cut or 0.0)))
