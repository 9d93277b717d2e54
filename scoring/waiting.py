"""Agents whom a file names and nobody knows: HR says once who is meant, and the waiting records load by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, Max, QuerySet
from django.utils.translation import gettext as _

from journal.record import record
from scoring.batch_rows import newest_row, widen
from scoring.batches import keep_refusals
from scoring.coverage import keep_coverage
from scoring.intake import Chunk, Refusal
from scoring.intake import load_rows as ratings
from scoring.intake import load_virals as incidents
from scoring.intake.load_cells import Sums, add_sums
from scoring.intake.load_lease import keep_loads_out
from scoring.intake.load_notes import add_repeats
from scoring.intake.load_replaced import Contradictions
from scoring.intake.load_rows import Sorted
from scoring.intake.refusals import Rejection
from scoring.intake.sentences import rejection_sentence
from scoring.models import Agent, Batch, Employment, WaitingRow
from scoring.models.batches import BatchState, EvidenceKind
from scoring.refusals import EvidenceRefused

MATCHED, CREATED, IGNORED = "matched", "created", "ignored"
# A file of which every record waits is turned away, yet its records are good.
LOADABLE = (BatchState.PUBLISHED, BatchState.REJECTED)
TIMES = ("rated_at", "chat_started_at", "flagged_at")


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """A name that files use for somebody unknown: how many records wait, and the newest file with some."""

    reference: str
    records: int
    last_batch: int


def waiting_rows() -> QuerySet[WaitingRow]:
    """Records that wait for a decision about their agent."""
    return WaitingRow.objects.filter(resolution="", batch__state__in=LOADABLE)


def strangers() -> list[Stranger]:
    """Everybody whom files name and nobody knows, most records first."""
    found = waiting_rows().values_list("reference").annotate(Count("pk"), Max("batch_id"))
    named = [Stranger(reference=name, records=records, last_batch=batch) for name, records, batch in found]
    return sorted(named, key=lambda one: (-one.records, one.reference))


def resolve(*, reference: str, agent: Agent | None, actor: User, at: datetime) -> int:
    """Say that `reference` is this agent (None: leave such records out); the waiting records load at once.

    Returns the number of records loaded. Raises EvidenceRefused when nothing waits under this name, or when ratings
    stay in the warehouse, and Busy while a file is being loaded.
    """
    with transaction.atomic():
        keep_loads_out(at)
        return _resolved(reference, agent, MATCHED if agent else IGNORED, actor, at)


def create(*, reference: str, actor: User, at: datetime) -> int:
    """Make an agent of the name that the file uses, as their staff number and name, and load their records.

    Raises EvidenceRefused when the agent exists already, and as `resolve` does.
    """
    if Agent.objects.filter(staff_number=reference[:60]).exists():
        raise EvidenceRefused(_("There is an agent “%(name)s” already. Match the name instead.") % {"name": reference})
    with transaction.atomic():
        keep_loads_out(at)
        agent = Agent.objects.create(staff_number=reference[:60], full_name=reference, created_at=at)
        return _resolved(reference, agent, CREATED, actor, at)


def _resolved(reference: str, agent: Agent | None, how: str, actor: User, at: datetime) -> int:
    rows = list(
        waiting_rows()
        .filter(reference=reference)
        .select_related("batch")
        .select_for_update(of=("self",))
        .order_by("batch_id", "record")
    )
    if not rows:
        raise EvidenceRefused(_("Nothing waits under the name “%(name)s” any more.") % {"name": reference})
    if agent and settings.EVIDENCE_SOURCE and any(row.batch.kind == EvidenceKind.RATINGS for row in rows):
        raise EvidenceRefused(rejection_sentence(Rejection("kept_in_warehouse")))
    loaded = 0
    for batch in Batch.objects.select_for_update().filter(pk__in={row.batch_id for row in rows}).order_by("pk"):
        mine = [row for row in rows if row.batch_id == batch.pk]
        loaded += _load(batch, mine, agent, at) if agent else 0
        Batch.objects.filter(pk=batch.pk).update(waiting=F("waiting") - len(mine))
        _remember(batch, mine, how, agent)
        batch.refresh_from_db()
        keep_coverage(batch)
    subject = agent or rows[0]
    detail = {
        "resolution": how,
        "records": len(rows),
        "loaded": loaded,
        "batches": sorted({row.batch_id for row in rows}),
    }
    record(actor=actor, verb="resolve_agent", subject=subject, at=at, detail=detail)
    return loaded


def _remember(batch: Batch, rows: list[WaitingRow], how: str, agent: Agent | None) -> None:
    for row in rows:
        row.resolution = how
        row.payload["agent"] = agent.pk if agent else None
    WaitingRow.objects.bulk_update(rows, ["resolution", "payload"], batch_size=500)
    found = batch.refusals.filter(code="unknown_agent", record__in=[row.record for row in rows])
    if agent:
        found.delete()
    else:
        found.update(code="ignored_agent")


def _load(batch: Batch, rows: list[WaitingRow], agent: Agent, at: datetime) -> int:
    """Store the records of one batch as they would have been stored, had the agent been known."""
    good, bad = _possible(rows, agent)
    chunk = _chunk(batch, good, agent)
    found = _stored(batch, chunk) if good else Sorted()
    Contradictions(batch, at, updates=False).take(chunk, found)
    keep_refusals(batch, [*bad, *found.refusals])
    taken = len(found.fresh) + len(found.unchanged)
    counts = {"accepted": F("accepted") + taken, "refused": F("refused") - taken}
    unanswered = chunk.columns.get("value", []).count(None) if taken else 0
    published = {"state": BatchState.PUBLISHED, "published_at": batch.published_at or at}
    Batch.objects.filter(pk=batch.pk).update(**counts, **published, unanswered=F("unanswered") + unanswered)
    return len(found.fresh)


def _stored(batch: Batch, chunk: Chunk) -> Sorted:
    if batch.kind == EvidenceKind.VIRAL:
        return incidents.add(chunk, batch.pk)
    found = ratings.add(chunk, batch.pk)
    widen(batch.pk, [newest_row()])
    add_repeats(batch, found.holders)
    batch.save(update_fields=["repeats"])
    sums = Sums(settings.TIME_ZONE)
    sums.add(chunk.columns, chunk.instrument, found.fresh)
    add_sums(sums.table())
    return found


def _possible(rows: list[WaitingRow], agent: Agent) -> tuple[list[WaitingRow], list[Refusal]]:
    """Now that the agent is known, records from outside their employment are refused like any other."""
    periods = list(Employment.objects.filter(agent=agent).order_by("hired_on").values_list("hired_on", flat=True))
    hired = periods[0] if periods else None
    early = [row for row in rows if hired and _day(row) < hired]
    bad = [Refusal(row.record, "before_hire", "", str(_day(row)), {"hired_on": str(hired)}) for row in early]
    return [row for row in rows if row not in early], bad


def _day(row: WaitingRow) -> date:
    return datetime.fromisoformat(row.payload.get("rated_at") or row.payload["flagged_at"]).date()


def _chunk(batch: Batch, rows: list[WaitingRow], agent: Agent) -> Chunk:
    names = rows[0].payload.keys() if rows else ()
    columns: dict[str, Any] = {name: [row.payload[name] for row in rows] for name in names}
    for name in TIMES:
        if name in columns:
            columns[name] = _instants(columns[name])
    columns["agent"] = [agent.pk] * len(rows)
    instrument = str(batch.understanding.get("instrument", ""))
    return Chunk(batch.kind, columns, [row.record for row in rows], instrument=instrument)


def _instants(values: Iterable[str | None]) -> Any:
    moments = [datetime.fromisoformat(one).astimezone(UTC).replace(tzinfo=None) if one else None for one in values]
    return np.array(moments, dtype="datetime64[us]")
