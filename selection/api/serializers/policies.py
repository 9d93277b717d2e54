"""Policy versions: as a list, as a document, in words."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scoring import policies
from scoring.models import PolicyVersion
from scoring.policy import describe, from_dict, render, to_dict
from selection.api.serializers.strict import StrictSerializer


class PolicySerializer(serializers.ModelSerializer[PolicyVersion]):
    """One version in a list."""

    title = serializers.SerializerMethodField()
    state = serializers.CharField(help_text="draft, published or retired")

    class Meta:
        model = PolicyVersion
        fields = ("id", "name", "version", "title", "state", "document_hash", "published_at", "retired_at")

    def get_title(self, version: PolicyVersion) -> str:
        """The title in the reader's language."""
        return policies.title(version)


class ParagraphSerializer(serializers.Serializer[Any]):
    """One paragraph of a policy in words."""

    topic = serializers.CharField()
    heading = serializers.CharField()
    text = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField())


class WholePolicySerializer(PolicySerializer):
    """One version with its document, as TOML, as data and in words."""

    document_json = serializers.SerializerMethodField()
    in_words = serializers.SerializerMethodField()

    class Meta(PolicySerializer.Meta):
        fields = (*PolicySerializer.Meta.fields, "document", "document_json", "in_words")  # type: ignore[assignment]

    def get_document_json(self, version: PolicyVersion) -> dict[str, Any]:
        """The document as data, with the keys of the TOML."""
        return to_dict(policies.read(version))

    @extend_schema_field(ParagraphSerializer(many=True))
    def get_in_words(self, version: PolicyVersion) -> list[dict[str, Any]]:
        """The document in sentences, in the reader's language."""
        told = describe(policies.read(version), (get_language() or "en")[:2])
        return [dict(paragraph) for paragraph in ParagraphSerializer(told, many=True).data]


class SignedPolicySerializer(WholePolicySerializer):
    """One version with the people behind it, for HR and auditors."""

    author = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    publisher = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta(WholePolicySerializer.Meta):
        fields = (*WholePolicySerializer.Meta.fields, "author", "publisher", "created_at")  # type: ignore[assignment]


class PolicyNameSerializer(serializers.ModelSerializer[PolicyVersion]):
    """A policy version in passing."""

    class Meta:
        model = PolicyVersion
        fields = ("id", "name", "version", "document_hash")


class WantedPolicySerializer(StrictSerializer):
    """A policy document: as TOML, whose comments are kept, or as data with the keys of the TOML."""

    document = serializers.CharField(required=False, trim_whitespace=False, help_text="The document as TOML.")
    document_json = serializers.DictField(required=False, help_text="The same as data; give one of the two.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Keep the text; data is written out as one."""
        if ("document" in attrs) == ("document_json" in attrs):
            raise serializers.ValidationError(_("Give the document as TOML or as data: one of the two."))
        if "document_json" in attrs:
            attrs["document"] = render(from_dict(attrs.pop("document_json")), (get_language() or "en")[:2])
        return attrs


class RevisedPolicySerializer(WantedPolicySerializer):
    """Another document for one's own draft."""

    document_hash = serializers.CharField(max_length=64, help_text="The hash of the document that was edited.")


class PublicationSerializer(StrictSerializer):
    """The publisher has read the document."""

    document_hash = serializers.CharField(max_length=64, help_text="The hash of the document that was read.")


class RetirementSerializer(StrictSerializer):
    """Why a version goes out of use."""

    reason = serializers.CharField(max_length=2000)
