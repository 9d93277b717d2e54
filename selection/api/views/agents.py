"""Agents: the roster for HR and auditors, oneself for an agent."""

import django_filters
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from scoring.models import Agent
from selection.api.documented import answers
from selection.api.doors import Door
from selection.api.getters import agents
from selection.api.permissions import STAFF_ONLY, AdmitsAgents
from selection.api.serializers.agents import AgentSerializer, MeSerializer


class AgentFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By staff number, or by login."""

    staff_number = django_filters.CharFilter(help_text="The whole number.")
    has_login = django_filters.BooleanFilter(field_name="user", lookup_expr="isnull", exclude=True)


class AgentList(Door[Agent]):
    """The roster."""

    permission_classes = STAFF_ONLY
    filterset_class = AgentFilter
    queryset = Agent.objects.all()

    @answers(AgentSerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the agents, by name, with where they work today."""
        return self.page_of(agents(timezone.localdate()), AgentSerializer)


class AgentDetail(Door[Agent]):
    """One agent."""

    permission_classes = STAFF_ONLY

    @answers(AgentSerializer, refusals=(404,))
    def get(self, request: Request, pk: int) -> Response:
        """Show one agent."""
        return Response(AgentSerializer(get_object_or_404(agents(timezone.localdate()), pk=pk)).data)


class Me(Door[Agent]):
    """Oneself, for an agent."""

    permission_classes = [IsAuthenticated, AdmitsAgents]

    @answers(MeSerializer)
    def get(self, request: Request) -> Response:
        """Show what the roster says of the agent behind the login."""
        return Response(MeSerializer(agents(timezone.localdate()).get(user_id=self.actor.pk)).data)
