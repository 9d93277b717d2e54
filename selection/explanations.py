"""The explanation of one score as a document: made from the frozen run alone, so the same bytes whenever it is made.

Neither new evidence, nor a newer version of the policy, nor a corrected name changes a letter of it.
"""

import json
from dataclasses import asdict
from typing import Any

from scoring.models import Score
from selection import reasons


def explanation(score: Score) -> dict[str, Any]:
    """All that is said of a score, in the reader's language: numbers and sentences, under which rules, and from what.

    The agent is named by staff number only; `run.result_hash` covers every score of the run.
    """
    run, version = score.run, score.run.policy_version
    return {
        "agent": score.agent.staff_number,
        "language": reasons.language(),
        "policy": {"name": version.name, "version": version.version, "hash": version.document_hash},
        "run": {
            "as_of": run.as_of.isoformat(),
            "places": run.places,
            "seed": run.seed,
            "code_version": run.code_version,
            "evidence_fingerprint": run.evidence_fingerprint,
            "result_hash": run.result_hash,
        },
        "score": _numbers(score),
        "words": _words(score),
    }


def explanation_bytes(score: Score) -> bytes:
    """The explanation as UTF-8 JSON with sorted keys."""
    return (json.dumps(explanation(score), ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def _numbers(score: Score) -> dict[str, Any]:
    plain = ("score", "verdict", "p_top", "rank", "rank_low", "rank_high", "ratings", "gates_met", "gates_total")
    kept = {name: getattr(score, name) for name in (*plain, "is_eligible", "team_name")}
    return kept | {"criteria": score.criteria, "gates": score.gates, "explanation": score.explanation}


def _words(score: Score) -> dict[str, Any]:
    return {
        "standing": reasons.standing(score, score.run.places),
        "parts": [{name: _plain(value) for name, value in asdict(part).items()} for part in reasons.parts(score)],
        "to_come": reasons.parts_to_come(score),
        "conditions": [line.sentence for line in reasons.gate_lines(score.gates)],
        "why": reasons.why_rating_differs(score),
        "what_would_change_it": reasons.what_would_change(score),
        "notes": reasons.note_sentences(score.explanation.get("notes", [])),
    }


def _plain(value: object) -> object:
    """Numbers as they are; words as a plain string."""
    return value if isinstance(value, int | float) else str(value)
