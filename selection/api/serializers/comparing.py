"""Comparisons of policies, what-ifs, overrides, and who has read what counts."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from scoring.models import Comparison, PolicyVersion
from scoring.models.policies import PolicyState
from selection.api.serializers.agents import AgentNameSerializer
from selection.api.serializers.policies import PolicyNameSerializer
from selection.api.serializers.runs import MOST_PLACES, not_ahead
from selection.api.serializers.strict import StrictSerializer
from selection.models import Override, PolicyAcknowledgement, WhatIf


class ComparisonSerializer(serializers.ModelSerializer[Comparison]):
    """One comparison in a list."""

    before = PolicyNameSerializer()
    after = PolicyNameSerializer()
    made_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = Comparison
        fields = (
            "id", "before", "after", "as_of", "places", "seed", "evidence_fingerprint", "code_version", "made_by",
            "made_at",
        )  # fmt: skip


class WholeComparisonSerializer(ComparisonSerializer):
    """One comparison with all that was found; docs/scores.md says what stands in the result."""

    result = serializers.JSONField()

    class Meta(ComparisonSerializer.Meta):
        fields = (*ComparisonSerializer.Meta.fields, "result")  # type: ignore[assignment]


class WantedComparisonSerializer(StrictSerializer):
    """Which two versions, on the evidence of which day, for how many places."""

    before = serializers.PrimaryKeyRelatedField(queryset=PolicyVersion.objects.exclude(state=PolicyState.RETIRED))
    after = serializers.PrimaryKeyRelatedField(queryset=PolicyVersion.objects.exclude(state=PolicyState.RETIRED))
    as_of = serializers.DateField(default=timezone.localdate, validators=[not_ahead], help_text="Default: today.")
    places = serializers.IntegerField(min_value=1, max_value=MOST_PLACES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A version is compared with another one."""
        if attrs["before"] == attrs["after"]:
            raise serializers.ValidationError({"after": _("This is the same version twice. Choose another one.")})
        return attrs


class WhatIfSerializer(serializers.ModelSerializer[WhatIf]):
    """One what-if: what was moved, and what would follow. `enters` and `leaves` are ids of agents."""

    policy = PolicyNameSerializer(source="run.policy_version")
    actor = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    changes = serializers.JSONField(help_text="By key of the entry in the policy: from and to.")
    enters = serializers.ListField(child=serializers.IntegerField(), source="summary.enters")
    leaves = serializers.ListField(child=serializers.IntegerField(), source="summary.leaves")
    eligible = serializers.ListField(
        child=serializers.IntegerField(), source="summary.eligible", help_text="How many may be chosen: before, after."
    )

    class Meta:
        model = WhatIf
        fields = ("id", "run", "round", "policy", "actor", "at", "changes", "enters", "leaves", "eligible")


class WantedWhatIfSerializer(StrictSerializer):
    """Weights and cuts that are to be moved."""

    values = serializers.DictField(
        child=serializers.FloatField(min_value=-1e9, max_value=1e9),
        allow_empty=False,
        help_text="By key of the entry in the policy, such as customer_rating.weight; beside a slider the nearest.",
    )


class OverrideSerializer(serializers.ModelSerializer[Override]):
    """One step against the verdict, and why."""

    agent = AgentNameSerializer(source="candidate.agent")
    round = serializers.IntegerField(source="candidate.round_id")
    actor = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    move = serializers.CharField()
    code = serializers.CharField(help_text="Why: unseen, wrong_data, changed, need, risk or own_wish.")

    class Meta:
        model = Override
        fields = ("id", "candidate", "agent", "round", "move", "verdict", "was_eligible", "code", "text", "actor", "at")


class HandSerializer(serializers.Serializer[Any]):
    """One person's steps, and how many of them went against the verdict."""

    person = serializers.CharField(source="person.username")
    steps = serializers.IntegerField()
    against = serializers.IntegerField()
    rate = serializers.FloatField()
    low = serializers.FloatField(help_text="Wilson's interval at 95 of 100.")
    high = serializers.FloatField()
    codes = serializers.DictField(child=serializers.IntegerField())


class HandsSerializer(serializers.Serializer[Any]):
    """Everybody who has made such a step."""

    people = HandSerializer(many=True)


class AcknowledgementSerializer(serializers.ModelSerializer[PolicyAcknowledgement]):
    """An agent has read one version."""

    agent = AgentNameSerializer()

    class Meta:
        model = PolicyAcknowledgement
        fields = ("agent", "version", "at")
