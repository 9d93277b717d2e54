"""How long pages and small writes take while HR's file of a million ratings is imported, on SQLite.

The real web server and the real worker share a database file of their own. Two people keep asking all the while: HR
for pages and what-ifs, a candidate for pages and saved answers of the knowledge test. The base line is the same without
an import.
"""

import os
import sys
import time
from importlib import import_module

from bench.files import staff_numbers, write_ratings
from bench.serving import log_of, serving
from bench.settings import FOLDER, prepare
from bench.visitors import Visits, show_visits, visiting

ALONE_SECONDS = 45
ALONE, UPLOAD, CHECK, IMPORT, AFTER = (
    "nothing is imported",
    "the file comes in",
    "the file is checked",
    "the file is imported",
    "the worker looks over what came in",
)
LOCKED = "database is locked"


def main(engine: str, rows: int, rounds: int) -> None:
    """Print the figures of one import, phase by phase. One round is all that is made."""
    prepare(engine, name="web")
    # Models exist only after Django is set up.
    scene = import_module("bench.web_scene")
    scene.set_up(staff_numbers())
    path = write_ratings(FOLDER / f"ratings-{rows}.csv", rows=rows)
    visits, took = Visits(), {}
    with serving(FOLDER / "web") as address:
        cast = scene.Cast(address)
        visits.phase = ALONE
        with visiting(visits, cast.pages()):
            time.sleep(ALONE_SECONDS)
            for phase, step in scene.importing(cast, path, (UPLOAD, CHECK, IMPORT, AFTER)):
                visits.phase, begun = phase, time.perf_counter()
                step()
                took[phase] = time.perf_counter() - begun
            visits.phase = ""
    print(f"\nPages while {rows:,} ratings are imported, {engine}; load {os.getloadavg()[0]:.1f}")
    for phase in (ALONE, *took):
        show_visits(visits, phase)
    print("  " + "; ".join(f"{phase}: {seconds:.1f} s" for phase, seconds in took.items()))
    for name in ("web", "worker"):
        said = log_of(FOLDER / "web", name).read_text(errors="replace")
        print(f"  “{LOCKED}” in what the {name} says: {said.count(LOCKED)}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
