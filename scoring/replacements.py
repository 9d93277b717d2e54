"""Other values under a stored key: refused by every import, and replaced only as two people decide, old values kept.

The rating moves to the batch that corrects it; what it said before stands in the journal, field by field.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from journal.record import record
from scoring.coverage import keep_coverage
from scoring.intake import Chunk, Understanding, read
from scoring.intake.load import limits
from scoring.intake.load_agents import stored_roster
from scoring.intake.load_cells import Sums, add_sums
from scoring.intake.load_lease import only_writer
from scoring.intake.load_rows import COLUMNS, rows_of, said_columns, stored_rows
from scoring.models import Batch, CellSum, Rating
from scoring.models.batches import BatchState, EvidenceKind
from scoring.models.disputes import RatingDispute
from scoring.refusals import EvidenceRefused

CONFLICT = "conflict_stored"
# Each change is written into the journal: more than a person can look at is no correction but another export.
MOST = 500


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One stored rating and what the file says instead: field -> (stored, in the file)."""

    record: int
    key: str
    stored_in: int
    changes: dict[str, tuple[Any, Any]]
    row: dict[str, Any]


def differences(*, batch: Batch, records: Collection[int] | None = None) -> list[Difference]:
    """Compare the refused records of a batch (all, or those numbered) with what is stored now, record by record.

    Raises EvidenceRefused when the batch is not published, or its file is no longer there.
    """
    if batch.state != BatchState.PUBLISHED or batch.kind != EvidenceKind.RATINGS:
        raise EvidenceRefused(_("Ratings can be replaced from a published import of ratings only."))
    refused = set(batch.refusals.filter(code=CONFLICT).values_list("record", flat=True))
    wanted = refused if records is None else refused & set(records)
    found = [one for chunk in _chunks(batch) for one in _in_chunk(chunk, wanted)] if wanted else []
    return sorted(found, key=lambda one: one.record)


def _chunks(batch: Batch) -> Iterator[Chunk]:
    path = Path(batch.stored_path)
    if not path.is_file():
        raise EvidenceRefused(_("The file of this import is no longer stored. Import it again, then replace."))
    seen = Understanding.from_json(batch.understanding)
    clock = batch.as_of or batch.created_at
    yield from read(path, seen, as_of=clock, limits=limits(), roster=stored_roster())


def _in_chunk(chunk: Chunk, wanted: set[int]) -> Iterator[Difference]:
    places = [place for place, number in enumerate(chunk.records) if number in wanted]
    stored = stored_rows([chunk.columns["key"][place] for place in places])
    said = said_columns(chunk)
    for row in rows_of(chunk, 0, places):
        known = stored.get(row[2])
        if known is None or known[-1] != BatchState.PUBLISHED:
            continue
        both = {COLUMNS[at]: (known[at - 1], row[at]) for at in said}
        changes = {name: pair for name, pair in both.items() if pair[0] != pair[1]}
        if changes:
            new = {name: row[at] for at, name in enumerate(COLUMNS) if at in said}
            new["rated_at"] = datetime.fromisoformat(new["rated_at"]).replace(tzinfo=UTC)  # stored as UTC everywhere
            yield Difference(record=row[1], key=row[2], stored_in=known[0], changes=changes, row=new)


def replace_ratings(
    *, batch: Batch, records: Collection[int], requested_by: User, confirmed_by: User, at: datetime
) -> int:
    """Put what the file says in the place of what is stored, for these refused records; return how many.

    Sums are corrected and both values journaled in the same transaction. Raises EvidenceRefused when one person does
    both, when there are too many, or when a rating is disputed or no longer differs.
    """
    if requested_by.pk == confirmed_by.pk:
        raise EvidenceRefused(_("A second person confirms the replacement: not the one who asked for it."))
    if not 0 < len(set(records)) <= MOST:
        told = _("Choose between 1 and %(most)d records to replace; withdraw the earlier import if all are wrong.")
        raise EvidenceRefused(told % {"most": MOST})
    with transaction.atomic():
        only_writer()
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        found = differences(batch=locked, records=records)
        _check(found, records)
        rows = Rating.objects.select_for_update().filter(key__in=[one.key for one in found])
        _count(rows, sign=-1)
        for one in found:
            Rating.objects.filter(key=one.key).update(**one.row, batch=locked, record=one.record)
        _count(rows.all(), sign=1)
        CellSum.objects.filter(offered__lte=0).delete()
        _keep_counts(locked, found)
        changes = [
            {"record": one.record, "key": one.key, "batch": one.stored_in, "changes": one.changes} for one in found
        ]
        detail = {"requested_by": requested_by.get_username(), "records": len(found), "replaced": changes}
        record(actor=confirmed_by, verb="replace_ratings", subject=locked, at=at, detail=detail)
    for touched in Batch.objects.filter(pk__in={batch.pk, *(one.stored_in for one in found)}):
        keep_coverage(touched)
    return len(found)


def _check(found: list[Difference], records: Collection[int]) -> None:
    gone = sorted(set(records) - {one.record for one in found})
    if gone:
        told = _("Record %(record)d cannot be replaced: it was not refused for other values, or no longer differs.")
        raise EvidenceRefused(told % {"record": gone[0]})
    disputed = RatingDispute.objects.filter(rating__key__in=[one.key for one in found]).first()
    if disputed:
        told = _(
            "The rating “%(key)s” is disputed by its agent. Decide the dispute; a disputed rating is not replaced."
        )
        raise EvidenceRefused(told % {"key": disputed.rating_key})


def _count(rows: Any, *, sign: int) -> None:
    """Add these ratings to the sums, or take them out."""
    sums = Sums(settings.TIME_ZONE)
    for row in rows:
        columns = {
            "agent": [row.agent_id],
            "channel": [row.channel],
            "topic": [row.topic],
            "value": [row.value],
            "share": [row.share],
            "handling_seconds": [row.handling_seconds],
            "resolved": [row.is_resolved],
            "rated_at": np.array([row.rated_at.replace(tzinfo=None)], dtype="datetime64[us]"),
        }
        sums.add(columns, row.instrument)
    add_sums(sums.table(), sign=sign)


def _keep_counts(batch: Batch, found: list[Difference]) -> None:
    for one in found:
        Batch.objects.filter(pk=one.stored_in).update(accepted=F("accepted") - 1)
    Batch.objects.filter(pk=batch.pk).update(accepted=F("accepted") + len(found), refused=F("refused") - len(found))
    batch.refusals.filter(code=CONFLICT, record__in=[one.record for one in found]).delete()
