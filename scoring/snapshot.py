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

    agents: index agent_id; staff_number, full_name, team, is_technical_support.
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
        for frame in (self.agents, self.sums, self.cells, self.results, self.incidents, *self._periods):
            digest.update(frame.to_csv(lineterminator="\n", float_format="%.9g").encode())
        return digest.hexdigest()

    @property
    def _periods(rows: QuerySet[Any], start: str, end: str) -> pd.DataFrame:
    frame = _frame(rows.order_by("agent_id", start), "agent_id", start, end)
    return frame.set_axis(["agent_id", "starts_on", "ends_on"], axis="columns")


def _frame(rows: QuerySet[Any], *columns: str) -> pd.DataFrame:
    return pd.DataFrame.from_records(rows.values_list(*columns), columns=list(columns))
