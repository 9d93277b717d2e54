"""The additive counts and sums that scoring reads, kept in step with the published ratings."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from django.db import IntegrityError, connection, transaction
from numpy.typing import NDArray

from scoring.intake.load_bulk import copy, insert_together
from scoring.intake.load_changes import note_change
from scoring.models import Cell, CellSum

HOURS_PER_BAND = 8
# Sums that are gathered before they are joined with the others; later, a quarter of those.
JOINED = 125_000
# Rows that become Python values at a time: the sums of a large file are many.
PIECE = 25_000
# Sums in one statement on SQLite, which takes 32,766 values.
TOGETHER = 20
SATISFIED = {"csat5": 4, "thumbs": 1, "three_point": 1, "nps": 9}
SUMS = (
    "offered",
    "answered",
    "total",
    "squares",
    "satisfied",
    "timed",
    "seconds",
    "seconds_squares",
    "judged",
    "resolved",
)
# How many of them speak of marks alone; the others need columns that few files have.
OF_MARKS = 5
COUNTS = frozenset({"offered", "timed", "judged", "resolved"})
# Cells numbered while they are gathered, so that names need not be compared again and again.
_NUMBER = "cell"
_WORK = ["instrument", "channel", "topic", "band"]
_KEYS = ["agent", "instrument", "channel", "topic", "band", "month"]
# Room for kinds of work, bands of hours and months beside the agent in one 64-bit number.
_SIZES = (2**20, 4, 2**16)
_CellKey: TypeAlias = tuple[str, str, str, int]
_Kind: TypeAlias = tuple[str, str, str]
_Part: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(slots=True)
class Counted:
    """Sums of some ratings by agent, kind of work, band and month; `works` are the kinds by their numbers in `keys`."""

    works: list[_Kind]
    keys: NDArray[np.int64]
    values: NDArray[np.float64]


def counted(
    columns: Mapping[str, Any], instrument: str, zone: str, places: Sequence[int] | None = None, *, sign: int = 1
) -> Counted:
    """Add up rating columns (all, or those at `places`) by months of the calendar of `zone`."""
    chosen = slice(None) if places is None else np.array(places, dtype=np.intp)
    works, keys = _keys(columns, instrument, zone)
    return Counted(works, *_grouped(keys[chosen], sign * _values(columns, instrument)[chosen]))


def _keys(columns: Mapping[str, Any], instrument: str, zone: str) -> tuple[list[_Kind], NDArray[np.int64]]:
    local = pd.DatetimeIndex(columns["rated_at"]).tz_localize("UTC").tz_convert(zone)
    words = list(zip(columns["channel"], columns["topic"], strict=True))
    known = {word: number for number, word in enumerate(dict.fromkeys(words))}
    work = np.fromiter(map(known.__getitem__, words), dtype=np.int64, count=len(words))
    month = local.year.to_numpy(np.int64) * 12 + local.month.to_numpy(np.int64) - 1
    band = local.hour.to_numpy(np.int64) // HOURS_PER_BAND
    keys = np.array(columns["agent"], dtype=np.int64)
    for size, part in zip(_SIZES, (work, band, month), strict=True):
        keys = keys * size + part
    return [(instrument, *word) for word in known], keys


def _renumbered(keys: NDArray[np.int64], numbers: list[int]) -> NDArray[np.int64]:
    """Write the numbers of kinds of work anew."""
    below = _SIZES[1] * _SIZES[2]
    work = keys // below % _SIZES[0]
    return keys + (np.array(numbers, dtype=np.int64)[work] - work) * below


class Sums:
    """Gathers rating columns into sums by agent, cell and month of the company's own calendar.

    Kinds of work are numbered as they come, so that agent, kind, band and month make one integer to group by.
    """

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.works: dict[_Kind, int] = {}
        self.parts: list[_Part] = []
        self.fresh = self.joined = 0

    def add(
        self, columns: Mapping[str, Any], instrument: str, places: Sequence[int] | None = None, *, sign: int = 1
    ) -> None:
        """Add rating columns (all, or those at `places`), or take them away again (sign -1).

        See `scoring.intake.ratings` for their names.
        """
        if len(columns["agent"]) and (places is None or len(places)):
            self.take(counted(columns, instrument, self.zone, places, sign=sign))

    def take(self, found: Counted) -> None:
        """Add what was counted already."""
        numbers = [self.works.setdefault(work, len(self.works)) for work in found.works]
        self.parts.append(_grouped(_renumbered(found.keys, numbers), found.values))
        self.fresh += len(found.keys)
        if self.fresh > max(JOINED, self.joined // 4):
            self.parts = list(self._ranges(lets_go=True))
            self.fresh, self.joined = 0, sum(len(keys) for keys, _ in self.parts)

    def table(self) -> pd.DataFrame:
        """All sums so far: one row per agent, cell and month, sorted by agent."""
        return pd.concat(list(self.tables()), ignore_index=True) if self.parts else _nothing()

    def tables(self) -> Iterator[pd.DataFrame]:
        """The same in several tables, one after the other, so that millions of sums need little memory."""
        return (self._frame(*part) for part in self._ranges())

    def months(self) -> dict[str, int]:
        """How many ratings each month has, by its first day as text."""
        counts: Counter[int] = Counter()
        for keys, values in self.parts:
            numbers, places = np.unique(keys % _SIZES[2], return_inverse=True)
            found = np.rint(np.bincount(places, weights=values[:, 0])).astype(int)
            counts.update(dict(zip(numbers.tolist(), found.tolist(), strict=True)))
        return {_first_day(number): count for number, count in sorted(counts.items()) if count}

    def _ranges(self, *, lets_go: bool = False) -> Iterator[_Part]:
        """Join the parts range by range of their keys: to join them all at once would take their size several times.

        With `lets_go` parts are forgotten as soon as they are done with.
        """
        keys = np.sort(np.concatenate([keys for keys, _ in self.parts])) if self.parts else np.empty(0, np.int64)
        bounds = [None, *np.unique(keys[PIECE::PIECE]).tolist(), None]
        for low, high in pairwise(bounds) if len(keys) else ():
            keys, values = _joined([_between(part, low, high) for part in self.parts])
            if lets_go and high is not None:
                self.parts = [part for part in self.parts if len(part[0]) and part[0][-1] >= high]
            # Where all ratings were taken away again, nothing is left to be told.
            yield keys[values[:, 0] != 0], values[values[:, 0] != 0]

    def _frame(self, keys: NDArray[np.int64], values: NDArray[np.float64]) -> pd.DataFrame:
        keys, month = np.divmod(keys, _SIZES[2])
        keys, band = np.divmod(keys, _SIZES[1])
        agent, work = np.divmod(keys, _SIZES[0])
        names = np.array(list(self.works), dtype=object)[work]
        found = [agent, names[:, 0], names[:, 1], names[:, 2], band, month, work * _SIZES[1] + band]
        return pd.DataFrame(dict(zip([*_KEYS, _NUMBER, *SUMS], [*found, *_wide(values, len(SUMS)).T], strict=True)))


def _first_day(month: int) -> str:
    return date(month // 12, month % 12 + 1, 1).isoformat()


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=[*_KEYS, _NUMBER, *SUMS])


def _between(part: _Part, low: int | None, high: int | None) -> _Part:
    """Rows with keys from `low` up to but not `high`; the keys of a part are sorted."""
    keys, values = part
    start = 0 if low is None else int(np.searchsorted(keys, low))
    end = len(keys) if high is None else int(np.searchsorted(keys, high))
    return keys[start:end], values[start:end]


def _grouped(keys: NDArray[np.int64], values: NDArray[np.float64]) -> _Part:
    """Add up the rows of equal keys."""
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    if not len(keys):
        return keys, values
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    return keys[starts], np.add.reduceat(values[order], starts, axis=0)


def _joined(parts: list[_Part]) -> _Part:
    width = max(values.shape[1] for _, values in parts)
    return _grouped(
        np.concatenate([keys for keys, _ in parts]), np.concatenate([_wide(one, width) for _, one in parts])
    )


def _wide(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Fill up with the sums that are left out where no chat was timed or judged."""
    return np.pad(values, ((0, 0), (0, width - values.shape[1])))


def _values(columns: Mapping[str, Any], instrument: str) -> NDArray[np.float64]:
    """What each rating adds: one row per rating, one column per name of SUMS, or of the first ones that say it all."""
    names = ("value", "share", "handling_seconds", "resolved")
    value, share, seconds, resolved = (_numbers(columns[name]) for name in names)
    parts = _parts(value, share, seconds, resolved, SATISFIED[instrument])
    needed = SUMS if parts["timed"].any() or parts["judged"].any() else SUMS[:OF_MARKS]
    return np.column_stack([parts[name] for name in needed])


def _numbers(column: Sequence[float | None]) -> NDArray[np.float64]:
    # Many columns say nothing, or the same of everybody; looking is faster than converting.
    first = column[0]
    if column.count(first) == len(column):
        return np.full(len(column), np.nan if first is None else float(first))
    return np.array(column, dtype=float)


def _parts(
    value: NDArray[np.float64],
    share: NDArray[np.float64],
    seconds: NDArray[np.float64],
    resolved: NDArray[np.float64],
    satisfied: int,
) -> dict[str, NDArray[np.float64]]:
    """What one rating adds: marks weigh by the agent's share of the chat, counts of chats do not."""
    answered = ~np.isnan(value)
    mark = np.where(answered, value, 0.0)
    timed = ~np.isnan(seconds)
    time = np.where(timed, seconds, 0.0)
    judged = ~np.isnan(resolved)
    return {
        "offered": np.ones(len(value)),
        "answered": share * answered,
        "total": share * mark,
        "squares": share * mark**2,
        "satisfied": share * (answered & (mark >= satisfied)),
        "timed": timed.astype(float),
        "seconds": time,
        "seconds_squares": time**2,
        "judged": judged.astype(float),
        "resolved": np.where(judged, resolved, 0.0),
    }


def add_sums(sums: pd.DataFrame, *, sign: int = 1) -> int:
    """Add sums to the stored ones inside the caller's transaction (sign -1 subtracts); return the rows touched."""
    if sums.empty:
        return 0
    for rows, said in rows_of_sums(sums, sign):
        _upsert(rows, said)
    note_change(sums["agent"].unique())
    return len(sums)


def rows_of_sums(sums: pd.DataFrame, sign: int) -> Iterator[tuple[list[tuple[Any, ...]], list[str]]]:
    """Sums as rows, piece by piece: agent, cell, month and the sums that say anything, and the names of those."""
    if _NUMBER not in sums:
        sums = sums.assign(**{_NUMBER: sums.groupby(_WORK, sort=False).ngroup()})
    cells = _cells(sums)
    said = [name for name in SUMS if sums[name].to_numpy(float).any()]
    for start in range(0, len(sums), PIECE):
        yield _rows(sums.iloc[start : start + PIECE], cells, said, sign), said


def _rows(sums: pd.DataFrame, cells: NDArray[np.int64], said: list[str], sign: int) -> list[tuple[Any, ...]]:
    agents, months = (sums[name].to_numpy(np.int64) for name in ("agent", "month"))
    places = cells[sums[_NUMBER].to_numpy(np.int64)]
    # In the order of their key, rows touch each page of its index once.
    order = np.lexsort((months, places, agents))
    known, codes = np.unique(months[order], return_inverse=True)
    days = np.array(list(map(_first_day, known.tolist())), dtype=object)
    values = [_whole(name, sign * sums[name].to_numpy(float)[order]) for name in said]
    return list(zip(agents[order].tolist(), places[order].tolist(), days[codes].tolist(), *values, strict=True))


def _whole(name: str, values: NDArray[np.float64]) -> list[Any]:
    return list((np.rint(values).astype(np.int64) if name in COUNTS else values).tolist())


def _cells(sums: pd.DataFrame) -> NDArray[np.int64]:
    """Identifiers of the cells by their number in `sums`; cells are made where they are missing."""
    different = sums.drop_duplicates(_NUMBER)
    wanted = list(different[_WORK].itertuples(index=False, name=None))
    known = _known_cells()
    missing = [
        Cell(instrument=i, channel=c, topic=t, hour_band=b) for i, c, t, b in wanted if (i, c, t, b) not in known
    ]
    if missing:
        Cell.objects.bulk_create(missing, ignore_conflicts=True)
        known = _known_cells()
    found = np.zeros(int(different[_NUMBER].max()) + 1, dtype=np.int64)
    found[different[_NUMBER].to_numpy(np.int64)] = [known[work] for work in wanted]
    return found


def _known_cells() -> dict[_CellKey, int]:
    rows = Cell.objects.values_list("instrument", "channel", "topic", "hour_band", "pk")
    return {(instrument, channel, topic, band): pk for instrument, channel, topic, band, pk in rows}


def _upsert(rows: list[tuple[Any, ...]], said: list[str]) -> None:
    """Add rows of agent, cell, month and the sums that say anything; the others are zero."""
    table, columns = CellSum._meta.db_table, ["agent_id", "cell_id", "month", *said]
    silent = {name: "0" for name in SUMS if name not in said}
    if connection.vendor == "sqlite":
        insert_together(table, columns, rows, fixed=silent, tail=adding(said), together=TOGETHER)
        return
    with connection.cursor() as cursor:
        if not _all_new(cursor, [*columns, *silent], [(*row, *[0] * len(silent)) for row in rows]):
            _add_up(cursor, columns, rows, silent, adding(said))


def adding(names: Sequence[str]) -> str:
    """The end of an INSERT of sums: where a row is there already, these sums are added to it."""
    table = CellSum._meta.db_table
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in names)
    return f"ON CONFLICT (agent_id, cell_id, month) DO UPDATE SET {added}"


def _all_new(cursor: Any, columns: list[str], rows: list[tuple[Any, ...]]) -> bool:
    """COPY sums of months that nobody has counted yet, and say whether that was so; if not, none are there."""
    try:
        with transaction.atomic():
            copy(cursor, CellSum._meta.db_table, columns, rows)
    except IntegrityError:
        return False
    return True


def _add_up(cursor: Any, columns: list[str], rows: list[tuple[Any, ...]], silent: dict[str, str], tail: str) -> None:
    """COPY is fast but cannot add to what is there: it fills a table of this transaction alone."""
    table, names = CellSum._meta.db_table, ", ".join(columns)
    cursor.execute(f"CREATE TEMPORARY TABLE fresh_sums ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0")  # noqa: S608
    copy(cursor, "fresh_sums", columns, rows)
    whole, chosen = ", ".join([*columns, *silent]), ", ".join([names, *silent.values()])
    cursor.execute(f"INSERT INTO {table} ({whole}) SELECT {chosen} FROM fresh_sums {tail}")  # noqa: S608
    cursor.execute("DROP TABLE fresh_sums")
