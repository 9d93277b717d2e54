"""Signs that ratings were not given by customers one by one: noted for HR to look at, never refused by themselves."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from scoring.intake.records import Chunk
from scoring.intake.refusals import Note

WINDOW_MINUTES = 15
BURST = 8
REPEATED_RATER = 8
NAMED = 5


class Watch:
    """Looks at chunks in passing: bursts of ratings for one agent, and one customer rating one agent again and again.

    Only what is dense inside one chunk is seen: counting all pairs of a long file would not fit into memory.
    """

    def __init__(self) -> None:
        self.bursts: Counter[str] = Counter()
        self.raters: Counter[str] = Counter()

    def look(self, chunk: Chunk) -> None:
        """Count one chunk of ratings; other kinds are passed over."""
        if chunk.kind != "ratings" or not len(chunk):
            return
        agents = chunk.columns["agent_ref"]
        windows = chunk.columns["rated_at"].astype("datetime64[m]").astype(np.int64) // WINDOW_MINUTES
        _gather(self.bursts, agents, windows, BURST)
        raters = chunk.columns["rater"]
        if any(raters):
            codes = np.fromiter(map(hash, raters), dtype=np.int64, count=len(raters))
            codes[[place for place, rater in enumerate(raters) if not rater]] = np.arange(raters.count(""))
            _gather(self.raters, agents, codes, REPEATED_RATER)

    def notes(self) -> list[Note]:
        """Return the notes `rating_burst` and `repeated_rater`, each naming the agents with most of it."""
        found = []
        for code, counts in (("rating_burst", self.bursts), ("repeated_rater", self.raters)):
            if counts:
                named = [f"{agent} ({count})" for agent, count in counts.most_common(NAMED)]
                found.append(Note(code, {"agents": named, "count": len(counts), "minutes": WINDOW_MINUTES}))
        return found


def _gather(total: Counter[str], agents: list[str], codes: NDArray[np.int64], least: int) -> None:
    """Keep, per agent, the largest number of ratings that share a code."""
    owners = np.fromiter(map(hash, agents), dtype=np.int64, count=len(agents))
    # A wrapping product mixes the two numbers; a chance collision could only join two pairs of one chunk.
    _, first, sizes = np.unique(owners * np.int64(1_000_003) + codes, return_index=True, return_counts=True)
    for place, size in zip(first[sizes >= least].tolist(), sizes[sizes >= least].tolist(), strict=True):
        total[agents[place]] = max(total[agents[place]], size)
