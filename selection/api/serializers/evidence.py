"""Evidence: how it is pushed, what a push answers, the batches and incidents that there are."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from scoring.intake.meanings import RATINGS, VIRAL, Meaning
from scoring.intake.refusals import Refusal as Turned
from scoring.intake.sentences import refusal_sentence
from scoring.models import Batch, Refusal, ViralIncident
from scoring.models.evidence import Instrument
from selection.api.serializers.strict import MOST_NAMED, StrictSerializer
from selection.pushes import field_names

MOST_RECORDS = 5_000
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
PLAIN = (str, int, float, bool, type(None))


def records_schema(kind: str) -> dict[str, Any]:
    """The OpenAPI schema of pushed records: the headings that intake knows."""
    fields = field_names(kind)
    plain = [{"type": name} for name in ("string", "number", "boolean")]
    return {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_RECORDS,
        "items": {
            "type": "object",
            "properties": {name: {"nullable": True, "oneOf": plain} for name in fields},
            "required": [name for name, meaning in fields.items() if meaning.required],
            "additionalProperties": False,
        },
    }


class RecordsField(serializers.Field[Any, Any, Any, Any]):
    """Flat records under headings that intake knows. What their values mean, and which can be used, intake says."""

    kind = ""

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        """Check the form of the records; raises ValidationError that names record and field."""
        if not isinstance(data, list) or not 1 <= len(data) <= MOST_RECORDS:
            raise serializers.ValidationError(_("Send a list of 1 to %(most)d records.") % {"most": MOST_RECORDS})
        known = field_names(self.kind)
        wrong = {str(place): found for place, record in enumerate(data) if (found := _faults(record, known))}
        if wrong:
            raise serializers.ValidationError({place: wrong[place] for place in list(wrong)[:MOST_NAMED]})
        return data

    def to_representation(self, value: Any) -> Any:
        """Records are taken, never given."""
        raise NotImplementedError


def _faults(record: Any, known: Mapping[str, Meaning]) -> Any:
    if not isinstance(record, dict):
        return [_("A record is an object.")]
    unknown = _("There is no such field here. The fields are: %(known)s.") % {"known": ", ".join(known)}
    faults = {name: [ErrorDetail(unknown, code="unknown_field")] for name in record if name not in known}
    not_plain = _("Give a text, a number, true, false or null.")
    return faults | {name: [not_plain] for name in record if name in known and not _is_plain(record[name])}


def _is_plain(value: Any) -> bool:
    """Half of a surrogate pair is no text, nor is NUL: not every file and database can hold them."""
    return isinstance(value, PLAIN) and not (isinstance(value, str) and _NO_TEXT.search(value))


@extend_schema_field(records_schema(RATINGS))
class RatingRecordsField(RecordsField):
    """Records of ratings."""

    kind = RATINGS


@extend_schema_field(records_schema(VIRAL))
class IncidentRecordsField(RecordsField):
    """Records of viral incidents."""

    kind = VIRAL


class PushedRatingsSerializer(StrictSerializer):
    """Ratings of one survey. `agent_id` is the staff number; `rating` null means asked, not answered."""

    records = RatingRecordsField()
    instrument = serializers.ChoiceField(choices=Instrument.choices)
    create_agents = serializers.BooleanField(default=False, help_text="Make the agents that nobody knows yet.")


class PushedIncidentsSerializer(StrictSerializer):
    """Viral incidents. They count once a second person has verified them."""

    records = IncidentRecordsField()
    create_agents = serializers.BooleanField(default=False, help_text="Make the agents that nobody knows yet.")


class TurnedAwaySerializer(serializers.Serializer[Any]):
    """One record that was not taken, and why."""

    record = serializers.IntegerField(help_text="From 1.")
    code = serializers.CharField()
    column = serializers.CharField()
    value = serializers.CharField()
    message = serializers.CharField()
    sheet = serializers.CharField(required=False)


class ReportSerializer(serializers.Serializer[Any]):
    """What became of a push: the same object as `manage.py import_evidence --json` prints."""

    action = serializers.ChoiceField(choices=["accept", "accept_partial", "reject_file", "needs_mapping"])
    records = serializers.IntegerField()
    accepted = serializers.IntegerField()
    added = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    updated = serializers.IntegerField(help_text="Later answers of a source whose customers may edit theirs.")
    duplicates = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Records about agents that nobody knows yet.")
    unanswered = serializers.IntegerField()
    refused = TurnedAwaySerializer(many=True)
    refused_total = serializers.IntegerField()
    created_agents = serializers.IntegerField()
    warnings = serializers.ListField(child=serializers.CharField())
    message = serializers.CharField()
    batch = serializers.IntegerField(allow_null=True)


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """One file, or one push, and its counts."""

    state = serializers.CharField(help_text="uploaded, checked, staging, published, rejected, failed or withdrawn")
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = Batch
        fields = (
            "id", "kind", "state", "file_name", "profile", "action", "records", "accepted", "unanswered", "duplicates",
            "waiting", "refused", "warnings", "message", "content_hash", "byte_size", "created_by", "created_at",
            "published_at", "withdrawn_at",
        )  # fmt: skip


class BatchReportSerializer(BatchSerializer):
    """One batch with the records that were refused, at most a thousand."""

    refusals = serializers.SerializerMethodField()

    class Meta(BatchSerializer.Meta):
        fields = (*BatchSerializer.Meta.fields, "refusals")  # type: ignore[assignment]

    @extend_schema_field(TurnedAwaySerializer(many=True))
    def get_refusals(self, batch: Batch) -> list[dict[str, Any]]:
        """What was refused and why, in the reader's language."""
        return [_turned_away(one) for one in batch.refusals.order_by("record", "pk")]


def _turned_away(one: Refusal) -> dict[str, Any]:
    refusal = Turned(one.record, one.code, one.column, one.value, params=one.parameters, sheet=one.sheet)
    told = {name: getattr(one, name) for name in ("record", "code", "column", "value", "sheet")}
    return told | {"message": refusal_sentence(refusal)}


class IncidentSerializer(serializers.ModelSerializer[ViralIncident]):
    """One chat that went public."""

    agent = serializers.CharField(source="agent.staff_number", help_text="Staff number.")
    recorded_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    verified_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = ViralIncident
        fields = (
            "id", "chat_id", "agent", "is_viral", "sign", "severity", "views", "platform", "url", "reason", "statement",
            "flagged_at", "expires_on", "state", "batch", "recorded_by", "verified_by", "verified_at",
            "verification_reason",
        )  # fmt: skip
