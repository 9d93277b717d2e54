"""Signs that ratings were arranged or chosen: noticed for a person to look at, never a verdict by themselves.

Everything here compares an agent with their own past or with colleagues on the same work, and flags only what chance
explains with a probability under `alpha`, after allowing for all the places where one might have looked (Bonferroni).
"""

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from scoring.formula.arrays import IntArray, check_columns

ALPHA = 1e-4
PIECE = 1_000_000
_SIGNS = re.compile(r"[\W_]+")
_NUMBERED = re.compile(r"(.*?)(\d{1,15})")


def rating_bursts(
    ratings: pd.DataFrame, *, window: timedelta = timedelta(hours=1), least: int = 8, alpha: float = ALPHA
) -> pd.DataFrame:
    """Find top ratings of one agent that came closer together than their own history explains.

    ratings: `agent`, `at` (datetime64), `top` (highest mark) and `new` (belongs to the evidence under the lens; the
    rest is history). Returns by agent the densest window of new top ratings: `count`, `start`, `end`, `usual` (top
    ratings that the agent has in a window in which they are rated at all) and `p`. A Poisson tail over the agent's own
    rate, stretched by the overdispersion of their windows (McCullagh & Nelder 1989, Generalized Linear Models, 6.2).
    """
    check_columns(ratings, ["agent", "at", "top", "new"])
    found = [
        (agent, *burst)
        for agent, mine in ratings[ratings["top"]].groupby("agent", sort=True)
        if (burst := _densest(mine["at"].to_numpy(), mine["new"].to_numpy(dtype=bool), window, least)) is not None
    ]
    bursts = pd.DataFrame(found, columns=["agent", "count", "start", "end", "usual", "p"])
    return bursts[bursts["p"] < alpha].reset_index(drop=True)


def _densest(
    times: np.ndarray, new: np.ndarray, window: timedelta, least: int
) -> tuple[int, np.datetime64, np.datetime64, float, float] | None:
    fresh = np.sort(times[new])
    reach = np.searchsorted(fresh, fresh + np.timedelta64(window), side="right") - np.arange(fresh.size)
    if not fresh.size or reach.max() < least:
        return None
    first = int(reach.argmax())
    count, start, end = int(reach[first]), fresh[first], fresh[first + int(reach[first]) - 1]
    others = times[(times < start) | (times > end)]
    usual, spread, windows = _own_rate(others, window)
    tail = float(stats.poisson.sf((count - 1) / spread, usual / spread)) * windows
    return count, start, end, usual, min(tail, 1.0)


def _own_rate(times: np.ndarray, window: timedelta) -> tuple[float, float, int]:
    """Ratings in a window that has any, their overdispersion, and how many windows there were. One is added to each, so
    that a newcomer's first burst is measured against something.
    """
    slots = times.astype("datetime64[s]").astype(np.int64) // int(window.total_seconds())
    counts = np.unique(slots, return_counts=True)[1] if slots.size else np.zeros(0)
    usual = (counts.sum() + 1.0) / (counts.size + 1.0)
    spread = float(counts.var(ddof=1) / counts.mean()) if counts.size > 1 else 1.0
    return float(usual), max(1.0, spread), counts.size + 1


def plain_text(text: str) -> str:
    """A comment without case, punctuation and spacing: what makes two comments the same."""
    return _SIGNS.sub(" ", text.casefold()).strip()


def repeated_texts(texts: pd.DataFrame, *, shortest: int = 20) -> pd.DataFrame:
    """Count how often each agent got the same comment: `agent`, `text` (plain), `count` from 2 on.

    texts: `agent`, `text`. Comments under `shortest` characters are left out: many people write the same few words.
    """
    plain = texts.assign(text=texts["text"].map(plain_text))
    long = plain[plain["text"].str.len() >= shortest]
    counts = long.groupby(["agent", "text"], sort=True).size().reset_index(name="count")
    return counts[counts["count"] > 1].reset_index(drop=True)


def own_texts(
    counts: pd.DataFrame, comments: Mapping[Any, int], *, least: int = 5, alpha: float = ALPHA
) -> pd.DataFrame:
    """Keep repeated comments that belong to one agent: not the phrases that everybody's customers write.

    counts: as of `repeated_texts`; comments: number of comments of each agent. A binomial tail: so many of all uses of
    the text would not fall to this agent by their share of all comments; and more than half of them must, because
    people who do one kind of work hear its phrases. Returns by agent the most repeated text: `count`, `elsewhere`,
    `text`, `p`.
    """
    everywhere = counts.groupby("text")["count"].sum()
    total = max(1, sum(comments.values()))
    rows = counts[counts["count"] >= least]
    share = rows["agent"].map(lambda agent: comments.get(agent, 0) / total)
    used = rows["text"].map(everywhere)
    p = stats.binom.sf(rows["count"].to_numpy() - 1, used.to_numpy(), share.to_numpy(dtype=float)) * max(1, len(counts))
    named = rows.assign(elsewhere=used - rows["count"], p=np.minimum(p, 1.0))
    flagged = named[(named["p"] < alpha) & (named["count"] > named["elsewhere"])].sort_values(
        ["agent", "count"], ascending=[True, False], kind="stable"
    )
    return flagged.drop_duplicates("agent").reset_index(drop=True)


def backdated_before(
    days: Sequence[date], counts: Sequence[int], *, hole: int = 45, most: float = 0.25, thin: float = 0.2
) -> date | None:
    """The day before which ratings do not belong to the rest of a file; None when they all do.

    days, counts: ratings by day, days ascending. A file is backdated when a hole of `hole` days divides it, and what
    lies before is at most `most` of it and comes at under `thin` of the later rate: a file with a month missing is not.
    """
    numbers, sizes = np.array([day.toordinal() for day in days]), np.array(counts, dtype=np.float64)
    holes = np.flatnonzero(np.diff(numbers) > hole)
    for place in holes[::-1]:
        early, late = sizes[: place + 1], sizes[place + 1 :]
        rates = early.sum() / _length(numbers[: place + 1]), late.sum() / _length(numbers[place + 1 :])
        if early.sum() <= most * sizes.sum() and rates[0] < thin * rates[1]:
            return days[int(place) + 1]
    return None


def _length(numbers: IntArray) -> float:
    """Days that a stretch of a file takes; a month at least, so that a single day is no high rate."""
    return max(30.0, float(numbers[-1] - numbers[0] + 1))


def late_months(added: Mapping[date, int], reported: Mapping[date, int], *, most: float = 0.25) -> list[date]:
    """Months that had been reported and get a few more ratings now.

    added: ratings by month of the new file; reported: by closed month, of earlier files of the same source.
    Another team's whole file is no late addition: only what is at most `most` of the new file and of the month counts.
    """
    whole = sum(added.values())
    late = {month: count for month, count in added.items() if reported.get(month, 0) > 0 and count}
    few = sum(late.values()) <= most * whole
    return sorted(month for month, count in late.items() if few and count <= most * reported[month])


@dataclass(frozen=True)
class Numbering:
    """A run of numbers with holes: how many are missing between the first and the last, and the longest hole."""

    present: int
    missing: int
    longest: int


def missing_numbers(identifiers: Iterable[str], *, least: int = 100, dense: float = 0.9) -> Numbering | None:
    """Holes in the numbers of chats, when the file has nearly all of them; None when it is no run of numbers.

    identifiers: texts that end in a number and begin alike. A run needs `least` numbers and has at least `dense` of
    those between its first and last: sparser files were never meant to be whole.
    """
    numbers = _numbers(identifiers)
    numbers.sort()
    present, longest = _steps(numbers)
    if present < least:
        return None
    extent = int(numbers[-1] - numbers[0]) + 1
    if not dense * extent <= present < extent:
        return None
    return Numbering(present=present, missing=extent - present, longest=longest)


def _steps(numbers: IntArray) -> tuple[int, int]:
    """How many different numbers there are in order, and how many are left out at the longest gap."""
    different, longest = min(1, numbers.size), 0
    # Piece by piece: of ten million numbers, the steps would take as much memory again.
    for start in range(0, numbers.size - 1, PIECE):
        steps = np.diff(numbers[start : start + PIECE + 1])
        different, longest = different + int(np.count_nonzero(steps)), max(longest, int(steps.max()) - 1)
    return different, longest


def _numbers(identifiers: Iterable[str]) -> IntArray:
    """The numbers at the end of the texts; none at all as soon as one text is of another form."""
    found, head = array("q"), None
    for text in identifiers:
        match = _NUMBERED.fullmatch(text)
        if match is None or head not in {None, match[1]}:
            return np.zeros(0, dtype=np.int64)
        head = match[1]
        found.append(int(match[2]))
    return np.frombuffer(found, dtype=np.int64)
