"""Which of day, month and year stands first in the dates of a file: told by the dates, by the source, or asked for."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from scoring.intake.grids import Trouble
from scoring.intake.limits import Limits
from scoring.intake.refusals import Question
from scoring.intake.stamps import DMY, MDY, YMD
from scoring.intake.tables import Opened, raw_batches
from scoring.intake.understanding import Understanding

DATES = ("rated_at", "flagged_at", "hired_on", "left_on", "chat_started_at")
SAMPLE_ROWS = 1000
_SLASHED = re.compile(
    r"\s*'?(?:[^\W\d]+,? +)?(?:\d{1,2}:\d\d(?::\d\d)?,? )?(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d{2})(?!\d)"
)
_SHORT = re.compile(r"\s*'?(\d{2})[/-](\d{2})[/-](\d{2})(?!\d)")
_Bodies = Iterable[Sequence[Sequence[Any]]]


def judge_order(source: Opened, seen: Understanding, body: Sequence[Sequence[Any]], limits: Limits) -> None:
    """Decide the order, or ask. A long file with dates that could be read both ways is looked at as a whole: one that
    was put together from two sources may change its order anywhere.

    What a profile says (`seen.date_order`) holds for dates that can be read both ways, unless all that the file tells
    is the contrary: then the source has changed, and a person is asked.
    """
    dates = {name: place for name, place in seen.places().items() if name in DATES}
    counts = _counts([body], dates)
    if any(counts) and len(body) >= SAMPLE_ROWS // 2:
        counts = _counts(_bodies(source, seen, limits), dates)
    usual, (day_first, month_first, undecided) = seen.date_order, counts
    seen.order_is_told = bool(day_first) != bool(month_first)
    seen.date_order = usual or (MDY if month_first and not day_first else DMY)
    options: tuple[str, ...] = (DMY, MDY)
    if swapped := [name for name, place in dates.items() if _swapped([row[place] for row in body if place < len(row)])]:
        headings = [seen.headings()[name] for name in swapped]
        seen.questions.append(Question("swapped_dates", "date_order", options, {"columns": headings}))
        return
    if usual != YMD and _may_begin_with_years(body, dates):
        options, contrary = (DMY, MDY, YMD), True
    elif usual:
        contrary = _contradicts(usual, day_first, month_first, undecided)
    else:
        contrary = bool(undecided and not day_first and not month_first) or bool(day_first and month_first)
    if contrary:
        headings = [seen.headings()[name] for name in dates]
        seen.questions.append(Question("ambiguous_date", "date_order", options, {"columns": headings}))


def _swapped(cells: Sequence[Any]) -> bool:
    """Whether a spreadsheet has read dates in the wrong order: it turns 04/03 into a date and leaves 04/25 a text."""
    days = [cell.day for cell in cells if isinstance(cell, date)]
    day_first, month_first, undecided = orders(cells)
    return len(days) > 1 and max(days) <= 12 and bool(day_first or month_first) and not undecided


def _contradicts(usual: str, day_first: int, month_first: int, undecided: int) -> bool:
    if usual == YMD:
        return bool(undecided)
    own, other = (month_first, day_first) if usual == MDY else (day_first, month_first)
    return bool(other) and not own


def _may_begin_with_years(body: Sequence[Sequence[Any]], dates: dict[str, int]) -> bool:
    """Whether short dates (26-09-15) make more sense with the year first: years vary less than days, and are late."""
    found = [short_years([row[place] for row in body if place < len(row)]) for place in dates.values()]
    firsts, lasts = ({pair[at] for pairs in found for pair in pairs} for at in (0, 1))
    if not firsts or not all(1 <= day <= 31 for day in lasts):
        return False
    return len(lasts) > len(firsts) or (len(lasts) == len(firsts) and max(firsts) > max(lasts))


def _bodies(source: Opened, seen: Understanding, limits: Limits) -> Iterator[list[Any]]:
    for sheet in seen.read_sheets or [""]:
        for batch in raw_batches(source, seen, limits, sheet):
            yield [row for row in batch if not isinstance(row, Trouble)]


def _counts(bodies: _Bodies, dates: dict[str, int]) -> tuple[int, int, int]:
    totals = [0, 0, 0]
    for rows in bodies:
        for place in dates.values():
            for at, number in enumerate(orders([row[place] for row in rows if place < len(row)])):
                totals[at] += number
    return totals[0], totals[1], totals[2]


def orders(values: Sequence[Any]) -> tuple[int, int, int]:
    """Count what decides between day and month: (day first, month first, undecided) among slashed dates."""
    day_first = month_first = open_ = 0
    for value in values:
        found = _SLASHED.match(value) if isinstance(value, str) else None
        if found:
            first, second = int(found[1]), int(found[2])
            day_first += first > 12 >= second
            month_first += second > 12 >= first
            open_ += first <= 12 and second <= 12
    return day_first, month_first, open_


def has_time(value: Any) -> bool:
    """Whether a cell says more than a day; numbers and long digits may."""
    if isinstance(value, datetime):
        return value.time() != time()
    return isinstance(value, int | float) or (isinstance(value, str) and (":" in value or value.strip().isdigit()))


def short_years(values: Sequence[Any]) -> list[tuple[int, int]]:
    """Give first and last numbers of the dates with two-digit years (26-09-15); none when one cannot begin with it."""
    found = [_SHORT.match(value) for value in values if isinstance(value, str) and value.strip()]
    pairs = [(int(one[1]), int(one[3])) for one in found if one and int(one[2]) <= 12]
    return pairs if len(pairs) == len(found) else []
