"""The ratings of one batch, found by the stretch of the table that its load has filled.

`Rating.batch` has no index, which makes imports fast. Identifiers only grow, so a batch knows its rows by the first and
the last one; no bound means that the rows may lie anywhere on that side. Rows of others may lie in between.
"""

from collections.abc import Collection

from django.db.models import Max, Q, QuerySet

from scoring.models import Batch, Rating


def held_by(batch: int) -> Q:
    """The condition that a rating is a batch's, with the bounds as they are stored now."""
    first, last = Batch.objects.values_list("first_row", "last_row").get(pk=batch)
    bounds = {"pk__gte": first, "pk__lte": last}
    return Q(batch=batch, **{name: bound for name, bound in bounds.items() if bound is not None})


def ratings_of(batch: int) -> QuerySet[Rating]:
    """All ratings that a batch has stored, whether they count or not."""
    return Rating.objects.filter(held_by(batch))


def newest_row() -> int:
    """The identifier of the newest rating, 0 when there is none."""
    return int(Rating.objects.aggregate(newest=Max("pk"))["newest"] or 0)


def begin_rows(batch: Batch) -> None:
    """Note, before a load stores anything, that nothing older can be its; one that is taken up has noted it before."""
    if batch.first_row is None:
        batch.first_row = newest_row() + 1
        batch.save(update_fields=["first_row"])


def end_rows(batch: Batch) -> None:
    """Note, unsaved, that nothing newer is the batch's; ratings that it took over may have moved its first row."""
    batch.refresh_from_db(fields=["first_row"])
    batch.last_row = newest_row()


def widen(batch: int, rows: Collection[int]) -> None:
    """Let the bounds of a batch take in these rows, inside the transaction that makes them the batch's."""
    if rows:
        one = Batch.objects.filter(pk=batch)
        one.filter(first_row__gt=min(rows)).update(first_row=min(rows))
        one.filter(last_row__lt=max(rows)).update(last_row=max(rows))
