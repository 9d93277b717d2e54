"""Scorecards: what a run says of each agent, as plain data with codes instead of sentences (docs/scores.md)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.evaluation import Evaluation
from scoring.formula.composite import ELIGIBLE, VETOED
from scoring.formula.flips import GATE, WEIGHT, FlipColumn, FlipTable
from scoring.formula.rounding import round_rows
from scoring.intake.resting import collector_resting
from scoring.measuring import plain_name
from scoring.ruling import unit_name
from scoring.run_robustness import stays, swaps
from scoring.scorecard_values import SCALES, Card, criteria, ends, gates, rounded, rows, vetoes

__all__ = ["SCALES", "Scorecard", "scorecards"]

CLEAR, BORDERLINE, UNLIKELY, INSUFFICIENT = "clear", "borderline", "unlikely", "insufficient"
FLIPS_SHOWN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Scorecard:
    """One agent's line of a run; the shapes of criteria, gates and explanation stand in docs/scores.md."""

    agent_id: int
    staff_number: str
    team_name: str
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


def scorecards(evaluation: Evaluation) -> list[Scorecard]:
    """Give every agent's card, in the order of staff numbers."""
    # Half a million small dictionaries, none of them garbage: looking for some would take longer than making them.
    with collector_resting():
        return _cards(evaluation)


def _cards(evaluation: Evaluation) -> list[Scorecard]:
    composite, agents = evaluation.composite, evaluation.snapshot.agents
    table = composite.table
    parts, totals = round_rows(composite.points.to_numpy(dtype=np.float64))
    points = {name: parts[:, place] for place, name in enumerate(composite.points.columns)}
    low, high = _rank_limits(evaluation)
    columns = {
        "agent_id": agents["agent_id"].tolist(),
        "staff_number": agents["staff_number"].tolist(),
        "team_name": agents["team"].tolist(),
        "score": rounded(totals),
        "verdict": verdicts(evaluation).tolist(),
        "p_top": rounded(table["p_top"]),
        "rank": table["place"].tolist(),
        "rank_low": low.tolist(),
        "rank_high": high.tolist(),
        "ratings": np.round(evaluation.measures.answered).astype(int).tolist(),
        "gates_met": _gates_met(evaluation),
        "gates_total": [len(composite.gates)] * len(table),
        "is_eligible": (table["standing"] == ELIGIBLE).tolist(),
        "criteria": criteria(evaluation, points),
        "gates": gates(evaluation),
        "explanation": _explanations(evaluation),
    }
    return [Scorecard(**card) for card in rows(columns)]


def verdicts(evaluation: Evaluation) -> np.ndarray:
    """The verdict on each agent, by the bounds of the policy.

    Somebody who may be chosen gets a verdict by P(top k), unless the evidence is too thin, or the order rests on
    ratings that tell nobody apart. A gate that holds, but not surely, allows no clear yes.
    """
    table, bounds = evaluation.composite.table, evaluation.policy.verdict
    chance = table["p_top"].to_numpy()
    words = np.where(chance >= bounds.borderline, BORDERLINE, UNLIKELY).astype(object)
    words[(chance >= bounds.clear) & ~_unsure(evaluation)] = CLEAR
    words[(table["verdict"] == INSUFFICIENT).to_numpy() | evaluation.rests_on_luck] = INSUFFICIENT
    closed = (table["standing"] != ELIGIBLE).to_numpy()
    words = np.where(closed, table["verdict"].to_numpy(), words)
    words[_undecided(evaluation)] = INSUFFICIENT
    return words


def _undecided(evaluation: Evaluation) -> np.ndarray:
    """Who misses a condition by measurement while another cannot be judged yet: too little is known to say no."""
    found = np.zeros(len(evaluation.composite.table), dtype=bool)
    for outcome in evaluation.composite.gates:
        found |= outcome.state == "missing"
    return found & (evaluation.composite.table["standing"] != VETOED).to_numpy()


def _unsure(evaluation: Evaluation) -> np.ndarray:
    found = np.zeros(len(evaluation.composite.table), dtype=bool)
    for outcome in evaluation.composite.gates:
        found |= (outcome.state == "met") & (outcome.probability < evaluation.policy.verdict.clear)
    return found


def _gates_met(evaluation: Evaluation) -> list[int]:
    states = [outcome.state == "met" for outcome in evaluation.composite.gates]
    counted = np.sum(states, axis=0, dtype=int) if states else np.zeros(len(evaluation.composite.table), dtype=int)
    found: list[int] = counted.tolist()
    return found


def _rank_limits(evaluation: Evaluation) -> tuple[np.ndarray, np.ndarray]:
    """The interval of the rank; those who may not be chosen stand somewhere behind all who may."""
    table = evaluation.composite.table
    eligible, place = (table["standing"] == ELIGIBLE).to_numpy(), table["place"].to_numpy()
    low = np.minimum(np.floor(table["rank_low"].fillna(0).to_numpy()), place)
    high = np.maximum(np.ceil(table["rank_high"].fillna(0).to_numpy()), place)
    behind = int(eligible.sum()) + 1
    return np.where(eligible, low, behind).astype(int), np.where(eligible, high, len(table)).astype(int)


def _explanations(evaluation: Evaluation) -> list[Card]:
    table = evaluation.composite.table
    return rows({
        "flips": _flips(evaluation),
        "standing": table["standing"].tolist(),
        "reliability": rounded(table["reliability"]),
        "p_selected": rounded(table["p_selected"]),
        "vetoed_by": _vetoed_by(evaluation),
        "notes": _notes(evaluation),
        "stays": stays(evaluation),
        "swap": swaps(evaluation),
    })  # fmt: skip


def _flips(evaluation: Evaluation) -> list[list[Card]]:
    table = evaluation.flips
    table = FlipTable(tuple(_worth_telling(evaluation, column) for column in table.columns), table.against)
    told = [_told(column) for column in table.columns]
    return [
        [told[which][place] for which in nearest if which >= 0]
        for place, nearest in enumerate(table.nearest(FLIPS_SHOWN).tolist())
    ]


def _worth_telling(evaluation: Evaluation, column: FlipColumn) -> FlipColumn:
    """Without changes beyond the end of a scale, and without facts that hold: service is not lost again."""
    if column.kind == WEIGHT:
        return column
    name = str(column.criterion[0])
    low, high = ends(SCALES[plain_name(name)])
    holds = (column.kind == GATE) & evaluation.composite.measures[name].is_fact & (column.size <= 0)
    size = np.where((column.needed >= low) & (column.needed <= high) & ~holds, column.size, np.nan)
    return FlipColumn(column.kind, column.criterion, column.present, column.needed, size)


def _told(column: FlipColumn) -> list[Card]:
    needed = np.nan_to_num(column.needed)
    return rows({
        "kind": [column.kind] * needed.size,
        "criterion": [plain_name(name) for name in column.criterion.tolist()],
        "now": rounded(column.present),
        "needed": rounded(needed),
        "change": rounded(needed - column.present),
    })  # fmt: skip


def _vetoed_by(evaluation: Evaluation) -> list[str]:
    """The key of the first veto that stops each agent, or nothing."""
    found = np.full(len(evaluation.composite.table), "", dtype=object)
    for one in reversed(evaluation.policy.vetoes):
        found[vetoes(evaluation.measures.by_name[unit_name(one)], one)] = one.key
    keys: list[str] = found.tolist()
    return keys


def _notes(evaluation: Evaluation) -> list[list[Card]]:
    found: list[list[Card]] = [[] for _ in evaluation.snapshot.agents.index]
    model = evaluation.measures.ratings
    if model is None:
        return found
    if model.mix.components > 1:
        for place, cell in zip(model.rows.tolist(), model.mix.agents["top_cell"].tolist(), strict=True):
            found[place].append({"code": "only_within_component", "params": {"cell": str(cell)}})
    silence = evaluation.measures.silence
    for place in np.flatnonzero(silence.is_odd).tolist():
        shares = {"rate": float(silence.rate[place]), "expected": float(silence.expected[place])}
        rounded_shares = {name: round(share, 6) for name, share in shares.items()}
        found[place].append({"code": "odd_response_rate", "params": rounded_shares})
    for one in model.mix.warnings:
        params = {"cell": str(one.cell), "share": round(float(one.share), 6)}
        found[int(str(one.agent))].append({"code": "confined_to_thin_cell", "params": params})
    return found
