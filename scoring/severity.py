"""How severe an incident was: two people say it on a rubric, unseen by each other; a written rule makes it one number.

The rule is in docs/scores.md. A severity that a file brings stays as it came: it is marked by nobody here.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from journal.record import record
from scoring.formula.agreement import Nearness, nearness
from scoring.incident_reads import held, why_closed
from scoring.models import SeverityMark, ViralIncident
from scoring.refusals import EvidenceRefused

LEVELS = range(1, 5)
FURTHEST_APART = 1


def settled(levels: Sequence[int]) -> int | None:
    """The severity that counts, from the marks in the order in which they were given; None while one is missing.

    Two marks at most one level apart: the lower one, which both reach. Further apart: a third person marks it too, as
    blindly as the two did, and the middle one of the three counts.
    """
    if len(levels) < 2:
        return None
    if len(levels) == 2:
        return min(levels) if _are_near(levels) else None
    return sorted(levels)[1]


def _are_near(levels: Sequence[int]) -> bool:
    return max(levels) - min(levels) <= FURTHEST_APART


def rate_severity(*, incident: ViralIncident, level: int, actor: User, at: datetime) -> ViralIncident:
    """Give one's mark, 1 to 4, once and for good; with the last one that is needed the severity is settled.

    Raises EvidenceRefused when it is settled or decided, when the actor is the agent or has given a mark, or when there
    is no such level.
    """
    with transaction.atomic():
        locked = held(incident)
        refusal = why_not_rate(locked, actor)
        if refusal:
            raise EvidenceRefused(refusal)
        add_mark(locked, level, actor=actor, at=at)
    return locked


def why_not_rate(incident: ViralIncident, actor: User) -> str:
    """Say why this person may not mark the severity; '' when they may. That they are in HR, the door has checked."""
    if closed := why_closed(incident):
        return closed
    if incident.agent.user_id == actor.pk:
        return _("Nobody marks an incident of their own chat. Ask a colleague in HR.")
    if incident.severity is not None:
        return _("The severity stands already. It is not marked again.")
    if incident.severity_marks.filter(given_by=actor).exists():
        return _("You have given your mark. It waits for a colleague's, which you will read once both are in.")
    return ""


def add_mark(incident: ViralIncident, level: int, *, actor: User, at: datetime) -> None:
    """Add a mark to an incident that is held, inside the caller's transaction; what it says stays out of the journal.

    Raises EvidenceRefused when there is no such level.
    """
    if level not in LEVELS:
        raise EvidenceRefused(_("There is no severity %(level)s. Choose a level from 1 to 4.") % {"level": level})
    levels = [*incident.severity_marks.values_list("level", flat=True), level]
    incident.severity_marks.create(number=len(levels), level=level, given_by=actor, given_at=at)
    record(actor=actor, verb="rate_severity", subject=incident, at=at, detail={"mark": len(levels)})
    incident.severity = settled(levels)
    if incident.severity is not None:
        incident.save(update_fields=["severity"])
        detail = {"marks": levels, "severity": incident.severity}
        record(actor=actor, verb="settle_severity", subject=incident, at=at, detail=detail)


def shown_marks(incident: ViralIncident, reader: User) -> list[SeverityMark]:
    """The marks that this person may read: their own, and everybody's once the severity is settled."""
    marks = incident.severity_marks.select_related("given_by")
    return list(marks if incident.severity is not None else marks.filter(given_by=reader))


def agreement() -> Nearness | None:
    """How near the first two marks are over all incidents whose severity people have settled; None without any."""
    marks = SeverityMark.objects.filter(incident__severity__isnull=False, number__lte=2)
    given = marks.order_by("incident_id", "number").values_list("incident_id", "level")
    marked = [[level for _incident, level in pair] for _incident, pair in groupby(given, key=itemgetter(0))]
    # A file that replaces the facts of an incident may say its severity before the second mark is in.
    pairs = [pair for pair in marked if len(pair) == 2]
    return nearness(pairs) if pairs else None
