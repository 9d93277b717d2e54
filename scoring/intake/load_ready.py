"""Rating rows made ready for the table: the work that needs no database, so that a reading process can do it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection

from scoring.intake.load_bulk import as_text
from scoring.intake.load_cells import Counted, counted
from scoring.intake.records import Chunk, values_at
from scoring.models.evidence import Instrument

COLUMNS = (
    "batch_id",
    "record",
    "key",
    "agent_id",
    "chat_id",
    "instrument",
    "value",
    "rated_at",
    "channel",
    "topic",
    "rater",
    "comment",
    "handling_seconds",
    "is_resolved",
    "share",
)
MEANINGS = {"is_resolved": "resolved"}
NULLABLE = ("value", "handling_seconds", "is_resolved")
# What the table holds in columns that the file does not have.
_SILENT = {"rater": "''", "comment": "''", "handling_seconds": "NULL", "is_resolved": "NULL", "share": "1.0"}


@dataclass(slots=True)
class Ready:
    """Rows in the order of their keys: for SQLite column by column, for PostgreSQL as the text of a COPY.

    `names` are the columns; `fixed` are columns that are the same in all rows, as SQL.
    """

    names: list[str]
    size: int
    fixed: dict[str, str] = field(default_factory=dict)
    columns: list[Sequence[Any]] = field(default_factory=list)
    text: bytes = b""


@dataclass(slots=True)
class Prepared:
    """All that a reading process can do for whoever stores: the rows, and what they add to the sums."""

    ready: Ready
    counted: Counted


def prepared(chunk: Chunk, *, batch: int, zone: str) -> Prepared:
    """Prepare ratings in a process that has no database; `zone` is the company's calendar."""
    return Prepared(made_ready(chunk, batch), counted(chunk.columns, chunk.instrument, zone))


def made_ready(chunk: Chunk, batch: int, places: Sequence[int] | None = None) -> Ready:
    """Make the rows of a chunk, or those at `places`, ready for the table of the database in use."""
    fixed = _fixed(chunk, batch) if connection.vendor == "sqlite" else {}
    names = [name for name in COLUMNS if name not in fixed]
    columns = _columns_of(chunk, batch, names)
    keys = columns[names.index("key")]
    # Rows in the order of their keys touch each page of the index once per chunk.
    order = sorted(range(len(chunk)) if places is None else places, key=keys.__getitem__)
    columns = [values_at(column, order) for column in columns]
    if connection.vendor == "sqlite":
        return Ready(names, len(order), fixed, columns)
    return Ready(names, len(order), text=as_text(zip(*columns, strict=True)).encode())


def _fixed(chunk: Chunk, batch: int) -> dict[str, str]:
    """Columns that are the same in all rows of a chunk, as SQL: they need not be bound row by row."""
    silent = {name: sql for name, sql in _SILENT.items() if not chunk.says(MEANINGS.get(name, name))}
    return {"batch_id": str(int(batch)), "instrument": f"'{Instrument(chunk.instrument).value}'", **silent}


def rows_of(chunk: Chunk, batch: int, places: Sequence[int] | None = None) -> Iterator[tuple[Any, ...]]:
    """Give the rows of a chunk in the order of COLUMNS, times as the text that the database stores."""
    columns = _columns_of(chunk, batch, COLUMNS)
    if places is None:
        return zip(*columns, strict=True)
    return zip(*[values_at(column, list(places)) for column in columns], strict=True)


def _columns_of(chunk: Chunk, batch: int, names: Sequence[str]) -> list[Sequence[Any]]:
    size = len(chunk)
    made: dict[str, Callable[[], list[Any]]] = {
        "batch_id": lambda: [batch] * size,
        "record": lambda: chunk.records,
        "agent_id": lambda: list(chunk.columns["agent"]),
        "instrument": lambda: [chunk.instrument] * size,
        "rated_at": lambda: stored_times(chunk.columns["rated_at"]),
        "is_resolved": lambda: list(chunk.columns["resolved"]),
    }
    return [made[name]() if name in made else chunk.columns[name] for name in names]


def stored_times(moments: Any) -> list[str]:
    """Write UTC instants the way Django stores them: no fraction where there is none."""
    whole = moments.astype("datetime64[s]")
    suffix = "+00:00" if connection.vendor == "postgresql" else ""
    if len(moments) and (whole == moments).all():
        texts = np.datetime_as_string(whole).astype(f"<U{19 + len(suffix)}")
        codes = texts.view(np.uint32).reshape(len(texts), -1)
        codes[:, 10] = ord(" ")
        codes[:, 19:] = [ord(char) for char in suffix]
        return list(texts.tolist())
    return [f"{one}{suffix}" for one in moments.astype("datetime64[us]").tolist()]
