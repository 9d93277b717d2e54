"""Batches in the background worker, in the language of whoever waits for them."""

from django.utils import timezone
from django.utils.translation import override
from django_tasks import task

from scoring.batches import carry_out, check_batch
from scoring.models import Batch
from scoring.models.batches import BatchState


@task()
def check_evidence(batch_pk: int, language: str) -> None:
    """Make the dry run of a batch that is still open."""
    batch = Batch.objects.get(pk=batch_pk)
    if batch.state == BatchState.UPLOADED:
        with override(language):
            check_batch(batch=batch, at=timezone.now())


@task()
def load_evidence(batch_pk: int, language: str) -> None:
    """Load a confirmed batch."""
    with override(language):
        carry_out(batch=Batch.objects.select_related("created_by").get(pk=batch_pk), at=timezone.now())
