"""References through the API: three are asked, each answers alone, and nothing is read before there are two."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from scoring.models import Agent
from selection.models import Candidate, Reference
from tests.cast import Cast, agent, person, seat
from tests.selection.api.conftest import Caller, observed


def at(candidate: Candidate) -> str:
    """The address of the references about a candidate."""
    return reverse("api:candidate_references", args=[candidate.pk])


def answering(reference: Reference, verb: str = "hand_in") -> str:
    """The address at which a referee answers."""
    return reverse(f"api:{verb}_reference", args=[reference.pk])


@pytest.fixture
def colleagues(cast: Cast) -> list[Agent]:
    """Three of Ania's team who can log in."""
    team = cast.agents["ania"].assignments.get().team
    made = [agent(f"Colleague {n}", number=f"S-9{n}", user=person(f"colleague{n}")) for n in range(3)]
    for one in made:
        seat(one, team=team, manager=cast.agents["marat"])
    return made


@pytest.fixture
def asked(cast: Cast, api: Caller, candidate: Candidate, colleagues: list[Agent]) -> list[Reference]:
    """Hanna asks Marat and the first two colleagues about Ania."""
    answer = api(cast.hanna).post(at(candidate), {"colleagues": ["S-90", "S-91"]}, format="json")
    assert (answer.status_code, answer.json()["still_needed"], answer.json()["scales"]) == (201, 2, [])
    return list(Reference.objects.order_by("pk"))


def referee(reference: Reference, api: Caller) -> APIClient:
    """The one who is asked, logged in."""
    return api(reference.referee.user)


def test_nothing_is_read_before_two_have_answered(
    cast: Cast, api: Caller, candidate: Candidate, asked: list[Reference]
) -> None:
    for reference, level in zip(asked[:2], (3, 4), strict=True):
        assert api(cast.ada).get(at(candidate)).json()["scales"] == []
        done = referee(reference, api).post(answering(reference), observed(level), format="json")
        assert (done.status_code, done.json()["state"]) == (200, "handed_in")
    first = api(cast.ada).get(at(candidate)).json()["scales"][0]
    assert [(one["referee"], one["level"]) for one in first["observations"]] == [
        ("Marat Khasanov", 3),
        ("Colleague 0", 4),
    ]
    assert (first["agreement"], first["result"]["observations"]) == ({"pairs": 1, "exact": 0.0, "adjacent": 1.0}, 2)


def test_an_impression_alone_is_refused_in_the_words_of_the_page(api: Caller, asked: list[Reference]) -> None:
    given = observed() | {"culture": {"level": 4, "text": "Always helpful and kind."}}
    answer = referee(asked[0], api).post(answering(asked[0]), given, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (
        400,
        "Describe what you have seen in at least 40 characters: an impression alone does not count.",
    )
    half = referee(asked[0], api).post(answering(asked[0]), {"culture": observed()["culture"]}, format="json")
    assert (half.status_code, half.json()["errors"][0]["attr"]) == (400, "involvement")


def test_nobody_answers_for_another_or_twice(api: Caller, asked: list[Reference]) -> None:
    assert referee(asked[1], api).post(answering(asked[0]), observed(), format="json").status_code == 404
    client = referee(asked[0], api)
    codes = [client.post(answering(asked[0]), observed(), format="json").status_code for _ in range(2)]
    assert codes == [200, 409]


def test_whoever_declines_makes_room_for_another(cast: Cast, api: Caller, asked: list[Reference]) -> None:
    reason = {"reason": "We hardly worked together."}
    assert referee(asked[1], api).post(answering(asked[1], "decline"), reason, format="json").status_code == 200
    made = api(cast.hanna).post(reverse("api:replace_reference", args=[asked[1].pk]))
    assert (made.status_code, made.json()["referee"]["staff_number"]) == (201, "S-92")
    mine = referee(asked[1], api).get(reverse("api:own_references")).json()
    assert mine["results"] == [], "what HR has released is gone"


def test_hr_reads_nothing_about_herself(cast: Cast, api: Caller, candidate: Candidate, asked: list[Reference]) -> None:
    cast.ania.groups.set(cast.hanna.groups.all())
    for method in ("get", "post"):
        answer = getattr(api(cast.ania), method)(at(candidate))
        assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (
            403,
            "Nobody reads the references about themselves. Ask a colleague in HR.",
        )
    assert api(cast.ania).get(reverse("api:references")).json()["count"] == 0
    assert api(cast.hanna).get(reverse("api:references"), {"state": "asked"}).json()["count"] == 3


def test_a_stranger_is_not_asked(cast: Cast, api: Caller, candidate: Candidate, colleagues: list[Agent]) -> None:
    client = api(cast.hanna)
    nobody = client.post(at(candidate), {"colleagues": ["S-404"]}, format="json")
    other_team = client.post(at(candidate), {"colleagues": ["S-16"]}, format="json")
    assert (nobody.status_code, other_team.status_code) == (400, 400)
    assert "cannot be asked about this candidate" in other_team.json()["errors"][0]["detail"]
    assert not Reference.objects.exists()
