"""The evidence as it stood on a day, as frames: what a score run reads instead of ratings."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import Q, QuerySet
from django.utils import timezone

from scoring.cell_reading import COUNTS, read_cell_sums
from scoring.formula.virality import EXPIRY_DAYS
from scoring.models import Agent, Assignment, Cell, Employment, Leave, Result, ViralIncident
from scoring.models.evidence import IncidentState
from scoring.shelf import current_sums

SUPPORT = "team__is_technical_support"
MONTHS_AT_MOST = 2**20
CELL_KEYS = ["instrument", "channel", "topic", "hour_band"]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Everything a run reads, as of one day.

    Agents and cells are numbered by their natural keys, never by database identifiers, and every frame is sorted: the
    same evidence gives the same frames whatever the database and the order in which it was imported.

    agents: in order of staff number; agent_id, staff_number, team ("" without one), is_technical_support (1, 0, nan).
    cells: in order of instrument, channel, topic, hour_band; cell_id.
    sums: agent and cell (positions), month (a month_number), COUNTS.
    results: the newest one of each agent and kind; agent, kind, taken_on; value and standard_error are shares.
    incidents: verified ones that have not expired; agent, flagged_on, sign, severity.
    employments, leaves, support: agent, starts_on, ends_on (its last day; None while it lasts); support is work in a
        team of technical support. seated: positions of agents of whom any assignment is known.
    """

    as_of: date
    agents: pd.DataFrame
    cells: pd.DataFrame
    sums: pd.DataFrame
    results: pd.DataFrame
    incidents: pd.DataFrame
    employments: pd.DataFrame
    leaves: pd.DataFrame
    support: pd.DataFrame
    seated: np.ndarray

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the evidence: equal evidence, and only it, gives an equal fingerprint."""
        digest = hashlib.sha256(self.as_of.isoformat().encode())
        people, kinds = self.agents.drop(columns="agent_id"), self.cells.drop(columns="cell_id")
        for frame in (people, kinds, self.sums, self.results, self.incidents, *self._service):
            for piece in _pieces(frame):
                digest.update(piece)
        digest.update(self.seated.astype("<i8").tobytes())
        return digest.hexdigest()

    @property
    def _service(self) -> tuple[pd.DataFrame, ...]:
        return self.employments, self.leaves, self.support


def _pieces(frame: pd.DataFrame) -> Iterator[bytes]:
    for name, column in frame.items():
        yield f"\n{name} {len(column)}\n".encode()
        is_number = column.dtype.kind in "iufb"
        yield column.to_numpy("<f8").tobytes() if is_number else "\x1f".join(map(str, column)).encode()


def take_snapshot(as_of: date, *, from_scratch: bool = False) -> Snapshot:
    """Read the evidence as of the end of a day: who is employed then and has any evidence at all.

    Sums that have not changed since the last time come from the shelf, unless they are wanted from scratch.
    """
    until = timezone.make_aware(datetime.combine(as_of, time.max))
    sums = read_cell_sums(as_of) if from_scratch else current_sums(as_of)
    results, incidents = _results(until), _incidents(as_of, until)
    employments = _periods(Employment.objects.all(), "hired_on", "left_on")
    known = set(sums["agent_id"].unique()) | set(results["agent_id"]) | set(incidents["agent_id"])
    seats = _frame(Assignment.objects.all(), "agent_id", "starts_on", "ends_on", "team__name", SUPPORT)
    agents = _agents(as_of, known, employments, seats[seats["starts_on"] <= as_of])
    ids, cells = pd.Index(agents["agent_id"]), _cells(set(sums["cell_id"].unique()))
    seats = _placed(seats, "agent_id", ids)
    return Snapshot(
        as_of=as_of,
        agents=agents,
        cells=cells,
        sums=_in_order(sums, ids, pd.Index(cells["cell_id"])),
        results=_sorted(_placed(results, "agent_id", ids), "agent", "kind"),
        incidents=_sorted(_placed(incidents, "agent_id", ids), "agent", "flagged_on", "sign", "severity"),
        employments=_sorted(_placed(employments, "agent_id", ids), "agent", "starts_on"),
        leaves=_sorted(
            _placed(_periods(Leave.objects.all(), "starts_on", "ends_on"), "agent_id", ids), "agent", "starts_on"
        ),
        support=_sorted(seats[seats[SUPPORT].astype(bool)][["agent", "starts_on", "ends_on"]], "agent", "starts_on"),
        seated=np.unique(seats["agent"].to_numpy(dtype=np.int64)),
    )


def _agents(as_of: date, known: set[int], employments: pd.DataFrame, seats: pd.DataFrame) -> pd.DataFrame:
    """Those with evidence who are employed on the day, or whose employment nobody has ever imported."""
    runs = (employments["starts_on"] <= as_of) & _lasts(employments["ends_on"], as_of)
    employed, dated = set(employments["agent_id"][runs]), set(employments["agent_id"])
    everybody = Agent.objects.values_list("staff_number", "pk")
    rows = sorted((number, pk) for number, pk in everybody if pk in known and (pk in employed or pk not in dated))
    agents = pd.DataFrame(rows, columns=["staff_number", "agent_id"]).astype({"agent_id": np.int64})
    now = seats[_lasts(seats["ends_on"], as_of)].sort_values("starts_on").drop_duplicates("agent_id", keep="last")
    teams = now.set_index("agent_id").reindex(agents["agent_id"])
    return agents.assign(
        team=teams["team__name"].fillna("").to_numpy(dtype=object),
        is_technical_support=teams[SUPPORT].to_numpy(dtype=np.float64, na_value=np.nan),
    )


def _lasts(ends: pd.Series, day: date) -> pd.Series:
    return ends.map(lambda end: end is None or end >= day).astype(bool)


def _cells(used: set[int]) -> pd.DataFrame:
    rows = [row for row in Cell.objects.values_list(*CELL_KEYS, "pk") if row[-1] in used]
    return pd.DataFrame(sorted(rows), columns=[*CELL_KEYS, "cell_id"])


def _results(until: datetime) -> pd.DataFrame:
    columns = ("agent_id", "kind", "value", "standard_error", "observations", "is_vetoed", "taken_at", "source")
    rows = _frame(Result.objects.filter(taken_at__lte=until), *columns).sort_values(["taken_at", "source"])
    newest = rows.drop_duplicates(["agent_id", "kind"], keep="last")
    taken = [timezone.localtime(moment).date() for moment in newest["taken_at"]]
    kept = newest.drop(columns=["taken_at", "source"]).assign(taken_on=taken)
    return kept.astype({"value": float, "standard_error": float, "observations": float, "is_vetoed": float})


def _incidents(as_of: date, until: datetime) -> pd.DataFrame:
    counting = ViralIncident.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=as_of),
        state=IncidentState.VERIFIED,
        is_viral=True,
        flagged_at__lte=until,
    )
    rows = _frame(counting, "agent_id", "sign", "severity", "flagged_at", "expires_on")
    rows["flagged_on"] = [timezone.localtime(moment).date() for moment in rows.pop("flagged_at")]
    # Nobody's incident counts for ever: without a date of its own it expires after the usual time.
    live = rows.pop("expires_on").notna() | (rows["flagged_on"] > as_of - timedelta(days=EXPIRY_DAYS))
    return rows[live].astype({"severity": float})


def _placed(frame: pd.DataFrame, column: str, ids: pd.Index) -> pd.DataFrame:
    """Replace identifiers by positions in `ids`; rows of others are left out."""
    at = ids.get_indexer(pd.Index(frame[column]))
    kept = frame.drop(columns=column)[at >= 0]
    kept.insert(0, column.removesuffix("_id"), at[at >= 0])
    return kept


def _in_order(sums: pd.DataFrame, agents: pd.Index, cells: pd.Index) -> pd.DataFrame:
    """The sums of these agents by position, sorted; each column is moved once, for there may be millions of rows."""
    agent, cell = agents.get_indexer(pd.Index(sums["agent_id"])), cells.get_indexer(pd.Index(sums["cell_id"]))
    month = sums["month"].to_numpy()
    kept = np.flatnonzero(agent >= 0)
    key = (agent[kept] * max(len(cells), 1) + cell[kept]) * MONTHS_AT_MOST + month[kept]
    order = kept[np.argsort(key, kind="stable")]
    keys = {"agent": agent[order], "cell": cell[order], "month": month[order]}
    return pd.DataFrame(keys | {name: sums[name].to_numpy()[order] for name in COUNTS}, copy=False)


def _sorted(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return frame.sort_values(list(columns), kind="stable").reset_index(drop=True)


def _periods(rows: QuerySet[Any], start: str, end: str) -> pd.DataFrame:
    return _frame(rows, "agent_id", start, end).set_axis(["agent_id", "starts_on", "ends_on"], axis="columns")


def _frame(rows: QuerySet[Any], *columns: str) -> pd.DataFrame:
    """Rows as they come, with None where the database has nothing (pandas would make dates of some, nan of others)."""
    return pd.DataFrame(list(rows.order_by().values_list(*columns)), columns=list(columns), dtype=object)
