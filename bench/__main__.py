"""`python -m bench [imports|growth|workbooks|web|scores|reml|ranks|statistics|coverage ...] [--rows N] [--rounds N]`.

Every bench runs in a process of its own, so that no database and no memory is shared between engines.
"""

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Bench:
    """The engines a bench knows (one that needs no database: none), and how much it does unless told otherwise."""

    engines: tuple[str, ...]
    rows: int
    rounds: int = 3


BENCHES = {
    "imports": Bench(DATABASES, 100_000),
    "growth": Bench(DATABASES, 10_000_000, rounds=1),
    "workbooks": Bench(("sqlite",), 200_000),
    "web": Bench(("sqlite",), 1_000_000, rounds=1),
    "scores": Bench(("sqlite",), 100_000),
    "reml": Bench(("none",), 100_000),
    "ranks": Bench(("none",), 10_000),
    "statistics": Bench(("none",), 10_000_000),
    "what_if": Bench(DATABASES, 10_000),
    "coverage": Bench(("none",), 2_000_000, rounds=100),
}
# Linear algebra on several threads is slower here, in R too.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# Formulas on large arrays: the C library keeps what is freed instead of fetching every page anew; see
# docs/configuration.md. Not for imports, whose memory is measured.
KEEPING = {"MALLOC_MMAP_THRESHOLD_": "4294967295", "MALLOC_TRIM_THRESHOLD_": "4294967295"}


def main() -> None:
    """Run the named benches, or all of them."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("benches", nargs="*", choices=[*BENCHES, []], help="which benches to run (default: all)")
    parser.add_argument("--rows", type=int, help="ratings (default: by bench)")
    parser.add_argument("--rounds", type=int, help="rounds, or simulations (default: by bench)")
    parser.add_argument("--engine", choices=DATABASES, help="only this database")
    chosen = parser.parse_args()
    for name in chosen.benches or BENCHES:
        bench = BENCHES[name]
        rows, rounds = chosen.rows or bench.rows, chosen.rounds or bench.rounds
        for engine in bench.engines if chosen.engine is None else (chosen.engine,):
            command = [sys.executable, "-m", f"bench.{name}", engine, str(rows), str(rounds)]
            kept = KEEPING if engine == "none" else {}
            subprocess.run(command, check=True, env=os.environ | ENVIRONMENT | kept)


if __name__ == "__main__":
    main()
