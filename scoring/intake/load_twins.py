"""A file that was published before, byte for byte, is not read again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from scoring.batch_rows import begin_rows, end_rows, ratings_of
from scoring.intake.load_lease import Lease
from scoring.intake.load_notes import keep_counts
from scoring.intake.load_replaced import replaced_since
from scoring.intake.load_report import Report
from scoring.intake.understanding import Understanding
from scoring.models import Batch
from scoring.models.batches import BatchState, EvidenceKind


def published_twin(batch: Batch, seen: Understanding) -> Batch | None:
    """A published batch of the same bytes, read the same way, nothing refused, nothing replaced or withdrawn since."""
    if seen.action or batch.kind == EvidenceKind.AGENTS:
        return None
    same = Batch.objects.filter(
        content_hash=seen.sha256,
        kind=batch.kind,
        profile=batch.profile,
        choices=batch.choices,
        state=BatchState.PUBLISHED,
        refused=0,
    )
    # What another batch had stored already left the scores with it.
    gone = Batch.objects.filter(kind=batch.kind, state=BatchState.WITHDRAWN, withdrawn_at__gte=OuterRef("published_at"))
    return same.exclude(Exists(gone)).exclude(Exists(replaced_since())).first()


def same_again(batch: Batch, seen: Understanding, known: Batch, at: datetime, lease: Lease) -> Report:
    """Publish a batch that says what `known` says, without reading its records again."""
    report = Report(seen, known.action, notes=list(seen.notes))
    report.records, report.duplicates = known.records, known.duplicates
    report.accepted = report.unchanged = known.accepted
    report.repeats.update({known.pk: known.accepted} | {int(pk): count for pk, count in known.repeats.items()})
    report.unanswered, report.batch = known.unanswered, batch.pk
    keep_counts(batch, report)
    batch.state, batch.published_at = BatchState.PUBLISHED, at
    with transaction.atomic():
        lease.renew()
        begin_rows(batch)
        ratings_of(batch.pk).delete()
        end_rows(batch)
        batch.save()
    return report
