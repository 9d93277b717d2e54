"""Replacements of stored values: what a file says beside what is stored, who asked and who decided."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scoring.intake.load_replaced import MOST
from scoring.models import Agent, ReplacedRecord, Replacement
from selection.api.serializers.strict import StrictSerializer

CONFIRM, DECLINE = "confirm", "decline"
NAMES = {"agent_id": "agent", "value": "rating", "is_resolved": "resolved"}


class ReplacedSerializer(serializers.Serializer[Any]):
    """One rating or incident: where it is stored, and each field that differs."""

    record = serializers.IntegerField(help_text="From 1, in the file that contradicts.")
    key = serializers.CharField()
    stored_batch = serializers.IntegerField(allow_null=True, help_text="null: recorded by hand")
    stored_record = serializers.IntegerField(allow_null=True)
    changes = serializers.DictField(
        child=serializers.ListField(), help_text="Field: what is stored or was before, what the file says."
    )


class OfferSerializer(serializers.Serializer[Any]):
    """What a batch says of ratings or incidents that are stored with other values."""

    rows = ReplacedSerializer(many=True)


def replaced(rows: Sequence[ReplacedRecord]) -> list[dict[str, Any]]:
    """Rows as they are given, agents by staff number."""
    people = {values["agent_id"] for row in rows for values in (row.before, row.after)}
    numbers = dict(Agent.objects.filter(pk__in=people).values_list("pk", "staff_number"))
    return [_replaced(row, numbers) for row in rows]


def _replaced(row: ReplacedRecord, numbers: dict[int, str]) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("record", "key", "stored_record")}
    changes: dict[str, list[object]] = {NAMES.get(name, name): list(pair) for name, pair in row.changes.items()}
    if "agent" in changes:
        changes["agent"] = [numbers.get(values["agent_id"]) for values in (row.before, row.after)]
    return {**told, "stored_batch": row.stored_batch_id, "changes": changes}


class ReplacementSerializer(serializers.ModelSerializer[Replacement]):
    """One request; `asked_by` null: customers changed their answers at the source, and nobody had to ask."""

    state = serializers.CharField(help_text="open, done, declined or undone")
    asked_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    decided_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = Replacement
        fields = ("id", "batch", "state", "reason", "asked_by", "asked_at", "answer", "decided_by", "decided_at")


class WholeReplacementSerializer(ReplacementSerializer):
    """One request with its first records."""

    rows = serializers.SerializerMethodField(help_text=f"The first {MOST}.")

    class Meta(ReplacementSerializer.Meta):
        fields = (*ReplacementSerializer.Meta.fields, "rows")  # type: ignore[assignment]

    @extend_schema_field(ReplacedSerializer(many=True))
    def get_rows(self, replacement: Replacement) -> list[dict[str, Any]]:
        """What is replaced, field by field."""
        return replaced(list(replacement.rows.all()[:MOST]))


class WantedReplacementSerializer(StrictSerializer):
    """Which refused records shall replace what is stored, and why."""

    records = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=MOST)
    reason = serializers.CharField(max_length=2000)


class DecidedReplacementSerializer(StrictSerializer):
    """What the second person says; whoever declines, or decides about incidents, says why."""

    decision = serializers.ChoiceField(choices=[CONFIRM, DECLINE])
    reason = serializers.CharField(max_length=2000, default="")
