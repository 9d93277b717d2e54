"""The groups: five, made by a migration, and nobody in them may change a case through the admin's own forms."""

import pytest
from django.contrib.auth.models import Group

from selection.groups import ensure_groups
from selection.roles import GROUP_ROLES

pytestmark = pytest.mark.django_db


def test_every_group_role_has_its_group() -> None:
    ensure_groups()
    assert set(Group.objects.values_list("name", flat=True)) == {role.value for role in GROUP_ROLES}


def test_no_group_may_write_cases_or_evidence() -> None:
    ensure_groups()
    rights = Group.objects.values_list("name", "permissions__content_type__app_label", "permissions__codename")
    writing = {(group, f"{app}.{name}") for group, app, name in rights if name and not name.startswith("view_")}
    assert {group for group, _ in writing} == {"hr"}
    assert {right for _, right in writing if not right.startswith("assessments.")} == {
        "scoring.change_agent",
        *(f"scoring.{verb}_{model}" for model in ("team", "assignment", "leave") for verb in ("add", "change")),
    }
    work = ("sitting", "submission", "grading", "mark", "answer")
    assert not [right for _, right in writing if right.endswith(work)]


def test_graders_may_open_nothing_in_the_admin() -> None:
    ensure_groups()
    assert not Group.objects.get(name="grader").permissions.exists()


def test_making_them_twice_changes_nothing() -> None:
    ensure_groups()
    before = set(Group.objects.values_list("name", "permissions"))
    ensure_groups()
    assert set(Group.objects.values_list("name", "permissions")) == before
