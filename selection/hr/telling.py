"""Refusals become messages: the sentence of the verb, unchanged, on the page that comes next."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest

from assessments.refusals import Refused as WorkRefused
from scoring.policies import PublicationRefused
from selection.refusals import Refused


@contextmanager
def telling(request: HttpRequest, success: str = "") -> Iterator[None]:
    """Do what stands inside; say `success` afterwards, or the refusal's own sentence."""
    try:
        yield
    except (Refused, WorkRefused, PublicationRefused) as refused:
        messages.error(request, refused.sentence)
    else:
        if success:
            messages.success(request, success)
