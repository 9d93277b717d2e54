"""Who is late, as a table; and clocks that were set."""

from datetime import UTC, datetime, timedelta

import pytest

from assessments.timing import Reading, Timing, fair_instant, is_stepped, timing

START = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the night in which many clocks go back
DEADLINE = START + timedelta(minutes=25)
GRACE = timedelta(seconds=30)


def after(**kwargs: float) -> datetime:
    return DEADLINE + timedelta(**kwargs)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (START, Timing.IN_TIME),
        (after(seconds=-1), Timing.IN_TIME),
        (DEADLINE, Timing.IN_TIME),
        (after(seconds=0.5), Timing.IN_GRACE),
        (after(seconds=30), Timing.IN_GRACE),
        (after(seconds=30, microseconds=1), Timing.LATE),
        (after(hours=1), Timing.LATE),
        (after(days=365), Timing.LATE),
        (START - timedelta(minutes=10), Timing.IN_TIME),
    ],
)
def test_lateness(at: datetime, expected: Timing) -> None:
    assert timing(at=at, deadline=DEADLINE, grace=GRACE) is expected


@pytest.mark.parametrize(
    ("case", "wall", "ticks", "fair", "stepped"),
    [
        ("both clocks agree", 600, 600, 600, False),
        ("they drift a little", 603, 600, 600, False),
        ("the wall clock was set 10 minutes forward", 1200, 600, 600, True),
        ("the wall clock was set 10 minutes back", 0, 600, 0, True),
        ("the machine slept for 5 minutes", 900, 600, 600, True),
        ("the machine was started anew", 600, -1000, 600, False),
    ],
)
def test_a_clock_that_was_set_harms_nobody_and_is_flagged(
    case: str, wall: int, ticks: int, fair: int, stepped: bool
) -> None:
    start = Reading(at=START, ticks=5000.0)
    now = Reading(at=START + timedelta(seconds=wall), ticks=5000.0 + ticks)
    assert fair_instant(start=start, now=now) == START + timedelta(seconds=fair), case
    assert is_stepped(start=start, now=now) is stepped, case


@pytest.mark.parametrize(("wall", "stepped"), [(600, False), (-600, True)])
def test_without_a_monotonic_clock_only_a_step_before_the_start_is_seen(wall: int, stepped: bool) -> None:
    start, now = Reading(at=START), Reading(at=START + timedelta(seconds=wall))
    assert fair_instant(start=start, now=now) == now.at
    assert is_stepped(start=start, now=now) is stepped
