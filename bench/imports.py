"""Rows per second of an import, beside django-import-export (the peer) and bare loading (the limit).

Rostrum validates, links, removes duplicates, keeps provenance and adds up the cells; the peer validates and links; the
limit only inserts rows that are clean already (COPY on PostgreSQL, executemany on SQLite). All fill the same table with
its keys and indexes, from the same file.
"""

import sys
from importlib import import_module

from bench.files import staff_numbers, write_ratings
from bench.settings import FOLDER, prepare
from bench.table import in_turn, show

PEER = "django-import-export, at its best settings"


def main(engine: str, rows: int, rounds: int) -> None:
    """Print the first import and the second import of the same file on one engine."""
    prepare(engine)
    # Models exist only after Django is set up.
    loaders = import_module("bench.loaders")
    loaders.set_up(staff_numbers())
    path = write_ratings(FOLDER / f"ratings-{rows}.csv", rows=rows)
    clean = loaders.clean_rows(path)
    first = {
        PEER: lambda: loaders.peer(path),
        "Rostrum: validated, linked, deduplicated, summed": lambda: loaders.ours(path),
        "limit: clean rows into the same table": lambda: loaders.limit(clean),
    }
    lines = in_turn(first, rows=rows, rounds=rounds, before=loaders.empty)
    show(f"First import of {rows:,} ratings, {engine}", lines, base=PEER)
    again = {PEER: lambda: loaders.peer(path), "Rostrum": lambda: loaders.ours(path)}
    seconds = [
        in_turn({name: run}, rows=rows, rounds=rounds, before=lambda run=run: loaders.filled_by(run))[0]
        for name, run in again.items()
    ]
    show(f"Second import of the same file, {engine}", seconds, base=PEER)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
