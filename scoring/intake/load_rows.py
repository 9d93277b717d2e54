"""Rating rows into the table as fast as each database takes them, and never twice."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat

from scoring.batch_rows import ratings_of
from scoring.intake.load_bulk import copy_text, insert
from scoring.intake.load_ready import COLUMNS, MEANINGS, NULLABLE, Ready, made_ready, rows_of
from scoring.intake.records import Chunk
from scoring.intake.refusals import Refusal, shown
from scoring.models import Batch, Rating
from scoring.models.batches import BatchState

COMPARED = COLUMNS[3:]
# A column that the file does not have contradicts nothing; these every rating has, whatever its heading.
_ALWAYS = frozenset({"agent_id", "instrument", "value", "rated_at"})
LOOKED_UP = 5000
CACHE_KILOBYTES = 16 * 1024
WITHDRAWN = "withdrawn:"


@dataclass(slots=True)
class Sorted:
    """Places of a chunk by what is stored: `fresh` are not, `mine` by this very batch, `unchanged` by another."""

    fresh: list[int] = field(default_factory=list)
    mine: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    ghosts: list[tuple[int, str]] = field(default_factory=list)
    """Rows that hold keys of `fresh` ones and do not count: identifier, state of their batch."""
    holders: Counter[int] = field(default_factory=Counter)
    """How many of `unchanged` each batch holds."""


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


def add(chunk: Chunk, batch: int, ready: Ready | None = None) -> Sorted:
    """Store the rows of a chunk inside the caller's transaction; rows stored already are told apart.

    The hopeful way adds all rows at once and looks things up only when some key exists already.
    """
    if _all_added(ready or made_ready(chunk, batch)):
        return Sorted(fresh=list(range(len(chunk))))
    found = sort_out(chunk, batch)
    _make_room(found.ghosts)
    if found.fresh:
        _all_added(made_ready(chunk, batch, found.fresh))
    return found


def _make_room(ghosts: list[tuple[int, str]]) -> None:
    """Nobody else loads now: rows of a load that never ended go, those of a withdrawn batch give up their keys."""
    withdrawn = [pk for pk, state in ghosts if state == BatchState.WITHDRAWN]
    free_keys(Rating.objects.filter(pk__in=withdrawn))
    Rating.objects.filter(pk__in=[pk for pk, state in ghosts if state != BatchState.WITHDRAWN]).delete()


def free_keys(rows: QuerySet[Rating]) -> int:
    """Let the keys of withdrawn rows be imported again; the rows keep theirs behind the mark of their batch."""
    marked = Concat(Value(WITHDRAWN), Cast("batch_id", CharField(max_length=20)), Value(":"), F("key"))
    return rows.exclude(key__startswith=WITHDRAWN).update(key=marked)


def freed(batch: int, key: str) -> str:
    """What `free_keys` has made of a key."""
    return f"{WITHDRAWN}{batch}:{key}"


def drop_some(batch: Batch) -> int:
    """Drop some rows of a batch that does not count, as many as a short transaction takes; say how many they were."""
    some = list(ratings_of(batch.pk).order_by("pk").values_list("pk", flat=True)[:LOOKED_UP])
    Rating.objects.filter(pk__in=some).delete()
    return len(some)


def _all_added(ready: Ready) -> bool:
    """Add rows and say whether all of them were new.

    If not, PostgreSQL has added none (COPY is all or nothing) and SQLite all but the known ones: a savepoint around
    each chunk would cost it a copy of every page.
    """
    table = Rating._meta.db_table
    if connection.vendor == "sqlite":
        rows = zip(*ready.columns, strict=True)
        tail = "ON CONFLICT (key) DO NOTHING"
        return insert(table, ready.names, rows, fixed=ready.fixed, tail=tail) == ready.size
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            copy_text(cursor, table, ready.names, ready.text, nullable=NULLABLE)
    except IntegrityError:
        return False
    return True


def sort_out(chunk: Chunk, batch: int | None) -> Sorted:
    """Compare a chunk with what is stored: equal rows are unchanged, other values under the same key are refused."""
    found = Sorted()
    stored = stored_rows(chunk.columns["key"])
    said = said_columns(chunk)
    for place, row in enumerate(rows_of(chunk, batch or 0)):
        known = stored.get(row[2])
        if known is None:
            found.fresh.append(place)
        elif known[0] == batch:
            found.mine.append(place)
        elif known[-1] != BatchState.PUBLISHED:
            found.fresh.append(place)
            found.ghosts.append(known[-2:])
        elif all(known[at - 1] == row[at] for at in said):
            found.unchanged.append(place)
            found.holders[known[0]] += 1
        else:
            params = {"batch": known[0], "stored_record": known[1]}
            found.refusals.append(
                Refusal(row[1], "conflict_stored", chunk.key_heading, shown(row[2]), params, chunk.sheet)
            )
    return found


def said_columns(chunk: Chunk) -> list[int]:
    """Places in COLUMNS of what a file says about its ratings; where it has no column it contradicts nothing."""
    return [COLUMNS.index(name) for name in COMPARED if name in _ALWAYS or chunk.says(MEANINGS.get(name, name))]


def stored_rows(keys: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Stored rows by key: batch and record, then the columns of COMPARED, then identifier and state of the batch."""
    found: dict[str, tuple[Any, ...]] = {}
    each = iter(keys)
    while part := list(islice(each, LOOKED_UP)):
        names = ("key", "batch_id", "record", *COMPARED, "pk", "batch__state")
        rows = Rating.objects.filter(key__in=part).values_list(*names)
        for key, batch, record, *rest in rows.iterator():
            rest[COMPARED.index("rated_at")] = _as_stored(rest[COMPARED.index("rated_at")])
            found[key] = (batch, record, *rest)
    return found


def _as_stored(moment: Any) -> str:
    return str(
        moment.astimezone(UTC) if connection.vendor == "postgresql" else moment.astimezone(UTC).replace(tzinfo=None)
    )
