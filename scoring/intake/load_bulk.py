"""Many rows into one table, the fastest way that each database has; callers hold the transaction."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Any

from django.db import connection

COPY_BYTES = 256 * 1024
# Rows of one statement on SQLite: each statement has a cost of its own, and beyond some ten rows nothing is gained.
TOGETHER = 20


def insert(
    cursor: Any,
    table: str,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    fixed: Mapping[str, str] | None = None,
    tail: str = "",
) -> int:
    """Insert rows on SQLite and return how many went in. `fixed` are columns with one SQL literal for all rows.

    Table, columns, literals and `tail` become part of the statement and must be our own; values travel as parameters.
    """
    fixed = fixed or {}
    names = ", ".join([*fixed, *columns])
    marks = f"({', '.join([*fixed.values(), *['%s'] * len(columns)])})"
    start, taken = f"INSERT INTO {table} ({names}) VALUES", 0
    whole = len(rows) - len(rows) % TOGETHER
    if whole:
        cells = chain.from_iterable(rows[:whole])
        together = zip(*[cells] * (TOGETHER * len(columns)), strict=True)
        cursor.executemany(f"{start} {', '.join([marks] * TOGETHER)} {tail}", together)
        taken += cursor.rowcount
    if len(rows) > whole:
        cursor.executemany(f"{start} {marks} {tail}", rows[whole:])
        taken += cursor.rowcount
    return taken


def copy(
    cursor: Any,
    table: str,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    nullable: Collection[str] = (),
) -> None:
    """COPY rows into a table of PostgreSQL. Raises Django's IntegrityError, with nothing copied, on a repeated key."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    # The csv module writes None and '' alike: only in nullable columns does nothing mean NULL.
    filled = ", ".join(name for name in columns if name not in nullable)
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({filled}))"
    # The bare driver raises its own errors; wrapped, they are Django's on every database.
    with connection.wrap_database_errors:
        cursor.cursor.copy_expert(statement, text, COPY_BYTES)
