"""A company of its own for a drill: its database, its files, and the processes that work on it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
HEAD = "rating_id,chat_id,agent_id,rating,rated_at,channel,topic"
AGENTS = 20
# A prime, so that keys in the order of the file are in no order of their own.
MOST = 9_999_991


@dataclass(frozen=True)
class Site:
    """Where it is."""

    database: str
    folder: Path

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Start one process on this database; see `tests.drills.process` for what it can do."""
        folder = {"ROSTRUM_VAR": str(self.folder / "var"), "EVIDENCE_DIR": str(self.folder), "TMPDIR": str(self.folder)}
        return subprocess.Popen(
            [sys.executable, "-m", "tests.drills.process", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **folder, "DATABASE_URL": self.database},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: object) -> Any:
        """Let a process come to its end and give what it answers."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=600)
        assert process.returncode == 0, err
        return json.loads(out)

    def prepared(self) -> "Site":
        """Make the tables and the agents."""
        self.run("prepare", AGENTS)
        return self

    def confirmed(self, rows: Sequence[int], name: str) -> int:
        """Write the file with these ratings, confirm its import, and give its batch."""
        return int(self.run("confirm", write(self.folder / name, rows)))


def write(path: Path, numbers: Sequence[int]) -> Path:
    """Write ratings by number: the same number is the same rating in every file."""
    start = np.datetime64("2026-01-01T00:00:00")
    minutes = (np.array(numbers, dtype=np.int64) * 7919 % 400_000).astype("timedelta64[m]")
    times = np.datetime_as_string(start + minutes).tolist()
    lines = (
        f"R{at * 7919 % MOST},C{at},A-{at % AGENTS},{at % 5 + 1},{time}Z,chat,t{at % 7}"
        for at, time in zip(numbers, times, strict=True)
    )
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return path
