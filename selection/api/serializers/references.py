"""References: who is asked about whom, what they have seen, and how near they are to each other."""

from typing import Any

from rest_framework import serializers

from scoring.formula import Nearness
from scoring.models import Agent, Result
from selection.api.serializers.agents import AgentNameSerializer
from selection.api.serializers.strict import StrictSerializer
from selection.models import Reference
from selection.references import scales

LONGEST_CASE, LONGEST_REASON = 4_000, 1_000


class ReferenceSerializer(serializers.ModelSerializer[Reference]):
    """Who was asked about which candidate, and how it stands; never what was said."""

    referee = AgentNameSerializer()
    relation = serializers.CharField(help_text="manager or colleague")
    state = serializers.CharField(help_text="asked, handed_in, declined or released")

    class Meta:
        model = Reference
        fields = ("id", "candidate", "referee", "relation", "state", "asked_at", "answered_at", "reason")


class OwnReferenceSerializer(serializers.ModelSerializer[Reference]):
    """A reference that one is asked for oneself."""

    agent = serializers.CharField(source="candidate.agent.full_name", help_text="About whom.")
    round = serializers.CharField(source="candidate.round.title")
    relation = serializers.CharField(help_text="manager or colleague")
    state = serializers.CharField(help_text="asked, handed_in or declined")

    class Meta:
        model = Reference
        fields = ("id", "agent", "round", "relation", "state", "asked_at", "answered_at", "reason")


class ToldSerializer(serializers.Serializer[Any]):
    """One observation."""

    referee = serializers.CharField()
    relation = serializers.CharField()
    level = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # the framework takes fields off the class
    text = serializers.CharField()


class NearnessSerializer(serializers.Serializer[Nearness]):
    """How near the levels are: shares of the pairs of referees."""

    pairs = serializers.IntegerField()
    exact = serializers.FloatField(help_text="Chose the same level.")
    adjacent = serializers.FloatField(help_text="At most one level apart.")


class ObservedResultSerializer(serializers.ModelSerializer[Result]):
    """What the observations on one scale amount to."""

    class Meta:
        model = Result
        fields = ("value", "standard_error", "observations", "taken_at")


class ScaleToldSerializer(serializers.Serializer[Any]):
    """All observations on one scale."""

    scale = serializers.CharField(source="key")
    name = serializers.CharField()
    question = serializers.CharField()
    observations = ToldSerializer(source="told", many=True)
    result = ObservedResultSerializer(allow_null=True)
    agreement = NearnessSerializer(source="near", allow_null=True)


class ReferencesSerializer(serializers.Serializer[Any]):
    """The references about one candidate. `scales` stays empty before two are handed in: nobody is led by the first."""

    still_needed = serializers.IntegerField()
    asked = ReferenceSerializer(many=True)
    scales = ScaleToldSerializer(many=True)


class WantedReferencesSerializer(StrictSerializer):
    """Which colleagues to ask beside the line manager; whoever is not named is drawn."""

    colleagues = serializers.SlugRelatedField(
        slug_field="staff_number", queryset=Agent.objects.all(), many=True, required=False, help_text="Staff numbers."
    )


class SeenSerializer(StrictSerializer):
    """A level, and the case that shows it."""

    level = serializers.IntegerField(min_value=1, max_value=9)
    text = serializers.CharField(max_length=LONGEST_CASE)


class HandedInSerializer(StrictSerializer):
    """What one has seen, on every scale."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """A field for each scale that ships."""
        return {scale.key: SeenSerializer(help_text=scale.by_language["en"].question) for scale in scales()}


class DeclinedSerializer(StrictSerializer):
    """Why one cannot say."""

    reason = serializers.CharField(max_length=LONGEST_REASON)
