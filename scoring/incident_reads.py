"""Which viral incidents there are for whom, and one of them held for a change."""

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from scoring.models import Agent, Replacement, ViralIncident
from scoring.models.batches import BatchState, EvidenceKind
from scoring.models.evidence import IncidentState
from scoring.models.replacements import ReplacementState

# What is told to the agent: what counts, and what was found to be somebody else's doing.
TOLD_TO_THE_AGENT = (IncidentState.VERIFIED, IncidentState.NOT_AT_FAULT)
_THERE = Q(batch=None) | Q(batch__state__in=[BatchState.PUBLISHED, BatchState.WITHDRAWN])


def known_incidents() -> QuerySet[ViralIncident]:
    """Incidents recorded by hand or come with a file; those of a file that is still being loaded are not there yet."""
    return ViralIncident.objects.filter(_THERE)


def own_incidents(agent: Agent) -> QuerySet[ViralIncident]:
    """What the agent is told about, newest first; not what waits for a second person, nor what was rejected."""
    return known_incidents().filter(agent=agent, is_viral=True, state__in=TOLD_TO_THE_AGENT).order_by("-flagged_at")


def held(incident: ViralIncident) -> ViralIncident:
    """The incident as it stands now, locked until the end of the transaction. Raises DoesNotExist as long as its file
    is being loaded.
    """
    found = known_incidents().select_related("agent").select_for_update(of=("self",))
    return found.get(pk=incident.pk)


def replacements_of(incident: ViralIncident) -> QuerySet[Replacement]:
    """What files have said otherwise of it, as far as somebody asked for that; newest first."""
    asked = Replacement.objects.filter(batch__kind=EvidenceKind.VIRAL, rows__key=incident.chat_id)
    return asked.exclude(state__in=(ReplacementState.STAGED, ReplacementState.OFFERED)).select_related("batch")


def has_asked_for(incident: ViralIncident, actor: User) -> bool:
    """Whether this person asked that the facts be replaced by those that stand now."""
    done = Replacement.objects.filter(batch=incident.batch_id, state=ReplacementState.DONE, asked_by=actor)
    return incident.batch_id is not None and done.filter(rows__key=incident.chat_id).exists()


def why_closed(incident: ViralIncident) -> str:
    """Say that the incident is decided and takes nothing more; '' while it is open."""
    if incident.state == IncidentState.UNVERIFIED:
        return ""
    return _("The incident is decided already (%(state)s).") % {"state": incident.get_state_display()}
