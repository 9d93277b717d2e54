"""Comparisons, what-ifs, overrides and acknowledgements through the API, by the same verbs as on the pages."""

from typing import Any

import pytest
from django.urls import reverse

from journal.models import Entry
from scoring.models import Comparison, PolicyVersion, ScoreRun
from scoring.policies import draft, publish
from selection.models import PolicyAcknowledgement, WhatIf
from tests.cast import NOW, POLICY, Cast
from tests.selection.api.conftest import Caller, World
from tests.selection.hr.scored import policy_of, run_of, stairs

COMPARE = reverse("api:comparisons")


@pytest.fixture
def run(cast: Cast) -> ScoreRun:
    """A real run of six agents under half a year of service."""
    stairs()
    return run_of(policy_of(service=6))


@pytest.fixture
def stricter(run: ScoreRun) -> PolicyVersion:
    """The same with a year of service."""
    return policy_of(service=12)


def test_two_versions_are_compared_once(cast: Cast, api: Caller, run: ScoreRun, stricter: PolicyVersion) -> None:
    wanted = {"before": run.policy_version_id, "after": stricter.pk, "places": 2, "as_of": run.as_of}
    first, again = (api(cast.hanna).post(COMPARE, wanted, format="json") for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    assert first.json()["result"] == Comparison.objects.get().result
    assert Entry.objects.filter(verb="compare_policies").count() == 1
    (listed,) = api(cast.ada).get(COMPARE).json()["results"]
    assert (listed["before"]["name"], listed["made_by"], "result" in listed) == (
        run.policy_version.name,
        "hanna",
        False,
    )


@pytest.mark.parametrize(
    ("changed", "attr", "said"),
    [
        ({"after": None}, "after", "may not be null"),
        ({"places": 0}, "places", "greater than or equal to 1"),
        ({"as_of": "2031-01-01"}, "as_of", "This day lies ahead"),
        ({"as_of": "2001-01-01"}, "as_of", "There is no evidence up to this day"),
        ({"seed": 7}, "seed", "There is no such field here"),
    ],
)
def test_what_cannot_be_compared_is_refused_at_its_field(
    cast: Cast, api: Caller, run: ScoreRun, stricter: PolicyVersion, changed: dict[str, Any], attr: str, said: str
) -> None:
    wanted = {"before": run.policy_version_id, "after": stricter.pk, "places": 2} | changed
    answer = api(cast.hanna).post(COMPARE, wanted, format="json")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["attr"]) == (400, attr)
    assert said in error["detail"]


def test_a_version_is_not_compared_with_itself(cast: Cast, api: Caller, run: ScoreRun) -> None:
    same = dict.fromkeys(("before", "after"), run.policy_version_id) | {"places": 2}
    answer = api(cast.hanna).post(COMPARE, same, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "after")


def test_a_what_if_is_answered_kept_and_seen_by_the_auditor(cast: Cast, api: Caller, run: ScoreRun) -> None:
    address = reverse("api:run_what_ifs", args=[run.pk])
    made = api(cast.hanna).post(address, {"values": {"tenure.gate": 12}}, format="json")
    assert (made.status_code, made.json()["changes"]) == (201, {"tenure.gate": {"from": 6.0, "to": 12.0}})
    assert made.json()["leaves"] == WhatIf.objects.get().summary["leaves"] != []
    listed = api(cast.ada).get(reverse("api:what_ifs"), {"policy": run.policy_version.name}).json()
    assert [one["id"] for one in listed["results"]] == [made.json()["id"]]
    assert api(cast.ada).get(reverse("api:what_ifs"), {"policy": "another"}).json()["count"] == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"age.gate": 30}, "Nothing moves age.gate. What can be moved: "),
        ({"tenure.gate": 6}, "These are the values of the policy, so nothing would change."),
        ({"tenure.gate": "much"}, "A valid number is required."),
        ({}, "This dictionary may not be empty."),
    ],
)
def test_a_what_if_about_nothing_leaves_no_trace(
    cast: Cast, api: Caller, run: ScoreRun, values: dict[str, Any], said: str
) -> None:
    answer = api(cast.hanna).post(reverse("api:run_what_ifs", args=[run.pk]), {"values": values}, format="json")
    assert answer.status_code == 400
    assert said in answer.json()["errors"][0]["detail"]
    assert not WhatIf.objects.exists()


def test_numbers_that_are_none_are_refused(cast: Cast, api: Caller, run: ScoreRun) -> None:
    for value in ("NaN", "Infinity", "1e400"):
        body = '{"values": {"tenure.gate": %s}}' % value  # noqa: UP031  # braces stand in the JSON itself
        address = reverse("api:run_what_ifs", args=[run.pk])
        assert api(cast.hanna).generic("POST", address, body, "application/json").status_code == 400
    assert not WhatIf.objects.exists()


def test_overrides_are_found_by_person_and_counted(world: World, api: Caller) -> None:
    client = api(world.cast.ada)
    found = [client.get(reverse("api:overrides"), {"actor": who}).json()["count"] for who in ("hanna", "marat")]
    assert found == [1, 0]
    (hand,) = client.get(reverse("api:override_rates")).json()["people"]
    assert (hand["person"], hand["against"], hand["codes"]) == ("hanna", 1, {"need": 1})


def test_what_was_read_twice_is_kept_once(world: World, api: Caller) -> None:
    address = reverse("api:acknowledge", args=[world.policy.pk])
    for _ in range(2):
        told = api(world.cast.boris).post(address).json()
    assert (told["agent"]["staff_number"], told["version"]) == ("S-16", world.policy.pk)
    assert PolicyAcknowledgement.objects.filter(at=NOW).count() == 2, "Ania's and his"
    readers = api(world.cast.ada).get(reverse("api:acknowledgements", args=[world.policy.pk])).json()["results"]
    assert {one["agent"]["staff_number"] for one in readers} == {"S-15", "S-16"}


def test_only_the_version_that_applies_is_acknowledged(world: World, api: Caller) -> None:
    newer = publish(version=draft(text=POLICY, actor=world.cast.hanna, at=NOW), actor=world.cast.pavel, at=NOW)
    for who, status in (("ania", 404), ("greta", 403)):
        address = reverse("api:acknowledge", args=[newer.pk])
        assert api(world.people[who]).post(address).status_code == status
    assert not PolicyAcknowledgement.objects.filter(version=newer).exists()
