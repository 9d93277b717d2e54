"""The dossier: all that is known of a candidate, with a hash that a decision quotes."""

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Sum

from scoring.incident_reads import known_incidents
from scoring.models import CellSum
from selection.models import Candidate

INCIDENT = ("chat_id", "state", "sign", "severity", "statement")


def dossier(candidate: Candidate) -> dict[str, Any]:
    """Gather what a decision rests on, in a fixed order, JSON-serialisable."""
    agent, score = candidate.agent, candidate.score
    return {
        "candidate": candidate.pk,
        "policy_hash": candidate.round.policy_version.document_hash,
        "stage": candidate.stage,
        "score": score and {"score": score.score, "rank": score.rank, "verdict": score.verdict, "p_top": score.p_top},
        "ratings": _rating_sums(agent.pk),
        "results": list(
            agent.results.order_by("pk").values("kind", "value", "standard_error", "is_vetoed", "taken_at")
        ),
        "incidents": list(known_incidents().filter(agent=agent).order_by("pk").values(*INCIDENT)),
        "moves": list(candidate.changes.order_by("pk").values("move", "reason", "at")),
    }


def dossier_hash(candidate: Candidate) -> str:
    """SHA-256 over the canonical JSON of the dossier as it stands now."""
    text = json.dumps(dossier(candidate), cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _rating_sums(agent_pk: int) -> dict[str, float]:
    sums = CellSum.objects.filter(agent_id=agent_pk).aggregate(
        offered=Sum("offered"), answered=Sum("answered"), total=Sum("total")
    )
    return {name: round(value or 0, 6) for name, value in sums.items()}
