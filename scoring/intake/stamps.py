"""Moments in time from cells: many spellings, one order of day and month per file, always to an aware UTC instant.

The good path is numpy on the character codes of a whole column; cells that do not fit a fixed layout go one by one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.intake.cells import is_nothing
from scoring.intake.grids import BadCell
from scoring.intake.refusals import Problem
from scoring.intake.zones import zone_of

DMY, MDY, YMD = "dmy", "mdy", "ymd"
Instants: TypeAlias = NDArray[np.datetime64]
Problems: TypeAlias = dict[int, Problem]

EARLIEST = np.datetime64("2000-01-01T00:00:00", "us")
_WIDEST, _LONGEST = 40, 100
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's own day count, without a zone
_MAC_ZERO = datetime(1904, 1, 1)  # noqa: DTZ001 - the same
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january янв января январь",
            "feb february фев февр февраля февраль",
            "mar march мар марта март",
            "apr april апр апреля апрель",
            "may мая май",
            "jun june июн июня июнь",
            "jul july июл июля июль",
            "aug august авг августа август",
            "sep sept september сен сент сентября сентябрь",
            "oct october окт октября октябрь",
            "nov november ноя нояб ноября ноябрь",
            "dec december дек декабря декабрь",
        ),
        start=1,
    )
    for name in names.split()
}
_TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?\s*(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?[+-](?:0\d|1[0-4])(?::?[0-5]\d)?|(?:UTC|GMT)[+-]\d)?"
)
# A weekday before the date says nothing new; a zone may be named once more after its offset.
_WEEKDAY = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)"
    r"(?:[a-z]*day)?,? +",
    re.IGNORECASE,
)
_ZONE_AGAIN = re.compile(
    r"(?P<time>:\d\d(?:[.,]\d+)? ?(?:Z|(?:UTC|GMT)?[+-]\d\d:?\d\d)) ?(?:UTC|\[[A-Za-z_/+-]+\]|\([A-Za-z +:\d-]+\))$"
)
_ZONE_NAME = re.compile(r"(?<=\d) (?P<name>MSK|МСК|[A-Z][a-z]+/[A-Z][A-Za-z_/]+)$")
_CLOCK_FIRST = re.compile(r"(?P<clock>\d{1,2}:\d{2}(?::\d{2})?),? (?P<date>\d{1,4}[-./]\d{1,2}[-./]\d{1,4})")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})?)?")
_ISO = re.compile(r"(?P<year>\d{4})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})" + _TIME)
_NUMERIC = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[-./])(?P<middle>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?: ?г\.?)?(?: в(?= \d))?"
    + _TIME
)
_WORDY = re.compile(
    r"(?:(?P<day>\d{1,2})[ .-]+(?P<name>[A-Za-zА-Яа-я]+)\.?|(?P<name2>[A-Za-z]+)\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?)"
    r"[ ,.-]+(?P<year>\d{4}|\d{2}(?!:))(?: ?г(?:ода|\.)?)?(?: в(?= \d))?" + _TIME
)
_SERIAL = re.compile(r"[2-7]\d{4}(?:[.,]\d+)?")
_EPOCH = re.compile(r"1\d{9}(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?|[2-4]\d{9}(?:\d{3})?(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Rule:
    """How a column of times is read: `order` for 01/02/2026, `zone` for times without one, `epoch` for numbers,
    `since_1904` for days counted the way of old Macs.
    """

    zone: str
    order: str = DMY
    epoch: bool = False
    since_1904: bool = False


def instants(values: Sequence[Any], rule: Rule, *, zones: Sequence[str] | None = None) -> tuple[Instants, Problems]:
    """Turn cells into UTC instants (datetime64[us], NaT where there is a problem or the cell is empty).

    `zones` names a zone per row, '' meaning the rule's own. Empty cells are NaT without a problem.
    """
    local = np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]")
    offsets = np.zeros(len(values), dtype="timedelta64[us]")
    aware = np.zeros(len(values), dtype=bool)
    left = _fixed(values, rule, local, offsets, aware) if _all_text(values) else _native(values, local)
    problems = _one_by_one(values, left, rule, local, offsets, aware)
    result = local - offsets
    naive = ~aware & ~np.isnat(local)
    if naive.any():
        problems |= _localise(result, naive, local, rule.zone, zones)
    return result, problems


def _fixed(values: Sequence[Any], rule: Rule, local: Instants, offsets: Any, aware: Any) -> NDArray[np.intp]:
    """Read what has the layout 2026-09-02 10:22:00 or 02.09.2026 10:22:00 (with a tail); return the other places."""
    everything = np.arange(len(values))
    longest = max(map(len, values))
    if longest > _WIDEST or longest < 10:
        return everything
    table = np.array(values, dtype=f"<U{max(longest, 19)}").view(np.uint32).reshape(len(values), -1)
    done = np.zeros(len(values), dtype=bool)
    for layout in (_Layout((0, 4), (5, 2), (8, 2), (4, 7), b"-./"), _day_first(rule)):
        rows = layout.matching(table) & ~done
        if rows.any():
            done[rows] = layout.read(table, np.flatnonzero(rows), values, local, offsets, aware)[rows]
    return everything[~done]


def _native(values: Sequence[Any], local: Instants) -> NDArray[np.intp]:
    """Take the date cells of a workbook as they are; return the other places."""
    dates = np.fromiter((value.__class__ is datetime and value.tzinfo is None for value in values), bool, len(values))
    places = np.flatnonzero(dates)
    if len(places):
        local[places] = np.array([values[place] for place in places.tolist()], dtype="datetime64[us]")
    return np.flatnonzero(~dates)


def _all_text(values: Sequence[Any]) -> bool:
    return bool(len(values)) and set(map(type, values)) == {str}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where year, month and day stand (start, digits), where the separators, and which ones are allowed."""

    year: tuple[int, int]
    month: tuple[int, int]
    day: tuple[int, int]
    marks: tuple[int, int]
    allowed: bytes

    def matching(self, table: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Rows whose date and time have exactly this layout."""
        first, second = table[:, self.marks[0]], table[:, self.marks[1]]
        fits = (first == second) & np.isin(first, np.frombuffer(self.allowed, dtype=np.uint8))
        fits &= np.isin(table[:, 10], (32, 84)) & (table[:, 13] == 58) & (table[:, 16] == 58)
        digits = [*_span(self.year), *_span(self.month), *_span(self.day), 11, 12, 14, 15, 17, 18]
        block = table[:, digits]
        return np.asarray(fits & ((block >= 48) & (block <= 57)).all(axis=1))

    def read(
        self,
        table: NDArray[np.uint32],
        rows: NDArray[np.intp],
        values: Sequence[Any],
        local: Instants,
        offsets: Any,
        aware: Any,
    ) -> NDArray[np.bool_]:
        """Fill the three arrays for `rows`; say which of all rows were read."""
        part = table[rows]
        month, day = _number(part, *self.month), _number(part, *self.day)
        hour, minute, second = _number(part, 11, 2), _number(part, 14, 2), _number(part, 17, 2)
        sane = (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60)
        months = ((_number(part, *self.year) - 1970) * 12 + month - 1).astype("datetime64[M]")
        days = months.astype("datetime64[D]") + (day - 1)
        sane &= days.astype("datetime64[M]") == months
        moments = days.astype("datetime64[us]") + (((hour * 60 + minute) * 60 + second) * 1_000_000).astype(
            "timedelta64[us]"
        )
        done = np.zeros(len(table), dtype=bool)
        if table.shape[1] > 19:
            sane &= _tails(part, rows, values, moments, offsets, aware)
        local[rows[sane]] = moments[sane]
        done[rows[sane]] = True
        return done


def _day_first(rule: Rule) -> _Layout:
    swapped = rule.order == MDY
    day, month = ((3, 2), (0, 2)) if swapped else ((0, 2), (3, 2))
    # A dot always means day first; slashes and dashes follow the order of the file.
    allowed = {MDY: b"/-", YMD: b"."}.get(rule.order, b"./-")
    return _Layout((6, 4), month, day, (2, 5), allowed)


def _span(place: tuple[int, int]) -> range:
    return range(place[0], place[0] + place[1])


def _number(part: NDArray[np.uint32], start: int, digits: int) -> NDArray[np.int64]:
    number = np.zeros(len(part), dtype=np.int64)
    for place in range(start, start + digits):
        number = number * 10 + (part[:, place].astype(np.int64) - 48)
    return number


def _tails(
    part: NDArray[np.uint32], rows: NDArray[np.intp], values: Sequence[Any], moments: Instants, offsets: Any, aware: Any
) -> NDArray[np.bool_]:
    """Read fractions and offsets after the seconds; there are few different ones, so each is read once."""
    if (part[:, 19:] == part[0, 19:]).all():
        texts, places = [values[rows[0]][19:]], np.zeros(len(rows), dtype=np.intp)
    else:
        texts, places = _different([values[row][19:] for row in rows.tolist()])
    known = [_tail(text) for text in texts]
    read = [one or (0, None) for one in known]
    moments += np.array([fraction for fraction, _ in read], dtype="timedelta64[us]")[places]
    offsets[rows] = np.array([offset or 0 for _, offset in read], dtype="timedelta64[s]")[places]
    aware[rows] = np.array([offset is not None for _, offset in read])[places]
    return np.array([one is not None for one in known])[places]


def _different(texts: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    """Different texts, and which of them stands at each place."""
    known = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return list(known), np.fromiter(map(known.__getitem__, texts), dtype=np.intp, count=len(texts))


def _tail(text: str) -> tuple[int, int | None] | None:
    found = re.fullmatch(r"(?:[.,](\d{1,9}))?\s*(Z|UTC|GMT|(?:UTC|GMT)?[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?", text)
    if not found:
        return None
    return int((found[1] or "0")[:6].ljust(6, "0")), _offset_seconds(found[2])


def _offset_seconds(text: str | None) -> int | None:
    if not text:
        return None
    body = text.removeprefix("UTC").removeprefix("GMT")
    if body in {"", "Z"}:
        return 0
    hours, minutes = int(body[1:3]), int(body[3:].lstrip(":") or 0)
    return (hours * 3600 + minutes * 60) * (-1 if body[0] == "-" else 1)


def _one_by_one(values: Sequence[Any], places: Any, rule: Rule, local: Instants, offsets: Any, aware: Any) -> Problems:
    problems: Problems = {}
    for place in places.tolist():
        value = values[place]
        if value is None or value == "":
            continue
        found = moment(value, rule)
        if isinstance(found, Problem):
            problems[place] = found
        elif found is not None:
            offset = found.utcoffset()
            local[place] = np.datetime64(found.replace(tzinfo=None), "us")
            if offset is not None:
                offsets[place], aware[place] = np.timedelta64(offset, "us"), True
    return problems


def moment(value: Any, rule: Rule) -> datetime | Problem | None:
    """Read one cell: text, a spreadsheet's date, or a number of days or seconds. Naive when the cell names no zone."""
    if isinstance(value, BadCell):
        return Problem(value.code)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, bool | time | timedelta):
        return Problem("bad_date")
    if isinstance(value, int | float):
        return _from_number(float(value), rule)
    return _from_text(" ".join(str(value).removeprefix("'").removesuffix("'").split()), rule)


def _from_number(number: float, rule: Rule) -> datetime | Problem:
    if rule.epoch or number > 900_000_000:
        # Seconds, or thousandths, millionths or milliardths of them: a year of our time fits one of the four only.
        scale = next((one for one in (1, 1e3, 1e6, 1e9) if number < 1e11 * one), 0.0)
        if scale and 0 < number / scale < 4_102_444_800:
            return datetime.fromtimestamp(number / scale, UTC)
    if 19_000_101 <= number < 21_000_000 and number.is_integer():
        return _from_text(str(int(number)), rule) or Problem("bad_date")
    if 20_000 <= number < 80_000:
        # Days with a fraction carry rounding noise of some microseconds.
        zero = _MAC_ZERO if rule.since_1904 else _EXCEL_ZERO
        return zero + timedelta(seconds=round(number * 86_400, 1))
    return Problem("bad_date")


def _from_text(text: str, rule: Rule) -> datetime | Problem | None:
    if is_nothing(text):
        return None
    if len(text) > _LONGEST:
        return Problem("bad_date")
    named = _ZONE_NAME.search(text)
    if named:
        return _in_named_zone(_from_text(text[: named.start()], rule), named["name"])
    text = _plainer(text)
    if _EPOCH.fullmatch(text) or _SERIAL.fullmatch(text):
        return _from_number(float(text.replace(",", ".")), rule)
    for pattern, parts in ((_ISO, _iso_parts), (_NUMERIC, _numeric_parts), (_WORDY, _wordy_parts)):
        found = pattern.fullmatch(text)
        if found:
            return _assembled(parts(found, rule), found)
    return Problem("bad_date")


def _plainer(text: str) -> str:
    """Bring rarer spellings into the usual ones: 20260902T100000Z, 10:00 02.09.2026, Wed, 02 Sep 2026."""
    compact = _COMPACT.fullmatch(text)
    if compact:
        year, month, day, hour, minute, second, zone = compact.groups("")
        return f"{year}-{month}-{day} {hour or 0}:{minute or '00'}:{second or '00'}{zone}"
    swapped = _CLOCK_FIRST.fullmatch(text)
    if swapped:
        return f"{swapped['date']} {swapped['clock']}"
    return _ZONE_AGAIN.sub(r"\g<time>", _WEEKDAY.sub("", text, count=1) if text[:1].isalpha() else text)


def _in_named_zone(found: datetime | Problem | None, name: str) -> datetime | Problem | None:
    """Give a naive moment the zone that stands behind it, unless the clock there showed it twice or never."""
    zone = zone_of(name)
    if not isinstance(found, datetime) or found.tzinfo or zone is None:
        return found if isinstance(found, Problem) else Problem("bad_date")
    first, second = (found.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return found.replace(tzinfo=zone) if first == second else Problem(_why(found, zone), {"zone": name})


def _iso_parts(found: re.Match[str], _rule: Rule) -> tuple[int, int, int]:
    return int(found["year"]), int(found["month"]), int(found["day"])


def _numeric_parts(found: re.Match[str], rule: Rule) -> tuple[int, int, int]:
    first, middle = int(found["first"]), int(found["middle"])
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    if found["mark"] == "." or rule.order == DMY:
        return year, middle, first
    if rule.order == MDY:
        return year, first, middle
    if len(found["year"]) == 2:
        return 2000 + first, middle, int(found["year"])
    # Years stand first in this file, but not here: what could be day or month is no date.
    return (year, middle, first) if first > 12 else (year, first, middle if middle > 12 else 0)


def _wordy_parts(found: re.Match[str], _rule: Rule) -> tuple[int, int, int]:
    name = (found["name"] or found["name2"] or "").lower()
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    return year, _MONTHS.get(name, 0), int(found["day"] or found["day2"])


def _assembled(parts: tuple[int, int, int], found: re.Match[str]) -> datetime | Problem:
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return Problem("bad_date")
        hour = hour % 12 + (12 if found["half"][0] in "Pp" else 0)
    fraction = int((found["fraction"] or "0")[:6].ljust(6, "0"))
    try:
        # Without a zone the moment stays naive until the file's zone is applied to the whole column.
        naive = datetime(*parts, hour, int(found["minute"] or 0), int(found["second"] or 0), fraction)  # noqa: DTZ001
    except ValueError:
        return Problem("bad_date")
    offset = _offset_seconds(found["zone"])
    return naive if offset is None else (naive - timedelta(seconds=offset)).replace(tzinfo=UTC)


def _localise(result: Instants, naive: Any, local: Instants, zone: str, zones: Sequence[str] | None) -> Problems:
    if zones is None or not any(zones):
        return _in_zone(result, np.flatnonzero(naive), local, zone)
    problems: Problems = {}
    named = [name or zone for name in zones]
    for name in {named[place] for place in np.flatnonzero(naive).tolist()}:
        # Compared one by one: numpy takes a zero byte at the end of a text for nothing.
        places = np.flatnonzero(naive & np.fromiter((one == name for one in named), bool, len(named)))
        if zone_of(name) is None:
            problems |= {place: Problem("bad_timezone", {"zone": name}) for place in places.tolist()}
            result[places] = np.datetime64("NaT")
        else:
            problems |= _in_zone(result, places, local, name)
    return problems


def _in_zone(result: Instants, places: Any, local: Instants, zone: str) -> Problems:
    index = pd.DatetimeIndex(local[places])
    placed = index.tz_localize(zone_of(zone), ambiguous="NaT", nonexistent="NaT").tz_convert("UTC").tz_localize(None)
    result[places] = placed.to_numpy().astype("datetime64[us]")
    lost = places[np.isnat(result[places])]
    return {place: Problem(_why_lost(local[place], zone), {"zone": zone}) for place in lost.tolist()}


def _why_lost(moment_: np.datetime64, zone: str) -> str:
    return _why(moment_.astype("datetime64[us]").item(), zone_of(zone))


def _why(naive: datetime, zone: tzinfo | None) -> str:
    before, after = (naive.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return "nonexistent_local_time" if before < after else "ambiguous_local_time"
