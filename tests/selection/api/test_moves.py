"""Moves through the API: the same gates, the same sentences, each request once."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import translation
from rest_framework.response import Response

from journal.models import Entry
from selection.dossier import dossier_hash
from selection.gates import MoveRequest, check
from selection.models import Candidate
from selection.refusals import Refused
from selection.stages import MOVES, Stage
from tests.cast import NOW, REASON, Cast, bring_to, nominate_agent, open_decisions
from tests.selection.api.conftest import Caller, World
from tests.selection.api.test_rights import address

LANGUAGES = ("en", "ru")
STATUSES = {"not_allowed": 403, "not_now": 409, "stale": 409, "incomplete": 400}


def ask(api: Caller, world: World, who: User, language: str = "en", **wanted: Any) -> Response:
    """Send one move."""
    url = address("moves", world)
    answer: Response = api(who).post(url, wanted, format="json", headers={"Accept-Language": language})
    return answer


def refusal(world: World, who: User, language: str, **wanted: Any) -> tuple[int, str, str]:
    """What the gates themselves say, as status, code and sentence."""
    candidate = Candidate.objects.get(pk=world.candidate.pk)
    with translation.override(language), pytest.raises(Refused) as refused:
        check(candidate, MoveRequest(actor=who, at=NOW, **wanted))
    return STATUSES[refused.value.kind], refused.value.kind.value, refused.value.sentence


def told(answer: Response) -> tuple[int, str, str]:
    """What the API said, as status, code and sentence."""
    body = answer.json()
    assert body["type"] == "client_error"
    (error,) = body["errors"]
    assert error["attr"] is None
    return answer.status_code, error["code"], error["detail"]


def test_marat_releases_and_hugo_approves(world: World, api: Caller) -> None:
    seen = api(world.cast.marat).get(address("candidate", world)).json()["dossier_hash"]
    released = ask(api, world, world.cast.marat, name="release", reason=REASON, dossier_hash=seen)
    assert (released.status_code, released.json()["to_stage"]) == (201, "released")
    seen = api(world.cast.hugo).get(address("candidate", world)).json()["dossier_hash"]
    wanted = {"name": "approve", "reason": REASON, "effective_on": "2026-12-01", "dossier_hash": seen}
    approved = ask(api, world, world.cast.hugo, **wanted)
    assert (approved.status_code, approved.json()["to_stage"]) == (201, "promoted")
    shown = api(world.cast.hanna).get(address("candidate", world)).json()
    assert shown["placement"] == {"starts_on": "2026-12-01", "ends_on": None}
    assert [one["person"] for one in shown["decisions"]] == ["marat", "hugo"]


@pytest.mark.parametrize("who", ["hanna", "ada", "marat", "hugo", "ania"])
def test_what_the_gates_refuse_the_api_refuses_in_their_words(who: str, world: World, api: Caller) -> None:
    actor: User = getattr(world.cast, who)
    legal = {"marat": {"release", "refuse_release"}, "ania": {"withdraw"}}.get(who, set())
    before = Entry.objects.count()
    for name in {*MOVES, "crown"} - legal:
        for language in LANGUAGES:
            answer = ask(api, world, actor, language, name=name, reason=REASON)
            assert told(answer) == refusal(world, actor, language, name=name, reason=REASON)
    assert Entry.objects.count() == before


def test_a_decision_needs_a_reason(world: World, api: Caller) -> None:
    answer = ask(api, world, world.cast.marat, name="release", reason="ok")
    assert told(answer) == refusal(world, world.cast.marat, "en", name="release", reason="ok")
    assert answer.status_code == 400


def test_a_decision_on_stale_evidence_is_refused(world: World, api: Caller) -> None:
    seen = api(world.cast.marat).get(address("candidate", world)).json()["dossier_hash"]
    world.ania.results.update(value=0.1)
    answer = ask(api, world, world.cast.marat, name="release", reason=REASON, dossier_hash=seen)
    assert told(answer)[:2] == (409, "stale")
    again = dossier_hash(Candidate.objects.get(pk=world.candidate.pk))
    assert ask(api, world, world.cast.marat, name="release", reason=REASON, dossier_hash=again).status_code == 201


def test_hugo_does_not_approve_himself(cast: Cast, opened: Any, api: Caller) -> None:
    candidate = Candidate.objects.create(
        round=opened, agent=cast.agents["hugo"], nominated_by=cast.hanna, nominated_at=NOW, stage=Stage.RELEASED
    )
    open_decisions(opened, by=cast.hanna)
    wanted = {
        "name": "approve",
        "reason": REASON,
        "effective_on": "2026-12-01",
        "dossier_hash": dossier_hash(candidate),
    }
    answer = api(cast.hugo).post(reverse("api:moves", args=[candidate.pk]), wanted, format="json")
    sentence = "Nobody decides about themselves. Ask a colleague with the same role."
    assert told(answer) == (403, "not_allowed", sentence)


def test_nobody_decides_about_what_they_proposed(world: World, api: Caller) -> None:
    hanna = world.cast.hanna
    hanna.groups.set([*hanna.groups.all(), *world.cast.marat.groups.all(), *world.cast.hugo.groups.all()])
    bring_to(world.candidate, Stage.RELEASED, cast=world.cast)
    wanted = {"reason": REASON, "effective_on": "2026-12-01"}
    answer = ask(api, world, hanna, name="approve", **wanted)
    assert told(answer)[:2] == (403, "not_allowed")
    assert "proposed" in told(answer)[2]


def test_the_same_move_twice_is_made_once(world: World, api: Caller) -> None:
    seen = dossier_hash(world.candidate)
    wanted = {"name": "release", "reason": REASON, "dossier_hash": seen}
    first, second = (ask(api, world, world.cast.marat, **wanted) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 409)
    assert world.candidate.changes.filter(move="release").count() == 1


def test_the_possible_moves_are_those_of_the_asker(world: World, api: Caller) -> None:
    def possible(who: User) -> list[str]:
        return [one["name"] for one in api(who).get(address("moves", world)).json()["moves"]]

    assert possible(world.cast.marat) == ["release", "refuse_release"]
    assert possible(world.cast.ania) == ["withdraw"]
    assert possible(world.cast.hanna) == []


def test_a_possible_move_says_what_it_needs(world: World, api: Caller) -> None:
    release = api(world.cast.marat).get(address("moves", world)).json()["moves"][0]
    assert release == {
        "name": "release",
        "title": "release",
        "role": "line_manager",
        "role_name": "the line manager",
        "needs_reason": True,
        "needs_effective_on": False,
        "needs_dossier_hash": True,
    }


def test_ania_withdraws(world: World, api: Caller) -> None:
    assert ask(api, world, world.cast.ania, name="withdraw").json()["to_stage"] == "withdrawn"


def test_hanna_nominates_boris_once(cast: Cast, opened: Any, api: Caller) -> None:
    wanted = {"round": opened.pk, "score": opened.run.scores.get(agent=cast.agents["boris"]).pk}
    first, second = (api(cast.hanna).post(reverse("api:candidates"), wanted, format="json") for _ in range(2))
    assert (first.status_code, first.json()["agent"]["staff_number"]) == (201, "S-16")
    assert told(second) == (409, "not_now", "Boris Vetrov is in this round already.")


def test_a_round_goes_on_once_per_phase(cast: Cast, opened: Any, api: Caller) -> None:
    nominate_agent(opened, cast.agents["ania"], by=cast.hanna)
    url = reverse("api:next_phase", args=[opened.pk])
    first, second = (api(cast.hanna).post(url, {"phase": "nomination"}, format="json") for _ in range(2))
    assert (first.status_code, first.json()["phase"]) == (200, "assessment")
    assert told(second)[:2] == (409, "not_now")


def test_hanna_opens_a_round(world: World, api: Caller) -> None:
    opened = api(world.cast.hanna).post(reverse("api:rounds"), world.round_plan(), format="json")
    assert opened.status_code == 201
    told_of = opened.json()
    assert (told_of["title"], told_of["places"], sorted(told_of["graders"])) == ("Winter", 2, ["gleb", "greta"])
    again = api(world.cast.hanna).post(reverse("api:rounds"), world.round_plan(), format="json")
    assert told(again)[:2] == (400, "incomplete")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"graders": ["greta"]}, 400),
        ({"graders": ["greta", "hugo"]}, 400),
        ({"graders": ["greta", "nobody"]}, 400),
        ({"assessments_until": "2020-01-01T00:00:00Z"}, 400),
        ({"decisions_until": "2026-11-30T00:00:00Z"}, 400),
        ({"places": 0}, 400),
        ({"title": ""}, 400),
        ({"run": 987654}, 400),
    ],
)
def test_a_bad_plan_opens_no_round(changes: dict[str, Any], status: int, world: World, api: Caller) -> None:
    answer = api(world.cast.hanna).post(reverse("api:rounds"), world.round_plan(**changes), format="json")
    assert answer.status_code == status
    assert not type(world.opened).objects.filter(title="Winter").exists()
