"""What every page shows at its top: the rooms this person may enter."""

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context of the base template."""
    return {}
