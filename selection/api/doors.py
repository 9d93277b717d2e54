"""The view that all addresses share: who asks, how bodies are read, how lists are given."""

from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from selection.api.bodies import BoundedJSONParser
from selection.api.paging import Pages
from selection.roles import Person, person_of

M = TypeVar("M", bound=Model)
PAGING = frozenset({"limit", "offset", "format"})


class StrictFilters(DjangoFilterBackend):  # type: ignore[misc]  # django-filter ships no type hints
    """Filters of a list; a misspelt filter is refused, for else it would give everything."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        """Narrow and sort the list as the query asks."""
        filters = view.filterset_class.get_filters() if getattr(view, "filterset_class", None) else {}
        known = PAGING | set(filters)
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError({name: ErrorDetail(_unknown(known), code="unknown_filter") for name in unknown[:20]})
        return super().filter_queryset(request, queryset, view)


class Door(GenericAPIView[M]):
    """A view of the API."""

    parser_classes = [BoundedJSONParser]
    pagination_class = Pages
    filter_backends = [StrictFilters]
    metadata_class = None  # OPTIONS would describe the fields of other roles

    @cached_property
    def person(self) -> Person:
        """Who asks."""
        return person_of(self.request.user)

    @property
    def actor(self) -> User:
        """The login that acts."""
        assert isinstance(self.request.user, User)
        return self.request.user

    @cached_property
    def now(self) -> datetime:
        """The clock of this request."""
        return timezone.now()

    def taken(self, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """What the body says, checked; raises ValidationError, answered with 400."""
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        data: dict[str, Any] = checked.validated_data
        return data

    def page_of(self, found: QuerySet[M], serializer: type[BaseSerializer[M]]) -> Response:
        """One page of a list, filtered and sorted as asked."""
        page = self.paginate_queryset(self.filter_queryset(found))
        rows = serializer(page, many=True)  # type: ignore[arg-type]  # the stubs know no `many`
        return self.get_paginated_response(rows.data)


def _unknown(known: frozenset[str]) -> str:
    return _("There is no such filter here. The filters are: %(known)s.") % {"known": ", ".join(sorted(known))}
