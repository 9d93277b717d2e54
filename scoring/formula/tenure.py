"""Tenure: months of service from dates, with leave counted or not as the policy says.

A calendar month is complete on the same day of the next month (or on its last day when there is no such day); a month
begun counts by the share of its days. Tenure is a fact: it has no interval.
"""

from calendar import monthrange
from datetime import date, timedelta

import pandas as pd

from scoring.formula.arrays import check_columns
from scoring.formula.errors import EmptyInputError, ValueRangeError


def months_between(start: date, end: date) -> float:
    """Calendar months from `start` to `end`, 0 when `end` is not after `start`; 1 January to 1 July is 6.0."""
    if end <= start:
        return 0.0
    whole = (end.year - start.year) * 12 + end.month - start.month
    if _anniversary(start, whole) > end:
        whole -= 1
    last, following = _anniversary(start, whole), _anniversary(start, whole + 1)
    return whole + (end - last).days / (following - last).days


def _anniversary(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def tenure_months(
    hired: pd.Series, *, at: date, leave: pd.DataFrame | None = None, counts_leave: bool = True
) -> pd.DataFrame:
    """Tenure of every agent on the day `at`.

    hired: first day of service, indexed by agent. leave: frame with `agent`, `start`, `end` (both days are part of the
    leave; an open `end` lasts until `at`); overlapping spells count once. counts_leave: True counts leave as service;
    False takes its days off, as if the agent had been hired that much later.

    Returns a frame indexed as `hired`: `months` (float), `days` (of service counted), `leave_days` (inside the tenure).
    Raises EmptyInputError, and ValueRangeError for a missing hire date or a leave that ends before it starts.
    """
    if hired.empty:
        raise EmptyInputError(name="hired")
    starts = pd.to_datetime(hired)
    if starts.isna().any():
        raise ValueRangeError(name="hired", rule="a date for every agent", value=starts.index[starts.isna()][0])
    spells = {} if leave is None or leave.empty else _spells(leave, at)
    rows = [
        _one(start.date(), at, spells.get(agent, []), counts_leave)
        for agent, start in zip(starts.index, starts, strict=True)
    ]
    return pd.DataFrame(rows, index=hired.index, columns=["months", "days", "leave_days"])


def _one(start: date, at: date, spells: list[tuple[date, date]], counts_leave: bool) -> tuple[float, int, int]:
    away = _days_away(spells, start, at)
    begin = start if counts_leave else min(start + timedelta(days=away), max(at, start))
    return months_between(begin, at), max((at - begin).days, 0), away


def _spells(leave: pd.DataFrame, at: date) -> dict[object, list[tuple[date, date]]]:
    """Half-open spells of each agent, sorted by start."""
    check_columns(leave, ["agent", "start", "end"])
    starts, ends = pd.to_datetime(leave["start"]), pd.to_datetime(leave["end"])
    found: dict[object, list[tuple[date, date]]] = {}
    for agent, first, last in zip(leave["agent"], starts, ends, strict=True):
        after = at if pd.isna(last) else last.date() + timedelta(days=1)
        if pd.isna(first) or (not pd.isna(last) and last < first):
            raise ValueRangeError(
                name="leave", rule="a start that is not after the end", value=f"{agent}: {first} to {last}"
            )
        found.setdefault(agent, []).append((first.date(), after))
    return {agent: sorted(spells) for agent, spells in found.items()}


def _days_away(spells: list[tuple[date, date]], start: date, at: date) -> int:
    away, reached = 0, start
    for first, after in spells:
        begin, finish = max(first, reached), min(after, at)
        if finish > begin:
            away += (finish - begin).days
            reached = finish
    return away
