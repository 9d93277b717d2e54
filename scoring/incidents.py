"""The verbs of a viral incident: one person records it, another one decides whether it counts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.record import record
from scoring.intake.refusals import Problem, shown
from scoring.intake.sentences import REFUSALS
from scoring.intake.urls import link
from scoring.models import Agent, ViralIncident
from scoring.models.evidence import IncidentState
from scoring.refusals import EvidenceRefused

COUNTS_FOR = timedelta(days=365)
SHORTEST_REASON = 10
DECISIONS = (IncidentState.VERIFIED, IncidentState.REJECTED, IncidentState.NOT_AT_FAULT)


@dataclass(frozen=True, kw_only=True)
class Incident:
    """What a person knows of a chat that went public. `severity` is 1 to 4; the link is kept as text, never fetched."""

    chat_id: str
    agent: Agent
    sign: str
    severity: int
    flagged_at: datetime
    platform: str = ""
    url: str = ""
    views: int | None = None
    reason: str = ""


def record_incident(*, incident: Incident, actor: User, at: datetime) -> ViralIncident:
    """Record an incident by hand; it counts once another person has verified it.

    Raises EvidenceRefused when the chat has one already, the date lies ahead, or the link cannot be kept.
    """
    url = _kept_link(incident.url)
    if incident.flagged_at > at:
        raise EvidenceRefused(_("The date lies in the future. Correct it."))
    with transaction.atomic():
        _check_new(incident.chat_id)
        made = ViralIncident.objects.create(
            chat_id=incident.chat_id,
            agent=incident.agent,
            sign=incident.sign,
            severity=incident.severity,
            flagged_at=incident.flagged_at,
            platform=incident.platform,
            url=url,
            views=incident.views,
            reason=incident.reason,
            recorded_by=actor,
        )
        detail = {"agent": incident.agent.pk, "sign": made.sign, "severity": made.severity}
        record(actor=actor, verb="record_incident", subject=made, at=at, detail=detail)
    return made


def _check_new(chat: str) -> None:
    known = ViralIncident.objects.filter(chat_id=chat).first()
    if known:
        told = _("The chat “%(chat)s” has an incident already (%(state)s). Posts about one chat are one incident.")
        raise EvidenceRefused(told % {"chat": shown(chat), "state": known.get_state_display()})


def _kept_link(url: str) -> str:
    found = link(url)
    if isinstance(found, Problem):
        told = {"value": shown(url), "column": _("link"), **found.params}
        raise EvidenceRefused(str(REFUSALS[found.code]) % told)
    return found or ""


def decide_incident(
    *, incident: ViralIncident, state: IncidentState, reason: str, actor: User, at: datetime
) -> ViralIncident:
    """Verify an incident, reject it, or find the agent not at fault; a verified one counts for twelve months.

    Raises EvidenceRefused when it is decided already, when the actor recorded it, imported it or is the agent, or when
    no reason is given.
    """
    if state not in DECISIONS:
        raise ValueError(f"not a decision: {state}")
    with transaction.atomic():
        locked = (
            ViralIncident.objects.select_for_update(of=("self",)).select_related("batch", "agent").get(pk=incident.pk)
        )
        _check_decision(locked, actor, reason)
        locked.state, locked.verified_by, locked.verified_at = state, actor, at
        locked.verification_reason = reason.strip()
        locked.recorded_by_id = recorder_of(locked)
        if state == IncidentState.VERIFIED:
            locked.expires_on = expiry(locked)
        names = ["state", "verified_by", "verified_at", "verification_reason", "recorded_by", "expires_on"]
        locked.save(update_fields=names)
        detail = {"state": state, "reason": locked.verification_reason, "expires_on": locked.expires_on}
        record(actor=actor, verb="decide_incident", subject=locked, at=at, detail=detail)
    return locked


def expiry(incident: ViralIncident) -> date:
    """The last day on which a verified incident counts: twelve months after it was seen."""
    return timezone.localdate(incident.flagged_at) + COUNTS_FOR


def recorder_of(incident: ViralIncident) -> int | None:
    """Who brought the incident in: by hand, or by the file it came with."""
    if incident.recorded_by_id is None and incident.batch is not None:
        return incident.batch.created_by_id
    return incident.recorded_by_id


def why_not(incident: ViralIncident, actor: User) -> str:
    """Say why this person may not decide the incident; '' when they may."""
    if incident.state != IncidentState.UNVERIFIED:
        return _("The incident is decided already (%(state)s).") % {"state": incident.get_state_display()}
    if recorder_of(incident) == actor.pk:
        return _("Nobody decides an incident that they recorded or imported. Ask a colleague in HR.")
    if incident.agent.user_id == actor.pk:
        return _("Nobody decides an incident of their own chat. Ask a colleague in HR.")
    return ""


def _check_decision(incident: ViralIncident, actor: User, reason: str) -> None:
    refusal = why_not(incident, actor)
    if refusal:
        raise EvidenceRefused(refusal)
    if len(reason.strip()) < SHORTEST_REASON:
        raise EvidenceRefused(_("Give the reason in a sentence: whoever asks later shall understand the decision."))
