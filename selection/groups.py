"""The five groups and what each may open in the admin. Who may decide is asked of roles and gates, never of these."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from selection.stages import Role

_CASES = tuple(f"selection.view_{model}" for model in ("round", "candidate", "stagechange", "decision", "placement"))
# An objection may be about those who decide: they do not read it.
_OBJECTIONS = "selection.view_appeal"
_EVIDENCE = tuple(
    f"scoring.view_{model}"
    for model in (
        "team",
        "agent",
        "employment",
        "assignment",
        "leave",
        "batch",
        "rating",
        "viralincident",
        "result",
        "policyversion",
        "scorerun",
        "score",
    )
)
_ROSTER = (
    *(f"scoring.{verb}_{model}" for model in ("team", "assignment", "leave") for verb in ("add", "change")),
    "scoring.change_agent",
    "auth.view_user",  # to find the login that belongs to an agent
)
_BANK = tuple(
    f"assessments.{verb}_{model}"
    for model in (
        "topic",
        "question",
        "option",
        "knowledgetest",
        "testtask",
        "rubric",
        "rubriccriterion",
        "rubriclevel",
    )
    for verb in ("view", "add", "change")
)

PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.HR: (*_CASES, _OBJECTIONS, *_EVIDENCE, *_ROSTER, *_BANK),
    Role.LINE_MANAGER: _CASES,
    Role.HEAD: _CASES,
    Role.GRADER: (),
    Role.AUDITOR: (*_CASES, _OBJECTIONS, *_EVIDENCE, "journal.view_entry"),
}


def ensure_groups(
    *, groups: type[Any] = Group, permissions: type[Any] = Permission, content_types: type[Any] = ContentType
) -> None:
    """Make the groups and give them exactly these permissions. The migration passes its own models.

    Permissions are made here if need be: Django makes them only after the last migration.
    """
    for role, names in PERMISSIONS.items():
        group, _created = groups.objects.get_or_create(name=role.value)
        group.permissions.set([_permission(name, permissions, content_types) for name in names])


def _permission(name: str, permissions: type[Any], content_types: type[Any]) -> Any:
    app_label, codename = name.split(".")
    verb, model = codename.split("_")
    content_type, _created = content_types.objects.get_or_create(app_label=app_label, model=model)
    permission, _created = permissions.objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": f"Can {verb} {model}"}
    )
    return permission
