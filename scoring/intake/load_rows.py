"""Rating rows into the table as fast as each database takes them, and never twice."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from itertools import islice
from operator import itemgetter
from typing import Any

import numpy as np
from django.db import IntegrityError, connection, transaction

from scoring.intake.records import Chunk
from scoring.intake.refusals import Refusal, shown
from scoring.models import Rating

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
COMPARED = COLUMNS[3:]
_MEANINGS = {"is_resolved": "resolved"}
# A column that the file does not have contradicts nothing; these every rating has, whatever its heading.
_ALWAYS = frozenset({"agent_id", "instrument", "value", "rated_at"})
LOOKED_UP = 5000
CACHE_KILOBYTES = 24 * 1024
COPY_BYTES = 256 * 1024


@dataclass(slots=True)
class Sorted:
    """Places of a chunk by what is stored: `fresh` are not, `mine` by this very batch, `unchanged` by another."""

    fresh: list[int] = field(default_factory=list)
    mine: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def rows_of(chunk: Chunk, batch: int, places: Sequence[int] | None = None) -> Iterator[tuple[Any, ...]]:
    """Give the rows of a chunk in the order of COLUMNS, times as the text that the database stores."""
    columns = chunk.columns
    chosen = slice(None) if places is None else np.array(places, dtype=np.intp)
    size = len(chunk) if places is None else len(places)

    def pick(name: str) -> Any:
        values = columns[name]
        return values if places is None else [values[place] for place in places]

    records = chunk.records if places is None else [chunk.records[place] for place in places]
    return zip(
        [batch] * size,
        records,
        pick("key"),
        pick("agent"),
        pick("chat_id"),
        [chunk.instrument] * size,
        pick("value"),
        stored_times(columns["rated_at"][chosen]),
        *(pick(name) for name in ("channel", "topic", "rater", "comment", "handling_seconds", "resolved", "share")),
        strict=True,
    )


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


@contextmanager
def roomy_cache() -> Iterator[None]:
    """Give SQLite room for the index while rows are loaded; its default of 2 MB is written out over and over."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA cache_size").fetchone()[0]
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {int(before)}")


def add(chunk: Chunk, batch: int) -> Sorted:
    """Store the rows of a chunk inside the caller's transaction; rows stored already are told apart.

    The hopeful way adds all rows at once and looks things up only when some key exists already.
    """
    if _all_added(chunk, batch):
        return Sorted(fresh=list(range(len(chunk))))
    found = sort_out(chunk, batch)
    if found.fresh:
        _all_added(chunk, batch, found.fresh)
    return found


def _all_added(chunk: Chunk, batch: int, places: Sequence[int] | None = None) -> bool:
    """Add rows and say whether all of them were new.

    If not, PostgreSQL has added none (COPY is all or nothing) and SQLite all but the known ones: a savepoint around
    each chunk would cost it a copy of every page.
    """
    rows = list(rows_of(chunk, batch, places))
    # Rows in the order of their keys touch each page of the index once per chunk.
    rows.sort(key=itemgetter(COLUMNS.index("key")))
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(_INSERT, rows)
            return bool(cursor.rowcount == len(rows)) or not rows
        try:
            with transaction.atomic():
                _copy(cursor, rows)
        except IntegrityError:
            return False
    return True


_INSERT = (  # Only names of our own model are put into the statement; values travel as parameters.
    f"INSERT INTO {Rating._meta.db_table} ({', '.join(COLUMNS)}) "  # noqa: S608
    f"VALUES ({', '.join(['%s'] * len(COLUMNS))}) ON CONFLICT (key) DO NOTHING"
)
_COPY = (  # The csv module writes None and '' alike; only these columns may be NULL, in all others nothing is ''.
    f"COPY {Rating._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL "
    f"({', '.join(name for name in COLUMNS if name not in {'value', 'handling_seconds', 'is_resolved'})}))"
)


def _copy(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    # The bare driver raises its own errors; wrapped, a repeated key is Django's IntegrityError on every database.
    with connection.wrap_database_errors:
        cursor.cursor.copy_expert(_COPY, text, COPY_BYTES)


def sort_out(chunk: Chunk, batch: int | None) -> Sorted:
    """Compare a chunk with what is stored: equal rows are unchanged, other values under the same key are refused."""
    found = Sorted()
    stored = _stored(chunk.columns["key"])
    said = [COLUMNS.index(name) for name in COMPARED if name in _ALWAYS or chunk.says(_MEANINGS.get(name, name))]
    for place, row in enumerate(rows_of(chunk, batch or 0)):
        known = stored.get(row[2])
        if known is None:
            found.fresh.append(place)
        elif known[0] == batch:
            found.mine.append(place)
        elif all(known[at - 1] == row[at] for at in said):
            found.unchanged.append(place)
        else:
            params = {"batch": known[0], "stored_record": known[1]}
            found.refusals.append(
                Refusal(row[1], "conflict_stored", chunk.key_heading, shown(row[2]), params, chunk.sheet)
            )
    return found


def _stored(keys: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    each = iter(keys)
    while part := list(islice(each, LOOKED_UP)):
        rows = Rating.objects.filter(key__in=part).values_list("key", "batch_id", "record", *COMPARED)
        for key, batch, record, *rest in rows.iterator():
            rest[COMPARED.index("rated_at")] = _as_stored(rest[COMPARED.index("rated_at")])
            found[key] = (batch, record, *rest)
    return found


def _as_stored(moment: Any) -> str:
    return str(
        moment.astimezone(UTC) if connection.vendor == "postgresql" else moment.astimezone(UTC).replace(tzinfo=None)
    )
