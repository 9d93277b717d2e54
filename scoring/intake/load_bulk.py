"""Many rows into one table, the fastest way that each database has; callers hold the transaction."""

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection

COPY_BYTES = 256 * 1024
COPY_ROWS = 1000


def insert(
    cursor: Any,
    table: str,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    fixed: Mapping[str, str] | None = None,
    tail: str = "",
    together: int = 1,
) -> int:
    """Insert rows on SQLite and return how many went in. `fixed` are columns with one SQL literal for all rows.

    `together` rows share a statement: that pays for short rows, and costs a little for long ones.

    Table, columns, literals and `tail` become part of the statement and must be our own; values travel as parameters.
    """
    fixed = fixed or {}
    names = ", ".join([*fixed, *columns])
    marks = f"({', '.join([*fixed.values(), *['%s'] * len(columns)])})"
    start, taken = f"INSERT INTO {table} ({names}) VALUES", 0
    whole = len(rows) - len(rows) % together if together > 1 else 0
    if whole:
        cells = chain.from_iterable(rows[:whole])
        joined = zip(*[cells] * (together * len(columns)), strict=True)
        cursor.executemany(f"{start} {', '.join([marks] * together)} {tail}", joined)
        taken += cursor.rowcount
    if len(rows) > whole:
        cursor.executemany(f"{start} {marks} {tail}", rows[whole:])
        taken += cursor.rowcount
    return taken


def copy(
    cursor: Any,
    table: str,
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    *,
    nullable: Collection[str] = (),
) -> None:
    """COPY rows into a table of PostgreSQL. Raises Django's IntegrityError, with nothing copied, on a repeated key."""
    # The csv module writes None and '' alike: only in nullable columns does nothing mean NULL.
    filled = ", ".join(name for name in columns if name not in nullable)
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({filled}))"
    # The bare driver raises its own errors; wrapped, they are Django's on every database.
    with connection.wrap_database_errors:
        cursor.cursor.copy_expert(statement, _Written(rows), COPY_BYTES)


class _Written:
    """Rows as CSV text, written while the server takes in what was sent before."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.rows = iter(rows)

    def read(self, _size: int) -> str:
        """Give the text of the next rows; '' at the end."""
        text = io.StringIO()
        csv.writer(text).writerows(islice(self.rows, COPY_ROWS))
        return text.getvalue()
