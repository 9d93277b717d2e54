"""The verbs of a viral incident: one person records it, another one decides whether it counts, the agent is heard.

How severe it was is said in `scoring.severity`, what it looked like in `scoring.pictures`.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.record import record
from scoring.incident_reads import has_asked_for, held, why_closed
from scoring.intake.load_virals import make_room
from scoring.intake.refusals import Problem, shown
from scoring.intake.sentences import REFUSALS
from scoring.intake.urls import link
from scoring.models import Agent, ViralIncident
from scoring.models.evidence import IncidentState
from scoring.pictures import attach, cleaned
from scoring.refusals import EvidenceRefused, check_reason
from scoring.severity import add_mark

COUNTS_FOR = timedelta(days=365)
SHORTEST_STATEMENT, LONGEST_STATEMENT = 20, 4000
DECISIONS = (IncidentState.VERIFIED, IncidentState.REJECTED, IncidentState.NOT_AT_FAULT)


@dataclass(frozen=True, kw_only=True)
class Incident:
    """What a person knows of a chat that went public. The link is kept as text, never fetched.

    severity: 1 to 4, the first of two people's marks. pictures: the bytes of each, see `scoring.pictures`.
    """

    chat_id: str
    agent: Agent
    sign: str
    severity: int
    flagged_at: datetime
    platform: str = ""
    url: str = ""
    views: int | None = None
    reason: str = ""
    pictures: tuple[bytes, ...] = ()


def record_incident(*, incident: Incident, actor: User, at: datetime) -> ViralIncident:
    """Record an incident by hand; it counts once another person has verified it.

    Raises EvidenceRefused when the chat has one already, the date lies ahead, the link or a picture cannot be kept, or
    the severity is none.
    """
    url, pictures = _kept_link(incident.url), cleaned(incident.pictures)
    if incident.flagged_at > at:
        raise EvidenceRefused(_("The date lies in the future. Correct it."))
    with ExitStack() as undo:
        with transaction.atomic():
            made = _recorded(incident, url, actor)
            record(
                actor=actor,
                verb="record_incident",
                subject=made,
                at=at,
                detail={"agent": incident.agent.pk, "sign": made.sign},
            )
            add_mark(made, incident.severity, actor=actor, at=at)
            attach(made, pictures, actor=actor, at=at, undo=undo)
        undo.pop_all()
    return made


def _recorded(incident: Incident, url: str, actor: User) -> ViralIncident:
    make_room([incident.chat_id])
    _check_new(incident.chat_id)
    return ViralIncident.objects.create(
        chat_id=incident.chat_id,
        agent=incident.agent,
        sign=incident.sign,
        flagged_at=incident.flagged_at,
        platform=incident.platform,
        url=url,
        views=incident.views,
        reason=incident.reason,
        recorded_by=actor,
    )


def _check_new(chat: str) -> None:
    known = ViralIncident.objects.filter(chat_id=chat).first()
    if known:
        told = _(
            "The chat “%(chat)s” has an incident already (%(state)s). Posts about one chat are one incident: "
            "open that one, and add pictures of further posts there until it is decided."
        )
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

    Raises EvidenceRefused when it is decided already, when the actor recorded it, imported it or is the agent, when no
    reason is given, or when it shall count and its severity is not settled.
    """
    if state not in DECISIONS:
        raise ValueError(f"not a decision: {state}")
    with transaction.atomic():
        locked = held(incident)
        _check_decision(locked, state, actor, reason)
        locked.state, locked.verified_by, locked.verified_at = state, actor, at
        locked.verification_reason = reason.strip()
        if state == IncidentState.VERIFIED:
            locked.expires_on = expiry(locked)
        names = ["state", "verified_by", "verified_at", "verification_reason", "expires_on"]
        locked.save(update_fields=names)
        detail = {"state": state, "reason": locked.verification_reason, "expires_on": locked.expires_on}
        record(actor=actor, verb="decide_incident", subject=locked, at=at, detail=detail)
    return locked


def expiry(incident: ViralIncident) -> date:
    """The last day on which a verified incident counts: twelve months after it was seen."""
    return timezone.localdate(incident.flagged_at) + COUNTS_FOR


def why_not(incident: ViralIncident, actor: User) -> str:
    """Say why this person may not decide the incident; '' when they may."""
    if closed := why_closed(incident):
        return closed
    if incident.recorded_by_id == actor.pk:
        return _("Nobody decides an incident that they recorded or imported. Ask a colleague in HR.")
    if has_asked_for(incident, actor):
        return _("Nobody decides an incident whose facts they had replaced. Ask a colleague in HR.")
    if incident.agent.user_id == actor.pk:
        return _("Nobody decides an incident of their own chat. Ask a colleague in HR.")
    return ""


def _check_decision(incident: ViralIncident, state: IncidentState, actor: User, reason: str) -> None:
    refusal = why_not(incident, actor)
    if refusal:
        raise EvidenceRefused(refusal)
    if state == IncidentState.VERIFIED and incident.severity is None:
        raise EvidenceRefused(_("Two people say first how severe it was. Give your mark, or ask a colleague in HR."))
    check_reason(reason)


def state_own_words(*, incident: ViralIncident, text: str, actor: User, at: datetime) -> ViralIncident:
    """Keep what the agent says of an incident of theirs. They may put it differently for as long as it counts.

    The journal tells when, not what. Raises EvidenceRefused.
    """
    with transaction.atomic():
        locked = held(incident)
        refusal = why_not_state(locked, actor, at=at)
        if refusal:
            raise EvidenceRefused(refusal)
        words, is_first = text.strip(), not locked.statement
        if not SHORTEST_STATEMENT <= len(words) <= LONGEST_STATEMENT:
            told = {"least": SHORTEST_STATEMENT, "most": LONGEST_STATEMENT}
            raise EvidenceRefused(_("Say it in %(least)d to %(most)d characters: a person will read it.") % told)
        locked.statement, locked.stated_at = words, at
        locked.save(update_fields=["statement", "stated_at"])
        record(actor=actor, verb="state_own_words", subject=locked, at=at, detail={"first": is_first})
    return locked


def why_not_state(incident: ViralIncident, actor: User, *, at: datetime) -> str:
    """Say why this person may not put their own words beside the incident; '' when they may."""
    if incident.agent.user_id != actor.pk:
        return _("Only the agent of the incident adds words of their own.")
    if incident.state != IncidentState.VERIFIED:
        return _("The incident does not count. There is nothing to answer.")
    if has_expired(incident, at=at):
        return _("The incident no longer counts. What was said stands beside it.")
    return ""


def has_expired(incident: ViralIncident, *, at: datetime) -> bool:
    """Whether a verified incident has counted long enough."""
    return incident.expires_on is not None and incident.expires_on < timezone.localdate(at)
