"""Stored incidents that take on other facts: both stay on record, and what was decided on the old ones falls.

A decision was about the facts as they stood, so the incident waits for a second person again. Who brought the new facts
counts as the one who recorded it; the words of an agent go when it turns out to be another one's chat.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import F, Q

from scoring.intake.load_virals import COMPARED, agrees, said, standing
from scoring.intake.records import Chunk
from scoring.models import Batch, ReplacedRecord, ViralIncident
from scoring.models.batches import BatchState
from scoring.models.evidence import IncidentState
from scoring.models.replacements import ReplacementState

_UNDECIDED = {
    "state": IncidentState.UNVERIFIED,
    "verified_by_id": None,
    "verified_at": None,
    "verification_reason": "",
    "expires_on": None,
}
_WORDS = ("statement", "stated_at")
_KEPT = (*COMPARED, *_UNDECIDED, "recorded_by_id", *_WORDS)
_MOMENTS = frozenset({"flagged_at", "verified_at", "stated_at"})
_FIELDS = ["batch", "record", *(name.removesuffix("_id") for name in _KEPT)]
_STANDS = Q(batch=None) | Q(batch__state=BatchState.PUBLISHED)


def differing(chunk: Chunk, places: Sequence[int]) -> Iterator[ReplacedRecord]:
    """Compare records of a chunk with the incidents about their chats; give those that differ, not stored."""
    chats = chunk.columns["chat_id"]
    stored = standing([chats[place] for place in places])
    for place in places:
        known, told = stored.get(chats[place]), said(chunk, place)
        if known is not None and not agrees(known, told):
            yield _compared(ReplacedRecord(record=chunk.records[place], key=known.chat_id, after=_plain(told)), known)


def compared_now(rows: Sequence[ReplacedRecord]) -> list[ReplacedRecord]:
    """Rows beside what is stored by now; those whose incident is gone are left out."""
    found = ViralIncident.objects.filter(_STANDS, chat_id__in=[row.key for row in rows])
    stored = {one.chat_id: one for one in found}
    return [_compared(row, stored[row.key]) for row in rows if row.key in stored]


def _compared(row: ReplacedRecord, incident: ViralIncident) -> ReplacedRecord:
    """Set `before`, and beside the facts of `after` what follows from them."""
    row.before = values_of(incident)
    row.stored_batch_id, row.stored_record = incident.batch_id, incident.record
    facts = {name: value for name, value in row.after.items() if name in COMPARED}
    row.after = facts
    if "agent_id" in row.changes and row.before["statement"]:
        row.after = row.after | {"statement": ""}
    if row.changes and row.before["state"] != IncidentState.UNVERIFIED:
        row.after = row.after | {"state": IncidentState.UNVERIFIED.value}
    return row


def values_of(incident: ViralIncident) -> dict[str, Any]:
    """What a stored incident says and what was decided about it, as `before` holds it."""
    return _plain({name: getattr(incident, name) for name in _KEPT})


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them, the same from a file and from either database."""
    return {name: _text(value) if isinstance(value, date) else value for name, value in values.items()}


def _text(value: date) -> str:
    return (value.astimezone(UTC) if isinstance(value, datetime) else value).isoformat()


def put_in_place(rows: Sequence[ReplacedRecord], batch: Batch) -> list[ReplacedRecord]:
    """Let incidents say `after` from now on, as records of `batch`; return rows that cannot: changed, gone.

    Inside the caller's transaction; the counts of the batches that held the incidents follow.
    """
    locked = ViralIncident.objects.select_for_update().filter(chat_id__in=[row.key for row in rows]).order_by("pk")
    stored = {one.chat_id: one for one in locked}
    fit = [row for row in rows if (one := stored.get(row.key)) and _stands(one, row)]
    for row in fit:
        _replace(stored[row.key], row, batch)
    ViralIncident.objects.bulk_update([stored[row.key] for row in fit], _FIELDS, batch_size=500)
    _move_counts(fit, sign=-1)
    done = {row.record for row in fit}
    return [row for row in rows if row.record not in done]


def _stands(incident: ViralIncident, row: ReplacedRecord) -> bool:
    return incident.batch_id == row.stored_batch_id and values_of(incident) == row.before


def _replace(incident: ViralIncident, row: ReplacedRecord, batch: Batch) -> None:
    incident.batch, incident.record = batch, row.record
    _say(incident, row.after)
    incident.recorded_by_id = batch.created_by_id or row.replacement.asked_by_id
    if "state" in row.after:
        _say(incident, _UNDECIDED)
    if "statement" in row.after:
        incident.stated_at = None


def _say(incident: ViralIncident, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(incident, name, _moment(name, value) if isinstance(value, str) else value)


def _moment(name: str, text: str) -> Any:
    if name in _MOMENTS:
        return datetime.fromisoformat(text)
    return date.fromisoformat(text) if name == "expires_on" else text


def _move_counts(rows: Sequence[ReplacedRecord], *, sign: int) -> None:
    """The batches that hold `before` count that many records fewer, or again."""
    for batch, count in Counter(row.stored_batch_id for row in rows if row.stored_batch_id).items():
        Batch.objects.filter(pk=batch).update(accepted=F("accepted") + sign * count)


def put_back(batch: Batch) -> set[int]:
    """Let incidents that a withdrawn batch had replaced say again what they said, decision included.

    Those that came with a batch that is itself withdrawn stay. Returns the batches that hold some again.
    """
    done = ReplacedRecord.objects.filter(replacement__batch=batch, replacement__state=ReplacementState.DONE)
    stands = Q(stored_batch=None) | Q(stored_batch__state=BatchState.PUBLISHED)
    rows = {row.key: row for row in done.filter(stands).order_by("pk")}
    held = list(ViralIncident.objects.select_for_update().filter(batch=batch, chat_id__in=rows).order_by("pk"))
    for one in held:
        _restore(one, rows[one.chat_id])
    ViralIncident.objects.bulk_update(held, _FIELDS, batch_size=500)
    _move_counts([rows[one.chat_id] for one in held], sign=1)
    return {number for one in held if (number := rows[one.chat_id].stored_batch_id) is not None}


def _restore(incident: ViralIncident, row: ReplacedRecord) -> None:
    """What people have added since stays: the words of the same agent, a severity that no file had said."""
    kept = set(_WORDS) if incident.agent_id == row.before["agent_id"] else set()
    if "severity" not in row.changes:
        kept.add("severity")
    _say(incident, row.origin | {name: value for name, value in row.before.items() if name not in kept})
