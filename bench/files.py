"""The file that every import variant reads."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

AGENTS = 1000
TOPICS = ("billing", "roaming", "coverage", "tariffs", "esim", "devices")
CHANNELS = ("chat", "messenger", "email")
SEED = 2014
PIECE = 500_000


def staff_numbers() -> list[str]:
    """The agents that the file speaks of."""
    return [f"B-{number:05d}" for number in range(AGENTS)]


def write_ratings(path: Path, *, rows: int) -> Path:
    """Write `rows` ratings: random hexadecimal keys and chats (the worst order for an index), 12 % unanswered, comments
    on a tenth, some with line breaks.
    """
    rng = np.random.default_rng(SEED)
    skill = rng.normal(0, 0.15, AGENTS)
    with path.open("w", encoding="utf-8", newline="") as file:
        for start in range(0, rows, PIECE):
            piece = _ratings(rng, skill, min(PIECE, rows - start))
            piece.to_csv(file, index=False, header=start == 0)
    return path


def _ratings(rng: np.random.Generator, skill: NDArray[np.float64], rows: int) -> pd.DataFrame:
    agent = rng.integers(0, AGENTS, rows)
    value = np.clip(np.round(rng.normal(4.2 + skill[agent], 1.1)), 1, 5)
    minutes = rng.integers(0, 60 * 24 * 360, rows)
    comment = np.where(rng.random(rows) < 0.1, "helped at once; thanks", "")
    comment[rng.random(rows) < 0.014] = "first line\nsecond line"
    moments = pd.Timestamp("2025-11-01", tz="UTC") + pd.to_timedelta(minutes, unit="min")
    return pd.DataFrame(
        {
            "rating_id": [f"{number:016x}" for number in rng.integers(0, 2**62, rows)],
            "chat_id": [f"{number:016x}" for number in rng.integers(0, 2**62, rows)],
            "agent_id": np.array(staff_numbers())[agent],
            "rating": np.where(rng.random(rows) < 0.12, None, value.astype(int)),
            "rated_at": moments.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "channel": rng.choice(CHANNELS, rows),
            "topic": rng.choice(TOPICS, rows),
            "comment": comment,
        }
    )
