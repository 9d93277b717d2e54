"""Who may do what: every address, every method, everybody. An address without a row here fails the test."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from rest_framework.test import APIClient

from journal.models import Entry
from scoring.policies import draft
from selection.api.urls import urlpatterns
from selection.models import Candidate
from tests.cast import NOW, POLICY
from tests.selection.api.conftest import Caller, World, incident, observed, rating

EVERYBODY = ("anonymous", "nick", "greta", "boris", "ania", "marat", "hugo", "ada", "hanna")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
STAFF = {"hanna": 200, "ada": 200}
DECIDERS = {**STAFF, "marat": 200, "hugo": 200}
INVOLVED = {**DECIDERS, "ania": 200, "boris": 200}
AGENTS = dict.fromkeys(("ania", "boris", "marat", "hugo"), 200)
NOT_HIS = dict.fromkeys(("ania", "marat", "hugo"), 404)
LOGGED_IN = dict.fromkeys(EVERYBODY[1:], 200)
# Whoever is not named gets 401 without a login, and 403 with one.
RIGHTS: dict[tuple[str, str], dict[str, int]] = {
    ("agents", "GET"): STAFF,
    ("agent", "GET"): STAFF,
    ("me", "GET"): AGENTS,
    ("policies", "GET"): INVOLVED,
    ("policies", "POST"): {"hanna": 400},  # without a document
    ("policy", "GET"): INVOLVED,
    ("policy", "PUT"): {"hanna": 409},  # it is published
    ("policy", "DELETE"): {"hanna": 409},
    ("publish_policy", "GET"): dict.fromkeys(STAFF, 405),
    ("publish_policy", "POST"): {"hanna": 409},
    ("retire_policy", "GET"): dict.fromkeys(STAFF, 405),
    ("retire_policy", "POST"): {"hanna": 200},
    ("acknowledgements", "GET"): STAFF,
    ("acknowledge", "GET"): dict.fromkeys(AGENTS, 405),
    ("acknowledge", "POST"): AGENTS,
    ("comparisons", "GET"): STAFF,
    ("comparisons", "POST"): {"hanna": 400},  # without two versions
    ("comparison", "GET"): STAFF,
    ("what_ifs", "GET"): STAFF,
    ("overrides", "GET"): STAFF,
    ("override_rates", "GET"): STAFF,
    ("ratings", "GET"): dict.fromkeys(STAFF, 405),
    ("ratings", "POST"): {"hanna": 201},
    ("incidents", "GET"): STAFF,
    ("incidents", "POST"): {"hanna": 201},
    ("batches", "GET"): STAFF,
    ("batch", "GET"): STAFF,
    ("batch_replacements", "GET"): STAFF,
    ("batch_replacements", "POST"): {"hanna": 409},  # nothing of it differs from what is stored
    ("replacements", "GET"): STAFF,
    ("replacement", "GET"): STAFF,
    ("decide_replacement", "GET"): dict.fromkeys(STAFF, 405),
    ("decide_replacement", "POST"): {"hanna": 200},
    ("runs", "GET"): STAFF,
    ("runs", "POST"): {"hanna": 202},
    ("run", "GET"): STAFF,
    ("scores", "GET"): STAFF,
    ("run_what_ifs", "GET"): dict.fromkeys(STAFF, 405),
    ("run_what_ifs", "POST"): {"hanna": 400},  # without a value
    ("rounds", "GET"): DECIDERS,
    ("rounds", "POST"): {"hanna": 201},
    ("round", "GET"): DECIDERS,
    ("next_phase", "GET"): dict.fromkeys(DECIDERS, 405),
    ("next_phase", "POST"): {"hanna": 200},
    ("candidates", "GET"): INVOLVED,
    ("candidates", "POST"): {"hanna": 409},  # the round takes no nominations any more
    ("candidate", "GET"): {**DECIDERS, "ania": 200, "boris": 404},
    ("moves", "GET"): {**DECIDERS, "ania": 200, "boris": 404},
    ("moves", "POST"): {"marat": 400, "boris": 404},  # a release without a reason
    ("candidate_references", "GET"): STAFF,
    ("candidate_references", "POST"): {"hanna": 409},  # they are asked already
    ("references", "GET"): STAFF,
    ("own_references", "GET"): AGENTS,
    ("hand_in_reference", "GET"): dict.fromkeys(AGENTS, 405),
    ("hand_in_reference", "POST"): {**NOT_HIS, "boris": 200},
    ("decline_reference", "GET"): dict.fromkeys(AGENTS, 405),
    ("decline_reference", "POST"): {**NOT_HIS, "boris": 200},
    ("replace_reference", "GET"): dict.fromkeys(STAFF, 405),
    ("replace_reference", "POST"): {"hanna": 409},  # nobody else of the team has a login
    ("schema", "GET"): LOGGED_IN,
    ("docs", "GET"): {**LOGGED_IN, "anonymous": 302},
}
NAMES = [str(pattern.name) for pattern in urlpatterns]


def address(name: str, world: World) -> str:
    """The address of a thing that there is."""
    number = world.numbers.get(name)
    return reverse(f"api:{name}", args=[number] if number else [])


def body(name: str, world: World) -> dict[str, Any]:
    """What a POST would have to say."""
    bodies: dict[str, dict[str, Any]] = {
        "ratings": {"records": [rating(1)], "instrument": "csat5"},
        "incidents": {"records": [incident(1)]},
        "runs": {"policy": world.policy.pk},
        "rounds": world.round_plan(),
        "next_phase": {"phase": "decision"},
        "candidates": {"round": world.opened.pk, "score": world.run.scores.get(agent=world.cast.agents["boris"]).pk},
        "moves": {"name": "release"},
        "publish_policy": {"document_hash": world.policy.document_hash},
        "retire_policy": {"reason": "Replaced by a stricter one."},
        "batch_replacements": {"records": [2], "reason": "The export was wrong."},
        "decide_replacement": {"decision": "decline", "reason": "The export was right."},
        "hand_in_reference": observed(),
        "decline_reference": {"reason": "We hardly worked together."},
    }
    return bodies.get(name, {})


def knock(client: APIClient, method: str, url: str, data: dict[str, Any]) -> int:
    """Try a method without leaving a trace."""
    with transaction.atomic():
        answer = client.generic(method, url, json.dumps(data), "application/json")
        transaction.set_rollback(True)
    return int(answer.status_code)


def expected(name: str, method: str, who: str) -> int:
    """What the table says; a method that the address does not have is 405 to whoever may enter at all."""
    closed = 302 if name == "docs" else 401
    row = RIGHTS.get((name, "GET" if method == "HEAD" else method), {})
    if who in row:
        return row[who]
    if who == "anonymous":
        return closed
    enters = any(who in others for (other, _method), others in RIGHTS.items() if other == name)
    return 403 if row or not enters else 405


def test_every_address_has_a_row() -> None:
    assert {name for name, _method in RIGHTS} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_everybody_may_do_what_their_role_may(name: str, world: World, api: Caller) -> None:
    methods = ("GET", "HEAD", *UNSAFE)
    tried = {
        (who, method): knock(api(world.people[who]), method, address(name, world), body(name, world))
        for who in EVERYBODY
        for method in methods
    }
    assert tried == {(who, method): expected(name, method, who) for who in EVERYBODY for method in methods}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"schema", "docs"}])
def test_nobody_is_told_the_fields_by_options(name: str, world: World, api: Caller) -> None:
    admitted = "hanna" if expected(name, "GET", "hanna") != 403 else "ania"
    assert knock(api(world.people[admitted]), "OPTIONS", address(name, world), {}) == 405


@pytest.mark.parametrize(("name", "method"), [pair for pair in RIGHTS if pair[1] == "POST"])
def test_who_is_refused_changes_nothing(name: str, method: str, world: World, api: Caller) -> None:
    before = Entry.objects.count()
    for who in EVERYBODY:
        if expected(name, method, who) >= 400:
            api(world.people[who]).post(address(name, world), body(name, world), format="json")
    assert Entry.objects.count() == before


@pytest.mark.parametrize("name", ["agent", "batch", "policy", "run", "scores", "round", "candidate", "moves"])
def test_what_is_absent_is_absent(name: str, world: World, api: Caller) -> None:
    for number in (987_654, 10**30):
        answer = api(world.cast.hanna).get(reverse(f"api:{name}", args=[number]))
        assert answer.status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ["candidate", "moves"])
def test_a_foreign_candidate_looks_like_an_absent_one(name: str, method: str, world: World, api: Caller) -> None:
    boris = api(world.cast.boris)
    foreign = boris.generic(method, address(name, world), "{}", "application/json")
    absent = boris.generic(method, reverse(f"api:{name}", args=[987_654]), "{}", "application/json")
    assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content)


def test_a_draft_looks_absent_to_whom_it_does_not_concern(world: World, api: Caller) -> None:
    url = reverse("api:policy", args=[draft(text=POLICY, actor=world.cast.hanna, at=NOW).pk])
    assert api(world.cast.hanna).get(url).status_code == 200
    assert api(world.cast.ania).get(url).status_code == 404


def test_everybody_sees_the_candidates_they_may_know_of(world: World, api: Caller) -> None:
    Candidate.objects.create(
        round=world.opened, agent=world.cast.agents["boris"], nominated_by=world.cast.hanna, nominated_at=NOW
    )
    seen = {
        who: api(world.people[who]).get(reverse("api:candidates")).json()["count"]
        for who in RIGHTS["candidates", "GET"]
    }
    assert seen == {"hanna": 2, "ada": 2, "hugo": 2, "marat": 1, "ania": 1, "boris": 1}


def test_a_right_taken_away_is_gone_at_the_next_request(world: World, api: Caller) -> None:
    client = api(world.cast.hanna)
    assert client.get(reverse("api:agents")).status_code == 200
    world.cast.hanna.groups.clear()
    assert client.get(reverse("api:agents")).status_code == 403


def test_a_manager_in_a_circle_sees_nobody(world: World, api: Caller) -> None:
    marat, ania = world.cast.agents["marat"], world.ania
    marat.assignments.update(manager=ania)
    assert api(world.cast.marat).get(address("candidate", world)).status_code == 404
    assert api(world.cast.hanna).get(address("candidate", world)).status_code == 200


def test_no_format_opens_another_door(world: World, api: Caller) -> None:
    client = api(world.cast.greta)
    assert [client.get(address("candidates", world), {"format": name}).status_code for name in ("json", "csv")] == [
        403,
        404,
    ]
    override = client.post(address("moves", world), {}, format="json", HTTP_X_HTTP_METHOD_OVERRIDE="GET")
    assert override.status_code == 403
