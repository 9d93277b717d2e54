"""Rounds and candidates, as HR moves them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from selection.appeals import make_appeal
from selection.models import Appeal, Candidate, Round, StageChange
from selection.models.candidates import MOVE_NAMES, AppealState
from selection.models.rounds import RoundPhase
from selection.stages import MOVES, Stage
from tests.cast import NOW, REASON, Cast, bring_to, build_policy, build_run, build_task, build_test, nominate_agent
from tests.selection.hr.conftest import logged_in

OBJECTION = "My ratings of March are those of a colleague with my name."


@pytest.fixture(autouse=True)
def at_the_tests_time(time_machine: object) -> None:
    """The pages read the clock; the cast lives at NOW."""
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]


def text_of(client: Client, name: str, *args: object) -> str:
    """What a page says."""
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_new_company_is_told_what_a_round_needs(hanna: Client) -> None:
    assert "No rounds yet" in text_of(hanna, "hr:rounds")


def test_rounds_stand_under_their_phase_with_candidates_by_stage(hanna: Client, candidate: Candidate) -> None:
    page = text_of(hanna, "hr:rounds")
    assert "In the phase “nomination”" in page
    assert re.search(r"<strong>1</strong> <span>Nominated</span>", page)


def test_hr_opens_a_round(hanna: Client, cast: Cast) -> None:
    policy = build_policy(cast)
    run = build_run(policy, cast.agents["ania"])
    form = {
        "title": "Winter",
        "policy_version": policy.pk,
        "run": run.pk,
        "places": 2,
        "knowledge_test": build_test().pk,
        "test_task": build_task().pk,
        "assessments_until": (NOW + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M"),
        "decisions_until": (NOW + timedelta(days=14)).strftime("%Y-%m-%dT%H:%M"),
        "graders": [cast.greta.pk],
    }
    refused = hanna.post(reverse("hr:open_round"), form)
    assert refused.status_code == 422
    assert "Choose at least" in refused.content.decode()
    opened = hanna.post(reverse("hr:open_round"), form | {"graders": [cast.greta.pk, cast.gleb.pk]})
    made = Round.objects.get()
    assert opened["Location"] == reverse("hr:round", args=[made.pk])
    assert (made.title, made.places, made.phase) == ("Winter", 2, RoundPhase.NOMINATION)


def test_a_run_of_another_policy_is_not_taken(hanna: Client, cast: Cast, opened: Round) -> None:
    other = build_policy(cast, document=opened.policy_version.document.replace('"current"', '"other"'))
    form = {"policy_version": other.pk, "run": opened.run_id}
    assert "another policy" in hanna.post(reverse("hr:open_round"), form).content.decode()


def test_a_round_shows_who_stands_where_and_what_comes_next(hanna: Client, candidate: Candidate) -> None:
    page = text_of(hanna, "hr:round", candidate.round_id)
    assert "Ania Sokolova" in page
    assert "HR invites" in page
    assert "0 of 1 places taken" in page


def test_hr_invites_one_or_all(hanna: Client, cast: Cast, candidate: Candidate) -> None:
    nominate_agent(candidate.round, cast.agents["boris"], by=cast.hanna)
    back = reverse("hr:round", args=[candidate.round_id])
    one = hanna.post(reverse("hr:move", args=[candidate.pk, "invite"]), {"next": back})
    assert one["Location"] == back
    assert Candidate.objects.filter(stage=Stage.INVITED).count() == 1
    answer = hanna.post(reverse("hr:invite_all", args=[candidate.round_id]), follow=True)
    assert "1 person is invited." in answer.content.decode()
    assert Candidate.objects.filter(stage=Stage.INVITED).count() == 2
    assert Entry.objects.filter(verb="invite").count() == 2


def test_the_way_back_never_leads_out_of_the_house(hanna: Client, candidate: Candidate) -> None:
    sent = hanna.post(reverse("hr:move", args=[candidate.pk, "invite"]), {"next": "https://evil.example/"})
    assert sent["Location"] == reverse("hr:candidate", args=[candidate.pk])


def test_results_are_taken_over_only_when_they_are_ready(hanna: Client, cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.GRADING, cast=cast)
    take = reverse("hr:move", args=[candidate.pk, "take_results"])
    assert take not in text_of(hanna, "hr:round", candidate.round_id)
    refused = hanna.post(take)
    assert refused.status_code == 409
    assert "Wait for the second grading" in refused.content.decode()
    assert "0 graded, 1 waiting" in text_of(hanna, "hr:round", candidate.round_id)


def test_proposing_takes_a_reason_and_what_was_written_is_kept(hanna: Client, cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.ASSESSED, cast=cast)
    propose = reverse("hr:move", args=[candidate.pk, "propose"])
    refused = hanna.post(propose, {"reason": "short"})
    assert refused.status_code == 400
    assert "at least ten characters" in refused.content.decode()
    assert ">short</textarea>" in refused.content.decode()
    hanna.post(propose, {"reason": REASON})
    candidate.refresh_from_db()
    assert candidate.stage == Stage.PROPOSED
    assert REASON in text_of(hanna, "hr:candidate", candidate.pk)


@pytest.mark.parametrize("name", ["approve", "release", "accept", "no-such-move"])
def test_moves_of_others_are_refused_here_too(hanna: Client, cast: Cast, candidate: Candidate, name: str) -> None:
    bring_to(candidate, Stage.PROPOSED, cast=cast)
    before = StageChange.objects.count()
    assert hanna.post(reverse("hr:move", args=[candidate.pk, name]), {"reason": REASON}).status_code in {403, 409}
    assert StageChange.objects.count() == before


def test_nothing_moves_by_a_link_or_without_the_token(cast: Cast, candidate: Candidate) -> None:
    move = reverse("hr:move", args=[candidate.pk, "invite"])
    assert logged_in(cast.hanna).get(move).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.hanna)
    assert strict.post(move).status_code == 403
    assert logged_in(cast.hanna).post(move).status_code == 302


def test_the_next_phase_is_opened_once(hanna: Client, opened: Round) -> None:
    address = reverse("hr:next_phase", args=[opened.pk])
    hanna.post(address, {"phase": "nomination"})
    again = hanna.post(address, {"phase": "nomination"}, follow=True)
    assert "The round has moved on already." in again.content.decode()
    opened.refresh_from_db()
    assert opened.phase == RoundPhase.ASSESSMENT


def test_grading_is_blind_for_the_reader_of_the_round_too(hanna: Client, cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.GRADING, cast=cast)
    submission = candidate.invitation.submission
    assert submission is not None
    page = text_of(hanna, "hr:round", candidate.round_id)
    aliases = [grading.alias for grading in submission.gradings.all()]
    assert aliases
    assert not [code for code in [submission.code, *aliases] if code in page]


def test_hr_answers_an_objection(hanna: Client, cast: Cast, candidate: Candidate) -> None:
    appeal = make_appeal(candidate=candidate, actor=cast.ania, text=OBJECTION, at=NOW)
    assert OBJECTION in text_of(hanna, "hr:candidate", candidate.pk)
    address = reverse("hr:answer_appeal", args=[appeal.pk])
    refused = hanna.post(address, {"verdict": "upheld", "answer": "yes"})
    assert refused.status_code == 400
    assert ">yes</textarea>" in refused.content.decode()
    hanna.post(address, {"verdict": "upheld", "answer": "You are right, the batch is withdrawn."})
    assert Appeal.objects.get().state == AppealState.UPHELD


def test_a_candidates_parts_add_up(hanna: Client, candidate: Candidate) -> None:
    page = text_of(hanna, "hr:candidate", candidate.pk)
    shown = [float(points) for points in re.findall(r'<span class="part-points">([\d.]+) <small>', page)]
    assert candidate.score is not None
    assert round(sum(shown), 1) == candidate.score.score


def test_the_whole_path_stands_on_one_screen(hanna: Client, ada: Client) -> None:
    page = text_of(hanna, "hr:path")
    assert page.count('<th scope="row">') == len(MOVES)
    assert all(str(name).capitalize() in page for name in MOVE_NAMES.values())
    assert text_of(ada, "hr:path").count('<th scope="row">') == len(MOVES)


def test_today_puts_the_objection_before_the_invitation(hanna: Client, cast: Cast, candidate: Candidate) -> None:
    page = text_of(hanna, "hr:today")
    assert "1 nominated agent waits for an invitation" in page
    make_appeal(candidate=candidate, actor=cast.ania, text=OBJECTION, at=NOW)
    page = text_of(hanna, "hr:today")
    assert page.index("Ania Sokolova objects") < page.index("nominated agent waits")


def test_today_says_when_results_are_ready(hanna: Client, cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.ASSESSED, cast=cast)
    assert "1 candidate is assessed; propose or decline." in text_of(hanna, "hr:today")


def test_today_leads_a_newcomer_from_evidence_to_a_round(hanna: Client) -> None:
    page = text_of(hanna, "hr:today")
    steps = ["Import agents and ratings.", "Run the scores under a policy.", "Open a round and nominate."]
    places = [page.index(step) for step in steps]
    assert places == sorted(places)


PAGES = ["hr:today", "hr:rounds", "hr:open_round", "hr:new_run"]


@pytest.mark.parametrize("name", PAGES)
def test_only_hr_enters_the_working_rooms(cast: Cast, name: str) -> None:
    assert logged_in(cast.hanna).get(reverse(name)).status_code == 200
    for person in (cast.ada, cast.marat, cast.hugo, cast.greta, cast.ania):
        assert logged_in(person).get(reverse(name)).status_code == 403


def test_an_auditor_does_not_enter_a_round(ada: Client, candidate: Candidate) -> None:
    assert ada.get(reverse("hr:round", args=[candidate.round_id])).status_code == 403
    assert ada.get(reverse("hr:candidate", args=[candidate.pk])).status_code == 403


@pytest.mark.parametrize("name", ["hr:round", "hr:candidate", "hr:agent", "hr:policy", "hr:run"])
def test_what_does_not_exist_is_not_found(hanna: Client, name: str) -> None:
    assert hanna.get(reverse(name, args=[999])).status_code == 404
