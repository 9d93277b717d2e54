"""A batch on its way into the evidence: dry run, load, cancel, withdraw. What a person decides is journaled."""

import time
from collections.abc import Callable
from datetime import datetime
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.record import record
from scoring.batch_reading import slices
from scoring.batch_rows import ratings_of
from scoring.coverage import keep_coverage
from scoring.intake import Choices
from scoring.intake.load import check, load_batch
from scoring.intake.load_aside import set_aside
from scoring.intake.load_cells import Sums
from scoring.intake.load_lease import NoSpace, Superseded, is_dead, only_writer
from scoring.intake.load_replaced import CONFLICT, put_back, unstage
from scoring.intake.load_report import Report
from scoring.intake.load_rows import drop_some
from scoring.intake.refusals import Refusal as Refused
from scoring.intake.sentences import note_sentence
from scoring.models import Batch, CellSum, Rating, Refusal, ViralIncident
from scoring.models.batches import BatchState, EvidenceKind
from scoring.models.disputes import DisputeState, RatingDispute
from scoring.models.evidence import IncidentState
from scoring.recount import counting
from scoring.refusals import EvidenceRefused, check_reason
from scoring.rereading import free_keys_of, sharers
from scoring.uploads import look_again, open_batch

# Who waits for SQLite's writer knocks every 50 ms at most; every 100 ms when it has waited for a fifth of a second.
BREATH_SECONDS, LONG_BREATH_SECONDS = 0.051, 0.11
LONG_WORK_SECONDS = 0.15


def ask_for_check(*, batch: Batch, at: datetime) -> None:
    """Note that a dry run is to be made; the worker, or the caller, makes it. Raises EvidenceRefused."""
    with transaction.atomic():
        locked = open_batch(batch)
        locked.state, locked.started_at, locked.heartbeat_at = BatchState.UPLOADED, at, at
        locked.save(update_fields=["state", "started_at", "heartbeat_at"])


def check_batch(*, batch: Batch, at: datetime) -> Report:
    """Make the dry run of an open batch: counts and refusals are kept, evidence is not touched."""
    seen = look_again(batch, Choices.from_json(batch.choices))
    report = check(Path(batch.stored_path), seen, as_of=batch.as_of or at, create_agents=batch.create_agents)
    with transaction.atomic():
        locked = open_batch(batch)
        keep_counts(locked, report)
        locked.understanding = {**seen.to_json(), "found": found_in(report)}
        locked.state, locked.heartbeat_at = BatchState.CHECKED, at
        locked.save()
        locked.refusals.all().delete()
        keep_refusals(locked, report.refusals)
    return report


def found_in(report: Report) -> dict[str, int]:
    """Counts that a batch has no columns for: they are kept beside what was understood."""
    return {name: getattr(report, name) for name in ("added", "unchanged", "created_agents")}


def keep_counts(batch: Batch, report: Report) -> None:
    """Write the counts of a report into a batch, unsaved."""
    for name in ("action", "records", "accepted", "unanswered", "duplicates", "waiting", "refused", "message"):
        setattr(batch, name, getattr(report, name))
    batch.warnings = [note_sentence(note) for note in report.notes]


def keep_refusals(batch: Batch, refusals: list[Refused]) -> None:
    """Keep refused records with the row as it stood, so that they can be downloaded and mended."""
    Refusal.objects.bulk_create(
        Refusal(
            batch=batch,
            record=one.record,
            code=one.code,
            column=one.column[:120],
            value=one.value[:200],
            sheet=one.sheet[:120],
            parameters=one.params,
            cells=one.cells,
        )
        for one in refusals
    )


def confirm(*, batch: Batch, actor: User, at: datetime) -> None:
    """Send a checked batch on its way; the worker loads it. Raises EvidenceRefused when there is nothing to load."""
    with transaction.atomic():
        locked = open_batch(batch)
        if locked.state != BatchState.CHECKED:
            raise EvidenceRefused(_("Check the file first: what will happen is shown before it happens."))
        if not locked.accepted and not locked.waiting and not may_replace(locked):
            raise EvidenceRefused(_("No record of this file can be taken. Correct the columns or the file."))
        locked.state, locked.done = BatchState.STAGING, 0
        locked.as_of, locked.started_at, locked.heartbeat_at = locked.as_of or at, at, at
        locked.save(update_fields=["state", "done", "as_of", "started_at", "heartbeat_at"])
        detail = {"content_hash": locked.content_hash, "records": locked.records, "accepted": locked.accepted}
        record(actor=actor, verb="confirm_import", subject=locked, at=at, detail=detail)


def may_replace(batch: Batch) -> bool:
    """Whether records contradict stored ones: once the file is loaded, they can be asked for as replacements."""
    return batch.refusals.filter(code=CONFLICT).exists()


def carry_out(*, batch: Batch, at: datetime, clock: Callable[[], datetime] = timezone.now) -> Report | None:
    """Load a confirmed batch; None when it was called off, taken up by another worker, or had to pause.

    Safe to call again after a crash. `clock` gives the signs of life that are left while rows are staged.
    """
    if not Batch.objects.filter(pk=batch.pk, state=BatchState.STAGING).exists():
        _unstage(batch)
        return None
    try:
        report = load_batch(batch=batch, at=at, actor=batch.created_by, pause=Manners(), clock=clock)
    except Superseded:
        _unstage(batch)
        return None
    except NoSpace:  # the batch itself says so, and how it goes on
        return None
    if report.waiting and not report.may_load:
        _publish_waiting(batch, at)
    batch.understanding["found"] = found_in(report)
    batch.save(update_fields=["understanding"])
    return report


class Manners:
    """Lets the pages write between short transactions: who waits for SQLite's one writer must find the door open.

    Where the machine is slow, transactions take longer, and who waits knocks more rarely: then it stays open longer.
    """

    def __init__(self) -> None:
        self.since = time.monotonic()

    def __call__(self) -> None:
        """Make the pause that is due after what was done since the last one."""
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            is_slow = time.monotonic() - self.since > LONG_WORK_SECONDS
            time.sleep(LONG_BREATH_SECONDS if is_slow else BREATH_SECONDS)
        self.since = time.monotonic()


def _publish_waiting(batch: Batch, at: datetime) -> None:
    """A file whose every good record waits for its agent is no bad file: it stands, with nothing in it yet."""
    with transaction.atomic():
        batch.state, batch.published_at = BatchState.PUBLISHED, at
        batch.save(update_fields=["state", "published_at"])
        detail = {"content_hash": batch.content_hash, "accepted": 0, "waiting": batch.waiting}
        record(actor=batch.created_by, verb="publish_batch", subject=batch, at=at, detail=detail)


def _unstage(batch: Batch) -> None:
    """Take away what a load that was called off has staged, in short transactions."""
    breathe = Manners()
    while _has_unstaged_some(batch):
        breathe()


def _has_unstaged_some(batch: Batch) -> bool:
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.state != BatchState.CANCELLED:  # another worker has published it meanwhile: its rows count
            return False
        if drop_some(batch):
            return True
        ViralIncident.objects.filter(batch=batch).delete()
        batch.waiting_rows.all().delete()
        unstage(batch)
    return False


def is_silent(batch: Batch, at: datetime) -> bool:
    """Tell whether a job shows no sign of life any more, so that it may be started again."""
    return is_dead(batch, at)


def resume(*, batch: Batch, actor: User, at: datetime) -> None:
    """Take up a load whose worker has died. Raises EvidenceRefused while it still shows signs of life."""
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.state != BatchState.STAGING or not is_silent(locked, at):
            raise EvidenceRefused(_("This import is running or over; there is nothing to take up."))
        _taken_up(locked, actor, at)


def _taken_up(locked: Batch, actor: User | None, at: datetime) -> None:
    """The dead worker's token goes: should it wake, it can no longer write."""
    locked.heartbeat_at, locked.worker, locked.message = at, "", ""
    locked.save(update_fields=["heartbeat_at", "worker", "message"])
    record(actor=actor, verb="resume_import", subject=locked, at=at, detail={"done": locked.done})


def reap(*, at: datetime, but: int = 0) -> list[Batch]:
    """Find loads whose worker has died or had to pause, and free them; the caller sends each to a worker again."""
    with transaction.atomic():
        only_writer()
        staging = Batch.objects.select_for_update().filter(state=BatchState.STAGING).exclude(pk=but).order_by("pk")
        dead = [batch for batch in staging if is_dead(batch, at)]
        for batch in dead:
            _taken_up(batch, None, at)
    return dead


def cancel(*, batch: Batch, actor: User, at: datetime) -> None:
    """Call a running load off: what it staged goes, nothing was counted yet. Raises EvidenceRefused when it is over."""
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.state != BatchState.STAGING:
            told = _("This import is %(state)s and can no longer be called off. Withdraw it instead if it is wrong.")
            raise EvidenceRefused(told % {"state": locked.get_state_display()})
        locked.state = BatchState.CANCELLED
        locked.save(update_fields=["state"])
        record(actor=actor, verb="cancel_import", subject=locked, at=at, detail={"done": locked.done})
    if is_silent(locked, at):
        _unstage(locked)


def withdraw(*, batch: Batch, reason: str, actor: User, at: datetime) -> list[Batch]:
    """Take a published batch out of all scores from now on; its rows stay on record, but no longer hold their keys.

    Returns the batches that say some of the same: the caller has them read again (`scoring.rereading`). Raises
    EvidenceRefused when it is not published, is being read again itself, is a roster, or no reason is given.
    """
    check_reason(reason)
    while not _left_the_scores(batch, reason.strip(), actor, at):
        pass
    if batch.kind == EvidenceKind.RATINGS:
        _free_keys(batch)
    return list(sharers(batch))


def _left_the_scores(batch: Batch, reason: str, actor: User, at: datetime) -> bool:
    """Withdraw in one short transaction; false when the batch has changed while its sums were counted."""
    _check_withdrawal(Batch.objects.get(pk=batch.pk), at)
    before = _signature(batch)
    sums = sums_of(counting(ratings_of(batch.pk)))
    tables = chain.from_iterable(one.tables() for one in sums.values())
    with set_aside(tables, sign=-1) as take_out, transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        _check_withdrawal(locked, at)
        if _signature(locked) != before:
            return False
        count = _uncounted(locked, take_out)
        touched = put_back(locked)
        locked.state, locked.withdrawn_at = BatchState.WITHDRAWN, at
        locked.save(update_fields=["state", "withdrawn_at"])
        locked.waiting_rows.filter(resolution="").update(resolution="withdrawn")
        detail = {"reason": reason, "content_hash": locked.content_hash, "rows": count, "put_back_in": sorted(touched)}
        detail["read_again"] = [one.pk for one in sharers(locked)]
        record(actor=actor, verb="withdraw_batch", subject=locked, at=at, detail=detail)
    for other in Batch.objects.filter(pk__in=touched):
        keep_coverage(other)
    return True


def _signature(batch: Batch) -> tuple[object, ...]:
    """What changes whenever other ratings of a published batch count than before."""
    stored = Batch.objects.values_list("accepted", "heartbeat_at").get(pk=batch.pk)
    upheld = RatingDispute.objects.filter(rating__batch=batch, state=DisputeState.UPHELD).count()
    return *stored, upheld


def _free_keys(batch: Batch) -> None:
    """If this is cut short, an import frees the keys that it needs."""
    free_keys_of(batch.pk, Manners())


def _check_withdrawal(batch: Batch, at: datetime) -> None:
    if batch.state != BatchState.PUBLISHED:
        told = _("Only a published import can be withdrawn, and this one is %(state)s.")
        raise EvidenceRefused(told % {"state": batch.get_state_display()})
    if batch.worker and not is_dead(batch, at):
        raise EvidenceRefused(_("This file is being read again. Withdraw it when that is over, in a minute or two."))
    if batch.kind == EvidenceKind.AGENTS:
        told = _("A roster is not withdrawn, since people depend on it. Import a corrected one, or correct the roster.")
        raise EvidenceRefused(told)


def _uncounted(batch: Batch, take_out: Callable[[], None]) -> int:
    if batch.kind == EvidenceKind.VIRAL:
        told = _("The import was withdrawn.")
        return batch.incidents.update(state=IncidentState.REJECTED, verification_reason=told)
    take_out()
    CellSum.objects.filter(offered__lte=0).delete()
    return ratings_of(batch.pk).count()


FIRST = itemgetter(0)
FIELDS = ("agent_id", "channel", "topic", "rated_at", "value", "share", "handling_seconds", "is_resolved")


def sums_of(rows: QuerySet[Rating]) -> dict[str, Sums]:
    """Sum stored ratings by instrument, in short reads."""
    found: dict[str, Sums] = {}
    for part in slices(rows):
        for instrument, some in groupby(sorted(part.order_by().values_list("instrument", *FIELDS), key=FIRST), FIRST):
            sums = found.setdefault(instrument, Sums(settings.TIME_ZONE))
            sums.add(_columns([row[1:] for row in some]), instrument)
    return found


def _columns(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    columns = dict(zip(FIELDS, map(list, zip(*rows, strict=True)), strict=True))
    moments = [moment.replace(tzinfo=None) for moment in columns["rated_at"]]
    return {
        **columns,
        "agent": columns["agent_id"],
        "resolved": columns["is_resolved"],
        "rated_at": np.array(moments, dtype="datetime64[us]"),
    }
