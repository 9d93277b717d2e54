"""Replacements of stored values: what a batch offers, asking for it, and the second person's decision."""

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scoring.models import Batch, Replacement
from scoring.models.replacements import ReplacementState
from scoring.replacements import ask, confirm, decline, offered
from selection.api.documented import answers
from selection.api.doors import Door
from selection.api.permissions import STAFF_ONLY
from selection.api.serializers.replacements import (
    CONFIRM,
    DecidedReplacementSerializer,
    OfferSerializer,
    ReplacementSerializer,
    WantedReplacementSerializer,
    WholeReplacementSerializer,
    replaced,
)

REFUSALS = (400, 404, 409, 413, 415, 503)


class ReplacementFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By batch and state."""

    batch = django_filters.NumberFilter()
    state = django_filters.ChoiceFilter(choices=ReplacementState.choices)


class ReplacementDoor(Door[Replacement]):
    """An address about what was asked for, or done."""

    permission_classes = STAFF_ONLY

    def found(self) -> QuerySet[Replacement]:
        """Requests; what is only offered stands with its batch."""
        hidden = (ReplacementState.STAGED, ReplacementState.OFFERED)
        return Replacement.objects.exclude(state__in=hidden).select_related("asked_by", "decided_by")

    def shown(self, pk: int, status_code: int = status.HTTP_200_OK) -> Response:
        """One request as it stands now."""
        return Response(WholeReplacementSerializer(get_object_or_404(self.found(), pk=pk)).data, status=status_code)


class ReplacementList(ReplacementDoor):
    """Requests."""

    filterset_class = ReplacementFilter
    queryset = Replacement.objects.all()

    @answers(ReplacementSerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the requests, the newest first."""
        return self.page_of(self.found().order_by("-asked_at", "-pk"), ReplacementSerializer)


class ReplacementDetail(ReplacementDoor):
    """One request."""

    @answers(WholeReplacementSerializer, refusals=(404,))
    def get(self, request: Request, pk: int) -> Response:
        """Show a request with every value before and after."""
        return self.shown(pk)


class BatchReplacements(ReplacementDoor):
    """What one batch says of ratings or incidents that are stored with other values."""

    @answers(OfferSerializer, refusals=(404,))
    def get(self, request: Request, pk: int) -> Response:
        """List the refused records that differ from what is stored, field by field."""
        return Response({"rows": replaced(offered(get_object_or_404(Batch.objects.all(), pk=pk)))})

    @answers(WholeReplacementSerializer, status_code=201, takes=WantedReplacementSerializer, refusals=REFUSALS)
    def post(self, request: Request, pk: int) -> Response:
        """Ask that these records replace what is stored; nothing changes before a second person confirms."""
        batch, wanted = get_object_or_404(Batch.objects.all(), pk=pk), self.taken(WantedReplacementSerializer)
        made = ask(batch=batch, **wanted, actor=self.actor, at=self.now)
        return self.shown(made.pk, status.HTTP_201_CREATED)


class Decision(ReplacementDoor):
    """The second person's word."""

    @answers(WholeReplacementSerializer, takes=DecidedReplacementSerializer, refusals=REFUSALS)
    def post(self, request: Request, pk: int) -> Response:
        """Confirm or decline what another person has asked for."""
        found, said = get_object_or_404(self.found(), pk=pk), self.taken(DecidedReplacementSerializer)
        answer = confirm if said["decision"] == CONFIRM else decline
        answer(replacement=found, reason=said["reason"], actor=self.actor, at=self.now)
        return self.shown(pk)
