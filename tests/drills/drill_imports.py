"""Faults on purpose: whatever happens to an import, in the end every rating is there once and the cells add up.

After every fault: nothing half done counts, keys are unique, cells equal a recount, and the journal has one publication
per batch.
"""

import json
import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.database import CHOICE
from tests.drills.site import Site

ROWS = 60_000
PATIENCE_SECONDS = 5.0
SEED = 7


def killed(site: Site, batch: int, after: float) -> bool:
    """Load a batch and kill the process after some seconds; false when it was faster."""
    process = site.start("load", batch)
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    assert process.returncode == 0
    return False


def test_killed_at_random_moments_every_rating_is_there_once(site: Site, kills: int) -> None:
    chance, total, done, batches = random.Random(SEED), 0, 0, 0
    batch = site.confirmed(range(ROWS), "0.csv")
    longest = PATIENCE_SECONDS
    while done < kills:
        begun = time.monotonic()
        if killed(site, batch, chance.uniform(0.5, longest)):
            done += 1
            facts = site.run("facts")
            assert facts["keys"] == facts["rows"]
            assert (facts["counted"], facts["differing"]) in {(total, 0), (total + ROWS, 0)}
            continue
        longest, batches, total = min(longest, time.monotonic() - begun), batches + 1, total + ROWS
        batch = site.confirmed(range(total, total + ROWS), f"{batches}.csv")
    site.run("load", batch)
    facts = site.run("facts")
    wanted = total + ROWS
    assert (facts["rows"], facts["keys"], facts["counted"], facts["offered"]) == (wanted, wanted, wanted, wanted)
    assert (facts["differing"], facts["published"]) == (0, batches + 1)


def test_the_same_file_twice_at_once_is_there_once(site: Site) -> None:
    batches = [site.confirmed(range(ROWS), f"{name}.csv") for name in ("one", "other")]
    reports = together(site, batches)
    facts = site.run("facts")
    assert [facts["rows"], facts["offered"], facts["differing"]] == [ROWS, ROWS, 0]
    assert sorted(report["added"] for report in reports) == [0, ROWS]


def test_overlapping_files_at_once_become_their_union(site: Site) -> None:
    half = ROWS // 2
    batches = [site.confirmed(range(ROWS), "low.csv"), site.confirmed(range(half, ROWS + half), "high.csv")]
    reports = together(site, batches)
    facts = site.run("facts")
    assert [facts["rows"], facts["offered"], facts["differing"]] == [ROWS + half, ROWS + half, 0]
    assert sum(report["added"] for report in reports) == ROWS + half
    assert sum(report["refused"] for report in reports) == 0


def together(site: Site, batches: list[int]) -> list[dict[str, int]]:
    """Load batches at the same time, by a process each."""
    processes = [site.start("load", batch) for batch in batches]
    answers = [process.communicate(timeout=600) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(batches), answers
    return [json.loads(out) for out, _err in answers]


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of this size at `folder`."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("This machine lets nobody mount a small disk.")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(CHOICE != "sqlite", reason="The disk of a PostgreSQL server is not ours to fill.")
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="Only root can mount a small disk.")
def test_a_full_disk_pauses_the_import_and_more_room_lets_it_go_on(site: Site) -> None:
    disk = site.folder / "disk"
    with small_disk(disk, 8):
        shutil.copy(site.folder / "drill.sqlite3", disk / "drill.sqlite3")
        small = replace(site, database=f"sqlite:///{disk / 'drill.sqlite3'}")
        batch = small.confirmed(range(ROWS), "0.csv")
        assert small.run("load", batch) is None
        facts = small.run("facts")
        assert (facts["counted"], facts["offered"], facts["states"][str(batch)]) == (0, 0, "staging")
        assert "The disk is full" in facts["messages"][0]
        subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
        assert small.run("load", batch)["added"] == ROWS
        assert small.run("facts")["differing"] == 0
