"""Errors of the API: one shape, and refusals in the same sentence as on the pages."""

from functools import singledispatch

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import get_language
from drf_standardized_errors.handler import exception_handler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from assessments import refusals as assessments
from scoring.policies import PublicationRefused
from scoring.policy import PolicyRefused
from selection.api.bodies import BodyTooLarge
from selection.refusals import Kind, Refused

STATUSES = {
    Kind.NOT_ALLOWED: status.HTTP_403_FORBIDDEN,
    Kind.NOT_NOW: status.HTTP_409_CONFLICT,
    Kind.STALE: status.HTTP_409_CONFLICT,
    Kind.INCOMPLETE: status.HTTP_400_BAD_REQUEST,
}


class Refusal(APIException):
    """A refusal of the domain on its way out: its own sentence, a code for machines, a status for HTTP."""

    def __init__(self, sentence: str, *, code: str, status_code: int) -> None:
        super().__init__(sentence, code)
        self.status_code = status_code


def handle(exception: Exception, context: ExceptionHandlerContext) -> Response | None:
    """Word an exception as a response."""
    response: Response | None = exception_handler(as_refusal(exception), context)
    return response


@singledispatch
def as_refusal(exception: Exception) -> Exception:
    """Turn what the domain refuses into an answer; anything else stays what it is."""
    return exception


@as_refusal.register
def _selection(exception: Refused) -> Exception:
    return Refusal(exception.sentence, code=exception.kind.value, status_code=STATUSES[exception.kind])


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
