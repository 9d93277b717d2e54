"""Stored ratings that take on other values: sums and counts follow in the same transaction, both values stay.

What incidents do then stands in `load_replaced_virals`.

A source whose customers may edit their answers (`updates = true` in its profile) says itself which of two is newer.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import F, OuterRef, QuerySet

from scoring.batch_rows import widen
from scoring.intake import load_replaced_virals as incidents
from scoring.intake.load_cells import Sums, add_sums
from scoring.intake.load_ready import COLUMNS, rows_of
from scoring.intake.load_rows import COMPARED, Sorted, free_keys, said_columns, stored_rows
from scoring.intake.records import Chunk
from scoring.intake.refusals import Refusal
from scoring.models import Batch, CellSum, Rating, RatingDispute, ReplacedRecord, Replacement
from scoring.models.batches import BatchState, EvidenceKind
from scoring.models.replacements import ReplacementState

CONFLICT, OLDER = "conflict_stored", "older_answer"
PIECE = 500
# Every change is shown to two people: more than they can look at is no correction but another export.
MOST = 500
_NUMBERS = frozenset({"value", "handling_seconds", "share"})


@dataclass(slots=True)
class Contradictions:
    """Records of a load that contradict stored ones: later answers are staged, the others offered to people."""

    batch: Batch
    at: datetime
    updates: bool
    offered: int = 0

    def take(self, chunk: Chunk, found: Sorted) -> int:
        """Keep what a chunk contradicts, taking later answers out of its refusals; return how many those are."""
        if not found.refusals or (not self.updates and self.offered >= MOST):
            return 0
        later, others = take_later(chunk, found) if self.updates else ([], _contradicting(chunk, found))
        self._keep(later, ReplacementState.STAGED)
        self._keep(others[: max(0, MOST - self.offered)], ReplacementState.OFFERED)
        self.offered += len(others)
        return len(later)

    def _keep(self, rows: list[ReplacedRecord], state: ReplacementState) -> None:
        if rows:
            found, _is_new = Replacement.objects.get_or_create(
                batch=self.batch, state=state, defaults={"asked_at": self.at}
            )
            for row in rows:
                row.replacement = found
            ReplacedRecord.objects.bulk_create(rows, batch_size=PIECE)


def _contradicting(chunk: Chunk, found: Sorted) -> list[ReplacedRecord]:
    compare = incidents.differing if chunk.kind == EvidenceKind.VIRAL else differing
    return list(compare(chunk, _refused_in(chunk, found)))


def differing(chunk: Chunk, places: Sequence[int]) -> Iterator[ReplacedRecord]:
    """Compare records of a chunk with the published ratings under their keys; give those that differ, not stored."""
    stored = stored_rows([chunk.columns["key"][place] for place in places])
    said = said_columns(chunk)
    for row in rows_of(chunk, 0, places):
        known = stored.get(row[2])
        if known is None or known[-1] != BatchState.PUBLISHED:
            continue
        before = _plain(dict(zip(COMPARED, known[2:], strict=False)))
        after = _plain({COLUMNS[at]: row[at] for at in said})
        if before | after != before:
            there = {"stored_batch_id": known[0], "stored_record": known[1]}
            yield ReplacedRecord(record=row[1], key=row[2], before=before, after=after, **there)


def _refused_in(chunk: Chunk, found: Sorted) -> list[int]:
    refused = {one.record for one in found.refusals if one.code == CONFLICT}
    return [place for place, record in enumerate(chunk.records) if record in refused]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them, the same from a file and from either database."""
    moment = datetime.fromisoformat(values["rated_at"]).replace(tzinfo=UTC)
    numbers = {name: float(values[name]) for name in _NUMBERS & values.keys() if values[name] is not None}
    return {**values, **numbers, "rated_at": moment.isoformat()}


def values_of(rating: Rating) -> dict[str, Any]:
    """What a stored rating says, as `before` holds it."""
    values = {name: getattr(rating, name) for name in COMPARED}
    return _plain({**values, "rated_at": rating.rated_at.astimezone(UTC).replace(tzinfo=None).isoformat()})


def compared_now(rows: Sequence[ReplacedRecord]) -> list[ReplacedRecord]:
    """Rows beside what is stored by now; those whose rating is gone are left out."""
    found = Rating.objects.filter(key__in=[row.key for row in rows], batch__state=BatchState.PUBLISHED)
    stored = {one.key: one for one in found}
    there = [row for row in rows if row.key in stored]
    for row in there:
        rating = stored[row.key]
        row.before, row.stored_batch_id, row.stored_record = values_of(rating), rating.batch_id, rating.record
    return there


def take_later(chunk: Chunk, found: Sorted) -> tuple[list[ReplacedRecord], list[ReplacedRecord]]:
    """Take later answers out of the refusals, and say of older ones that they are; return the later and the rest."""
    refused = {one.record: one for one in found.refusals}
    later, others = [], []
    for row in differing(chunk, _refused_in(chunk, found)):
        if _is_later(row.before, row.after):
            later.append(row)
            del refused[row.record]
        elif _is_later(row.after, row.before):
            refused[row.record] = replace(refused[row.record], code=OLDER)
        else:
            others.append(row)
    found.refusals = list(refused.values())
    return later, others


def _is_later(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether `after` was said later: by its own time, or as the answer to what was only offered at that time."""
    first, second = (datetime.fromisoformat(values["rated_at"]) for values in (before, after))
    return second > first or (second == first and before["value"] is None and after["value"] is not None)


def unstage(batch: Batch) -> None:
    """Forget what a load that did not end had found."""
    states = (ReplacementState.STAGED, ReplacementState.OFFERED)
    batch.replacements.filter(state__in=states).delete()


def publish_later(batch: Batch, at: datetime) -> list[Refusal]:
    """Put staged answers in place, inside the transaction that publishes; those that no longer can be are refused."""
    staged = batch.replacements.filter(state=ReplacementState.STAGED).first()
    if staged is None:
        return []
    left: list[ReplacedRecord] = []
    for rows in _pieces(staged.rows.iterator(PIECE)):
        left += put_in_place(rows, batch)
    ReplacedRecord.objects.filter(pk__in=[row.pk for row in left]).delete()
    staged.state, staged.decided_at = ReplacementState.DONE, at
    staged.save(update_fields=["state", "decided_at"])
    return [_refused(row) for row in left]


def _refused(row: ReplacedRecord) -> Refusal:
    params = {"batch": row.stored_batch_id, "stored_record": row.stored_record}
    return Refusal(row.record, CONFLICT, "", row.key, params)


def _pieces(rows: Iterable[ReplacedRecord]) -> Iterator[list[ReplacedRecord]]:
    piece: list[ReplacedRecord] = []
    for row in rows:
        piece.append(row)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def put_in_place(rows: Sequence[ReplacedRecord], batch: Batch) -> list[ReplacedRecord]:
    """Let ratings say `after` from now on, as records of `batch`; return rows that cannot: disputed, changed, gone.

    Inside the caller's transaction; sums and the counts of the batches that held the ratings follow.
    """
    locked = Rating.objects.select_for_update().filter(key__in=[row.key for row in rows]).order_by("pk")
    stored = {one.key: one for one in locked}
    disputed = set(RatingDispute.objects.filter(rating__in=[one.pk for one in stored.values()]).values_list("rating"))
    fit = [row for row in rows if (one := stored.get(row.key)) and (one.pk,) not in disputed and _stands(one, row)]
    ratings = [stored[row.key] for row in fit]
    add_to_sums(ratings, sign=-1)
    for rating, row in zip(ratings, fit, strict=True):
        rating.batch, rating.record = batch, row.record
        _say(rating, row.after)
    Rating.objects.bulk_update(ratings, ["batch", "record", *_FIELDS], batch_size=PIECE)
    widen(batch.pk, [rating.pk for rating in ratings])
    add_to_sums(ratings, sign=1)
    CellSum.objects.filter(offered__lte=0).delete()
    _move_counts(fit, sign=-1)
    done = {row.record for row in fit}
    return [row for row in rows if row.record not in done]


_FIELDS = ["agent" if name == "agent_id" else name for name in COMPARED]


def _stands(rating: Rating, row: ReplacedRecord) -> bool:
    return rating.batch_id == row.stored_batch_id and values_of(rating) == row.before


def _say(rating: Rating, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(rating, name, datetime.fromisoformat(value) if name == "rated_at" else value)


def add_to_sums(ratings: Sequence[Rating], *, sign: int) -> None:
    """Add these ratings to the sums, or take them out."""
    sums = Sums(settings.TIME_ZONE)
    for instrument in sorted({one.instrument for one in ratings}):
        sums.add(_columns([one for one in ratings if one.instrument == instrument]), instrument)
    if ratings:
        add_sums(sums.table(), sign=sign)


def _columns(ratings: list[Rating]) -> dict[str, Any]:
    moments = [one.rated_at.astimezone(UTC).replace(tzinfo=None) for one in ratings]
    plain = ("channel", "topic", "value", "share", "handling_seconds")
    return {
        **{name: [getattr(one, name) for one in ratings] for name in plain},
        "agent": [one.agent_id for one in ratings],
        "resolved": [one.is_resolved for one in ratings],
        "rated_at": np.array(moments, dtype="datetime64[us]"),
    }


def _move_counts(rows: Sequence[ReplacedRecord], *, sign: int) -> None:
    """The batches that hold `before` count that many records fewer, or again."""
    taken = Counter(row.stored_batch_id for row in rows if row.stored_batch_id)
    silent = Counter(row.stored_batch_id for row in rows if row.before["value"] is None)
    for batch, count in taken.items():
        counts = {"accepted": F("accepted") + sign * count, "unanswered": F("unanswered") + sign * silent[batch]}
        Batch.objects.filter(pk=batch).update(**counts)


def replaced_since() -> QuerySet[Replacement]:
    """Replacements from other batches since one was published: it may no longer hold what its file says."""
    done = Replacement.objects.filter(state__in=(ReplacementState.DONE, ReplacementState.UNDONE))
    return done.filter(decided_at__gte=OuterRef("published_at")).exclude(batch=OuterRef("pk"))


def put_back(batch: Batch) -> set[int]:
    """Let ratings or incidents that a withdrawn batch had replaced say again what batches that still stand say.

    Inside the transaction that withdraws, after the sums are taken out. Returns the batches that hold some again.
    """
    touched = incidents.put_back(batch) if batch.kind == EvidenceKind.VIRAL else _ratings_put_back(batch)
    batch.replacements.filter(state=ReplacementState.DONE).update(state=ReplacementState.UNDONE)
    return touched


def _ratings_put_back(batch: Batch) -> set[int]:
    done = ReplacedRecord.objects.filter(replacement__batch=batch, replacement__state=ReplacementState.DONE)
    touched: set[int] = set()
    for rows in _pieces(done.filter(stored_batch__state=BatchState.PUBLISHED).order_by("pk").iterator(PIECE)):
        held = Rating.objects.filter(batch=batch, key__in=[row.key for row in rows])
        keys = set(held.values_list("key", flat=True))
        free_keys(held)
        back = [row for row in rows if row.key in keys]
        ratings = [Rating(key=row.key, **row.origin) for row in back]
        for rating, row in zip(ratings, back, strict=True):
            _say(rating, row.before)
        add_to_sums(Rating.objects.bulk_create(ratings, batch_size=PIECE), sign=1)
        for stored in {rating.batch_id for rating in ratings}:
            widen(stored, [rating.pk for rating in ratings if rating.batch_id == stored])
        _move_counts(back, sign=1)
        touched.update(row.stored_batch_id for row in back if row.stored_batch_id)
    return touched
