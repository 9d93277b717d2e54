"""Batches in the background worker, in the language of whoever waits for them."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language, override
from django_tasks import task

from scoring.batches import carry_out, check_batch, reap
from scoring.flags import look_over
from scoring.models import Batch
from scoring.models.batches import BatchState


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


def take_up_the_dead(at: datetime, *, but: int = 0) -> int:
    """Send loads whose worker has died to a worker again, except the one that is in hand; return how many."""
    dead = reap(at=at, but=but)
    for batch in dead:
        load_evidence.enqueue(batch.pk, get_language() or "en")
    return len(dead)
