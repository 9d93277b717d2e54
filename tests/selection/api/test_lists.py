"""Lists: filters, order, pages; and what is asked for wrongly is refused rather than ignored."""

from typing import Any

import pytest
from django.urls import reverse

from scoring.models import ScoreRun
from scoring.models.runs import RunState
from tests.cast import Cast, build_policy, build_run
from tests.selection.api.conftest import Caller, World
from tests.selection.api.test_rights import address


@pytest.fixture
def run(cast: Cast) -> ScoreRun:
    """Four agents with scores; Hugo's gate is not met, Boris stands clear."""
    made = build_run(build_policy(cast), *(cast.agents[name] for name in ("ania", "boris", "hugo", "marat")))
    made.scores.filter(agent=cast.agents["hugo"]).update(is_eligible=False, team_name="Public communications")
    made.scores.filter(agent=cast.agents["boris"]).update(verdict="clear", ratings=900)
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["S-15", "S-16", "S-2", "S-1"]),
        ({"team": "Public communications"}, ["S-2"]),
        ({"verdict": "clear"}, ["S-16"]),
        ({"is_eligible": "false"}, ["S-2"]),
        ({"agent": "S-1"}, ["S-1"]),
        ({"ordering": "-rank"}, ["S-1", "S-2", "S-16", "S-15"]),
        ({"ordering": "score"}, ["S-1", "S-2", "S-16", "S-15"]),
        ({"ordering": "name"}, ["S-15", "S-16", "S-2", "S-1"]),
        ({"ordering": "-ratings,rank"}, ["S-16", "S-15", "S-2", "S-1"]),
        ({"limit": "2"}, ["S-15", "S-16"]),
        ({"limit": "2", "offset": "3"}, ["S-1"]),
        ({"offset": "99999999999999999999999"}, []),
    ],
)
def test_scores_are_filtered_sorted_and_paged(
    query: dict[str, str], found: list[str], run: ScoreRun, cast: Cast, api: Caller
) -> None:
    answer = api(cast.hanna).get(reverse("api:scores", args=[run.pk]), query)
    assert [row["agent"] for row in answer.json()["results"]] == found


@pytest.mark.parametrize(
    "query",
    [
        {"ordering": "agent__user__password"},
        {"ordering": "criteria"},
        {"verdict": "best"},
        {"score__gt": "90"},
        {"q": "Vetrov"},
        {"team": "\0"},
    ],
)
def test_no_other_filter_is_an_oracle(query: dict[str, str], run: ScoreRun, cast: Cast, api: Caller) -> None:
    answer = api(cast.hanna).get(reverse("api:scores", args=[run.pk]), query)
    assert (answer.status_code, answer.json()["type"]) == (400, "validation_error")
    assert answer.json()["errors"][0]["attr"] == next(iter(query))


def test_a_page_is_never_longer_than_500(run: ScoreRun, cast: Cast, api: Caller) -> None:
    answer = api(cast.hanna).get(reverse("api:scores", args=[run.pk]), {"limit": "100000", "offset": "1"}).json()
    assert "limit=500" in answer["previous"]


def test_the_scores_of_a_run_become_visible_together(run: ScoreRun, cast: Cast, api: Caller) -> None:
    ScoreRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    answer = api(cast.hanna).get(reverse("api:scores", args=[run.pk]))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "not_now")


def test_the_shown_parts_add_up_to_the_shown_score(run: ScoreRun, cast: Cast, api: Caller) -> None:
    for row in api(cast.hanna).get(reverse("api:scores", args=[run.pk])).json()["results"]:
        assert round(sum(part["points"] for part in row["criteria"].values()), 1) == row["score"]


@pytest.mark.parametrize(
    ("name", "query", "count"),
    [
        ("agents", {"staff_number": "S-15"}, 1),
        ("agents", {"has_login": "true"}, 4),
        ("agents", {"has_login": "false"}, 0),
        ("batches", {"kind": "viral"}, 1),
        ("batches", {"kind": "ratings"}, 0),
        ("incidents", {"agent": "S-16", "state": "unverified", "sign": "positive"}, 1),
        ("incidents", {"state": "verified"}, 0),
        ("policies", {"name": "current"}, 1),
        ("policies", {"state": "draft"}, 0),
        ("runs", {"policy": "current", "state": "finished", "as_of": "2026-11-22"}, 1),
        ("runs", {"policy": "founding"}, 0),
        ("rounds", {"phase": "decision"}, 1),
        ("rounds", {"phase": "closed"}, 0),
        ("candidates", {"stage": "proposed"}, 1),
        ("candidates", {"round": "987654"}, 0),
    ],
)
def test_a_list_is_narrowed(name: str, query: dict[str, str], count: int, world: World, api: Caller) -> None:
    assert api(world.cast.hanna).get(address(name, world), query).json()["count"] == count


@pytest.mark.parametrize("name", ["agents", "runs", "candidates", "rounds", "policies"])
def test_a_list_asks_the_database_no_more_often_for_more_rows(
    name: str, world: World, api: Caller, django_assert_max_num_queries: Any
) -> None:
    client = api(world.cast.hanna)
    # What Django keeps for all requests after the first is not the list's.
    client.get(address(name, world))
    with django_assert_max_num_queries(14):
        client.get(address(name, world))


def test_a_policy_is_told_as_a_document_and_in_words(world: World, api: Caller) -> None:
    told = api(world.cast.ania).get(address("policy", world), headers={"Accept-Language": "ru"}).json()
    assert told["title"] == "Сегодняшние правила"
    assert told["document"] == world.policy.document
    assert (told["document_json"]["places"], told["document_json"]["order"]) == (2, "score")
    assert told["in_words"][0]["topic"] == "purpose"
    assert "доверяют" in told["in_words"][0]["text"]


def test_hanna_asks_for_a_run(world: World, api: Caller) -> None:
    wanted = {"policy": world.policy.pk, "as_of": "2026-11-01", "places": 3}
    answer = api(world.cast.hanna).post(reverse("api:runs"), wanted, format="json")
    assert answer.status_code == 202
    run = ScoreRun.objects.get(pk=answer.json()["id"])
    assert (run.as_of.isoformat(), run.places, run.requested_by) == ("2026-11-01", 3, world.cast.hanna)
    assert run.state != RunState.WAITING  # the tests' worker takes it up at once


@pytest.mark.parametrize(
    ("changes", "attr"),
    [({"as_of": "2030-01-01"}, "as_of"), ({"places": 0}, "places"), ({"policy": 987654}, "policy")],
)
def test_a_run_that_makes_no_sense_is_refused(changes: dict[str, Any], attr: str, world: World, api: Caller) -> None:
    answer = api(world.cast.hanna).post(reverse("api:runs"), {"policy": world.policy.pk} | changes, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, attr)
