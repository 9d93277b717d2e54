"""What ten times as many ratings cost: time and memory of imports, each in a process and a database of its own."""

import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

from bench.files import staff_numbers
from bench.settings import FOLDER, prepare

ONE = "one"
WRITE = "import sys, pathlib, bench.files as f; f.write_ratings(pathlib.Path(sys.argv[1]), rows=int(sys.argv[2]))"
# A file of ten millions is larger than what is read unasked.
WIDE = {"unpacked_mb": 8000, "rows": 50_000_000}


def main(engine: str, rows: int, _rounds: int) -> None:
    """Print a tenth of the rows beside all of them."""
    print(f"\nOne import into an empty database, {engine}")
    print(f"  {'ratings':>12} {'seconds':>9} {'rows/s':>9} {'processor s':>12} {'largest process MB':>19}")
    for count in (rows // 10, rows):
        path = FOLDER / f"ratings-{count}.csv"
        # Elsewhere, because a process is born with the peak memory of the one that starts it.
        subprocess.run([sys.executable, "-c", WRITE, str(path), str(count)], check=True)
        command = [sys.executable, "-m", "bench.growth", engine, str(path), ONE]
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        seconds = float(child.stdout.readline())
        _pid, status, used = os.wait4(child.pid, 0)
        assert status == 0, f"the import ended with {status} after {time.perf_counter() - begun:.0f} s"
        processor = used.ru_utime + used.ru_stime
        print(f"  {count:12,} {seconds:9.1f} {count / seconds:9,.0f} {processor:12.1f} {used.ru_maxrss / 1024:19.0f}")


def one(engine: str, path: Path) -> None:
    """Import one file as the command does, and print the seconds."""
    prepare(engine)
    settings, loaders = import_module("django.conf").settings, import_module("bench.loaders")
    settings.INTAKE_LIMITS = WIDE
    loaders.set_up(staff_numbers())
    begun = time.perf_counter()
    loaders.ours(path)
    print(time.perf_counter() - begun, flush=True)


if __name__ == "__main__":
    if sys.argv[3] == ONE:
        one(sys.argv[1], Path(sys.argv[2]))
    else:
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
