"""Agents as HR sees them, and as an agent sees themselves."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scoring.models import Agent, Assignment, Employment


class EmploymentSerializer(serializers.ModelSerializer[Employment]):
    """One unbroken period of employment."""

    class Meta:
        model = Employment
        fields = ("hired_on", "left_on")


class WorkplaceSerializer(serializers.ModelSerializer[Assignment]):
    """Where an agent works today."""

    team = serializers.CharField(source="team.name")
    is_technical_support = serializers.BooleanField(source="team.is_technical_support")

    class Meta:
        model = Assignment
        fields = ("team", "is_technical_support", "position", "starts_on")


class SupervisedWorkplaceSerializer(WorkplaceSerializer):
    """Where an agent works today and under whom."""

    manager = serializers.CharField(source="manager.staff_number", default=None, help_text="Staff number.")

    class Meta(WorkplaceSerializer.Meta):
        fields = (*WorkplaceSerializer.Meta.fields, "manager")  # type: ignore[assignment]


class MeSerializer(serializers.ModelSerializer[Agent]):
    """An agent to themselves: no name of anybody else. Needs `workplaces_today` (see getters.agents)."""

    workplace = serializers.SerializerMethodField()
    employments = EmploymentSerializer(many=True)

    class Meta:
        model = Agent
        fields = ("id", "staff_number", "full_name", "email", "workplace", "employments")

    @extend_schema_field(WorkplaceSerializer(allow_null=True))
    def get_workplace(self, agent: Agent) -> dict[str, Any] | None:
        """Where the agent works today, if anywhere."""
        return _workplace(agent, WorkplaceSerializer)


class AgentSerializer(MeSerializer):
    """An agent to HR and auditors."""

    has_login = serializers.SerializerMethodField()

    class Meta(MeSerializer.Meta):
        fields = (*MeSerializer.Meta.fields, "has_login")  # type: ignore[assignment]

    @extend_schema_field(SupervisedWorkplaceSerializer(allow_null=True))
    def get_workplace(self, agent: Agent) -> dict[str, Any] | None:
        """Where the agent works today and under whom."""
        return _workplace(agent, SupervisedWorkplaceSerializer)

    def get_has_login(self, agent: Agent) -> bool:
        """Tell whether the agent can log in."""
        return agent.user_id is not None


def _workplace(agent: Agent, serializer: type[WorkplaceSerializer]) -> dict[str, Any] | None:
    today: list[Assignment] = getattr(agent, "workplaces_today")  # noqa: B009  # set by the prefetch
    return dict(serializer(today[-1]).data) if today else None


class AgentNameSerializer(serializers.ModelSerializer[Agent]):
    """An agent in passing."""

    class Meta:
        model = Agent
        fields = ("id", "staff_number", "full_name")
