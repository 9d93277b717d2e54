"""The pages of references: HR asks, three people answer alone, and nobody is led by the first."""

import pytest
from django.http import HttpResponse
from django.urls import reverse

from scoring.models import Agent, Result
from selection.models import Candidate, Reference
from selection.models.references import ReferenceState
from tests.cast import Cast, agent, person, seat
from tests.selection.hr.conftest import logged_in

FIRST = "In March five people wrote about one bill, and she filed it with engineering."
SECOND = "In May the rules said nothing about a child's number; she asked and called back."


@pytest.fixture
def colleagues(cast: Cast) -> list[Agent]:
    """Two of Ania's team who can log in."""
    team = cast.agents["ania"].assignments.get().team
    made = [agent(f"Colleague {n}", number=f"S-9{n}", user=person(f"colleague{n}")) for n in range(3)]
    for one in made:
        seat(one, team=team, manager=cast.agents["marat"])
    return made


@pytest.fixture
def asked(cast: Cast, candidate: Candidate, colleagues: list[Agent]) -> list[Reference]:
    """HR has asked through the page."""
    body = {"colleagues": [one.pk for one in colleagues[:2]]}
    logged_in(cast.hanna).post(reverse("hr:ask_references", args=[candidate.pk]), body)
    return list(Reference.objects.order_by("pk"))


def text(response: HttpResponse) -> str:
    """What the page says."""
    return response.content.decode()


def answer(reference: Reference, level: int = 3, first: str = FIRST) -> HttpResponse:
    """A referee fills the form in."""
    body = {"involvement-level": level, "involvement-text": first, "culture-level": level, "culture-text": SECOND}
    client = logged_in(reference.referee.user)
    response: HttpResponse = client.post(reverse("portal:reference", args=[reference.pk]), body)  # type: ignore[assignment]
    return response


def test_hr_asks_the_manager_and_those_it_chose(cast: Cast, asked: list[Reference], colleagues: list[Agent]) -> None:
    assert [one.referee for one in asked] == [cast.agents["marat"], *colleagues[:2]]
    page = text(logged_in(cast.hanna).get(reverse("hr:references", args=[asked[0].candidate_id])))
    assert "Marat Khasanov" in page
    assert "Not readable yet." in page


def test_more_than_two_are_not_chosen(cast: Cast, candidate: Candidate, colleagues: list[Agent]) -> None:
    address = reverse("hr:ask_references", args=[candidate.pk])
    response = logged_in(cast.hanna).post(address, {"colleagues": [one.pk for one in colleagues]})
    assert response.status_code == 422
    assert "Choose at most two." in text(response)  # type: ignore[arg-type]
    assert not Reference.objects.exists()


def test_who_is_missing_is_said_before_anybody_asks(cast: Cast, candidate: Candidate) -> None:
    page = text(logged_in(cast.hanna).get(reverse("hr:references", args=[candidate.pk])))
    assert "Only 0 colleagues of the last year can be asked, 2 are needed." in page
    assert reverse("hr:ask_references", args=[candidate.pk]) not in page


def test_the_referee_finds_it_and_is_shown_the_anchors(cast: Cast, asked: list[Reference]) -> None:
    marat = logged_in(cast.marat)
    assert "Observations" in text(marat.get(reverse("portal:path")))
    assert "Observations" not in text(logged_in(cast.boris).get(reverse("portal:path")))
    assert "Ania Sokolova" in text(marat.get(reverse("portal:references")))
    assert "1 person asks for your observation" in text(marat.get(reverse("admin:index")))
    page = text(marat.get(reverse("portal:reference", args=[asked[0].pk])))
    assert "Gathered examples, filed a request with engineering" in page
    marat.cookies["django_language"] = "ru"
    assert "Собрал примеры, завёл заявку" in text(marat.get(reverse("portal:reference", args=[asked[0].pk])))


def test_an_impression_without_a_case_is_given_back(asked: list[Reference]) -> None:
    response = answer(asked[0], first="Always kind.")
    assert response.status_code == 400
    assert "an impression alone does not count" in text(response)
    assert "Always kind." in text(response)
    assert answer(asked[0], level=0).status_code == 400


def test_nobody_reads_anothers_answer(cast: Cast, asked: list[Reference]) -> None:
    answer(asked[0])
    for other in (asked[1].referee.user, asked[2].referee.user, cast.ania, cast.boris):
        client = logged_in(other)
        assert client.get(reverse("portal:reference", args=[asked[0].pk])).status_code == 404
        assert FIRST not in text(client.get(reverse("portal:references")))
    assert FIRST in text(logged_in(cast.marat).get(reverse("portal:reference", args=[asked[0].pk])))


def test_hr_reads_nothing_before_there_are_two(cast: Cast, asked: list[Reference]) -> None:
    address = reverse("hr:references", args=[asked[0].candidate_id])
    answer(asked[0])
    page = text(logged_in(cast.hanna).get(address))
    assert FIRST not in page
    assert "1 more has to hand in first" in page
    answer(asked[1], level=4)
    for reader in (cast.hanna, cast.ada):
        page = text(logged_in(reader).get(address))
        assert FIRST in page
        assert "Agreement: 0% of the pairs chose the same level, 100% the same or the next." in page
    assert Result.objects.count() == 2


def test_a_referee_declines_and_hr_asks_somebody_else(cast: Cast, asked: list[Reference]) -> None:
    address = reverse("portal:decline_reference", args=[asked[1].pk])
    client = logged_in(asked[1].referee.user)
    assert client.post(address, {"reason": "No."}).status_code == 400
    client.post(address, {"reason": "We hardly worked together."})
    logged_in(cast.hanna).post(reverse("hr:replace_reference", args=[asked[1].pk]))
    assert Reference.objects.filter(state=ReferenceState.ASKED).count() == 3
    assert client.get(reverse("portal:reference", args=[asked[1].pk])).status_code == 404


@pytest.mark.parametrize("who", ["marat", "hugo", "ania", "greta"])
def test_only_hr_and_auditors_enter(cast: Cast, asked: list[Reference], who: str) -> None:
    address = reverse("hr:references", args=[asked[0].candidate_id])
    assert logged_in(getattr(cast, who)).get(address).status_code == 403
    assert logged_in(cast.ada).post(reverse("hr:ask_references", args=[asked[0].candidate_id])).status_code == 403


def test_hr_does_not_read_about_herself(cast: Cast, asked: list[Reference]) -> None:
    cast.ania.groups.set(cast.hanna.groups.all())
    response = logged_in(cast.ania).get(reverse("hr:references", args=[asked[0].candidate_id]))
    assert response.status_code == 403
