"""Rounds: which there are, opening one, going on to the next phase."""

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from selection.api.documented import answers
from selection.api.doors import Door
from selection.api.getters import is_staff, rounds
from selection.api.permissions import DECIDERS_ONLY
from selection.api.serializers.rounds import (
    FullRoundSerializer,
    NextPhaseSerializer,
    RoundSerializer,
    WantedRoundSerializer,
)
from selection.models import Round
from selection.models.rounds import RoundPhase
from selection.roles import Person
from selection.rounds import RoundPlan, next_phase, open_round

PAIR = [FullRoundSerializer, RoundSerializer]
SHOWN = PolymorphicProxySerializer(component_name="RoundShown", serializers=PAIR, resource_type_field_name=None)
LISTED = PolymorphicProxySerializer(
    component_name="RoundShown", serializers=PAIR, resource_type_field_name=None, many=True
)


class RoundFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By phase."""

    phase = django_filters.ChoiceFilter(choices=RoundPhase.choices)


def shown_to(person: Person) -> type[RoundSerializer]:
    """Which fields of a round the person sees."""
    return FullRoundSerializer if is_staff(person) else RoundSerializer


class RoundList(Door[Round]):
    """Rounds."""

    permission_classes = DECIDERS_ONLY
    filterset_class = RoundFilter
    queryset = Round.objects.all()

    @answers(LISTED, refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the rounds, the newest first."""
        return self.page_of(rounds(), shown_to(self.person))

    @answers(FullRoundSerializer, status_code=201, takes=WantedRoundSerializer, refusals=(400, 409, 413, 415))
    def post(self, request: Request) -> Response:
        """Open a round with a published policy version, deadlines and at least two graders."""
        opened = open_round(plan=self.plan(), actor=self.actor, at=self.now)
        return Response(FullRoundSerializer(rounds().get(pk=opened.pk)).data, status=status.HTTP_201_CREATED)

    def plan(self) -> RoundPlan:
        """What the body says HR has decided."""
        wanted = WantedRoundSerializer(data=self.request.data)
        wanted.is_valid(raise_exception=True)
        plan: RoundPlan = wanted.save()
        return plan


class RoundDetail(Door[Round]):
    """One round."""

    permission_classes = DECIDERS_ONLY

    @answers(SHOWN, refusals=(404,))
    def get(self, request: Request, pk: int) -> Response:
        """Show a round; who grades is told to HR and auditors only."""
        return Response(shown_to(self.person)(get_object_or_404(rounds(), pk=pk)).data)


class NextPhase(Door[Round]):
    """Going on in a round."""

    permission_classes = DECIDERS_ONLY

    @answers(FullRoundSerializer, takes=NextPhaseSerializer, refusals=(400, 404, 409, 413, 415))
    def post(self, request: Request, pk: int) -> Response:
        """Go on from the named phase to the next; refused if the round is not in it any more."""
        opened = get_object_or_404(rounds(), pk=pk)
        opened.phase = self.taken(NextPhaseSerializer)["phase"]
        next_phase(opened=opened, actor=self.actor, at=self.now)
        return Response(FullRoundSerializer(rounds().get(pk=pk)).data)
