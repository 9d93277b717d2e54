"""Score runs, the scores they gave, and how to ask for one."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from scoring.models import PolicyVersion, Score, ScoreRun
from scoring.models.policies import PolicyState
from selection.api.serializers.policies import PolicyNameSerializer
from selection.api.serializers.strict import StrictSerializer

MOST_PLACES = 10_000


def not_ahead(day: date) -> None:
    """No evidence comes from the future."""
    if day > timezone.localdate():
        raise serializers.ValidationError(_("This day lies ahead. Choose today or an earlier day."))


class RunSerializer(serializers.ModelSerializer[ScoreRun]):
    """One evaluation of one policy version, with all that is needed to repeat it."""

    policy = PolicyNameSerializer(source="policy_version")
    requested_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    summary = serializers.JSONField()

    class Meta:
        model = ScoreRun
        fields = (
            "id", "policy", "as_of", "places", "state", "message", "summary", "seed", "code_version",
            "evidence_fingerprint", "result_hash", "requested_by", "created_at", "finished_at",
        )  # fmt: skip


class WantedRunSerializer(StrictSerializer):
    """Which policy, as of which day, for how many places."""

    policy = serializers.PrimaryKeyRelatedField(queryset=PolicyVersion.objects.filter(state=PolicyState.PUBLISHED))
    as_of = serializers.DateField(
        required=False, validators=[not_ahead], help_text="Default: today, or the end of the evidence."
    )
    places = serializers.IntegerField(
        min_value=1, max_value=MOST_PLACES, required=False, help_text="Default: as the policy says."
    )


class StandingSerializer(serializers.ModelSerializer[Score]):
    """Where an agent stands, without a name."""

    criteria = serializers.JSONField()
    gates = serializers.JSONField()
    explanation = serializers.JSONField()

    class Meta:
        model = Score
        fields = (
            "score", "verdict", "p_top", "rank", "rank_low", "rank_high", "ratings", "gates_met", "gates_total",
            "is_eligible", "criteria", "gates", "explanation",
        )  # fmt: skip


class ScoreSerializer(StandingSerializer):
    """One score of a run; `agent` and `name` are the same as in `manage.py score --json`."""

    agent = serializers.CharField(source="agent.staff_number", help_text="Staff number.")
    name = serializers.CharField(source="agent.full_name")
    team = serializers.CharField(source="team_name")

    class Meta(StandingSerializer.Meta):
        fields = ("id", "agent", "name", "team", *StandingSerializer.Meta.fields)  # type: ignore[assignment]
