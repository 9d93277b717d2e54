"""The cells counted again from the ratings, compared with those that scores read, and mended where they differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count, DateField, F, IntegerField, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce, ExtractHour, TruncMonth

from journal.record import record
from scoring.intake.load_cells import COUNTS, HOURS_PER_BAND, SATISFIED, SUMS, add_sums
from scoring.intake.load_changes import note_change
from scoring.models import CellSum, Rating
from scoring.models.batches import BatchState
from scoring.models.disputes import DisputeState

KEYS = ["agent", "instrument", "channel", "topic", "band", "month"]
PIECE = 5000
# Sums of floats differ in their last digits with the order of adding.
RELATIVE, ABSOLUTE = 1e-9, 1e-6


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One cell of one agent and month whose stored sums are not the counted ones."""

    staff_number: str
    cell: str
    month: str
    sums: dict[str, tuple[float, float]]
    """Name of a sum: (stored, counted)."""


def counting(rows: QuerySet[Rating]) -> QuerySet[Rating]:
    """Of these ratings, those that count: their batch is published, and no dispute was upheld."""
    return rows.filter(batch__state=BatchState.PUBLISHED).exclude(dispute__state=DisputeState.UPHELD)


def counted() -> pd.DataFrame:
    """Count the cells from the ratings in the database's own group-by: KEYS (month_number) and SUMS.

    Only sums leave the database, in pieces; months and hours are those of the company's time zone.
    """
    zone, liked, share = ZoneInfo(settings.TIME_ZONE), Q(), F("share")
    for instrument, least in SATISFIED.items():
        liked |= Q(instrument=instrument, value__gte=least)
    keyed = counting(Rating.objects.all()).annotate(
        month=TruncMonth("rated_at", tzinfo=zone, output_field=DateField()),
        # PostgreSQL says the hour as a decimal number, and would divide it as one.
        band=Cast(ExtractHour("rated_at", tzinfo=zone), IntegerField()) / Value(HOURS_PER_BAND),
    )
    sums = keyed.values_list("agent_id", "instrument", "channel", "topic", "band", "month").annotate(
        offered=Count("pk"),
        answered=_sum(share, filter=Q(value__isnull=False)),
        total=_sum(share * F("value")),
        squares=_sum(share * F("value") * F("value")),
        satisfied=_sum(share, filter=liked),
        timed=Count("handling_seconds"),
        seconds=_sum(F("handling_seconds")),
        seconds_squares=_sum(F("handling_seconds") * F("handling_seconds")),
        judged=Count("is_resolved"),
        resolved=Count("pk", filter=Q(is_resolved=True)),
    )
    return _frame(sums.order_by().iterator(PIECE), [*KEYS, *SUMS])


def _sum(of: Any, **options: Any) -> Coalesce:
    return Coalesce(Sum(of, **options), 0.0)


def stored() -> pd.DataFrame:
    """The cells that scores are made of: KEYS, SUMS and `pk`."""
    cell = ("cell__instrument", "cell__channel", "cell__topic", "cell__hour_band")
    rows = CellSum.objects.values_list("agent_id", *cell, "month", *SUMS, "pk")
    return _frame(rows.iterator(PIECE), [*KEYS, *SUMS, "pk"])


def _frame(rows: Iterable[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    """Rows as a frame, gathered in pieces so that their tuples never stand in memory together."""
    pieces, piece = [], []
    for row in rows:
        piece.append(row)
        if len(piece) == PIECE:
            pieces.append(_typed(piece, columns))
            piece = []
    return pd.concat([*pieces, _typed(piece, columns)], ignore_index=True)


def _typed(rows: list[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    frame["month"] = [day.year * 12 + day.month - 1 for day in frame["month"]]
    numbers = dict.fromkeys(("agent", "band", "month", *frame.columns.intersection(["pk"])), np.int64)
    return frame.astype({**numbers, **dict.fromkeys(SUMS, np.float64)})


def compared(found: pd.DataFrame, have: pd.DataFrame) -> pd.DataFrame:
    """Cells whose counted and stored sums differ: KEYS, `pk` (nan when not stored), `x` and `x_stored` for each sum."""
    both = found.merge(have, how="outer", on=KEYS, suffixes=("", "_stored"))
    left = both[list(SUMS)].fillna(0.0).to_numpy()
    right = both[[f"{name}_stored" for name in SUMS]].fillna(0.0).to_numpy()
    differs: pd.DataFrame = both[~np.isclose(left, right, rtol=RELATIVE, atol=ABSOLUTE).all(axis=1)]
    return differs


def settle(differing: pd.DataFrame) -> int:
    """Replace the stored cells that differ by the counted ones, inside the caller's transaction; return how many."""
    known = differing["pk"].dropna().astype(np.int64).tolist()
    for start in range(0, len(known), PIECE):
        CellSum.objects.filter(pk__in=known[start : start + PIECE]).delete()
    add_sums(differing.dropna(subset=["offered"])[[*KEYS, *SUMS]])
    if len(known):
        note_change(differing["agent"].unique())
    return len(differing)


def hold_cells() -> None:
    """Keep others from changing cells until the transaction ends; on SQLite, its one writer does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {CellSum._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def check() -> pd.DataFrame:
    """Compare the cells with a recount. What looks different while somebody publishes is looked at again alone."""
    found = compared(counted(), stored())
    if found.empty:
        return found
    with transaction.atomic():
        hold_cells()
        return compared(counted(), stored())


def rebuild(*, actor: User | None, at: datetime) -> pd.DataFrame:
    """Replace the cells by a recount in one transaction, journaled when something changes; return what differed."""
    with transaction.atomic():
        hold_cells()
        found = compared(counted(), stored())
        if len(found):
            settle(found)
            # All cells at once: there is no single row to point at.
            record(actor=actor, verb="rebuild_cells", subject=CellSum(pk=0), at=at, detail={"changed": len(found)})
    return found


def described(differing: pd.DataFrame, staff_numbers: dict[int, str], *, most: int) -> list[Difference]:
    """The first differences as people read them."""
    return [_difference(row, staff_numbers) for row in differing.head(most).to_dict("records")]


def _difference(row: dict[Any, Any], staff_numbers: dict[int, str]) -> Difference:
    pairs = {name: (_number(row[f"{name}_stored"]), _number(row[name])) for name in SUMS}
    differing = {name: pair for name, pair in pairs.items() if not np.isclose(*pair, rtol=RELATIVE, atol=ABSOLUTE)}
    return Difference(
        staff_number=staff_numbers.get(row["agent"], str(row["agent"])),
        cell=f"{row['instrument']}/{row['channel']}/{row['topic']}/{row['band']}",
        month=f"{row['month'] // 12}-{row['month'] % 12 + 1:02d}",
        sums={name: (_whole(name, have), _whole(name, found)) for name, (have, found) in differing.items()},
    )


def _number(value: float) -> float:
    return 0.0 if np.isnan(value) else value


def _whole(name: str, value: float) -> float:
    return round(value) if name in COUNTS else value
