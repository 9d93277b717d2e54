"""Errors of the API: one shape, and refusals in the same sentence as on the pages."""

from functools import singledispatch

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import get_language
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from assessments import refusals as assessments
from scoring.intake.load_lease import Busy, NoSpace
from scoring.policies import PublicationRefused
from scoring.policy import PolicyRefused
from scoring.refusals import EvidenceRefused
from selection.api.bodies import BodyTooLarge
from selection.refusals import Kind, Refused

STATUSES = {
    Kind.NOT_ALLOWED: status.HTTP_403_FORBIDDEN,
    Kind.NOT_NOW: status.HTTP_409_CONFLICT,
    Kind.STALE: status.HTTP_409_CONFLICT,
    Kind.INCOMPLETE: status.HTTP_400_BAD_REQUEST,
}
BUSY_SECONDS, NO_SPACE_SECONDS = 30, 300


class Refusal(APIException):
    """A refusal of the domain on its way out: its own sentence, a code for machines, a status for HTTP."""

    def __init__(self, sentence: str, *, code: str, status_code: int, wait: int | None = None) -> None:
        super().__init__(sentence, code)
        self.status_code = status_code
        self.wait = wait  # seconds, said as Retry-After


class Handler(ExceptionHandler):
    """Errors are reported to whoever watches the server; what the domain refuses is none, whatever its status."""

    def report_exception(self, exc: APIException, response: Response) -> None:
        if not isinstance(exc, Refusal):
            super().report_exception(exc, response)


def handle(exception: Exception, context: ExceptionHandlerContext) -> Response | None:
    """Word an exception as a response."""
    return Handler(as_refusal(exception), context).run()


@singledispatch
def as_refusal(exception: Exception) -> Exception:
    """Turn what the domain refuses into an answer; anything else stays what it is."""
    return exception


@as_refusal.register
def _selection(exception: Refused) -> Exception:
    return Refusal(exception.sentence, code=exception.kind.value, status_code=STATUSES[exception.kind])


@as_refusal.register
def _evidence(exception: EvidenceRefused) -> Exception:
    return Refusal(exception.sentence, code=Kind.NOT_NOW.value, status_code=status.HTTP_409_CONFLICT)


@as_refusal.register
def _busy(exception: Busy) -> Exception:
    return _later(exception, wait=BUSY_SECONDS)


@as_refusal.register
def _no_space(exception: NoSpace) -> Exception:
    return _later(exception, wait=NO_SPACE_SECONDS)


def _later(exception: EvidenceRefused, *, wait: int) -> Exception:
    return Refusal(exception.sentence, code="try_later", status_code=status.HTTP_503_SERVICE_UNAVAILABLE, wait=wait)


@as_refusal.register
def _too_large(exception: RequestDataTooBig) -> Exception:
    return BodyTooLarge()


@as_refusal.register
def _assessments(exception: assessments.Refused) -> Exception:
    return Refusal(exception.sentence, code=exception.code, status_code=exception.status)


@as_refusal.register
def _publication(exception: PublicationRefused) -> Exception:
    return Refusal(exception.sentence, code=Kind.NOT_NOW.value, status_code=status.HTTP_409_CONFLICT)


@as_refusal.register
def _policy(exception: PolicyRefused) -> Exception:
    sentences = " ".join(problem.worded((get_language() or "en")[:2]) for problem in exception.problems)
    return Refusal(sentences, code="policy_refused", status_code=status.HTTP_409_CONFLICT)
