"""The verb that keeps what an assessment said of an agent."""

from datetime import datetime

from scoring.models import Agent, Result
from scoring.models.evidence import ResultKind


def record_result(
    *,
    agent: Agent,
    kind: ResultKind,
    value: float,
    standard_error: float,
    observations: int,
    source: str,
    taken_at: datetime,
    is_vetoed: bool = False,
) -> Result:
    """Keep one result, a share between 0 and 1 with its standard error. `source` is kept once per kind.

    The move that brings the result writes the journal entry; this verb is called within it.
    """
    result, _created = Result.objects.update_or_create(
        kind=kind,
        source=source,
        defaults={
            "agent": agent,
            "value": value,
            "standard_error": standard_error,
            "observations": observations,
            "is_vetoed": is_vetoed,
            "taken_at": taken_at,
        },
    )
    return result
