"""Records that were stored in passing and that a later record of the same file contradicts: they are taken back."""

from itertools import islice

from scoring.intake import load_rows as rows
from scoring.intake.load_cells import Sums
from scoring.intake.load_report import Report
from scoring.intake.load_rows import Sorted
from scoring.intake.records import Chunk
from scoring.models import Batch, Rating, ReplacedRecord

STORED = "conflict_stored"


def recall(report: Report, found: Sorted, chunk: Chunk) -> None:
    """Take recalled records out of the counts; `found` is how they compare with what is stored now."""
    report.added -= len(found.fresh) + len(found.mine)
    report.unchanged -= len(found.unchanged)
    report.repeats.subtract(found.holders)
    contradicted = {one.record for one in found.refusals}
    report.refused -= len(contradicted)
    report.refusals[:] = [one for one in report.refusals if one.code != STORED or one.record not in contradicted]


def unstore(batch: Batch, found: Sorted, chunk: Chunk, sums: Sums) -> None:
    """Take recalled records out of the table, the sums and the noted refusals, inside the caller's transaction."""
    keys = iter([chunk.columns["key"][place] for place in found.mine])
    while part := list(islice(keys, rows.LOOKED_UP)):
        Rating.objects.filter(batch=batch, key__in=part).delete()
    sums.add(chunk.columns, chunk.instrument, found.mine, sign=-1)
    contradicted = [one.record for one in found.refusals]
    ReplacedRecord.objects.filter(replacement__batch=batch, record__in=contradicted).delete()
    batch.replacements.filter(rows=None).delete()
    noted, _ = batch.refusals.filter(code=STORED, record__in=contradicted).delete()
    batch.refused -= noted
