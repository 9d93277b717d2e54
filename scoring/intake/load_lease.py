"""One load at a time, and one worker per load: whoever loads holds a lease that it renews with every step.

A worker that was killed renews nothing; whoever comes next takes the load up, and its token fences the dead one off,
should it wake: every transaction of a load begins by renewing, which fails for a token that is no longer the batch's.
"""

import errno
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from scoring.models import Batch
from scoring.models.batches import BatchState
from scoring.refusals import EvidenceRefused

# A job that has not stirred for so long has died with its worker.
SILENT = timedelta(minutes=2)
LOADABLE = (BatchState.UPLOADED, BatchState.CHECKED, BatchState.STAGING)
# A batch that is read again stands all the while.
IN_HAND = (BatchState.STAGING, BatchState.PUBLISHED)
_RENEWED_SECONDS = 3.0
_POLL_SECONDS = 0.5
_LOCK = 7_365_001
_PG_DISK_FULL = "53100"


class Superseded(Exception):
    """This load is no longer ours: it was called off, published, or taken up by another worker."""


class Busy(EvidenceRefused):
    """Another load is under way: nothing is wrong, the same will do in a while."""


class NoSpace(EvidenceRefused):
    """The disk is full: the load stands where it stood, nothing of it counts, and it can be taken up."""


@dataclass(slots=True)
class Lease:
    """The right to store rows of one batch; `state` is what the batch is meanwhile."""

    batch: Batch
    clock: Callable[[], datetime]
    state: BatchState = BatchState.STAGING
    token: str = field(default_factory=lambda: f"{_here()}{secrets.token_hex(8)}")
    renewed: float = 0.0

    def renew(self) -> None:
        """Show life; inside a transaction this also fences off everybody else. Raises Superseded."""
        mine = Batch.objects.filter(pk=self.batch.pk, state=self.state, worker=self.token)
        if not mine.update(heartbeat_at=self.clock()):
            raise Superseded
        self.renewed = time.monotonic()

    def tick(self) -> None:
        """Renew now and then; for steps that change nothing. Raises Superseded."""
        if time.monotonic() - self.renewed > _RENEWED_SECONDS:
            self.renew()


def only_writer() -> None:
    """Keep other writers of ratings out until the end of the transaction (SQLite has but one anyway)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def is_dead(batch: Batch, at: datetime) -> bool:
    """Tell whether whoever had this load in hand is gone: silent for long, or a process of this machine that ended."""
    if batch.heartbeat_at is None or at - batch.heartbeat_at > SILENT:
        return True
    process = batch.worker.removeprefix(_machine()).split(":")[0]
    return batch.worker.startswith(_machine()) and process.isdigit() and not _runs(int(process))


def others_at_work(batch: Batch | None, at: datetime) -> bool:
    """Tell whether somebody else stores rows of a batch; call it inside a transaction after `only_writer`."""
    loading = Batch.objects.filter(state__in=IN_HAND).exclude(worker="")
    return any(not is_dead(one, at) for one in loading.exclude(pk=batch.pk if batch else 0))


def keep_loads_out(at: datetime) -> None:
    """Let no load begin until the end of the transaction. Raises Busy while one is being carried out."""
    only_writer()
    if others_at_work(None, at):
        raise Busy(_busy())


@contextmanager
def leased(
    batch: Batch,
    clock: Callable[[], datetime],
    patience: float | None = None,
    state: BatchState = BatchState.STAGING,
) -> Iterator[Lease]:
    """Hold the lease of a batch, after waiting for the loads before it, at most `patience` seconds.

    Raises Superseded when it is loaded already or by somebody else, NoSpace when the disk fills up meanwhile, and Busy
    when the other loads take too long.
    """
    lease = Lease(batch, clock, state)
    _knock(lambda: _taken(lease), patience)
    try:
        yield lease
    except (OperationalError, OSError) as error:
        if not _is_full(error):
            _dropped(lease, lost=True)
            raise
        _dropped(lease, told=_no_space() if lease.state == BatchState.STAGING else "", lost=True)
        raise NoSpace(_no_space()) from error
    except BaseException:
        _dropped(lease, lost=True)
        raise
    _dropped(lease)


def await_turn(clock: Callable[[], datetime], patience: float | None) -> None:
    """Wait until nobody loads, at most `patience` seconds; somebody else may still come first. Raises Busy."""
    _knock(lambda: not others_at_work(None, clock()), patience)


def _knock(is_open: Callable[[], bool], patience: float | None) -> None:
    since = time.monotonic()
    while not is_open():
        tired = patience is not None and time.monotonic() - since > patience
        if tired or connection.in_atomic_block:
            raise Busy(_busy())
        time.sleep(_POLL_SECONDS)


def _taken(lease: Lease) -> bool:
    batch, now = lease.batch, lease.clock()
    with transaction.atomic():
        only_writer()
        stored = Batch.objects.get(pk=batch.pk)
        states = LOADABLE if lease.state == BatchState.STAGING else (lease.state,)
        if stored.state not in states or (stored.worker and not is_dead(stored, now)):
            raise Superseded
        if others_at_work(batch, now):
            # It waits for its turn, and shows that it does.
            Batch.objects.filter(pk=batch.pk).update(heartbeat_at=now)
            return False
        batch.state, batch.worker, batch.heartbeat_at, batch.message = lease.state, lease.token, now, ""
        batch.save(update_fields=["state", "worker", "heartbeat_at", "message"])
    return True


def _dropped(lease: Lease, *, told: str = "", lost: bool = False) -> None:
    """Let go of a batch; one that is lost to an error counts as silent at once, so that it can be taken up."""
    changed: dict[str, Any] = {"worker": ""}
    if lost:
        changed["heartbeat_at"] = None
    if told:
        changed["message"] = told
    lease.batch.worker = ""
    # On a full disk even this may fail; then the silence of its heart tells.
    with suppress(DatabaseError):
        Batch.objects.filter(pk=lease.batch.pk, worker=lease.token).update(**changed)


def _busy() -> str:
    return _("Another import is under way. Try again when it is over.")


def _no_space() -> str:
    return _("The disk is full. The import has paused and nothing of it counts yet. Make room, then let it go on.")


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    cause = error.__cause__
    return getattr(cause, "pgcode", None) == _PG_DISK_FULL or "disk is full" in str(error)


def _machine() -> str:
    return f"{socket.gethostname()[:30]}:"


def _here() -> str:
    return f"{_machine()}{os.getpid()}:"


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
