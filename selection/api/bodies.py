"""Reading a request's body: JSON in UTF-8 of a bounded size and depth."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser


class BodyTooLarge(APIException):
    """The body is longer than the server reads."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The body is too large. Send it in several requests of at most five megabytes each.")
    default_code = "too_large"


class BoundedJSONParser(JSONParser):
    """JSON, read no further than DATA_UPLOAD_MAX_MEMORY_SIZE: the framework's own parser reads without end."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Give the data, or refuse the body. JSON is UTF-8 whatever the header says (RFC 8259, section 8.1)."""
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge
        try:
            return super().parse(BytesIO(body), media_type, {"encoding": "utf-8"})
        except RecursionError:
            raise ParseError(_("The body is nested too deep. Send plain records.")) from None
