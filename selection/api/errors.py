"""Errors of the API: one shape, and refusals in the same sentence as on the pages."""

from typing import Any

from drf_standardized_errors.handler import exception_handler
from rest_framework.response import Response


def handle(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Word an exception as a response."""
    response: Response | None = exception_handler(exception, context)
    return response
