"""The human hand: every step against a verdict, and how often each person makes one."""

import django_filters
from rest_framework.request import Request
from rest_framework.response import Response

from selection.api.documented import answers
from selection.api.doors import Door
from selection.api.permissions import STAFF_ONLY
from selection.api.serializers.comparing import HandsSerializer, OverrideSerializer
from selection.models import Override
from selection.models.overrides import OVERRIDABLE, OverrideReason
from selection.override_report import hands


class OverrideFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By person, round, step and reason."""

    actor = django_filters.CharFilter(field_name="actor__username")
    round = django_filters.NumberFilter(field_name="candidate__round")
    move = django_filters.ChoiceFilter(choices=list(OVERRIDABLE.items()))
    code = django_filters.ChoiceFilter(choices=OverrideReason.choices)


class OverrideList(Door[Override]):
    """Steps against a verdict; they are made with a nomination or a move, and need a code and a reason there."""

    permission_classes = STAFF_ONLY
    filterset_class = OverrideFilter
    queryset = Override.objects.all()

    @answers(OverrideSerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the overrides, the newest first."""
        found = Override.objects.select_related("candidate__agent", "actor").order_by("-at", "-pk")
        return self.page_of(found, OverrideSerializer)


class OverrideRates(Door[Override]):
    """How often each person decides against the verdict."""

    permission_classes = STAFF_ONLY

    @answers(HandsSerializer)
    def get(self, request: Request) -> Response:
        """Give everybody's steps and overrides, the rate that is surely highest first."""
        return Response(HandsSerializer({"people": hands()}).data)
