"""Cells from the company's warehouse: the ratings stay there, the engine counts, and only cells come here."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journal.record import record
from scoring.cellwork import COLUMNS, FAULT, Calendar, Scale, cells_of, offsets_between, span
from scoring.engines import Opened, opened, parse_source
from scoring.intake.load_agents import stored_roster
from scoring.intake.load_cells import HOURS_PER_BAND, SATISFIED, SUMS
from scoring.intake.profiles import INSTRUMENTS
from scoring.models import Batch, WarehouseRefresh
from scoring.models.batches import BatchState, EvidenceKind
from scoring.recount import KEYS, compared, hold_cells, settle, stored
from scoring.refusals import EvidenceRefused

SCALES = {
    name: Scale(low=low, high=high, satisfied=SATISFIED[name]) for name, (low, high) in sorted(INSTRUMENTS.items())
}
TEXTS = ("agent", "instrument", "channel", "topic")
STRANGERS_NAMED = 100


@dataclass(frozen=True, kw_only=True)
class WarehouseCells:
    """What came back: `cells` hold KEYS and SUMS as in the database; the rest is what does not count, and why.

    rows: ratings in the source; left_out: ratings that an import would refuse, by the column at fault; strangers:
    ratings of agents nobody knows, by staff number.
    """

    cells: pd.DataFrame
    rows: int
    left_out: dict[str, int]
    strangers: dict[str, int]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the cells, the same on every engine and for every order in which it adds."""
        digest = hashlib.sha256()
        ordered = self.cells.sort_values(KEYS)
        for name in ("instrument", "channel", "topic"):
            digest.update("\x1f".join(ordered[name]).encode() + b"\n")
        for name in ("agent", "band", "month", *SUMS):
            # A third keeps sums of decimal numbers away from the edges of rounding, where the last digit would decide.
            digest.update(np.floor(ordered[name].to_numpy(np.float64) + 1 / 3).astype("<i8").tobytes())
        return digest.hexdigest()


def read_cells(source: str, *, at: datetime) -> WarehouseCells:
    """Have the engine count the ratings of a source that were given up to `at`. Raises EvidenceRefused."""
    with opened(parse_source(source)) as found:
        _check_columns(found)
        extent = found.fetch(span(found.rows)).iloc[0]
        if pd.isna(extent["first"]):
            raise EvidenceRefused(_("The source holds no dated rating at all. Correct EVIDENCE_SOURCE."))
        first, last = (pd.Timestamp(extent[name]).to_pydatetime().replace(tzinfo=UTC) for name in ("first", "last"))
        offsets = offsets_between(settings.TIME_ZONE, first, min(last, max(first, at)) + timedelta(seconds=1))
        calendar = Calendar(offsets=offsets, latest=at, hours_per_band=HOURS_PER_BAND)
        grouped = found.fetch(cells_of(found.rows, scales=SCALES, calendar=calendar))
    return _sorted_out(grouped, rows=int(extent["rows"]))


def _check_columns(found: Opened) -> None:
    schema = found.rows.collect_schema()
    missing = [name for name in COLUMNS if name not in schema]
    if missing:
        told = ngettext(
            "The source has no column %(names)s. A view can give it.",
            "The source has no columns %(names)s. A view can give them.",
            len(missing),
        )
        raise EvidenceRefused(told % {"names": ", ".join(missing)})
    wrong = [name for name in COLUMNS if not _is_fit(name, schema[name])]
    if wrong:
        told = _("The column %(name)s holds %(kind)s. It should hold %(wanted)s.")
        names = {"name": wrong[0], "kind": schema[wrong[0]], "wanted": _wanted(wrong[0])}
        raise EvidenceRefused(told % names)


def _is_fit(name: str, kind: Any) -> bool:
    if name == "rated_at":
        return bool(kind.is_temporal()) and "Datetime" in str(kind)
    if name == "is_resolved":
        return str(kind) == "Boolean"
    return name in TEXTS or bool(kind.is_numeric())


def _wanted(name: str) -> str:
    wanted = {"rated_at": _("instants in UTC"), "is_resolved": _("true or false")}
    return wanted.get(name, _("numbers"))


def _sorted_out(grouped: pd.DataFrame, *, rows: int) -> WarehouseCells:
    """Set faults and strangers apart, and give the rest the identifiers of our own roster."""
    grouped = grouped.astype({**dict.fromkeys(("band", "month"), np.int64), **dict.fromkeys(SUMS, np.float64)})
    good, bad = grouped[grouped[FAULT] == ""], grouped[grouped[FAULT] != ""]
    roster = stored_roster()
    people = {number: roster.find(number, "staff_number")[0] for number in set(good["staff_number"])}
    good = good.assign(agent=[person.id if (person := people[one]) else -1 for one in good["staff_number"]])
    unknown, known = good[good["agent"] < 0], good[good["agent"] >= 0]
    return WarehouseCells(
        cells=known.groupby(KEYS, as_index=False, sort=True)[list(SUMS)].sum(),
        rows=rows,
        left_out=_counts(bad, FAULT),
        strangers=_counts(unknown, "staff_number"),
    )


def _counts(frame: pd.DataFrame, by: str) -> dict[str, int]:
    found = frame.groupby(by)["offered"].sum().sort_values(ascending=False, kind="stable")
    return {str(name): int(count) for name, count in found.items()}


def refresh(*, source: str, actor: User | None, at: datetime) -> WarehouseRefresh:
    """Make the cells those of the source, all at once, with one journal entry; cells that are the same stay untouched.

    Raises EvidenceRefused when the source cannot be read, or when imported ratings count beside it.
    """
    _check_alone()
    found = read_cells(source, at=at)
    with transaction.atomic():
        hold_cells()
        _check_alone()
        changed = settle(compared(found.cells, stored()))
        made = WarehouseRefresh.objects.create(
            source=source[:500],
            fingerprint=found.fingerprint,
            rows=found.rows,
            counted=int(found.cells["offered"].sum()),
            changed=changed,
            left_out=found.left_out,
            strangers=dict(list(found.strangers.items())[:STRANGERS_NAMED]),
            refreshed_by=actor,
            refreshed_at=at,
        )
        detail = {
            name: getattr(made, name) for name in ("source", "fingerprint", "rows", "counted", "changed", "left_out")
        }
        record(actor=actor, verb="refresh_cells", subject=made, at=at, detail=detail)
    return made


def check_against(source: str, *, at: datetime) -> pd.DataFrame:
    """The cells that differ from what the source gives now. Raises EvidenceRefused."""
    return compared(read_cells(source, at=at).cells, stored())


def _check_alone() -> None:
    """A rating that was imported and lies in the warehouse too would count twice."""
    imported = Batch.objects.filter(kind=EvidenceKind.RATINGS, state=BatchState.PUBLISHED, accepted__gt=0)
    count = imported.count()
    if count:
        told = ngettext(
            "%(n)d published import of ratings counts already, and would count twice. Withdraw it first.",
            "%(n)d published imports of ratings count already, and would count twice. Withdraw them first.",
            count,
        )
        raise EvidenceRefused(told % {"n": count})
