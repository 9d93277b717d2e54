"""Signs that ratings were not given by customers one by one: noted for HR to look at, never refused by themselves."""

from collections import Counter

import numpy as np

from scoring.intake.records import Chunk
from scoring.intake.refusals import Note

WINDOW_MINUTES = 15
BURST = 8
REPEATED_RATER = 8
SHORTEST_TEXT = 15
REPEATED_TEXT = 8
NAMED = 5
_KEPT = 20_000


class Watch:
    """Looks at chunks in passing: bursts of ratings for one agent, one rater again and again, one text again."""

    def __init__(self) -> None:
        self.bursts: Counter[tuple[str, int]] = Counter()
        self.raters: Counter[tuple[str, str]] = Counter()

    def look(self, chunk: Chunk) -> None:
        """Count one chunk of ratings; other kinds are passed over."""
        if chunk.kind != "ratings" or not len(chunk):
            return
        windows = (chunk.columns["rated_at"].astype("datetime64[m]").astype(np.int64) // WINDOW_MINUTES).tolist()
        self._gather(self.bursts, Counter(zip(chunk.columns["agent_ref"], windows, strict=True)), BURST)
        raters = Counter(
            (agent, rater)
            for agent, rater in zip(chunk.columns["agent_ref"], chunk.columns["rater"], strict=True)
            if rater
        )
        self._gather(self.raters, raters, REPEATED_RATER)

    @staticmethod
    def _gather(
        total: Counter[tuple[str, int]] | Counter[tuple[str, str]],
        part: Counter[tuple[str, int]] | Counter[tuple[str, str]],
        least: int,
    ) -> None:
        # In a long file only what is dense inside one chunk is kept: counting all pairs would not fit into memory.
        for key, count in part.items():
            if count >= least or len(total) < _KEPT:
                total[key] += count  # type: ignore[index]

    def notes(self) -> list[Note]:
        """Return the notes `rating_burst` and `repeated_rater`, each naming the agents with most of it."""
        found = []
        for code, counts, least in (
            ("rating_burst", self.bursts, BURST),
            ("repeated_rater", self.raters, REPEATED_RATER),
        ):
            agents = Counter[str]()
            for (agent, _), count in counts.items():  # type: ignore[union-attr]
                if count >= least:
                    agents[agent] = max(agents[agent], count)
            if agents:
                named = [f"{agent} ({count})" for agent, count in agents.most_common(NAMED)]
                found.append(Note(code, {"agents": named, "count": len(agents), "minutes": WINDOW_MINUTES}))
        return found
