"""Which months the ratings cover, and which are missing between the first and the last one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from scoring.batch_reading import days
from scoring.batch_rows import ratings_of
from scoring.models import Batch, CellSum
from scoring.models.batches import BatchState, EvidenceKind

MOST_MONTHS = 36


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Ratings by month, without holes: `counts` holds 0 for a month in between that has none; the newest 36 months."""

    months: list[date]
    counts: list[int]

    @property
    def gaps(self) -> list[date]:
        """Months in between without a single rating."""
        return [month for month, count in zip(self.months, self.counts, strict=True) if not count]


def coverage(counts: Mapping[date, int]) -> Coverage:
    """Fill the holes of a count by month."""
    if not counts:
        return Coverage(months=[], counts=[])
    months = [_month(number) for number in range(_number(min(counts)), _number(max(counts)) + 1)][-MOST_MONTHS:]
    return Coverage(months=months, counts=[counts.get(month, 0) for month in months])


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def coverage_of_all() -> Coverage:
    """Every rating that counts, answered or not, from the sums: no rating is read."""
    rows = CellSum.objects.values_list("month").annotate(count=Sum("offered"))
    return coverage({month: int(count) for month, count in rows})


def coverage_of(batch: Batch) -> Coverage:
    """The ratings of one batch; what was kept when it was loaded, or a count of its rows."""
    kept = batch.understanding.get("coverage")
    return coverage({date.fromisoformat(month): count for month, count in (kept or _counted(batch)).items()})


def keep_coverage(batch: Batch) -> None:
    """Count the months of a loaded batch once, so that no page has to."""
    if batch.kind == EvidenceKind.RATINGS and batch.state == BatchState.PUBLISHED:
        batch.understanding["coverage"] = _counted(batch)
        batch.save(update_fields=["understanding"])


def _counted(batch: Batch) -> dict[str, int]:
    found: Counter[str] = Counter()
    for day, count in days(ratings_of(batch.pk)).items():
        found[day.replace(day=1).isoformat()] += count
    return dict(found)


def coverage_by_source(batches: Iterable[Batch]) -> dict[str, Coverage]:
    """Coverage of each source (profile), from what its batches have kept."""
    sums: dict[str, dict[date, int]] = {}
    for batch in batches:
        counts = sums.setdefault(batch.profile, {})
        for month, count in batch.understanding.get("coverage", {}).items():
            counts[date.fromisoformat(month)] = counts.get(date.fromisoformat(month), 0) + count
    return {source: coverage(counts) for source, counts in sums.items() if counts}
