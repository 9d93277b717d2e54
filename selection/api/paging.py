"""Pages of a list: `limit` and `offset`, both bounded."""

from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

FARTHEST = 10_000_000


class Pages(LimitOffsetPagination):
    """At most 500 at a time; an offset that no list reaches is cut off before a database chokes on it."""

    max_limit = 500

    def get_offset(self, request: Request) -> int:
        """Where the page begins."""
        return min(super().get_offset(request), FARTHEST)
