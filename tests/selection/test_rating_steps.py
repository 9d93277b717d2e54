"""Where a customer rating comes from: the shown steps add up, and the picture shows them where they are."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override

from scoring.models import Score
from selection.rating_steps import chain_of, rating_steps

DETAIL = {
    "raw_mean": 4.5249, "expected": 4.3151, "difference": 0.2098, "adjusted": 0.1949, "shrunken": 0.1849,
    "low": 0.1051, "high": 0.2649,
}  # fmt: skip


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Whatever language an earlier request has left behind."""
    with override("en"):
        yield


def rated(**changes: float | None) -> Score:
    return Score(criteria={"customer_rating": {"detail": DETAIL | changes}})


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_the_shown_steps_add_up_as_they_are_shown() -> None:
    steps = rating_steps(rated())
    assert steps is not None
    raw, expected, difference, weighing, luck, counts = (number(row.value) for row in steps.rows)
    assert round(raw - expected, 2) == difference
    assert round(difference + weighing + luck, 2) == counts
    assert [row.value for row in steps.rows] == ["4.52", "4.32", "+0.20", "−0.01", "−0.01", "+0.18"]


def test_the_interval_is_told_and_drawn() -> None:
    steps = rating_steps(rated())
    assert steps is not None
    last = steps.rows[-1]
    assert last.note == "With a probability of 95 % between +0.11 and +0.26."
    start, width, dot = (float(text.rstrip("%")) for text in (last.start, last.width, last.dot))
    assert start < dot < start + width


def test_the_average_agent_is_the_line_that_differences_start_from() -> None:
    steps = rating_steps(rated())
    assert steps is not None
    assert steps.rows[1].dot == steps.rows[2].start == steps.zero
    assert steps.rows[2].tone == "up"
    worse = rating_steps(rated(raw_mean=4.1, adjusted=-0.2, shrunken=-0.15, low=-0.3, high=0.0))
    assert worse is not None
    assert worse.rows[2].tone == "down"


@pytest.mark.parametrize("value", [-3.0, 0.0, 3.0])
def test_nothing_is_drawn_beyond_the_picture(value: float) -> None:
    steps = rating_steps(rated(shrunken=value, low=value - 1, high=value + 1))
    assert steps is not None
    for row in steps.rows:
        start, width, dot = (float(text.rstrip("%") or 0) for text in (row.start, row.width, row.dot))
        assert 0 <= start <= start + width <= 100
        assert 0 <= dot <= 100


def test_a_step_of_nothing_is_not_drawn() -> None:
    steps = rating_steps(rated(adjusted=0.2, shrunken=0.2))
    assert steps is not None
    assert [row.width for row in steps.rows[3:5]] == ["", ""]


def test_without_ratings_there_are_no_steps() -> None:
    assert rating_steps(Score(criteria={})) is None
    assert chain_of(rated(shrunken=None)) is None


def test_the_numbers_follow_the_language() -> None:
    with override("ru"):
        steps = rating_steps(rated())
    assert steps is not None
    assert steps.rows[0].value == "4,52"
