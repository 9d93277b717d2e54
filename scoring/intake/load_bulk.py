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
    table: str,
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    *,
    fixed: Mapping[str, str] | None = None,
    tail: str = "",
) -> int:
    """Insert rows on SQLite and return how many went in. `fixed` are columns with one SQL literal for all rows.

    Table, columns, literals and `tail` become part of the statement and must be our own; values travel as parameters.
    """
    return _many(*_statement(table, columns, fixed or {}), tail, rows)


def insert_together(
    table: str,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    together: int,
    fixed: Mapping[str, str] | None = None,
    tail: str = "",
) -> int:
    """The same with several rows in one statement: that pays for short rows, and costs a little for long ones."""
    start, marks = _statement(table, columns, fixed or {})
    whole = len(rows) - len(rows) % together
    cells = chain.from_iterable(rows[:whole])
    joined = zip(*[cells] * (together * len(columns)), strict=True)
    return _many(start, ", ".join([marks] * together), tail, joined) + _many(start, marks, tail, rows[whole:])


def _statement(table: str, columns: Sequence[str], fixed: Mapping[str, str]) -> tuple[str, str]:
    marks = ", ".join([*fixed.values(), *["?"] * len(columns)])
    return f"INSERT INTO {table} ({', '.join([*fixed, *columns])}) VALUES", f"({marks})"


def _many(start: str, marks: str, tail: str, rows: Iterable[tuple[Any, ...]]) -> int:
    # Django's cursor would keep every row until the last one is in, to look whether they are named.
    with connection.wrap_database_errors:
        return int(connection.connection.executemany(f"{start} {marks} {tail}", rows).rowcount)


def copy(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY rows into a table of PostgreSQL. Raises Django's IntegrityError, with nothing copied, on a repeated key."""
    _copy(cursor, table, columns, _Written(rows), ())


def copy_text(cursor: Any, table: str, columns: Sequence[str], text: bytes, *, nullable: Collection[str] = ()) -> None:
    """The same with rows that are written already, by `as_text`; nothing means NULL in `nullable` columns."""
    _copy(cursor, table, columns, io.BytesIO(text), nullable)


def as_text(rows: Iterable[tuple[Any, ...]]) -> str:
    """Write rows the way that COPY reads them."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _copy(cursor: Any, table: str, columns: Sequence[str], source: Any, nullable: Collection[str]) -> None:
    # The csv module writes None and '' alike: only in nullable columns does nothing mean NULL.
    filled = ", ".join(name for name in columns if name not in nullable)
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({filled}))"
    # The bare driver raises its own errors; wrapped, they are Django's on every database.
    with connection.wrap_database_errors:
        cursor.cursor.copy_expert(statement, source, COPY_BYTES)


class _Written:
    """Rows as CSV text, written while the server takes in what was sent before."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.rows = iter(rows)

    def read(self, _size: int) -> str:
        """Give the text of the next rows; '' at the end."""
        return as_text(islice(self.rows, COPY_ROWS))
