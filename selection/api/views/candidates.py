"""Candidates: who they are, nominating one, and the moves that can be made with them."""

import random
from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from selection.api.documented import answers
from selection.api.doors import Door
from selection.api.getters import candidates_for, the_candidate
from selection.api.permissions import AdmitsInvolved, OnlyHRChanges
from selection.api.serializers.candidates import (
    CandidateSerializer,
    FullCandidateSerializer,
    FullOwnCandidacySerializer,
    NominationSerializer,
    OwnCandidacySerializer,
    OwnChangeSerializer,
    PossibleMovesSerializer,
    WantedMoveSerializer,
)
from selection.gates import MoveRequest
from selection.models import Candidate
from selection.models.candidates import STAGE_NAMES
from selection.roles import Person, is_self
from selection.rounds import nominate
from selection.workflow import move, possible_moves

SHOWN = PolymorphicProxySerializer(
    component_name="CandidateShown",
    serializers=[FullCandidateSerializer, FullOwnCandidacySerializer],
    resource_type_field_name=None,
)
LISTED = PolymorphicProxySerializer(
    component_name="CandidateListed",
    serializers=[CandidateSerializer, OwnCandidacySerializer],
    resource_type_field_name=None,
    many=True,
)


class CandidateFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By round and stage."""

    round = django_filters.NumberFilter()
    stage = django_filters.ChoiceFilter(choices=[(stage.value, name) for stage, name in STAGE_NAMES.items()])


def listed(candidate: Candidate, person: Person) -> dict[str, Any]:
    """A row of the list. To oneself everybody is a candidate only, whatever else they are."""
    serializer: type[ModelSerializer[Candidate]] = CandidateSerializer
    return dict((OwnCandidacySerializer if is_self(person, candidate) else serializer)(candidate).data)


def shown(candidate: Candidate, person: Person) -> dict[str, Any]:
    """All that the person may see of a candidate."""
    serializer: type[ModelSerializer[Candidate]] = FullCandidateSerializer
    return dict((FullOwnCandidacySerializer if is_self(person, candidate) else serializer)(candidate).data)


class CandidateList(Door[Candidate]):
    """Candidates."""

    permission_classes = [IsAuthenticated, AdmitsInvolved, OnlyHRChanges]
    filterset_class = CandidateFilter
    queryset = Candidate.objects.all()

    @answers(LISTED, refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the candidates one may know of: all, those in one's line, or oneself."""
        found = self.filter_queryset(candidates_for(self.person, timezone.localdate()))
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response([listed(candidate, self.person) for candidate in page])

    @answers(CandidateSerializer, status_code=201, takes=NominationSerializer, refusals=(400, 409, 413, 415))
    def post(self, request: Request) -> Response:
        """Nominate an agent into a round with a score of the round's policy."""
        wanted = self.taken(NominationSerializer)
        why = {"reason_code": wanted["reason_code"], "reason": wanted["reason"]}
        candidate = nominate(opened=wanted["round"], score=wanted["score"], actor=self.actor, at=self.now, **why)
        return Response(listed(candidate, self.person), status=status.HTTP_201_CREATED)


class CandidateDetail(Door[Candidate]):
    """One candidate."""

    permission_classes = [IsAuthenticated, AdmitsInvolved]

    @answers(SHOWN, refusals=(404,))
    def get(self, request: Request, pk: int) -> Response:
        """Show a candidate: the dossier with its hash to deciders, one's own way to a candidate."""
        return Response(shown(the_candidate(self.person, pk, timezone.localdate()), self.person))


class Moves(Door[Candidate]):
    """The moves of one candidate."""

    permission_classes = [IsAuthenticated, AdmitsInvolved]

    @answers(PossibleMovesSerializer, refusals=(404,))
    def get(self, request: Request, pk: int) -> Response:
        """Name the moves that the asker could make now."""
        candidate = the_candidate(self.person, pk, timezone.localdate())
        names = possible_moves(candidate, actor=self.actor, at=self.now)
        return Response(PossibleMovesSerializer({"stage": candidate.stage, "moves": names}).data)

    @answers(OwnChangeSerializer, status_code=201, takes=WantedMoveSerializer, refusals=(400, 404, 409, 413, 415))
    def post(self, request: Request, pk: int) -> Response:
        """Make one move; what stands against it is said in the same sentence as on every page."""
        candidate = the_candidate(self.person, pk, timezone.localdate())
        wanted = MoveRequest(actor=self.actor, at=self.now, **self.taken(WantedMoveSerializer))
        change = move(candidate=candidate, request=wanted, rng=random.SystemRandom())
        return Response(OwnChangeSerializer(change).data, status=status.HTTP_201_CREATED)
