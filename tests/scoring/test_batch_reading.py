"""Stored ratings are read in parts, and the parts make the whole."""

from datetime import date
from itertools import chain

import pytest
from django.db.models import QuerySet

from scoring import batch_reading
from scoring.batch_reading import by_agent, days, instants, slices
from scoring.models import Agent, Rating
from tests.cast import NOW, Cast
from tests.scoring.test_batches import cast, imported

__all__ = ["cast"]
HEAD = "rating_id,chat_id,agent_id,rating,rated_at\n"
# The fourth is of the next day in Moscow, the fifth has a fraction of a second.
TIMES = (
    "2026-09-01T06:00:00Z",
    "2026-09-01T20:59:59Z",
    "2026-09-03T06:00:00Z",
    "2026-09-03T21:00:00Z",
    "2026-09-03T06:00:00.250Z",
)


@pytest.fixture
def rows(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> QuerySet[Rating]:
    """Five ratings, three of T-1 and two of T-2, read two at a time."""
    monkeypatch.setattr(batch_reading, "SLICE", 2)
    for number in (1, 2):
        Agent.objects.create(staff_number=f"T-{number}", full_name=f"Agent {number}", created_at=NOW)
    lines = [f"k{place},c{place},T-{place % 2 + 1},5,{moment}\n" for place, moment in enumerate(TIMES)]
    batch = imported(HEAD + "".join(lines), cast.hanna)
    return Rating.objects.filter(batch=batch)


def test_parts_make_the_whole_and_none_is_longer_than_a_slice(rows: QuerySet[Rating]) -> None:
    parts = [[one.pk for one in part] for part in slices(rows)]
    assert [len(part) for part in parts] == [2, 2, 1]
    assert list(chain.from_iterable(parts)) == sorted(rows.values_list("pk", flat=True))


def test_nothing_is_one_empty_part(rows: QuerySet[Rating]) -> None:
    assert [list(part) for part in slices(rows.none())] == [[]]
    assert (days(rows.none()), by_agent(rows.none())) == ({}, {})


def test_days_are_those_of_the_company(rows: QuerySet[Rating]) -> None:
    assert days(rows) == {date(2026, 9, 1): 2, date(2026, 9, 3): 2, date(2026, 9, 4): 1}


def test_agents_are_counted_over_all_parts(rows: QuerySet[Rating]) -> None:
    numbers = dict(Agent.objects.values_list("pk", "staff_number"))
    assert {numbers[agent]: count for agent, count in by_agent(rows).items()} == {"T-1": 3, "T-2": 2}


def test_times_as_they_are_written_keep_their_fractions(rows: QuerySet[Rating]) -> None:
    texts = rows.order_by("rated_at").values_list(batch_reading.WRITTEN, flat=True)
    assert list(instants(list(texts))) == [
        moment.replace(tzinfo=None) for moment in sorted(rows.values_list("rated_at", flat=True))
    ]
