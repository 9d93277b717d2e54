"""Evidence: pushing ratings and viral incidents, and what became of every batch."""

from collections.abc import Callable

import django_filters
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from scoring.incident_reads import known_incidents
from scoring.intake.load_report import ACCEPT, PARTIAL
from scoring.intake.meanings import RATINGS, VIRAL
from scoring.models import Batch, ViralIncident
from scoring.models.batches import BatchState, EvidenceKind
from scoring.models.evidence import IncidentSign, IncidentState
from selection.api.documented import F, answers
from selection.api.doors import Door, M
from selection.api.permissions import STAFF_ONLY
from selection.api.serializers.evidence import (
    BatchReportSerializer,
    BatchSerializer,
    IncidentSerializer,
    PushedIncidentsSerializer,
    PushedRatingsSerializer,
    ReportSerializer,
)
from selection.api.serializers.strict import StrictSerializer
from selection.pushes import Evidence, push, push_once

LONGEST_KEY = 200
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A name for this request, at most 200 characters: sent again, it gets the first answer again.",
)


def pushes(takes: type[StrictSerializer]) -> Callable[[F], F]:
    """Describe a method that takes evidence in."""
    return answers(
        ReportSerializer,
        status_code=status.HTTP_201_CREATED,
        takes=takes,
        parameters=[KEY],
        also={200: ReportSerializer, 422: ReportSerializer},
        refusals=(400, 409, 413, 415, 503),
    )


class BatchFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By kind and state."""

    kind = django_filters.ChoiceFilter(choices=EvidenceKind.choices)
    state = django_filters.ChoiceFilter(choices=BatchState.choices)


class IncidentFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By agent, state and sign."""

    agent = django_filters.CharFilter(field_name="agent__staff_number", help_text="Staff number.")
    state = django_filters.ChoiceFilter(choices=IncidentState.choices)
    sign = django_filters.ChoiceFilter(choices=IncidentSign.choices)


class Pushing(Door[M]):
    """A door through which evidence comes in."""

    permission_classes = STAFF_ONLY

    def pushed(self, evidence: Evidence) -> Response:
        """Import once, and answer with the report: 201 for what came in, 422 for what was turned away whole."""
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            report, is_repeated = push(evidence=evidence, actor=self.actor, at=self.now), False
        else:
            named = _checked(key)
            report, is_repeated = push_once(evidence=evidence, key=named, actor=self.actor, at=self.now)
        if report["action"] not in {ACCEPT, PARTIAL}:
            return Response(report, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
        return Response(report, status=status.HTTP_200_OK if is_repeated else status.HTTP_201_CREATED)


def _checked(key: str) -> str:
    if not (key.isascii() and key.isprintable() and 0 < len(key) <= LONGEST_KEY):
        sentence = _("Give the key as 1 to %(most)d plain characters.") % {"most": LONGEST_KEY}
        raise ValidationError({"Idempotency-Key": [ErrorDetail(sentence, code="invalid")]})
    return key


class Ratings(Pushing[Batch]):
    """Ratings, in."""

    @pushes(PushedRatingsSerializer)
    def post(self, request: Request) -> Response:
        """Push up to 5,000 ratings; a known rating changes nothing. The answer is the report of the import."""
        wanted = self.taken(PushedRatingsSerializer)
        return self.pushed(Evidence(kind=RATINGS, **wanted))


class Incidents(Pushing[ViralIncident]):
    """Viral incidents."""

    filterset_class = IncidentFilter
    queryset = ViralIncident.objects.all()

    @answers(IncidentSerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the incidents, the newest first."""
        found = known_incidents().select_related("agent", "recorded_by", "verified_by")
        return self.page_of(found.order_by("-flagged_at", "-pk"), IncidentSerializer)

    @pushes(PushedIncidentsSerializer)
    def post(self, request: Request) -> Response:
        """Push up to 5,000 incidents; they count once a second person has verified them."""
        wanted = self.taken(PushedIncidentsSerializer)
        return self.pushed(Evidence(kind=VIRAL, **wanted))


class BatchList(Door[Batch]):
    """Batches of evidence."""

    permission_classes = STAFF_ONLY
    filterset_class = BatchFilter
    queryset = Batch.objects.all()

    @answers(BatchSerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the batches, the newest first."""
        found = Batch.objects.select_related("created_by").order_by("-created_at", "-pk")
        return self.page_of(found, BatchSerializer)


class BatchDetail(Door[Batch]):
    """One batch."""

    permission_classes = STAFF_ONLY

    @answers(BatchReportSerializer, refusals=(404,))
    def get(self, request: Request, pk: int) -> Response:
        """Show what became of a batch, with the records that were refused."""
        return Response(BatchReportSerializer(get_object_or_404(Batch.objects.all(), pk=pk)).data)
