"""What looks arranged is noticed; what chance, habit or a second file explain is not."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from scoring.formula.errors import MissingColumnError
from scoring.formula.integrity import (
    Numbering,
    backdated_before,
    late_months,
    missing_numbers,
    own_texts,
    plain_text,
    rating_bursts,
    repeated_texts,
)

START = pd.Timestamp("2026-03-02 09:00")


def frame(agent: str, minutes: list[float], *, new: bool = True) -> pd.DataFrame:
    """Top ratings of one agent at minutes after the start."""
    times = pd.to_datetime([START + timedelta(minutes=one) for one in minutes])
    return pd.DataFrame({"agent": agent, "at": times, "top": True, "new": new})


def ordinary(agent: str, *, days: int = 60, a_day: float = 8.0, seed: int = 1) -> pd.DataFrame:
    """Top ratings as they come in eight working hours a day."""
    rng = np.random.default_rng(seed)
    minutes = [day * 1440 + rng.uniform(0, 480) for day in range(days) for _ in range(rng.poisson(a_day))]
    return frame(agent, sorted(minutes), new=False)


def test_a_burst_is_measured_against_the_agents_own_history() -> None:
    burst = frame("A", [100_000 + 2 * number for number in range(12)])
    found = rating_bursts(pd.concat([ordinary("A"), burst]))
    assert found[["agent", "count"]].values.tolist() == [["A", 12]]
    assert found["start"][0] == START + timedelta(minutes=100_000)
    assert found["end"][0] == START + timedelta(minutes=100_022)
    assert found["usual"][0] == pytest.approx(1.8, abs=0.4)


def test_the_tail_is_that_of_a_poisson_count() -> None:
    history = frame("A", [1440.0 * day for day in range(99)], new=False)
    burst = frame("A", [200_000 + number for number in range(10)])
    found = rating_bursts(pd.concat([history, burst]))
    # One rating in each of 99 windows, and one window more for chance: the rate is 1, and 100 windows were looked at.
    assert found["p"][0] == pytest.approx(100 * stats.poisson.sf(9, 1.0))


def test_whoever_is_rated_much_every_hour_is_not_in_a_burst() -> None:
    busy = pd.concat([ordinary("A", a_day=80.0), frame("A", [100_000 + 5 * number for number in range(12)])])
    assert rating_bursts(busy).empty


@pytest.mark.parametrize("seed", range(20))
def test_ordinary_days_hold_no_burst(seed: int) -> None:
    assert rating_bursts(ordinary("A", seed=seed).assign(new=True)).empty


def test_bursts_of_low_marks_and_old_ones_are_passed_over() -> None:
    burst = frame("A", list(range(12)))
    assert len(rating_bursts(burst)) == 1
    assert rating_bursts(burst.assign(top=False)).empty
    assert rating_bursts(burst.assign(new=False)).empty


def test_a_missing_column_is_named() -> None:
    with pytest.raises(MissingColumnError, match="new"):
        rating_bursts(frame("A", [1.0]).drop(columns="new"))


PRAISE = "Great agent, solved everything at once!"


def texts(**counts: int) -> pd.DataFrame:
    """The same praise, so many times for each agent."""
    return pd.DataFrame(
        [(agent, PRAISE) for agent, count in counts.items() for _ in range(count)], columns=["agent", "text"]
    )


def test_a_text_of_one_agent_is_noticed_however_it_is_typed() -> None:
    typed = texts(A=7)
    typed.loc[0, "text"] = "  GREAT agent -- solved everything   at once"
    found = own_texts(repeated_texts(typed), dict.fromkeys("ABCDE", 40))
    assert found[["agent", "count", "elsewhere"]].values.tolist() == [["A", 7, 0]]
    assert found["text"][0] == plain_text(PRAISE) == "great agent solved everything at once"


def test_a_phrase_that_everybody_hears_is_not() -> None:
    counts = repeated_texts(texts(A=9, B=8, C=7, D=9, E=10))
    assert own_texts(counts, dict.fromkeys("ABCDE", 40)).empty


def test_short_thanks_are_not_counted() -> None:
    assert repeated_texts(texts(A=3).assign(text="Спасибо!")).empty
    assert repeated_texts(texts(A=3))["count"].tolist() == [3]


def run(first: date, days: int, a_day: int) -> dict[date, int]:
    """So many ratings on each of so many days."""
    return {first + timedelta(days=number): a_day for number in range(days)}


def judged(counts: dict[date, int]) -> date | None:
    """Look at ratings by day."""
    days = sorted(counts)
    return backdated_before(days, [counts[day] for day in days])


def test_a_few_ratings_long_before_the_file_are_backdated() -> None:
    month = run(date(2026, 10, 1), 31, 20)
    assert judged({**month, date(2026, 3, 4): 5, date(2026, 3, 9): 4}) == date(2026, 10, 1)


def test_a_file_with_a_hole_is_not_backdated() -> None:
    assert judged({**run(date(2026, 1, 1), 60, 20), **run(date(2026, 5, 1), 150, 20)}) is None
    assert judged(run(date(2026, 1, 1), 300, 2)) is None


def test_half_a_file_is_no_exception() -> None:
    assert judged({date(2026, 1, 1): 5, date(2026, 6, 1): 6}) is None


JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def test_a_few_ratings_added_to_a_reported_month_are_late() -> None:
    assert late_months({JANUARY: 6, MARCH: 400}, {JANUARY: 400, FEBRUARY: 380}) == [JANUARY]


def test_another_teams_file_about_the_same_months_is_not_late() -> None:
    assert late_months({JANUARY: 300, FEBRUARY: 310}, {JANUARY: 400, FEBRUARY: 380}) == []
    assert late_months({JANUARY: 6, FEBRUARY: 5}, {JANUARY: 400, FEBRUARY: 380}) == []


def test_holes_in_nearly_whole_numbers_are_counted() -> None:
    numbers = [f"C-{number}" for number in range(1000, 1500) if number not in {1100, 1200, 1201, 1202}]
    assert missing_numbers(numbers) == Numbering(present=496, missing=4, longest=3)


@pytest.mark.parametrize(
    "identifiers",
    [
        [f"C-{number}" for number in range(1000, 1500)],
        [f"C-{number}" for number in range(1000, 2500, 3)],
        [f"C-{number}" for number in range(50)],
        [f"{'A' if number % 2 else 'B'}-{number}" for number in range(500)],
        [f"{number:x}f" for number in range(500)],
        [],
    ],
    ids=["whole", "sparse", "few", "two series", "no numbers", "none"],
)
def test_other_identifiers_say_nothing(identifiers: list[str]) -> None:
    assert missing_numbers(identifiers) is None
