"""When a batch leaves the scores, others that say the same must not leave with it: their files are read again.

A rating that two files have is stored once, by the batch that came first; the other batch only notes how many of its
records that one holds (`Batch.repeats`). Once the first is withdrawn, the other takes these ratings up as its own, from
its stored file. Until it has, the note stands, so that no crash makes anybody forget it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from journal.record import record
from scoring.batch_reading import slices
from scoring.batch_rows import newest_row, ratings_of, widen
from scoring.coverage import keep_coverage
from scoring.intake import Choices, Rejected, Understanding, read
from scoring.intake import load_rows as rows
from scoring.intake.apart import chunks_of
from scoring.intake.held import picked
from scoring.intake.load_agents import stored_roster
from scoring.intake.load_cells import Sums, add_sums
from scoring.intake.load_lease import Lease, leased
from scoring.intake.load_look import limits, look
from scoring.intake.load_notes import add_repeats
from scoring.intake.load_profiles import NoSuchProfile
from scoring.intake.load_ready import rows_of
from scoring.intake.load_replaced import add_to_sums
from scoring.intake.records import Chunk
from scoring.models import Batch, CellSum, Rating, RatingDispute
from scoring.models.batches import BatchState, EvidenceKind
from scoring.models.disputes import DisputeState

PIECE = 5000
GONE, CHANGED, UNCLEAR = "file_gone", "file_changed", "file_unclear"


@dataclass(slots=True)
class _Again:
    """One batch being read again, for the batches that are gone."""

    batch: Batch
    gone: list[int]
    lease: Lease
    pause: Callable[[], None]
    holders: Counter[int] = field(default_factory=Counter)
    regained: int = 0
    contradicted: int = 0

    def breathe(self) -> None:
        """Show life between two short transactions, and let others write."""
        self.lease.tick()
        self.pause()


def sharers(batch: Batch) -> QuerySet[Batch]:
    """Published batches that say some of what this one holds, in the order in which they were published."""
    same = Batch.objects.filter(kind=EvidenceKind.RATINGS, state=BatchState.PUBLISHED, repeats__has_key=str(batch.pk))
    return same.exclude(pk=batch.pk).order_by("published_at", "pk")


def gone_from(batch: Batch) -> list[int]:
    """Withdrawn batches that hold records which this one says too: while there are any, it is to be read again."""
    if batch.kind != EvidenceKind.RATINGS or batch.state != BatchState.PUBLISHED or not batch.repeats:
        return []
    withdrawn = Batch.objects.filter(pk__in=map(int, batch.repeats), state=BatchState.WITHDRAWN)
    return list(withdrawn.order_by("pk").values_list("pk", flat=True))


def to_read_again() -> list[Batch]:
    """All batches that are to be read again, in the order in which they were published."""
    published = Batch.objects.filter(kind=EvidenceKind.RATINGS, state=BatchState.PUBLISHED).exclude(repeats={})
    return [one for one in published.order_by("published_at", "pk") if gone_from(one)]


def free_keys_of(batch: int, pause: Callable[[], None]) -> None:
    """Let the keys of a withdrawn batch be used again, in short transactions; what is free already stays so."""
    for part in slices(ratings_of(batch), PIECE):
        rows.free_keys(part)
        pause()


def read_again(
    *, batch: Batch, at: datetime, pause: Callable[[], None], clock: Callable[[], datetime]
) -> dict[str, object] | None:
    """Let a batch hold what it had found in batches that are withdrawn since; return what was journaled, or None.

    Ratings and sums are added together, in short transactions while the batch counts: a call that was cut short is made
    again and does the rest. A file that is gone or has changed is journaled as `failed`. Raises Superseded when the
    batch is withdrawn meanwhile or in other hands, NoSpace when the disk is full, ReaderLost.
    """
    with leased(batch, clock, state=BatchState.PUBLISHED) as lease:
        batch.refresh_from_db()
        gone = gone_from(batch)
        if not gone:
            return None
        work = _Again(batch, gone, lease, pause)
        for one in gone:
            free_keys_of(one, work.breathe)
        seen, failed = _understood(batch)
        if seen and not failed:
            failed = _taken_up(work, seen, at)
        detail = _told(work, failed, at)
    keep_coverage(Batch.objects.get(pk=batch.pk))
    return detail


def _understood(batch: Batch) -> tuple[Understanding | None, str]:
    """How the stored file is read today, or why it cannot be."""
    path = Path(batch.stored_path)
    if not batch.stored_path or not path.is_file():
        return None, GONE
    choices = Choices.from_json(batch.choices)
    try:
        seen = look(path, kind=batch.kind, profile=batch.profile, choices=choices, file_name=batch.file_name)
    except NoSuchProfile:
        return None, UNCLEAR
    if seen.sha256 and seen.sha256 != batch.content_hash:
        return seen, CHANGED
    return seen, UNCLEAR if seen.action else ""


def _taken_up(work: _Again, seen: Understanding, at: datetime) -> str:
    """Go through the file; return why it could not be read to its end, '' when it was."""
    batch = work.batch
    roster, clock = stored_roster(creates=False), batch.as_of or at
    reading = read(Path(batch.stored_path), seen, as_of=clock, limits=limits(polite=True), roster=roster)
    reading.tick = work.lease.tick
    batch.done = 0
    try:
        with closing(chunks_of(reading)) as chunks:
            for chunk in chunks:
                _take_up(work, chunk)
                work.breathe()
    except Rejected:
        return UNCLEAR
    return ""


def _take_up(work: _Again, chunk: Chunk) -> None:
    # Rows of a withdrawn batch stay as they are: what is lost is found before SQLite's one writer is held up.
    batch, lost = work.batch, {} if chunk.recalled else _lost(chunk, work.gone)
    with transaction.atomic():
        work.lease.renew()
        if chunk.recalled:
            _take_back(work, chunk)
        elif lost:
            _add(work, picked(chunk, list(lost)), list(lost.values()))
        batch.done = max([batch.done, *chunk.records])
        batch.save(update_fields=["done"])


def _lost(chunk: Chunk, gone: Sequence[int]) -> dict[int, int]:
    """Places of the records that a withdrawn batch holds with the same values, and its rows."""
    said, found = rows.said_columns(chunk), {}
    keys = chunk.columns["key"]
    for batch in gone:
        stored = rows.stored_rows([rows.freed(batch, key) for key in keys])
        for place, row in enumerate(rows_of(chunk, batch)) if stored else ():
            known = stored.get(rows.freed(batch, row[2]))
            if known and all(known[at - 1] == row[at] for at in said):
                found[place] = known[-2]
    return dict(sorted(found.items()))


def _add(work: _Again, chunk: Chunk, lost: list[int]) -> None:
    """Store records as the batch's own. What people decided about the withdrawn rating is decided about this one."""
    batch = work.batch
    found = rows.add(chunk, batch.pk)
    widen(batch.pk, [newest_row()])
    upheld = _moved_disputes(batch, {lost[place]: chunk.columns["key"][place] for place in found.fresh})
    counted = [place for place in found.fresh if chunk.columns["key"][place] not in upheld]
    sums = Sums(settings.TIME_ZONE)
    sums.add(chunk.columns, chunk.instrument, counted)
    add_sums(sums.table())
    work.regained += len(found.fresh)
    work.contradicted += len(found.refusals)
    work.holders.update(found.holders)


def _moved_disputes(batch: Batch, taken: dict[int, str]) -> set[str]:
    """Let disputes follow their ratings to the rows that count now; return the keys of those that were upheld."""
    upheld = set()
    for dispute in RatingDispute.objects.select_for_update().filter(rating__in=list(taken)):
        key = taken[dispute.rating_id]
        dispute.rating = Rating.objects.get(batch=batch, key=key)
        dispute.save(update_fields=["rating"])
        if dispute.state == DisputeState.UPHELD:
            upheld.add(key)
    return upheld


def _take_back(work: _Again, chunk: Chunk) -> None:
    """Records that the file itself contradicts further on never were the batch's."""
    mine = Rating.objects.filter(batch=work.batch, key__in=chunk.columns["key"], dispute=None)
    ratings = list(mine)
    add_to_sums(ratings, sign=-1)
    CellSum.objects.filter(agent__in={one.agent_id for one in ratings}, offered__lte=0).delete()
    mine.delete()
    work.regained -= len(ratings)


def _told(work: _Again, failed: str, at: datetime) -> dict[str, object]:
    batch = work.batch
    with transaction.atomic():
        work.lease.renew()
        batch.refresh_from_db(fields=["repeats", "understanding"])
        missing = sum(batch.repeats.pop(str(one), 0) for one in work.gone)
        add_repeats(batch, work.holders)
        batch.done = batch.records
        if found := batch.understanding.get("found"):
            batch.understanding["found"] = {**found, "unchanged": sum(batch.repeats.values())}
        batch.save(update_fields=["repeats", "done", "understanding"])
        counts = {"regained": work.regained, "contradicted": work.contradicted, "repeated": missing}
        detail: dict[str, object] = {"withdrawn": work.gone, **counts}
        if failed:
            detail["failed"] = failed
        record(actor=None, verb="read_again", subject=batch, at=at, detail=detail)
    return detail
