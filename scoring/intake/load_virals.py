"""Viral records into the table: one incident per chat, unverified until a second person has looked at it."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from scoring.intake.load_rows import WITHDRAWN, Sorted
from scoring.intake.records import Chunk
from scoring.intake.refusals import Refusal, shown
from scoring.models import Batch, ViralIncident
from scoring.models.batches import BatchState
from scoring.models.evidence import IncidentSign

LONGEST_CHAT = 120
COMPARED = ("agent_id", "flagged_at", "is_viral", "sign", "severity", "views", "platform", "url", "reason")
_LEFT_OPEN = frozenset({"sign", "severity"})


def incident_of(chunk: Chunk, place: int, batch: int | None) -> ViralIncident:
    """Make one incident, not stored yet; a sign the file does not give is positive, a severity is for people to say."""
    row = {name: values[place] for name, values in chunk.columns.items()}
    return ViralIncident(
        batch_id=batch,
        record=chunk.records[place],
        chat_id=row["chat_id"],
        agent_id=row["agent"],
        flagged_at=row["flagged_at"].astype("datetime64[us]").item().replace(tzinfo=UTC),
        is_viral=row["is_viral"],
        sign=row["sign"] or IncidentSign.POSITIVE,
        severity=row["severity"],
        views=row["views"],
        platform=row["platform"],
        url=row["url"],
        reason=row["reason"],
    )


def sort_out(chunk: Chunk, batch: int | None) -> Sorted:
    """Compare a chunk with the stored incidents about the same chats."""
    found, stored = Sorted(), standing(chunk.columns["chat_id"])
    for place, chat in enumerate(chunk.columns["chat_id"]):
        known = stored.get(chat)
        if known is None:
            found.fresh.append(place)
        elif known.batch_id is not None and known.batch_id == batch:
            found.mine.append(place)
        elif agrees(known, said(chunk, place)):
            found.unchanged.append(place)
        else:
            found.refusals.append(_conflict(chunk, place, known))
    return found


def standing(chats: Sequence[str]) -> dict[str, ViralIncident]:
    """The incidents about these chats; those of withdrawn batches give their chat up."""
    found = ViralIncident.objects.filter(chat_id__in=chats)
    return {one.chat_id: one for one in found.exclude(batch__state=BatchState.WITHDRAWN)}


def said(chunk: Chunk, place: int) -> dict[str, Any]:
    """What a record says of its incident, by field; where its file has no column it says nothing.

    Neither does an empty sign, or an empty severity: those are for people to say.
    """
    told = incident_of(chunk, place, None)
    names = ["agent_id", *(name for name in COMPARED if chunk.says(name))]
    return {name: getattr(told, name) for name in names if name not in _LEFT_OPEN or chunk.columns[name][place]}


def agrees(known: ViralIncident, told: dict[str, Any]) -> bool:
    """Whether a record says what is stored."""
    return all(getattr(known, name) == value for name, value in told.items())


def add(chunk: Chunk, batch: int) -> Sorted:
    """Store the incidents of a chunk that are not stored yet, inside the caller's transaction.

    Whoever brought the file has recorded them, so that the database itself refuses their verifying them.
    """
    make_room(chunk.columns["chat_id"])
    found, fresh = sort_out(chunk, batch), []
    importer = Batch.objects.values_list("created_by", flat=True).get(pk=batch)
    for place in found.fresh:
        fresh.append(incident_of(chunk, place, batch))
        fresh[-1].recorded_by_id = importer
    ViralIncident.objects.bulk_create(fresh, batch_size=500)
    return found


def make_room(chats: list[str]) -> None:
    """Incidents of withdrawn batches keep their chat behind a mark, so that a corrected file can name it again."""
    withdrawn = ViralIncident.objects.filter(chat_id__in=chats, batch__state=BatchState.WITHDRAWN)
    for one in withdrawn:
        one.chat_id = f"{WITHDRAWN}{one.pk}:{one.chat_id}"[:LONGEST_CHAT]
    ViralIncident.objects.bulk_update(withdrawn, ["chat_id"], batch_size=500)


def _conflict(chunk: Chunk, place: int, known: ViralIncident) -> Refusal:
    params = {"batch": known.batch_id or "", "stored_record": known.record or ""}
    value = shown(chunk.columns["chat_id"][place])
    return Refusal(chunk.records[place], "conflict_stored", chunk.key_heading, value, params, chunk.sheet)
