"""The additive counts and sums that scoring reads, kept in step with the published ratings."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from django.db import connection
from numpy.typing import NDArray

from scoring.models import Cell, CellSum

HOURS_PER_BAND = 8
UPSERTED = 500
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
COUNTS = frozenset({"offered", "timed", "judged", "resolved"})
_KEYS = ["agent", "instrument", "channel", "topic", "band", "month"]
_CellKey: TypeAlias = tuple[str, str, str, int]


class Sums:
    """Gathers rating columns into sums by agent, cell and month of the company's own calendar."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.frames: list[pd.DataFrame] = []

    def add(self, columns: dict[str, Any], instrument: str, places: Sequence[int] | None = None) -> None:
        """Add rating columns (all, or those at `places`); see `scoring.intake.ratings` for their names."""
        frame = _frame(columns, instrument, self.zone)
        if places is not None:
            frame = frame.iloc[list(places)]
        if len(frame):
            self.frames.append(_grouped(frame))
        if len(self.frames) > 50:
            self.frames = [_grouped(pd.concat(self.frames))]

    def table(self) -> pd.DataFrame:
        """All sums so far: one row per agent, cell and month, sorted."""
        if not self.frames:
            return pd.DataFrame(columns=[*_KEYS, *SUMS])
        return _grouped(pd.concat(self.frames))


def _frame(columns: dict[str, Any], instrument: str, zone: str) -> pd.DataFrame:
    local = pd.DatetimeIndex(columns["rated_at"]).tz_localize("UTC").tz_convert(zone)
    value = np.array(columns["value"], dtype=float)
    share = np.array(columns["share"], dtype=float)
    seconds = np.array(columns["handling_seconds"], dtype=float)
    resolved = np.array([np.nan if one is None else one for one in columns["resolved"]], dtype=float)
    frame = pd.DataFrame(
        {
            "agent": columns["agent"],
            "instrument": instrument,
            "channel": pd.Series(columns["channel"], dtype=object),
            "topic": pd.Series(columns["topic"], dtype=object),
            "band": (local.hour // HOURS_PER_BAND).astype(np.int64),
            "month": (local.year * 12 + local.month - 1).astype(np.int64),
        }
    )
    return frame.assign(**_parts(value, share, seconds, resolved, SATISFIED[instrument]))


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


def _grouped(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.groupby(_KEYS, sort=True, observed=True, as_index=False)[list(SUMS)].sum()


def add_sums(sums: pd.DataFrame, *, sign: int = 1) -> int:
    """Add sums to the stored ones inside the caller's transaction (sign -1 subtracts); return the rows touched."""
    if sums.empty:
        return 0
    cells = _cells(sums)
    keys = list(zip(sums["instrument"], sums["channel"], sums["topic"], sums["band"].tolist(), strict=True))
    months = [date(number // 12, number % 12 + 1, 1) for number in sums["month"].tolist()]
    values = [[_whole(name, sign * one) for one in sums[name].tolist()] for name in SUMS]
    rows = zip(sums["agent"].tolist(), [cells[key] for key in keys], months, *values, strict=True)
    _upsert(list(rows))
    return len(sums)


def _whole(name: str, value: float) -> float | int:
    return round(value) if name in COUNTS else value


def _cells(sums: pd.DataFrame) -> dict[_CellKey, int]:
    """Identifiers of the cells that the sums need, made where they are missing."""
    wanted = sums[["instrument", "channel", "topic", "band"]].drop_duplicates().itertuples(index=False, name=None)
    known = _known_cells()
    missing = [
        Cell(instrument=i, channel=c, topic=t, hour_band=b) for i, c, t, b in wanted if (i, c, t, b) not in known
    ]
    if missing:
        Cell.objects.bulk_create(missing, ignore_conflicts=True)
        known = _known_cells()
    return known


def _known_cells() -> dict[_CellKey, int]:
    rows = Cell.objects.values_list("instrument", "channel", "topic", "hour_band", "pk")
    return {(instrument, channel, topic, band): pk for instrument, channel, topic, band, pk in rows}


def _upsert(rows: list[tuple[Any, ...]]) -> None:
    table = CellSum._meta.db_table
    names = ", ".join(["agent_id", "cell_id", "month", *SUMS])
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in SUMS)
    marks = f"({', '.join(['%s'] * (3 + len(SUMS)))})"
    with connection.cursor() as cursor:
        for part in batched(rows, UPSERTED):
            # Only names of our own model are put into the statement; values travel as parameters.
            cursor.execute(
                f"INSERT INTO {table} ({names}) VALUES {', '.join([marks] * len(part))} "  # noqa: S608
                f"ON CONFLICT (agent_id, cell_id, month) DO UPDATE SET {added}",
                list(chain.from_iterable(part)),
            )


def batched(rows: list[tuple[Any, ...]], size: int) -> Iterator[list[tuple[Any, ...]]]:
    """Cut a list into parts."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
