"""Cell sums out of the database as arrays: a million rows in about a second, with no object for a row."""

from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO
from itertools import chain

import numpy as np
import pandas as pd
from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.functions import Cast, Substr

from scoring.models import CellSum

KEYS = ("agent_id", "cell_id", "month")
COUNTS = (
    "offered",
    "answered",
    "total",
    "squares",
    "satisfied",
    "timed",
    "seconds",
    "seconds_squares",
    "judged",
    "resolved",
)
# PostgreSQL's binary COPY: a header, rows of two bytes and four more before each value, a trailer; dates are days.
HEADER, TRAILER, DAY_ZERO = 19, 2, np.datetime64("2000-01-01", "D")
# An import and its withdrawal may leave the dust of float addition, and two orders of adding may differ in it.
DIGITS = 6


def month_number(day: date) -> int:
    """Months since year 0, so that two months can be subtracted."""
    return day.year * 12 + day.month - 1


def next_month(day: date) -> date:
    """The first day of the month after the one of this day."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def read_cell_sums(until: date = date.max, *, of: Sequence[int] | None = None) -> pd.DataFrame:
    """Every cell sum up to the month of a day: `agent_id`, `cell_id`, `month` (a month_number) and COUNTS, as floats.

    Rows come in no order; rows where everything has been withdrawn again are left out. Columns stay apart in memory.
    `of` are identifiers of the agents wanted, some hundreds at most; without it, all.
    """
    chosen = CellSum.objects.filter(month__lte=until, **({} if of is None else {"agent_id__in": of}))
    rows = _from_postgresql(chosen) if connection.vendor == "postgresql" else _from_cursor(chosen)
    for name in COUNTS:
        np.round(rows[name], DIGITS, out=rows[name])
    left = np.any([rows[name] > 0 for name in ("offered", "answered", "timed", "judged")], axis=0)
    return pd.DataFrame(rows if left.all() else {name: values[left] for name, values in rows.items()}, copy=False)


def _from_postgresql(rows: QuerySet[CellSum]) -> dict[str, np.ndarray]:
    query, parameters = rows.values_list(*KEYS, *COUNTS).query.sql_with_params()
    received = BytesIO()
    with connection.cursor() as cursor:
        written = cursor.cursor.mogrify(query, parameters).decode()
        cursor.cursor.copy_expert(f"COPY ({written}) TO STDOUT (FORMAT binary)", received)
    layout = _layout()
    count = (received.tell() - HEADER - TRAILER) // layout.itemsize
    table = np.frombuffer(received.getbuffer(), dtype=layout, count=count, offset=HEADER)
    found = {name: table[name].astype(np.float64 if name in COUNTS else np.int64) for name in (*KEYS, *COUNTS)}
    months = (DAY_ZERO + found["month"].astype("timedelta64[D]")).astype("datetime64[M]")
    return found | {"month": months.astype(np.int64) + 1970 * 12}


def _layout() -> np.dtype[np.void]:
    fields: list[tuple[str, str]] = [("width", ">i2")]
    for name in (*KEYS, *COUNTS):
        kind = {"DateField": ">i4", "FloatField": ">f8"}.get(CellSum._meta.get_field(name).get_internal_type(), ">i8")
        fields += [(f"{name} length", ">i4"), (name, kind)]
    return np.dtype(fields)


def _from_cursor(rows: QuerySet[CellSum]) -> dict[str, np.ndarray]:
    # The month is cut from its text in SQL: as a date, SQLite would hand each one to a Python function.
    text = Cast("month", models.CharField())
    year, month = (Cast(Substr(text, start, size), models.IntegerField()) for start, size in ((1, 4), (6, 2)))
    numbered = rows.annotate(number=year * 12 + month - 1)
    query, parameters = numbered.values_list("agent_id", "cell_id", "number", *COUNTS).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        table = np.fromiter(chain.from_iterable(cursor), dtype=np.float64).reshape(-1, len(KEYS) + len(COUNTS))
    keys = {name: table[:, place].astype(np.int64) for place, name in enumerate(KEYS)}
    return keys | {name: table[:, place + len(KEYS)] for place, name in enumerate(COUNTS)}
