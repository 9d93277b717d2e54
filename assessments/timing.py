"""Who is late: deadlines are instants, the server's clock decides, and a clock that was set fails nobody. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# The wall clock and the monotonic clock drift apart a little by themselves.
STEP_TOLERANCE = timedelta(seconds=5)


class Timing(Enum):
    """How an act lies to the deadline. Grace covers the way over the network; nothing is shown of it."""

    IN_TIME = "in time"
    IN_GRACE = "in grace"
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The server's two clocks: `at`, an instant, and `ticks`, seconds of a clock that nobody can set.

    `ticks` is None where several machines answer, for their monotonic clocks do not compare.
    """

    at: datetime
    ticks: float | None = None


def timing(*, at: datetime, deadline: datetime, grace: timedelta) -> Timing:
    """Judge an act at `at`; the deadline itself and the last instant of grace still count."""
    if at <= deadline:
        return Timing.IN_TIME
    return Timing.IN_GRACE if at <= deadline + grace else Timing.LATE


def fair_instant(*, start: Reading, now: Reading) -> datetime:
    """The instant by which work begun at `start` is judged: by the clock that is kinder to the writer."""
    steady = _by_ticks(start, now)
    return now.at if steady is None else min(now.at, steady)


def is_stepped(*, start: Reading, now: Reading) -> bool:
    """Whether the wall clock was set since `start`: it ran backwards, or away from the monotonic clock."""
    steady = _by_ticks(start, now)
    if steady is None:
        return now.at < start.at
    return abs(now.at - steady) > STEP_TOLERANCE


def _by_ticks(start: Reading, now: Reading) -> datetime | None:
    # Fewer ticks than at the start mean that the machine was started anew: there is nothing to compare with.
    if start.ticks is None or now.ticks is None or now.ticks < start.ticks:
        return None
    return start.at + timedelta(seconds=now.ticks - start.ticks)
