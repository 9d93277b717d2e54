"""What ten times as many ratings cost: time and memory of `manage.py import_evidence`, as whoever runs it sees them.

Looking for odd ratings afterwards is left to the worker.
"""

import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import django

from bench.files import staff_numbers
from bench.settings import FOLDER, point

WRITE = "import sys, pathlib, bench.files as f; f.write_ratings(pathlib.Path(sys.argv[1]), rows=int(sys.argv[2]))"
COMMAND = ("manage.py", "import_evidence", "ratings", "--leave-watch", "--profile", "surveys")
CLOCK = ("--as-of", "2026-11-22T12:00:00Z")
# A file of ten millions is larger than what is read unasked.
WIDE = "unpacked_mb=8000,rows=50000000"


def main(engine: str, rows: int, _rounds: int) -> None:
    """Print a tenth of the rows beside all of them."""
    print(f"\nOne import into an empty database, {engine}")
    print(f"  {'ratings':>12} {'seconds':>9} {'rows/s':>9} {'processor s':>12} {'largest process MB':>19}")
    for count in (rows // 10, rows):
        path = FOLDER / f"ratings-{count}.csv"
        # Elsewhere, because a process is born with the peak memory of the one that starts it.
        subprocess.run([sys.executable, "-c", WRITE, str(path), str(count)], check=True)
        point(engine, name="growth")
        os.environ["INTAKE_LIMITS"] = WIDE
        subprocess.run([sys.executable, "-m", "bench.growth"], check=True)
        seconds, processor, memory = _command(path)
        print(f"  {count:12,} {seconds:9.1f} {count / seconds:9,.0f} {processor:12.1f} {memory:19.0f}", flush=True)


def _command(path: Path) -> tuple[float, float, float]:
    """Run the command: seconds, seconds of processor time, megabytes of the larger of its two processes."""
    begun = time.perf_counter()
    child = subprocess.Popen([sys.executable, *COMMAND, *CLOCK, str(path)], stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(child.pid, 0)
    assert status == 0, f"the import ended with {status}"
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def tables() -> None:
    """Make the tables, and the agents that the file speaks of."""
    django.setup()
    import_module("bench.loaders").set_up(staff_numbers())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])) if sys.argv[1:] else tables()
