"""Comparisons and what-ifs: asking for them, and reading every one that was asked."""

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from scoring.comparison import compare
from scoring.evaluation import NoEvidence
from scoring.models import Comparison
from scoring.what_if import levers_of
from selection.api.documented import answers
from selection.api.doors import Door
from selection.api.getters import runs
from selection.api.permissions import STAFF_ONLY
from selection.api.serializers.comparing import (
    ComparisonSerializer,
    WantedComparisonSerializer,
    WantedWhatIfSerializer,
    WhatIfSerializer,
    WholeComparisonSerializer,
)
from selection.models import WhatIf
from selection.what_ifs import try_what_if

REFUSALS = (400, 404, 409, 413, 415)


class ComparisonList(Door[Comparison]):
    """Comparisons of two policy versions."""

    permission_classes = STAFF_ONLY
    queryset = Comparison.objects.all()

    @answers(ComparisonSerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the comparisons, the newest first."""
        return self.page_of(_comparisons().defer("result"), ComparisonSerializer)

    @answers(WholeComparisonSerializer, status_code=201, takes=WantedComparisonSerializer, refusals=(400, 413, 415))
    def post(self, request: Request) -> Response:
        """Compare two versions on the same evidence; what was compared before is given back."""
        try:
            made = compare(**self.taken(WantedComparisonSerializer), actor=self.actor, at=self.now)
        except NoEvidence:
            told = _("There is no evidence up to this day. Choose a later one, or import evidence.")
            raise ValidationError({"as_of": told}) from None
        return Response(WholeComparisonSerializer(made).data, status=status.HTTP_201_CREATED)


class ComparisonDetail(Door[Comparison]):
    """One comparison."""

    permission_classes = STAFF_ONLY

    @answers(WholeComparisonSerializer, refusals=(404,))
    def get(self, request: Request, pk: int) -> Response:
        """Show who enters, who leaves, who moves and why, with both error rates of the conditions."""
        return Response(WholeComparisonSerializer(get_object_or_404(_comparisons(), pk=pk)).data)


class WhatIfFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By policy, round and person."""

    policy = django_filters.CharFilter(field_name="run__policy_version__name", help_text="Name of the policy.")
    round = django_filters.NumberFilter()
    actor = django_filters.CharFilter(field_name="actor__username")


class WhatIfList(Door[WhatIf]):
    """Every what-if that was asked."""

    permission_classes = STAFF_ONLY
    filterset_class = WhatIfFilter
    queryset = WhatIf.objects.all()

    @answers(WhatIfSerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the what-ifs, the newest first."""
        return self.page_of(_what_ifs(), WhatIfSerializer)


class RunWhatIfs(Door[WhatIf]):
    """What-ifs over one run."""

    permission_classes = STAFF_ONLY

    @answers(WhatIfSerializer, status_code=201, takes=WantedWhatIfSerializer, refusals=REFUSALS)
    def post(self, request: Request, pk: int) -> Response:
        """Ask what other weights or cuts would do to the list; it is kept, and the auditor sees it."""
        run = get_object_or_404(runs(), pk=pk)
        values = self.taken(WantedWhatIfSerializer)["values"]
        known = {lever.key for lever in levers_of(run)}
        if strange := sorted(set(values) - known):
            told = {"strange": ", ".join(strange), "known": ", ".join(sorted(known))}
            raise ValidationError({"values": _("Nothing moves %(strange)s. What can be moved: %(known)s.") % told})
        kept = try_what_if(run=run, values=values, actor=self.actor, at=self.now).kept
        if kept is None:
            raise ValidationError({"values": _("These are the values of the policy, so nothing would change.")})
        return Response(WhatIfSerializer(kept).data, status=status.HTTP_201_CREATED)


def _comparisons() -> QuerySet[Comparison]:
    return Comparison.objects.select_related("before", "after", "made_by").order_by("-made_at", "-pk")


def _what_ifs() -> QuerySet[WhatIf]:
    return WhatIf.objects.select_related("run__policy_version", "actor").order_by("-at", "-pk")
