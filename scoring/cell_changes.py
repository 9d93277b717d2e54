"""Notes of changed sums do not pile up: old ones give way to one that stands for exactly them.

Whoever has seen all of the old notes knows all that the new one stands for; whoever has missed one of them cannot tell
which, and reads everything. It is told by the identifiers alone, never by time: a note of a long transaction may turn
up after younger ones, and after these have given way.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from scoring.intake.load_lease import only_writer
from scoring.models import CellChange

# Scores are run more often than this, or start from scratch anyway.
KEPT = timedelta(days=7)
MOST = 10_000
# Fewer old notes than this are left alone.
WORTH_IT = 100
PIECE = 500


def known_notes() -> dict[UUID, str]:
    """All notes, with the fingerprint of what each replaces ('' for those of changes)."""
    return dict(CellChange.objects.values_list("pk", "replaces"))


def unseen(seen: Collection[UUID], notes: Mapping[UUID, str]) -> frozenset[UUID] | None:
    """Notes that were not seen yet; None when notes may have gone before they were seen."""
    held = frozenset(seen)
    new, gone = frozenset(notes) - held, held - frozenset(notes)
    stood_for = {notes[note] for note in new if notes[note]}
    return new if stood_for == ({fingerprint(gone)} if gone else set()) else None


def fingerprint(notes: Iterable[UUID]) -> str:
    """SHA-256 over identifiers, in whatever order they come."""
    return hashlib.sha256(b"".join(sorted(note.bytes for note in notes))).hexdigest()


def prune_notes(*, at: datetime) -> int:
    """Let one note stand for those that are older than KEPT or more than MOST; return how many those are."""
    if CellChange.objects.count() < WORTH_IT:
        return 0
    with transaction.atomic():
        only_writer()
        old = _old(at)
        if len(old) < WORTH_IT:
            return 0
        for start in range(0, len(old), PIECE):
            CellChange.objects.filter(pk__in=old[start : start + PIECE]).delete()
        CellChange.objects.create(noted_at=at, replaces=fingerprint(old))
    return len(old)


def _old(at: datetime) -> list[UUID]:
    """Old notes and the ones that stand for older ones: there is never more than one of those."""
    notes = list(CellChange.objects.order_by("-noted_at", "pk").values_list("pk", "noted_at", "replaces"))
    return [
        pk for place, (pk, noted_at, replaces) in enumerate(notes) if replaces or place >= MOST or noted_at < at - KEPT
    ]
