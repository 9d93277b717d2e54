"""Policies as files: the text as its author wrote it, the same as JSON, and the schema that editors check with."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from scoring import policies
from scoring.models import PolicyVersion
from scoring.policy import schema_text, to_json
from selection.hr.access import hr_and_auditors, the_policy


@require_safe
@hr_and_auditors
def policy_toml(request: HttpRequest, pk: int) -> HttpResponse:
    """The document itself, with its author's comments."""
    version = the_policy(pk)
    return _file(version.document, "application/toml; charset=utf-8", version, "toml")


@require_safe
@hr_and_auditors
def policy_json(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as JSON; read back it has the same hash."""
    version = the_policy(pk)
    return _file(to_json(policies.read(version)), "application/json", version, "json")


@require_safe
def policy_schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of the document, for everybody: a text editor has no login."""
    return HttpResponse(schema_text(), content_type="application/schema+json")


def _file(content: str, kind: str, version: PolicyVersion, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{version.name}-{version.version}.{ending}"'
    return response
