"""The evidence as it stood on a day, as frames: what a score run reads instead of ratings."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import pandas as pd
from django.db.models import Q, QuerySet
from django.utils import timezone

from scoring.models import Agent, Assignment, Cell, CellSum, Employment, Leave, Result, ViralIncident
from scoring.models.evidence import IncidentState

SUM_COLUMNS = (
    "agent_id",
    "cell_id",
    "month",
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


@dataclass(frozen=True)
class Snapshot:
    """Everything a run reads, as of one day. Frames are sorted, so equal evidence gives equal bytes.

    agents: index agent_id; staff_number, full_name, team, is_technical_support (1, 0, missing without a team).
    sums: one row per agent, cell and month (columns SUM_COLUMNS), months up to the one of `as_of`.
    cells: index cell_id; instrument, channel, topic, hour_band.
    results: the newest result per agent and kind; value and standard_error are shares.
    incidents: verified incidents that still count; agent_id, sign, severity, flagged_on, expires_on.
    employments, leaves, support: agent_id, starts_on, ends_on (missing while it lasts); support is work in a team of
        technical support.
    """

    as_of: date
    agents: pd.DataFrame
    sums: pd.DataFrame
    cells: pd.DataFrame
    results: pd.DataFrame
    incidents: pd.DataFrame
    employments: pd.DataFrame
    leaves: pd.DataFrame
    support: pd.DataFrame

    @property
    def fingerprint(self) -> str:
        """SHA-256 over every frame: the same evidence, and only it, gives the same fingerprint."""
        digest = hashlib.sha256(self.as_of.isoformat().encode())
        for frame in (self.agents, self.sums, self.cells, self.results, self.incidents, *self._service):
            digest.update(frame.to_csv(lineterminator="\n", float_format="%.9g").encode())
        return digest.hexdigest()

    @property
    def _service(self) -> tuple[pd.DataFrame, ...]:
        return self.employments, self.leaves, self.support


def take_snapshot(as_of: date) -> Snapshot:
    """Read the evidence as of the end of a day: who is employed then and has any evidence at all."""
    until = timezone.make_aware(datetime.combine(as_of, time.max))
    sums = _frame(CellSum.objects.filter(month__lte=as_of).order_by("agent_id", "cell_id", "month"), *SUM_COLUMNS)
    results = _results(until)
    incidents = _incidents(as_of, until)
    known = set(sums["agent_id"]) | set(results["agent_id"]) | set(incidents["agent_id"])
    agents = _agents(as_of, known)
    present = set(agents.index)
    return Snapshot(
        as_of=as_of,
        agents=agents,
        sums=sums[sums["agent_id"].isin(present)].reset_index(drop=True),
        cells=_frame(Cell.objects.order_by("pk"), "id", "instrument", "channel", "topic", "hour_band").set_index("id"),
        results=results[results["agent_id"].isin(present)].reset_index(drop=True),
        incidents=incidents[incidents["agent_id"].isin(present)].reset_index(drop=True),
        employments=_periods(Employment.objects.filter(agent__in=present), "hired_on", "left_on"),
        leaves=_periods(Leave.objects.filter(agent__in=present), "starts_on", "ends_on"),
        support=_periods(
            Assignment.objects.filter(agent__in=present, team__is_technical_support=True), "starts_on", "ends_on"
        ),
    )


def _agents(as_of: date, known: set[int]) -> pd.DataFrame:
    employed = Employment.objects.filter(Q(left_on=None) | Q(left_on__gte=as_of), hired_on__lte=as_of)
    undated = Q(employments=None)  # made from a ratings file that names agents and no dates
    rows = Agent.objects.filter(Q(pk__in=employed.values("agent")) | undated)
    agents = _frame(rows.order_by("staff_number"), "id", "staff_number", "full_name").set_index("id")
    agents = agents[agents.index.isin(known)]
    current = Assignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=as_of), starts_on__lte=as_of)
    teams = _frame(current.order_by("starts_on"), "agent_id", "team__name", "team__is_technical_support")
    teams = teams.drop_duplicates("agent_id", keep="last").set_index("agent_id")
    teams.columns = ["team", "is_technical_support"]
    joined = agents.join(teams)
    joined["team"] = joined["team"].fillna("")
    joined["is_technical_support"] = joined["is_technical_support"].astype(float)
    return joined


def _results(until: datetime) -> pd.DataFrame:
    columns = ("agent_id", "kind", "value", "standard_error", "observations", "is_vetoed")
    rows = _frame(Result.objects.filter(taken_at__lte=until).order_by("agent_id", "kind", "taken_at", "pk"), *columns)
    return rows.drop_duplicates(["agent_id", "kind"], keep="last").reset_index(drop=True)


def _incidents(as_of: date, until: datetime) -> pd.DataFrame:
    counting = ViralIncident.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=as_of),
        state=IncidentState.VERIFIED,
        is_viral=True,
        flagged_at__lte=until,
    )
    rows = _frame(counting.order_by("agent_id", "pk"), "agent_id", "sign", "severity", "flagged_at", "expires_on")
    rows["flagged_on"] = [timezone.localtime(moment).date() for moment in rows.pop("flagged_at")]
    return rows


def _periods(rows: QuerySet[Any], start: str, end: str) -> pd.DataFrame:
    frame = _frame(rows.order_by("agent_id", start), "agent_id", start, end)
    return frame.set_axis(["agent_id", "starts_on", "ends_on"], axis="columns")


def _frame(rows: QuerySet[Any], *columns: str) -> pd.DataFrame:
    return pd.DataFrame.from_records(rows.values_list(*columns), columns=list(columns))
