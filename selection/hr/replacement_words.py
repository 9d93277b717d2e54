"""Replaced ratings and incidents as people read them: whose, which, and every field that changes, before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scoring.models import Agent, ReplacedRecord, Replacement, ViralIncident
from scoring.models.batches import EvidenceKind
from scoring.models.evidence import IncidentSign, IncidentState, Instrument
from selection.components import Change
from selection.hr.evidence_report import cell, moment, person_name
from selection.hr.evidence_words import meaning_name
from selection.incident_words import SEVERITIES

MEANINGS = {"agent_id": "agent", "value": "rating", "is_resolved": "resolved"}
# What no column of a file says.
OWN_NAMES = {
    "instrument": gettext_lazy("Scale of the marks"),
    "sign": gettext_lazy("How people took it"),
    "state": gettext_lazy("What was decided"),
    "statement": gettext_lazy("The agent's own words"),
}


@dataclass(frozen=True, kw_only=True)
class ReplacedLine:
    """One rating or incident of a replacement; `url` leads to the incident."""

    record: int
    key: str
    chat: str
    url: str
    agent: str
    stored_batch: int | None
    stored_record: int | None
    changes: list[Change]


def titled(found: Replacement) -> str:
    """What a request is about."""
    if found.batch.kind == EvidenceKind.VIRAL:
        return _("Replacement of viral incidents")
    return _("Replacement of ratings")


def counted(found: Replacement, count: int) -> str:
    """How many records it is about."""
    if found.batch.kind == EvidenceKind.VIRAL:
        return ngettext("%(n)d incident", "%(n)d incidents", count) % {"n": count}
    return ngettext("%(n)d rating", "%(n)d ratings", count) % {"n": count}


def people(found: Replacement) -> list[tuple[str, str]]:
    """Who asked and who decided, and when; what is not known yet is left out."""
    known = [
        (_("Asked by"), person_name(found.asked_by) or _("the source itself")),
        (_("Asked on"), moment(found.asked_at)),
        (_("Decided by"), person_name(found.decided_by)),
        (_("Decided on"), moment(found.decided_at) if found.decided_at else ""),
    ]
    return [(label, value) for label, value in known if value]


def lines(rows: Iterable[ReplacedRecord], kind: str) -> list[ReplacedLine]:
    """Word some rows; the names of their agents, and their incidents, are read in one query each."""
    shown = list(rows)
    people = {values["agent_id"] for row in shown for values in (row.before, row.after)}
    names = {one.pk: str(one) for one in Agent.objects.filter(pk__in=people)}
    keys = [row.key for row in shown] if kind == EvidenceKind.VIRAL else []
    incidents = dict(ViralIncident.objects.filter(chat_id__in=keys).values_list("chat_id", "pk"))
    return [_line(row, kind, names, incidents.get(row.key)) for row in shown]


def _line(row: ReplacedRecord, kind: str, names: dict[int, str], incident: int | None) -> ReplacedLine:
    return ReplacedLine(
        record=row.record,
        key=row.key,
        chat=row.before.get("chat_id", row.key),
        url=reverse("hr:incident", args=[incident]) if incident else "",
        agent=names.get(row.before["agent_id"], "—"),
        stored_batch=row.stored_batch_id,
        stored_record=row.stored_record,
        changes=[
            Change(
                label=OWN_NAMES.get(field) or meaning_name(kind, MEANINGS.get(field, field)),
                before=_value(field, before, names),
                after=_value(field, after, names),
            )
            for field, (before, after) in row.changes.items()
        ],
    )


_LABELS = {"instrument": Instrument, "sign": IncidentSign, "state": IncidentState}


def _value(field: str, value: Any, names: dict[int, str]) -> str:
    if field == "agent_id":
        return names.get(value, "—")
    if field in ("rated_at", "flagged_at"):
        return moment(datetime.fromisoformat(value))
    if (field, value) == ("state", IncidentState.UNVERIFIED):
        return _("unverified: a second person decides anew")
    if field in _LABELS:
        return str(_LABELS[field](value).label)
    if field == "severity" and value:
        return str(SEVERITIES[value].name)
    if field == "value" and value is None:
        return _("offered, not answered")
    return cell(value)
