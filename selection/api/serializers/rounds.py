"""Rounds as HR and as deciders see them, and how one is opened."""

from typing import Any

from django.contrib.auth.models import User
from rest_framework import serializers

from assessments.models import KnowledgeTest, TestTask
from scoring.models import PolicyVersion, ScoreRun
from scoring.models.runs import RunState
from selection.api.serializers.policies import PolicyNameSerializer
from selection.api.serializers.strict import StrictSerializer
from selection.models import Round
from selection.models.rounds import RoundPhase
from selection.rounds import RoundPlan

MOST_PLACES = 1_000


class RoundSerializer(serializers.ModelSerializer[Round]):
    """A round for whoever takes part in it."""

    policy = PolicyNameSerializer(source="policy_version")
    phase_name = serializers.CharField(source="get_phase_display")

    class Meta:
        model = Round
        fields = (
            "id", "title", "phase", "phase_name", "places", "policy", "assessments_until", "decisions_until",
            "opened_at",
        )  # fmt: skip


class FullRoundSerializer(RoundSerializer):
    """A round for HR and auditors: with its run, test, task, and who grades, which deciders need not know."""

    opened_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    test_task = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    graders = serializers.SerializerMethodField()

    class Meta(RoundSerializer.Meta):
        fields = (  # type: ignore[assignment]
            *RoundSerializer.Meta.fields, "run", "knowledge_test", "test_task", "graders", "opened_by",
        )  # fmt: skip

    def get_graders(self, opened: Round) -> list[str]:
        """The logins that may be drawn to grade."""
        return [one.grader.username for one in opened.graders.all()]


class WantedRoundSerializer(StrictSerializer):
    """What HR decides when a round opens."""

    title = serializers.CharField(max_length=160)
    policy = serializers.PrimaryKeyRelatedField(queryset=PolicyVersion.objects.all())
    run = serializers.PrimaryKeyRelatedField(
        queryset=ScoreRun.objects.filter(state=RunState.FINISHED), allow_null=True, default=None
    )
    places = serializers.IntegerField(min_value=1, max_value=MOST_PLACES)
    knowledge_test = serializers.PrimaryKeyRelatedField(queryset=KnowledgeTest.objects.all())
    test_task = serializers.SlugRelatedField(slug_field="code", queryset=TestTask.objects.all())
    assessments_until = serializers.DateTimeField()
    decisions_until = serializers.DateTimeField()
    graders = serializers.SlugRelatedField(
        slug_field="username", queryset=User.objects.filter(is_active=True), many=True, help_text="Logins of graders."
    )

    def create(self, validated_data: dict[str, Any]) -> RoundPlan:
        """The plan that the verb takes."""
        return RoundPlan(policy_version=validated_data.pop("policy"), **validated_data)


class NextPhaseSerializer(StrictSerializer):
    """The phase that the sender believes the round is in: so a request sent twice moves the round once."""

    phase = serializers.ChoiceField(choices=RoundPhase.choices)
