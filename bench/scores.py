"""Seconds from stored statistics to a full honest ranking, beside a plain pandas group-by mean of the ratings."""

import sys
from importlib import import_module

from bench.files import staff_numbers, write_ratings
from bench.settings import FOLDER, prepare
from bench.table import in_turn, show

PEER = "pandas: read the ratings, group-by mean"


def main(engine: str, rows: int, rounds: int) -> None:
    """Print the times of one engine."""
    prepare(engine)
    loaders = import_module("bench.loaders")
    scoring = import_module("bench.scoring")
    loaders.set_up(staff_numbers())
    path = write_ratings(FOLDER / f"ratings-{rows}.csv", rows=rows)
    loaders.ours(path)
    variants = {
        PEER: scoring.group_by_mean,
        "Rostrum: evidence to adjusted, shrunken, ranked scores": scoring.evaluate,
        "Rostrum: the same, stored and journaled": scoring.whole_run,
    }
    show(f"Scores of {rows:,} ratings of {len(staff_numbers()):,} agents, {engine}",
         in_turn(variants, rows=rows, rounds=rounds), base=PEER)  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
