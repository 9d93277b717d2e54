"""Scorecards into the database, many at once, and the hash that proves a run.

Each card is turned into JSON once; the same text is hashed and stored. On PostgreSQL the rows go in by COPY.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from operator import itemgetter
from typing import Any, TypeAlias

from django.db import connection

from scoring.models import Score, ScoreRun
from scoring.scorecards import Scorecard

Row: TypeAlias = tuple[Any, ...]

PLAIN = ("team_name", "score", "verdict", "p_top", "rank", "rank_low", "rank_high", "ratings")
COUNTED = ("gates_met", "gates_total", "is_eligible")
DOCUMENTS = ("criteria", "gates", "explanation")
# Keys in one order, for PostgreSQL keeps an order of its own, and the stored rows are hashed again.
_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False, check_circular=False
).encode


def encoded(cards: Iterable[Scorecard]) -> list[Row]:
    """Each card as the values of a row (agent_id, PLAIN, COUNTED, DOCUMENTS as JSON), with the staff number before."""
    return [
        (
            card.staff_number,
            card.agent_id,
            *(getattr(card, name) for name in (*PLAIN, *COUNTED)),
            *(_encode(getattr(card, name)) for name in DOCUMENTS),
        )
        for card in cards
    ]


def result_hash(rows: Sequence[Row]) -> str:
    """SHA-256 of encoded cards; identifiers of this one database do not enter."""
    digest = hashlib.sha256()
    for staff_number, _agent_id, *values in rows:
        digest.update("\x1f".join(map(str, (staff_number, *values))).encode())
        digest.update(b"\x1e")
    return digest.hexdigest()


def stored_hash(run: ScoreRun) -> str:
    """The hash of the scores of a run as they stand in the database now."""
    rows = run.scores.values_list("agent__staff_number", "agent_id", *PLAIN, *COUNTED, *DOCUMENTS)
    plain = 2 + len(PLAIN) + len(COUNTED)
    return result_hash([(*row[:plain], *map(_encode, row[plain:])) for row in sorted(rows, key=itemgetter(0))])


def write_scores(run: ScoreRun, rows: Sequence[Row]) -> None:
    """Insert the encoded cards of a run; they become visible with the caller's transaction."""
    quote = connection.ops.quote_name
    table = quote(Score._meta.db_table)
    columns = ", ".join(quote(name) for name in ("run_id", "agent_id", *PLAIN, *COUNTED, *DOCUMENTS))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)", _csv(run, rows))
            return
        marks = ", ".join(["%s"] * len(rows[0])) if rows else ""
        insert = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  (names of ours, values as parameters)
        cursor.executemany(insert, [(run.pk, *row[1:]) for row in rows])


def _csv(run: ScoreRun, rows: Sequence[Row]) -> StringIO:
    text = StringIO()
    # Everything quoted, so that an empty text stays a text and is not taken for NULL.
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows((run.pk, *row[1:]) for row in rows)
    text.seek(0)
    return text
