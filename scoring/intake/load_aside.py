"""Sums that are written down before they count, so that the step which makes them count is short.

SQLite has one writer, and nobody reads while its changes go to disk. A large import makes half a million sums: put
into their table one by one, they would stop every page for seconds. Put first into a table that only this connection
sees, which lies in a file of its own, they get there by a single statement.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pandas as pd
from django.db import connection

from scoring.intake.load_bulk import insert_together
from scoring.intake.load_cells import SUMS, TOGETHER, add_sums, adding, rows_of_sums
from scoring.intake.load_changes import note_change
from scoring.models import CellSum

_ASIDE = "temp.sums_aside"
_COLUMNS = ("agent_id", "cell_id", "month", *SUMS)


@contextmanager
def set_aside(tables: Iterable[pd.DataFrame], *, sign: int = 1, is_polite: bool = True) -> Iterator[Callable[[], None]]:
    """Write sums down; what is given adds them to the stored ones (sign -1: subtracts), inside a transaction.

    Where there is nobody to be polite to, the sums are added as they come, and on PostgreSQL, where nobody waits for
    who writes other rows.
    """
    if connection.vendor != "sqlite" or not is_polite:
        yield lambda: _added_at_once(tables, sign)
        return
    _forget()
    try:
        agents = _written(tables, sign)
        yield lambda: _added(agents)
    finally:
        _forget()


def _added_at_once(tables: Iterable[pd.DataFrame], sign: int) -> None:
    for table in tables:
        add_sums(table, sign=sign)


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_ASIDE}")


def _written(tables: Iterable[pd.DataFrame], sign: int) -> set[int]:
    """Fill the table; return the agents in it."""
    agents: set[int] = set()
    with connection.cursor() as cursor:
        chosen = f"SELECT {', '.join(_COLUMNS)} FROM {CellSum._meta.db_table} LIMIT 0"  # noqa: S608
        cursor.execute(f"CREATE TABLE {_ASIDE} AS {chosen}")
        for table in tables:
            for rows, said in rows_of_sums(table, sign):
                silent = {name: "0" for name in SUMS if name not in said}
                columns = [name for name in _COLUMNS if name not in silent]
                insert_together(_ASIDE, columns, rows, fixed=silent, together=TOGETHER)
            agents.update(table["agent"].tolist())
    return agents


def _added(agents: set[int]) -> None:
    if not agents:
        return
    names = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        # Without a WHERE, SQLite would take ON CONFLICT for the condition of a join.
        chosen = f"SELECT {names} FROM {_ASIDE} WHERE true"  # noqa: S608
        cursor.execute(f"INSERT INTO {CellSum._meta.db_table} ({names}) {chosen} {adding(SUMS)}")
    note_change(agents)
