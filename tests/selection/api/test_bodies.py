"""What may stand in a body, and what happens to everything else: never set, never a fault of the server."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse
from rest_framework.authtoken.models import Token

from selection.models import Candidate, Round
from tests.selection.api.conftest import Caller, World, with_token
from tests.selection.api.test_rights import RIGHTS, address, body

POSTS = [name for name, method in RIGHTS if method == "POST"]
SENDERS = dict.fromkeys(POSTS, "hanna") | {
    "moves": "marat",
    "acknowledge": "ania",
    "hand_in_reference": "boris",
    "decline_reference": "boris",
}
# Addresses that may be sent nothing at all.
SILENT = {"acknowledge", "candidate_references", "replace_reference"}
MODELS = (
    "selection.Candidate",
    "selection.Round",
    "selection.StageChange",
    "selection.Decision",
    "scoring.ScoreRun",
    "scoring.Batch",
)
BROKEN = [
    b"{",
    b"",
    b"null",
    b"[]",
    b'"release"',
    b"12",
    b"NaN",
    b'{"name": NaN}',
    b"\xff\xfe{}",
    b'{"name": "\\ud800", "title": "\\ud800"}',
    b'{"name": "\\u0000", "title": "\\u0000"}',
    b'{"name": {}, "round": [], "score": {}, "phase": {}, "policy": {}}',
    b'{"round": 1e400, "score": -1, "policy": 99999999999999999999999999}',
    b"[" * 100_000,
    b'{"name":' * 50_000 + b"1" + b"}" * 50_000,
]
NASTY = {"is_staff", "is_superuser", "stage", "status", "approved_by", "actor", "at", "rng", "__class__", "pk", "id"}


def every_field() -> set[str]:
    """The names of all columns that anybody could wish to set."""
    return NASTY | {field.name for label in MODELS for field in apps.get_model(label)._meta.get_fields()}


@pytest.mark.parametrize("name", POSTS)
def test_no_field_is_set_that_is_not_asked_for(name: str, world: World, api: Caller) -> None:
    client, allowed = api(world.people[SENDERS[name]]), set(body(name, world)) | _optional(name)
    before = state_of_the_world()
    for field in sorted(every_field() - allowed):
        answer = client.post(address(name, world), body(name, world) | {field: "promoted"}, format="json")
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["attr"], error["code"]) == (400, field, "unknown_field")
    assert state_of_the_world() == before


def _optional(name: str) -> set[str]:
    optional = {
        "moves": {"reason", "reason_code", "effective_on", "dossier_hash"},
        "candidates": {"reason", "reason_code"},
        "runs": {"as_of", "places"},
        "comparisons": {"as_of", "places"},
        "ratings": {"create_agents"},
        "incidents": {"create_agents"},
    }
    return optional.get(name, set())


def state_of_the_world() -> list[Any]:
    """All that a POST could have changed."""
    return [list(apps.get_model(label).objects.order_by("pk").values()) for label in MODELS]


@pytest.mark.parametrize("name", POSTS)
def test_a_broken_body_is_the_senders_fault(name: str, world: World, api: Caller) -> None:
    client = api(world.people[SENDERS[name]])
    broken = [sent for sent in BROKEN if sent or name not in SILENT]
    answers = [client.post(address(name, world), sent, content_type="application/json") for sent in broken]
    assert [answer.status_code for answer in answers] == [400] * len(broken)
    assert all(answer.json()["errors"] for answer in answers)
    assert (Round.objects.count(), Candidate.objects.count()) == (1, 1)


@pytest.mark.parametrize("charset", ["hex", "base64", "utf-16", "nonsense"])
def test_no_charset_is_believed(charset: str, world: World, api: Caller) -> None:
    sent = json.dumps(body("runs", world)).encode()
    header = f"application/json; charset={charset}"
    assert api(world.cast.hanna).post(reverse("api:runs"), sent, content_type=header).status_code == 202


@pytest.mark.parametrize("entrance", ["token", "session"])
def test_a_huge_body_is_not_read(entrance: str, world: World, api: Caller) -> None:
    marat = world.cast.marat
    client = api(marat) if entrance == "session" else with_token(Token.objects.create(user=marat).key)
    sent = b'{"name": "' + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    answer = client.post(address("moves", world), sent, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (413, "too_large")


def test_forms_are_not_taken(world: World, api: Caller) -> None:
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        answer = api(world.cast.marat).post(address("moves", world), b"name=release", content_type=kind)
        assert answer.status_code == 415


def test_a_long_reason_is_refused_before_it_is_kept(world: World, api: Caller) -> None:
    answer = api(world.cast.marat).post(
        address("moves", world), {"name": "release", "reason": "a" * 4001}, format="json"
    )
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "reason")
