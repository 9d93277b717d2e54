"""Batches in the background worker, in the language of whoever waits for them."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language, override
from django_tasks import task

from scoring.batches import Manners, carry_out, check_batch, is_silent, reap
from scoring.cell_changes import prune_notes
from scoring.flags import look_over
from scoring.intake.load_lease import NoSpace, Superseded
from scoring.models import Batch
from scoring.models.batches import BatchState
from scoring.rereading import read_again, to_read_again


@task()
def check_evidence(batch_pk: int, language: str) -> None:
    """Make the dry run of a batch that is still open."""
    take_up_the_dead(timezone.now(), but=batch_pk)
    batch = Batch.objects.get(pk=batch_pk)
    if batch.state == BatchState.UPLOADED:
        with override(language):
            check_batch(batch=batch, at=timezone.now())


@task()
def load_evidence(batch_pk: int, language: str) -> None:
    """Load a confirmed batch."""
    take_up_the_dead(timezone.now(), but=batch_pk)
    with override(language):
        carry_out(batch=Batch.objects.select_related("created_by").get(pk=batch_pk), at=timezone.now())
    flag_evidence.enqueue(batch_pk)


@task()
def flag_evidence(batch_pk: int) -> None:
    """Look at what has been published for what seems odd; nothing waits for it."""
    look_over(batch=Batch.objects.get(pk=batch_pk), at=timezone.now())
    prune_notes(at=timezone.now())


@task()
def read_evidence_again(batch_pk: int) -> None:
    """Let a batch hold what it says together with one that was withdrawn."""
    batch = Batch.objects.get(pk=batch_pk)
    try:
        done = read_again(batch=batch, at=timezone.now(), pause=Manners(), clock=timezone.now)
    except (Superseded, NoSpace):  # withdrawn meanwhile, in other hands, or taken up when there is room
        return
    if done:
        flag_evidence.enqueue(batch_pk)


def take_up_the_dead(at: datetime, *, but: int = 0) -> int:
    """Send loads whose worker has died to a worker again, except the one that is in hand; return how many."""
    dead = reap(at=at, but=but)
    for batch in dead:
        load_evidence.enqueue(batch.pk, get_language() or "en")
    # One that still waits in the queue is sent twice; the second time finds nothing to do.
    forgotten = [one for one in to_read_again() if one.pk != but and (not one.worker or is_silent(one, at))]
    for batch in forgotten:
        read_evidence_again.enqueue(batch.pk)
    return len(dead) + len(forgotten)
