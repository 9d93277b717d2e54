"""A case as those who decide read it: the person, the evidence, the way so far, and the rank last."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from scoring.incident_reads import known_incidents
from scoring.models import CellSum, Result, ViralIncident
from scoring.models.evidence import ResultKind
from scoring.queries import assignment_on
from selection.models import Candidate
from selection.reasons import decimal, gate_lines, parts, percent, standing
from selection.reference_words import own_reference_first, reference_facts
from selection.references import owes_reference
from selection.roles import Login
from selection.what_ifs import what_if_counts

Fact = tuple[str, str]
OBSERVED = (ResultKind.INVOLVEMENT, ResultKind.CULTURE)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of a case: a heading and its facts, label and value."""

    title: str
    facts: list[Fact]


def case(candidate: Candidate, at: datetime, *, reader: Login) -> list[Section]:
    """All that a decision rests on, in words. Evidence comes before the rank, so that the rank is not what is read.

    A reader who still owes an observation of the candidate is not shown what the others have seen.
    """
    return [
        Section(title=_("The person"), facts=list(_person(candidate, at))),
        Section(title=_("Evidence"), facts=list(_evidence(candidate, reader))),
        Section(title=_("The way so far"), facts=list(_way(candidate))),
        Section(title=_("Score and rank"), facts=list(_rank(candidate))),
    ]


def _person(candidate: Candidate, at: datetime) -> Iterator[Fact]:
    seat = assignment_on(candidate.agent, localdate(at))
    yield _("Staff number"), candidate.agent.staff_number
    if seat is not None:
        yield _("Team"), seat.team.name
        yield _("Line manager"), seat.manager.full_name if seat.manager else _("nobody on the roster")
    hired = candidate.agent.employments.order_by("-hired_on").first()
    if hired is not None:
        yield _("Employed since"), date_format(hired.hired_on)
    yield _("Nominated by"), candidate.nominated_by.get_full_name() or candidate.nominated_by.get_username()


def _evidence(candidate: Candidate, reader: Login) -> Iterator[Fact]:
    yield _("Customer ratings"), _ratings(candidate.agent_id)
    owes = owes_reference(reader, candidate)
    results = candidate.agent.results.exclude(kind__in=OBSERVED if owes else ())
    for result in results.order_by("taken_at", "pk"):
        yield str(result.get_kind_display()).capitalize(), _result(result)
    yield from own_reference_first() if owes else reference_facts(candidate)
    for incident in known_incidents().filter(agent=candidate.agent).order_by("flagged_at", "pk"):
        yield _("Viral incident"), _incident(incident)
    for line in gate_lines(candidate.score.gates) if candidate.score else []:
        yield _("Condition"), line.sentence


def _ratings(agent_id: int) -> str:
    sums = CellSum.objects.filter(agent_id=agent_id).aggregate(n=Sum("answered"), asked=Sum("offered"))
    if not sums["n"]:
        return _("none")
    return _("%(n)s answers to %(asked)s surveys") % {"n": decimal(sums["n"], 0), "asked": decimal(sums["asked"], 0)}


def _result(result: Result) -> str:
    spread = 1.96 * result.standard_error
    told = {
        "share": percent(result.value),
        "low": percent(max(0.0, result.value - spread)),
        "high": percent(min(1.0, result.value + spread)),
        "day": date_format(localtime(result.taken_at), "DATE_FORMAT"),
    }
    sentence = _("%(share)s of what can be reached, between %(low)s and %(high)s; %(day)s") % told
    if result.is_vetoed and result.kind == ResultKind.TEST_TASK:
        return _("%(result)s. The graders saw a reputational risk.") % {"result": sentence}
    return sentence


def _incident(incident: ViralIncident) -> str:
    shown = [incident.get_sign_display(), incident.get_state_display(), incident.platform, incident.reason]
    told = "; ".join(str(part) for part in shown if part)
    if not incident.statement:
        return told
    return _("%(incident)s The agent says: %(words)s") % {
        "incident": f"{told.rstrip('.')}.",
        "words": incident.statement,
    }


def _way(candidate: Candidate) -> Iterator[Fact]:
    for change in candidate.changes.select_related("actor").order_by("at", "pk"):
        who = (change.actor.get_full_name() or change.actor.get_username()) if change.actor else ""
        told = ", ".join(part for part in (change.get_move_display(), who) if part)
        yield (
            date_format(localtime(change.at), "SHORT_DATETIME_FORMAT"),
            f"{told}: {change.reason}" if change.reason else told,
        )


def _rank(candidate: Candidate) -> Iterator[Fact]:
    if candidate.score is None:
        yield _("Score"), _("none at nomination")
        return
    for part in parts(candidate.score):
        label = {"points": decimal(part.points), "maximum": decimal(part.maximum)}
        yield str(part.label), _("%(points)s of %(maximum)s points") % label
    yield _("Score"), decimal(candidate.score.score)
    yield _("Verdict"), str(candidate.score.get_verdict_display())
    yield _("Rank"), standing(candidate.score, candidate.score.run.places)
    all_of_them, since = what_if_counts(candidate.round)
    if all_of_them:
        told_counts = {"all": all_of_them, "since": since}
        yield _("What-ifs"), _("%(all)s with this policy, %(since)s since the round opened") % told_counts
    for one in candidate.overrides.order_by("at", "pk"):
        told = {"step": one.get_move_display(), "code": one.get_code_display(), "text": one.text}
        yield _("Against the verdict"), _("%(step)s: %(code)s. %(text)s") % told
