"""Which of day, month and year stands first in the dates of a file: told by the dates, by the source, or asked for."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scoring.intake.grids import Trouble
from scoring.intake.limits import Limits
from scoring.intake.refusals import Question
from scoring.intake.stamps import DMY, MDY, YMD, orders, short_years
from scoring.intake.tables import Opened, raw_batches
from scoring.intake.understanding import Understanding

DATES = ("rated_at", "flagged_at", "hired_on", "left_on", "chat_started_at")
SAMPLE_ROWS = 1000
_Bodies = Iterable[Sequence[Sequence[Any]]]


def judge_order(source: Opened, seen: Understanding, body: Sequence[Sequence[Any]], limits: Limits) -> None:
    """Decide the order, or ask; only when the sample leaves it open the whole file is looked at.

    What a profile says (`seen.date_order`) holds for dates that can be read both ways, unless all that the file tells
    is the contrary: then the source has changed, and a person is asked.
    """
    dates = {name: place for name, place in seen.places().items() if name in DATES}
    counts = _counts([body], dates)
    if counts[2] and not counts[0] and not counts[1] and len(body) >= SAMPLE_ROWS // 2:
        counts = _counts(_bodies(source, seen, limits), dates)
    usual, (day_first, month_first, undecided) = seen.date_order, counts
    seen.order_is_told = bool(day_first) != bool(month_first)
    seen.date_order = usual or (MDY if month_first and not day_first else DMY)
    options: tuple[str, ...] = (DMY, MDY)
    if usual != YMD and _may_begin_with_years(body, dates):
        options, contrary = (DMY, MDY, YMD), True
    elif usual:
        contrary = _contradicts(usual, day_first, month_first, undecided)
    else:
        contrary = bool(undecided and not day_first and not month_first) or bool(day_first and month_first)
    if contrary:
        headings = [seen.headings()[name] for name in dates]
        seen.questions.append(Question("ambiguous_date", "date_order", options, {"columns": headings}))


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
    for batch in raw_batches(source, seen, limits, (seen.read_sheets or [""])[0]):
        yield [row for row in batch if not isinstance(row, Trouble)]


def _counts(bodies: _Bodies, dates: dict[str, int]) -> tuple[int, int, int]:
    totals = [0, 0, 0]
    for rows in bodies:
        for place in dates.values():
            for at, number in enumerate(orders([row[place] for row in rows if place < len(row)])):
                totals[at] += number
    return totals[0], totals[1], totals[2]
