"""The getters of evidence pages, and their refusals as HR's other pages know them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language

from scoring.batch_tasks import check_evidence, load_evidence, read_evidence_again
from scoring.incident_reads import known_incidents
from scoring.models import Batch, ViralIncident
from scoring.refusals import EvidenceRefused


def the_batch(pk: int) -> Batch:
    """A batch with the person who brought it in."""
    return get_object_or_404(Batch.objects.select_related("created_by"), pk=pk)


def the_incident(pk: int) -> ViralIncident:
    """A viral incident with its agent and the people behind it; absent while its file is being loaded."""
    found = known_incidents().select_related("agent", "batch", "recorded_by", "verified_by")
    return get_object_or_404(found, pk=pk)


@contextmanager
def telling(request: HttpRequest, success: str = "") -> Iterator[None]:
    """Do what stands inside; say `success` afterwards, or the refusal's own sentence."""
    try:
        yield
    except EvidenceRefused as refused:
        messages.error(request, refused.sentence)
    else:
        if success:
            messages.success(request, success)


def send_to_check(batch: Batch) -> None:
    """Have the worker make the dry run; what asks for it is stored by now."""
    check_evidence.enqueue(batch.pk, get_language() or "en")


def send_to_load(batch: Batch) -> None:
    """Have the worker load a confirmed batch."""
    load_evidence.enqueue(batch.pk, get_language() or "en")


def send_to_read_again(batch: Batch) -> None:
    """Have the worker read the file of a batch again, after one that shares ratings with it was withdrawn."""
    read_evidence_again.enqueue(batch.pk)
