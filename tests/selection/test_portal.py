"""The candidate's portal: what they see, what is saved, what is refused, and what nobody else may see."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import sittings
from assessments.attempts import grant_extra_time
from assessments.models import Sitting, Submission
from assessments.models.knowledge import SittingState
from assessments.models.tasks import SubmissionState
from journal.models import Entry
from selection.models import Appeal, Candidate, Round
from selection.models.candidates import AppealState
from selection.models.rounds import RoundPhase
from selection.stages import Stage
from tests.cast import NOW, Cast, ask, bring_to, build_run

HTMX = {"HX-Request": "true"}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ania(cast: Cast) -> Client:
    """Ania's browser; the clock stands where the cast's stands."""
    return browser(cast.ania)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Both clocks of the server stand still until a test moves them."""
    monkeypatch.setattr("selection.portal.tabs.monotonic", lambda: timezone.now().timestamp())
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def at(name: str, candidate: Candidate, *more: int) -> str:
    return reverse(f"portal:{name}", args=[candidate.pk, *more])


def words(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def writer(response: Any) -> str:
    found = re.search(r'name="writer" value="([0-9a-f]{32})"', response.content.decode())
    assert found
    return found[1]


def stage(candidate: Candidate) -> str:
    return Candidate.objects.get(pk=candidate.pk).stage


# Who may enter


PAGES = ("round", "invitation", "withdraw", "results", "objections", "test", "test_finish", "task", "task_hand_in")


@pytest.mark.parametrize("name", PAGES)
def test_what_is_anias_is_absent_for_boris(cast: Cast, candidate: Candidate, name: str) -> None:
    bring_to(candidate, Stage.ASSESSED, cast=cast)
    foreign = browser(cast.boris).get(at(name, candidate))
    absent = browser(cast.boris).get(reverse(f"portal:{name}", args=[candidate.pk + 999]))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert browser(cast.ania).get(at(name, candidate)).status_code in {200, 302, 409}


@pytest.mark.parametrize("name", PAGES)
def test_logins_of_other_roles_are_refused(cast: Cast, candidate: Candidate, name: str) -> None:
    assert browser(cast.hanna).get(at(name, candidate)).status_code == 403
    assert browser(cast.greta).get(reverse("portal:path")).status_code == 403


def test_whoever_is_not_logged_in_is_asked_to(candidate: Candidate) -> None:
    assert Client().get(reverse("portal:path")).headers["Location"].startswith("/accounts/login/")


def test_an_agent_who_is_no_candidate_sees_how_rounds_work_and_what_counts(cast: Cast, candidate: Candidate) -> None:
    page = words(browser(cast.boris).get(reverse("portal:path")))
    assert "You are in no round at the moment." in page
    assert "Today's rules" in page.replace("&#x27;", "'")
    assert "How your score came about" in page


def test_an_agent_without_a_score_is_told_so(cast: Cast) -> None:
    page = words(browser(cast.boris).get(reverse("portal:path")))
    assert "There is no score of yours yet." in page
    assert "No policy is published yet" in words(browser(cast.boris).get(reverse("portal:policy")))


# The path


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        (Stage.NOMINATED, "HR decides whether to invite you"),
        (Stage.INVITED, "Read what counts, then accept or decline"),
        (Stage.TEST, "6 questions, up to 25 minutes"),
        (Stage.TASK, "One public thread, up to 40 minutes"),
        (Stage.GRADING, "Two graders read your answer without knowing whose it is"),
        (Stage.ASSESSED, "Two people decide, not a program: Marat Khasanov and the head of public communications"),
        (Stage.PROMOTED, "Your place begins on"),
    ],
)
def test_the_path_says_what_is_next(
    cast: Cast, candidate: Candidate, ania: Client, where: Stage, sentence: str
) -> None:
    bring_to(candidate, where, cast=cast)
    assert sentence in words(ania.get(reverse("portal:path")))


def test_the_deadline_is_local_and_says_what_remains(cast: Cast, candidate: Candidate, ania: Client) -> None:
    bring_to(candidate, Stage.INVITED, cast=cast)
    page = words(ania.get(reverse("portal:path"))).replace("\xa0", " ")
    assert "until Nov. 29, 2026, 3 p.m., 1 week left" in page


@pytest.mark.parametrize("name", ["path", "policy", "score", "history"])
def test_every_page_speaks_russian_without_breaking(cast: Cast, candidate: Candidate, ania: Client, name: str) -> None:
    bring_to(candidate, Stage.PROMOTED, cast=cast)
    assert ania.get(reverse(f"portal:{name}"), headers={"Accept-Language": "ru"}).status_code == 200


def test_a_closed_round_says_so_and_offers_nothing(cast: Cast, candidate: Candidate, ania: Client) -> None:
    bring_to(candidate, Stage.ASSESSED, cast=cast)
    Round.objects.update(phase=RoundPhase.CLOSED)
    page = words(ania.get(reverse("portal:path")))
    assert "The round is closed." in page
    assert "Leave the round" not in page


# The invitation


def test_accepting_needs_to_have_read_what_counts(cast: Cast, candidate: Candidate, ania: Client) -> None:
    bring_to(candidate, Stage.INVITED, cast=cast)
    page = ania.get(at("invitation", candidate))
    assert "60" in words(page)
    assert ania.post(at("invitation", candidate)).status_code == 400
    assert stage(candidate) == Stage.INVITED
    assert ania.post(at("invitation", candidate), {"has_read": "on"}).status_code == 302
    assert stage(candidate) == Stage.TEST
    candidate.invitation.refresh_from_db()
    assert candidate.invitation.policy_read_at == NOW


def test_an_invitation_lapses_with_the_deadline(cast: Cast, candidate: Candidate, clock: Any) -> None:
    bring_to(candidate, Stage.INVITED, cast=cast)
    clock.move_to(NOW + timedelta(days=8))
    answer = browser(cast.ania).post(at("invitation", candidate), {"has_read": "on"})
    assert (answer.status_code, stage(candidate)) == (409, Stage.INVITED)
    assert "The time for test and task ended on" in words(answer)


def test_declining_is_a_withdrawal(cast: Cast, candidate: Candidate, ania: Client) -> None:
    bring_to(candidate, Stage.INVITED, cast=cast)
    assert "Decline the invitation" in words(ania.get(at("withdraw", candidate)))
    ania.post(at("withdraw", candidate), {"reason": "Not this year."})
    assert stage(candidate) == Stage.WITHDRAWN
    assert ania.post(at("withdraw", candidate)).status_code == 409


# The knowledge test


@pytest.fixture
def sitting(cast: Cast, candidate: Candidate) -> Sitting:
    bring_to(candidate, Stage.TEST, cast=cast)
    found = candidate.invitation.sitting
    assert found
    return found


def open_test(client: Client, candidate: Candidate) -> str:
    client.post(at("test_start", candidate))
    return writer(client.get(at("test", candidate)))


def answered(sitting: Sitting) -> list[int]:
    return [question.position for question in sittings.paper(sitting=sitting) if question.is_answered]


def test_the_clock_starts_with_the_button_and_not_before(candidate: Candidate, ania: Client, sitting: Sitting) -> None:
    ania.get(at("test", candidate))
    sitting.refresh_from_db()
    assert sitting.state == SittingState.PREPARED
    ania.post(at("test_start", candidate))
    sitting.refresh_from_db()
    assert (sitting.state, sitting.deadline_at) == (SittingState.RUNNING, NOW + timedelta(minutes=25))


def test_granted_minutes_are_told_before_the_start(
    cast: Cast, candidate: Candidate, ania: Client, sitting: Sitting
) -> None:
    grant_extra_time(work=sitting, minutes=10, reason="Certificate of the doctor.", actor=cast.hanna, at=NOW)
    assert "35 minutes from the start." in words(ania.get(at("test", candidate)))
    assert "6 questions, up to 35 minutes" in words(ania.get(reverse("portal:path")))


def test_starting_is_one_journal_entry(candidate: Candidate, ania: Client, sitting: Sitting) -> None:
    before = Entry.objects.count()
    open_test(ania, candidate)
    assert Entry.objects.count() == before + 1


def test_an_answer_is_saved_as_it_is_given(candidate: Candidate, ania: Client, sitting: Sitting) -> None:
    tab = open_test(ania, candidate)
    saved = ania.post(at("test_answer", candidate, 2), {"writer": tab, "q1": "1", "q2": "3"}, headers=HTMX)
    assert "saved at 15:00:00" in words(saved)
    assert answered(sitting) == [2]


def test_without_javascript_the_whole_sheet_is_saved(candidate: Candidate, ania: Client, sitting: Sitting) -> None:
    tab = open_test(ania, candidate)
    sent = ania.post(at("test_answers", candidate), {"writer": tab, "q1": "1", "q4": "2", "save": "1"})
    assert sent.headers["Location"] == at("test", candidate)
    assert answered(sitting) == [1, 4]
    assert writer(ania.get(at("test", candidate))) == tab


def test_a_reload_shows_the_same_questions_and_answers(candidate: Candidate, ania: Client, sitting: Sitting) -> None:
    tab = open_test(ania, candidate)
    ania.post(at("test_answer", candidate, 3), {"writer": tab, "q3": "2"}, headers=HTMX)
    first = [question.text for question in sittings.paper(sitting=sitting)]
    page = ania.get(at("test", candidate))
    assert [text for text in first if text not in words(page)] == []
    assert re.search(r'name="q3" value="2"[^>]*checked', page.content.decode())


def test_an_older_tab_is_refused_and_its_words_stay(candidate: Candidate, ania: Client, sitting: Sitting) -> None:
    older = open_test(ania, candidate)
    newer = writer(ania.get(at("test", candidate)))
    assert older != newer
    by_itself = ania.post(at("test_answer", candidate, 1), {"writer": older, "q1": "1"}, headers=HTMX)
    by_button = ania.post(at("test_answers", candidate), {"writer": older, "q1": "4", "save": "1"})
    assert (by_itself.status_code, by_button.status_code) == (409, 409)
    sentence = "This work was opened in another tab or device, and only the newest one writes."
    assert sentence in words(by_itself)
    assert sentence in words(by_button)
    assert re.search(r'name="q1" value="4"[^>]*checked', by_button.content.decode())
    assert answered(sitting) == []
    assert ania.post(at("test_answer", candidate, 1), {"writer": newer, "q1": "1"}, headers=HTMX).status_code == 200


def test_options_that_were_not_shown_are_refused(candidate: Candidate, ania: Client, sitting: Sitting) -> None:
    tab = open_test(ania, candidate)
    assert ania.post(at("test_answers", candidate), {"writer": tab, "q1": "99"}).status_code == 400
    assert ania.post(at("test_answer", candidate, 99), {"writer": tab}, headers=HTMX).status_code == 400
    assert answered(sitting) == []


def test_finishing_names_the_unanswered_and_asks(candidate: Candidate, ania: Client, sitting: Sitting) -> None:
    tab = open_test(ania, candidate)
    sheet = {"writer": tab, "q1": "1", "q2": "1", "q3": "1", "q4": "1", "finish": "1"}
    asked = ania.get(ania.post(at("test_answers", candidate), sheet).headers["Location"])
    assert "2 questions are unanswered." in words(asked)
    assert stage(candidate) == Stage.TEST
    assert ania.post(at("test_finish", candidate), {"writer": writer(asked)}).status_code == 302
    assert stage(candidate) == Stage.TASK
    assert "Knowledge test" in words(ania.get(at("results", candidate)))


def test_finishing_from_an_older_tab_is_refused(candidate: Candidate, ania: Client, sitting: Sitting) -> None:
    older = open_test(ania, candidate)
    ania.get(at("test", candidate))
    assert ania.post(at("test_finish", candidate), {"writer": older}).status_code == 409
    assert stage(candidate) == Stage.TEST


def test_after_the_time_nothing_is_saved_and_the_way_goes_on(
    candidate: Candidate, ania: Client, sitting: Sitting, clock: Any
) -> None:
    tab = open_test(ania, candidate)
    ania.post(at("test_answer", candidate, 1), {"writer": tab, "q1": "1"}, headers=HTMX)
    clock.move_to(NOW + timedelta(minutes=26))
    late = ania.post(at("test_answer", candidate, 2), {"writer": tab, "q2": "1"}, headers=HTMX)
    assert (late.status_code, answered(sitting)) == (409, [1])
    over = ania.get(at("test", candidate))
    assert "The time is over. What was saved before counts" in words(over)
    ania.post(at("test_finish", candidate), {"writer": writer(over)})
    sitting.refresh_from_db()
    assert (sitting.state, stage(candidate)) == (SittingState.CLOSED, Stage.TASK)


def test_the_key_is_nowhere_on_the_page(candidate: Candidate, ania: Client, sitting: Sitting) -> None:
    open_test(ania, candidate)
    assert "is_right" not in ania.get(at("test", candidate)).content.decode()


def test_the_test_cannot_begin_after_the_deadline(
    cast: Cast, candidate: Candidate, sitting: Sitting, clock: Any
) -> None:
    clock.move_to(NOW + timedelta(days=8))
    assert browser(cast.ania).post(at("test_start", candidate)).status_code == 409
    sitting.refresh_from_db()
    assert sitting.state == SittingState.PREPARED


# The test task


@pytest.fixture
def submission(cast: Cast, candidate: Candidate) -> Submission:
    bring_to(candidate, Stage.TASK, cast=cast)
    found = candidate.invitation.submission
    assert found
    return found


def open_task(client: Client, candidate: Candidate) -> str:
    client.post(at("task_start", candidate))
    return writer(client.get(at("task", candidate)))


def test_the_thread_is_shown_only_after_the_start(candidate: Candidate, ania: Client, submission: Submission) -> None:
    assert "No signal since Monday!" not in words(ania.get(at("task", candidate)))
    ania.post(at("task_start", candidate))
    page = words(ania.get(at("task", candidate)))
    assert "No signal since Monday!" in page
    assert "0 of at most 250 words" in page


def test_the_answer_is_in_the_language_of_whoever_writes(
    candidate: Candidate, ania: Client, submission: Submission
) -> None:
    assert submission.language == "en"  # the language in which HR invited
    ania.post(at("task_start", candidate), headers={"Accept-Language": "ru"})
    submission.refresh_from_db()
    assert submission.language == "ru"


def test_the_draft_saves_itself(candidate: Candidate, ania: Client, submission: Submission) -> None:
    tab = open_task(ania, candidate)
    saved = ania.post(at("task_draft", candidate), {"writer": tab, "text": "We are sorry."}, headers=HTMX)
    submission.refresh_from_db()
    assert (submission.text, "saved at 15:00:00" in words(saved)) == ("We are sorry.", True)


def test_an_older_tab_keeps_its_text_and_saves_nothing(
    candidate: Candidate, ania: Client, submission: Submission
) -> None:
    older = open_task(ania, candidate)
    ania.get(at("task", candidate))
    refused = ania.post(at("task_draft", candidate), {"writer": older, "text": "My long words", "save": "1"})
    submission.refresh_from_db()
    assert (refused.status_code, submission.text) == (409, "")
    assert "My long words" in words(refused)


def test_handing_in_shows_the_text_and_asks(candidate: Candidate, ania: Client, submission: Submission) -> None:
    tab = open_task(ania, candidate)
    sent = ania.post(at("task_draft", candidate), {"writer": tab, "text": "We are sorry.", "hand_in": "1"})
    asked = ania.get(sent.headers["Location"])
    assert "We are sorry." in words(asked)
    assert "3 of at most 250 words" in words(asked)
    ania.post(at("task_hand_in", candidate), {"writer": writer(asked)})
    submission.refresh_from_db()
    assert (submission.state, submission.text, stage(candidate)) == (
        SubmissionState.SUBMITTED,
        "We are sorry.",
        Stage.GRADING,
    )
    assert submission.gradings.count() == 2


@pytest.mark.parametrize(("text", "sentence"), [("", "The answer is empty."), ("word " * 251, "the limit is 250")])
def test_what_cannot_be_handed_in_stays_a_draft(
    candidate: Candidate, ania: Client, submission: Submission, text: str, sentence: str
) -> None:
    tab = open_task(ania, candidate)
    ania.post(at("task_draft", candidate), {"writer": tab, "text": text}, headers=HTMX)
    refused = ania.post(at("task_hand_in", candidate), {"writer": tab})
    assert refused.status_code == 400
    assert sentence in words(refused)
    assert stage(candidate) == Stage.TASK


def test_after_the_time_the_last_draft_is_handed_in(
    candidate: Candidate, ania: Client, submission: Submission, clock: Any
) -> None:
    tab = open_task(ania, candidate)
    ania.post(at("task_draft", candidate), {"writer": tab, "text": "Saved in time."}, headers=HTMX)
    clock.move_to(NOW + timedelta(minutes=45))
    late = ania.post(at("task_draft", candidate), {"writer": tab, "text": "Too late."}, headers=HTMX)
    over = ania.get(at("task", candidate))
    assert (late.status_code, "Saved in time." in words(over)) == (409, True)
    ania.post(at("task_hand_in", candidate), {"writer": writer(over)})
    submission.refresh_from_db()
    assert (submission.text, stage(candidate)) == ("Saved in time.", Stage.GRADING)


# Results, score, history, objections


def test_results_are_words_about_topics_and_the_rubric(cast: Cast, candidate: Candidate, ania: Client) -> None:
    bring_to(candidate, Stage.ASSESSED, cast=cast)
    page = words(ania.get(at("results", candidate)))
    assert "Strongest:" in page
    assert "6 right answers of 6." in page
    assert "tone. tone 3" in page
    assert "Marked by 2 graders who did not know your name." in page
    assert "Greta" not in page


def test_nothing_of_the_marks_shows_before_they_count(cast: Cast, candidate: Candidate, ania: Client) -> None:
    bring_to(candidate, Stage.GRADING, cast=cast)
    assert "Being graded by people who do not know whose it is." in words(ania.get(at("results", candidate)))


def test_the_own_score_adds_up_and_is_the_own_one(cast: Cast, candidate: Candidate, ania: Client) -> None:
    page = words(ania.get(reverse("portal:score")))
    assert "79.0" in page
    assert "47.4" in page
    assert "31.6" in page
    assert "78.0" in words(browser(cast.boris).get(reverse("portal:score")))


def test_a_newer_run_is_the_one_explained(cast: Cast, candidate: Candidate, ania: Client) -> None:
    build_run(candidate.round.policy_version, cast.agents["boris"], cast.agents["ania"], at=NOW + timedelta(days=1))
    assert "78.0" in words(ania.get(reverse("portal:score")))


def test_history_gives_the_reasons_that_were_given(cast: Cast, candidate: Candidate, ania: Client) -> None:
    bring_to(candidate, Stage.ASSESSED, cast=cast)
    ask(candidate, "decline", cast.hanna, reason="The round needed night shifts.")
    assert "The round needed night shifts." in words(ania.get(reverse("portal:history")))
    assert "The round needed night shifts." in words(ania.get(reverse("portal:path")))


def test_an_objection_goes_to_hr_once(candidate: Candidate, ania: Client) -> None:
    text = "Chat 4711 was not mine: I was on leave that week."
    assert ania.post(at("objections", candidate), {"text": text}).status_code == 302
    assert ania.post(at("objections", candidate), {"text": text}).status_code == 409
    assert Appeal.objects.get().state == AppealState.OPEN
    assert text in words(ania.get(at("objections", candidate)))
    assert Entry.objects.filter(verb="make_appeal").count() == 1


def test_an_objection_without_words_is_refused(candidate: Candidate, ania: Client) -> None:
    assert ania.post(at("objections", candidate), {"text": "no"}).status_code == 400
    assert not Appeal.objects.exists()
