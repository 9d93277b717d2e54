"""`python -m bench [imports|scores ...] [--rows N] [--rounds N] [--engine sqlite|postgresql]`.

Every bench runs in a process of its own, so that no database and no memory is shared between engines.
"""

import argparse
import subprocess
import sys

BENCHES = {"imports": ("sqlite", "postgresql"), "scores": ("sqlite",)}


def main() -> None:
    """Run the named benches, or all of them."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("benches", nargs="*", choices=[*BENCHES, []], help="which benches to run (default: all)")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], help="only this database")
    chosen = parser.parse_args()
    for name in chosen.benches or BENCHES:
        for engine in BENCHES[name] if chosen.engine is None else (chosen.engine,):
            command = [sys.executable, "-m", f"bench.{name}", engine, str(chosen.rows), str(chosen.rounds)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
