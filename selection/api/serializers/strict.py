"""Bodies that may hold what an address takes and nothing else."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

MOST_NAMED = 20


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know, by name, rather than ignoring them: no mass assignment, no silent typos."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the names first, then the values."""
        known = [name for name, field in self.fields.items() if not field.read_only]
        unknown = sorted(set(data) - set(known)) if isinstance(data, Mapping) else []
        if unknown:
            sentence = _("There is no such field here. The fields are: %(known)s.") % {"known": ", ".join(known)}
            detail = ErrorDetail(sentence, code="unknown_field")
            raise serializers.ValidationError({name: [detail] for name in unknown[:MOST_NAMED]})
        return super().to_internal_value(data)


class NothingSerializer(StrictSerializer):
    """The body of what needs no words: empty, and held to that."""
