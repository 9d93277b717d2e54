"""What a load writes down on its batch: refusals, waiting records and counts."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from scoring.intake.load_report import Report
from scoring.intake.records import Chunk
from scoring.intake.sentences import note_sentence
from scoring.models import Batch, Refusal, WaitingRow

WAITING_ROWS = 1000


def note_refusals(batch: Batch, refusals: list[Any], most: int) -> None:
    """Keep the first refusals on the batch, at most `most`; all are counted."""
    room = most - batch.refused
    batch.refused += len(refusals)
    Refusal.objects.bulk_create(
        Refusal(
            batch=batch,
            record=one.record,
            code=one.code,
            column=one.column[:120],
            value=one.value[:200],
            sheet=one.sheet[:120],
            parameters=one.params,
            cells=one.cells,
        )
        for one in refusals[: max(0, room)]
    )


def note_waiting(batch: Batch, chunk: Chunk) -> None:
    """Keep otherwise good records about agents that nobody knows."""
    waiting = (
        WaitingRow(batch=batch, record=one["record"], reference=one["reference"][:200], payload=one["payload"])
        for one in chunk.waiting
    )
    WaitingRow.objects.bulk_create(waiting, batch_size=WAITING_ROWS)


def keep_counts(batch: Batch, report: Report) -> None:
    """Let the batch say what the report says; the caller saves it."""
    batch.content_hash, batch.byte_size = report.understanding.sha256, report.understanding.size
    batch.understanding = report.understanding.to_json()
    for name in ("action", "records", "accepted", "unanswered", "duplicates", "waiting", "refused", "message"):
        setattr(batch, name, getattr(report, name))
    batch.warnings = [note_sentence(note) for note in report.notes]
    batch.done = report.records
    batch.repeats = {}
    add_repeats(batch, report.repeats)


def add_repeats(batch: Batch, holders: Mapping[int, int]) -> None:
    """Note, unsaved, how many of its records a batch has found in others."""
    counts = Counter({int(pk): count for pk, count in batch.repeats.items()})
    counts.update(holders)
    batch.repeats = {str(pk): count for pk, count in sorted(counts.items()) if count > 0}
