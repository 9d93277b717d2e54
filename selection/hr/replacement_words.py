"""Replaced ratings as people read them: whose, which, and every field that changes, before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from scoring.models import Agent, ReplacedRating
from scoring.models.batches import EvidenceKind
from scoring.models.evidence import Instrument
from selection.components import Change
from selection.hr.evidence_report import cell, moment
from selection.hr.evidence_words import meaning_name

MEANINGS = {"agent_id": "agent", "value": "rating", "is_resolved": "resolved"}


@dataclass(frozen=True, kw_only=True)
class ReplacedLine:
    """One rating of a replacement."""

    record: int
    key: str
    chat: str
    agent: str
    stored_batch: int
    stored_record: int
    changes: list[Change]


def lines(rows: Iterable[ReplacedRating]) -> list[ReplacedLine]:
    """Word some rows; the names of their agents are read in one query."""
    shown = list(rows)
    people = {values["agent_id"] for row in shown for values in (row.before, row.after)}
    names = {one.pk: str(one) for one in Agent.objects.filter(pk__in=people)}
    return [_line(row, names) for row in shown]


def _line(row: ReplacedRating, names: dict[int, str]) -> ReplacedLine:
    return ReplacedLine(
        record=row.record,
        key=row.key,
        chat=row.before["chat_id"],
        agent=names.get(row.before["agent_id"], "—"),
        stored_batch=row.stored_batch_id,
        stored_record=row.stored_record,
        changes=[
            Change(label=_name(field), before=_value(field, before, names), after=_value(field, after, names))
            for field, (before, after) in row.changes.items()
        ],
    )


def _name(field: str) -> str:
    if field == "instrument":
        return _("Scale of the marks")
    return meaning_name(EvidenceKind.RATINGS, MEANINGS.get(field, field))


def _value(field: str, value: Any, names: dict[int, str]) -> str:
    if field == "agent_id":
        return names.get(value, "—")
    if field == "rated_at":
        return moment(datetime.fromisoformat(value))
    if field == "instrument":
        return str(Instrument(value).label)
    if field == "value" and value is None:
        return _("offered, not answered")
    return cell(value)
