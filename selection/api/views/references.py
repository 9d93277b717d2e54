"""References: asking three people, reading what they have seen, and one's own answer."""

import random

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from selection.api.documented import answers
from selection.api.doors import Door
from selection.api.getters import the_candidate
from selection.api.permissions import STAFF_ONLY, AdmitsAgents
from selection.api.serializers.references import (
    DeclinedSerializer,
    HandedInSerializer,
    OwnReferenceSerializer,
    ReferenceSerializer,
    ReferencesSerializer,
    WantedReferencesSerializer,
)
from selection.api.serializers.strict import NothingSerializer
from selection.models import Candidate, Reference
from selection.models.references import ReferenceState
from selection.reference_reading import ReferenceReading
from selection.references import ABOUT_ONESELF, Seen, ask, decline, hand_in, replace
from selection.refusals import Kind, Refused
from selection.roles import is_self

REFUSALS = (400, 404, 409, 413, 415)


class ReferenceFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By candidate and state."""

    candidate = django_filters.NumberFilter()
    state = django_filters.ChoiceFilter(choices=ReferenceState.choices)


class ReferenceList(Door[Reference]):
    """Who is asked about whom."""

    permission_classes = STAFF_ONLY
    filterset_class = ReferenceFilter
    queryset = Reference.objects.all()

    @answers(ReferenceSerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the references, the newest first; those about oneself are left out."""
        found = Reference.objects.select_related("referee").order_by("-asked_at", "-pk")
        agent = self.person.agent
        return self.page_of(found.exclude(candidate__agent=agent) if agent else found, ReferenceSerializer)


class CandidateReferences(Door[Reference]):
    """The references about one candidate."""

    permission_classes = STAFF_ONLY

    @answers(ReferencesSerializer, refusals=(404,))
    def get(self, request: Request, pk: int) -> Response:
        """Show who was asked and, from the second answer on, what they have seen."""
        return Response(ReferencesSerializer(ReferenceReading(self.case(pk))).data)

    @answers(ReferencesSerializer, status_code=201, takes=WantedReferencesSerializer, refusals=REFUSALS)
    def post(self, request: Request, pk: int) -> Response:
        """Ask the line manager and two colleagues."""
        case, named = self.case(pk), self.taken(WantedReferencesSerializer).get("colleagues", [])
        ask(candidate=case, colleagues=named, actor=self.actor, at=self.now, rng=random.SystemRandom())
        return Response(ReferencesSerializer(ReferenceReading(case)).data, status=status.HTTP_201_CREATED)

    def case(self, pk: int) -> Candidate:
        """The candidate; nobody reads what was said about themselves."""
        found = the_candidate(self.person, pk, timezone.localdate())
        if is_self(self.person, found):
            raise Refused(Kind.NOT_ALLOWED, str(ABOUT_ONESELF))
        return found


class ReplacedReference(Door[Reference]):
    """Asking somebody else."""

    permission_classes = STAFF_ONLY

    @answers(ReferenceSerializer, status_code=201, takes=NothingSerializer, refusals=REFUSALS)
    def post(self, request: Request, pk: int) -> Response:
        """Ask somebody else in the place of one who declined or does not answer."""
        self.taken(NothingSerializer)
        gone = get_object_or_404(Reference.objects.select_related("candidate"), pk=pk)
        made = replace(reference=gone, actor=self.actor, at=self.now, rng=random.SystemRandom())
        return Response(ReferenceSerializer(made).data, status=status.HTTP_201_CREATED)


class OwnReferenceDoor(Door[Reference]):
    """An address about what one is asked for oneself."""

    permission_classes = [IsAuthenticated, AdmitsAgents]

    def own(self) -> QuerySet[Reference]:
        """What one is asked for; references that HR has released are gone."""
        found = Reference.objects.select_related("candidate__agent", "candidate__round")
        return found.filter(referee=self.person.agent).exclude(state=ReferenceState.RELEASED)


class OwnReferenceList(OwnReferenceDoor):
    """What one is asked for."""

    queryset = Reference.objects.all()

    @answers(OwnReferenceSerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List whom one is asked about, the newest first."""
        return self.page_of(self.own().order_by("-asked_at", "-pk"), OwnReferenceSerializer)


class HandedInReference(OwnReferenceDoor):
    """Handing in."""

    @answers(OwnReferenceSerializer, takes=HandedInSerializer, refusals=REFUSALS)
    def post(self, request: Request, pk: int) -> Response:
        """Hand in what one has seen; it is not changed afterwards."""
        asked = get_object_or_404(self.own(), pk=pk)
        seen = {scale: Seen(**given) for scale, given in self.taken(HandedInSerializer).items()}
        hand_in(reference=asked, seen=seen, actor=self.actor, at=self.now)
        return Response(OwnReferenceSerializer(self.own().get(pk=pk)).data)


class DeclinedReference(OwnReferenceDoor):
    """Declining."""

    @answers(OwnReferenceSerializer, takes=DeclinedSerializer, refusals=REFUSALS)
    def post(self, request: Request, pk: int) -> Response:
        """Say that one cannot answer; it has no consequences for anybody."""
        asked = get_object_or_404(self.own(), pk=pk)
        decline(reference=asked, reason=self.taken(DeclinedSerializer)["reason"], actor=self.actor, at=self.now)
        return Response(OwnReferenceSerializer(self.own().get(pk=pk)).data)
