"""The group-by that makes the cells, as one narwhals expression: it runs where the ratings lie, and only cells travel.

The definition is that of `scoring.intake.load_cells`, written for engines that hold the rows themselves. Tests prove
that both give the same cells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw

Frame: TypeAlias = nw.LazyFrame[Any]

COLUMNS = ("agent", "instrument", "channel", "topic", "value", "rated_at", "handling_seconds", "is_resolved")
KEYS = ("staff_number", "instrument", "channel", "topic", "band", "month")
FAULT = "fault"
# Python takes all of these for spaces; the engines' \s knows only the first few.
SPACES = "[\\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
LONGEST_CHANNEL, LONGEST_TOPIC = 60, 120


@dataclass(frozen=True, kw_only=True)
class Scale:
    """An instrument's lowest and highest mark, and the lowest that counts as satisfied."""

    low: int
    high: int
    satisfied: int


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The company's clock over a span of time: `offsets` are (first instant in UTC, offset), the earliest first."""

    offsets: Sequence[tuple[datetime, timedelta]]
    latest: datetime
    hours_per_band: int


def offsets_between(zone: str, first: datetime, last: datetime) -> list[tuple[datetime, timedelta]]:
    """The offsets of a time zone from `first` to `last` (aware instants): when each begins, and how large it is.

    Engines bring their own tables of time zones, of other years than ours; an offset is the same number everywhere.
    """
    clock = ZoneInfo(zone)
    begin, end = first.astimezone(UTC), last.astimezone(UTC)
    found = [(begin, _offset(clock, begin))]
    while begin < end:
        step = min(begin + timedelta(days=7), end)
        if _offset(clock, step) != found[-1][1]:
            step = _change(clock, begin, step)
            found.append((step, _offset(clock, step)))
        begin = step
    return found


def _offset(clock: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(clock).utcoffset() or timedelta(0)


def _change(clock: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first instant, to the second, at which the offset is no longer that of `before`."""
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        middle = middle if middle > before else before + timedelta(seconds=1)
        before, after = (middle, after) if _offset(clock, middle) == _offset(clock, before) else (before, middle)
    return after.replace(microsecond=0)


def span(rows: Frame) -> Frame:
    """First and last instant of the rows, and how many there are."""
    moment = _instant()
    return rows.select(first=moment.min(), last=moment.max(), rows=nw.len())


def cells_of(rows: Frame, *, scales: Mapping[str, Scale], calendar: Calendar) -> Frame:
    """Group ratings (COLUMNS; instants in UTC) into KEYS and the sums of `load_cells`.

    Rows that an import would refuse stand apart: `fault` names the column, all keys are empty, `offered` counts them.
    """
    clean = rows.select(
        _instant(),
        nw.col("is_resolved"),
        *(nw.col(name).cast(nw.Float64()) for name in ("value", "handling_seconds")),
        nw.col("instrument").cast(nw.String()),
        *(_text(name) for name in ("agent", "channel", "topic")),
    )
    return _keyed(clean, scales, calendar).group_by(FAULT, *KEYS).agg(*_sums(scales))


def _instant() -> nw.Expr:
    """Instants as the plain date and time in UTC, the clock on which every engine is opened."""
    return nw.col("rated_at").dt.replace_time_zone(None)


def _text(name: str) -> nw.Expr:
    return nw.col(name).cast(nw.String()).fill_null("").str.replace_all(SPACES, " ").str.strip_chars(" ")


def _keyed(rows: Frame, scales: Mapping[str, Scale], calendar: Calendar) -> Frame:
    local = _local("rated_at", calendar.offsets)
    faulty = rows.with_columns(_fault(scales, calendar.latest).alias(FAULT), local.alias("local"))
    keys = {
        "staff_number": nw.col("agent"),
        **{name: nw.col(name) for name in ("instrument", "channel", "topic")},
        "band": (nw.col("local").dt.hour().cast(nw.Int64()) // calendar.hours_per_band).cast(nw.Int64()),
        "month": nw.col("local").dt.year().cast(nw.Int64()) * 12 + nw.col("local").dt.month().cast(nw.Int64()) - 1,
    }
    texts = ("staff_number", "instrument", "channel", "topic")
    good = nw.col(FAULT) == ""
    return faulty.with_columns(
        **{name: nw.when(good).then(key).otherwise(nw.lit("" if name in texts else 0)) for name, key in keys.items()}
    )


def _local(column: str, offsets: Sequence[tuple[datetime, timedelta]]) -> nw.Expr:
    """Shift instants by the offset that held then: a chain of conditions, the earliest span outermost."""
    shifted = [nw.col(column).dt.offset_by(f"{int(offset.total_seconds())}s") for _begin, offset in offsets]
    later = [begin for begin, _offset in offsets[1:]]
    spans = list(zip(later, shifted[:-1], strict=True))
    return reduce(
        lambda rest, one: nw.when(nw.col(column) < nw.lit(one[0])).then(one[1]).otherwise(rest),
        reversed(spans),
        shifted[-1],
    )


def _fault(scales: Mapping[str, Scale], latest: datetime) -> nw.Expr:
    """Name the first column for which an import would refuse the row; empty when all is well."""
    value, seconds, moment = nw.col("value"), nw.col("handling_seconds"), nw.col("rated_at")
    beyond = [(nw.col("instrument") == name) & ~value.is_between(one.low, one.high) for name, one in scales.items()]
    faults = {
        "agent": nw.col("agent") == "",
        "instrument": ~nw.col("instrument").fill_null("").is_in(list(scales)),
        "channel": nw.col("channel").str.len_chars() > LONGEST_CHANNEL,
        "topic": nw.col("topic").str.len_chars() > LONGEST_TOPIC,
        "rated_at": moment.is_null() | (moment > nw.lit(latest)).fill_null(value=True),
        "value": (nw.any_horizontal(*beyond, ignore_nulls=True) | (value != value.floor())).fill_null(value=False),
        "handling_seconds": (~(seconds >= 0) | ~seconds.is_finite()).fill_null(value=False),
    }
    return reduce(
        lambda rest, one: nw.when(one[1]).then(nw.lit(one[0])).otherwise(rest), reversed(faults.items()), nw.lit("")
    )


def _sums(scales: Mapping[str, Scale]) -> list[nw.Expr]:
    value, seconds, resolved = nw.col("value"), nw.col("handling_seconds"), nw.col("is_resolved")
    liked = [(nw.col("instrument") == name) & (value >= one.satisfied) for name, one in scales.items()]
    return [
        nw.len().alias("offered"),
        _counted(~value.is_null()).alias("answered"),
        value.fill_null(0.0).sum().alias("total"),
        (value * value).fill_null(0.0).sum().alias("squares"),
        _counted(nw.any_horizontal(*liked, ignore_nulls=True)).alias("satisfied"),
        _counted(~seconds.is_null()).alias("timed"),
        seconds.fill_null(0.0).sum().alias("seconds"),
        (seconds * seconds).fill_null(0.0).sum().alias("seconds_squares"),
        _counted(~resolved.is_null()).alias("judged"),
        _counted(resolved.fill_null(value=False)).alias("resolved"),
    ]


def _counted(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum()
