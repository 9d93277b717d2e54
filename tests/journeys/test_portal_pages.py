"""The portal in a real browser: answers save themselves, the clock speaks twice, and no script is needed for it."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments import sittings
from selection.models import Candidate
from selection.stages import Stage
from tests.cast import Cast, bring_to, build_round, nominate_agent
from tests.journeys.conftest import PHONE, Visits, has_sideways_scroll

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def candidate(cast: Cast) -> Candidate:
    """Ania, nominated in a round that runs now."""
    now = timezone.now()
    return nominate_agent(build_round(cast, at=now), cast.agents["ania"], by=cast.hanna, at=now)


@pytest.fixture
def at_the_test(cast: Cast, candidate: Candidate) -> Candidate:
    return bring_to(candidate, Stage.TEST, cast=cast, at=timezone.now())


def answered(candidate: Candidate) -> list[int]:
    work = Candidate.objects.get(pk=candidate.pk).invitation.sitting
    assert work
    return [question.position for question in sittings.paper(sitting=work) if question.is_answered]


def begin(page: Page) -> None:
    page.goto("/me/")
    page.get_by_role("link", name="To the test").click()
    page.get_by_role("button", name="Start the test").click()


def test_an_answer_saves_itself_and_an_older_tab_is_told(cast: Cast, at_the_test: Candidate, visit: Visits) -> None:
    older = visit(cast.ania, width=PHONE)
    begin(older)
    older.locator("#q1 input").first.check()
    expect(older.locator("#state-q1")).to_contain_text("saved at")
    newer = older.context.new_page()
    newer.goto(older.url)
    older.locator("#q2 input").first.check()
    expect(older.locator("#state-q2")).to_contain_text("only the newest one writes")
    expect(older.locator("#q2 input").first).to_be_checked()
    assert answered(at_the_test) == [1]
    assert not has_sideways_scroll(older)


def test_the_clock_speaks_at_five_minutes_and_at_one(cast: Cast, at_the_test: Candidate, visit: Visits) -> None:
    page = visit(cast.ania)
    page.clock.install()
    begin(page)
    voice = page.locator("[data-clock-voice]")
    expect(page.locator("[data-clock-face]")).to_have_text(re.compile(r"24:5\d|25:00"))
    page.clock.run_for(60_000)
    expect(voice).to_be_empty()
    page.clock.run_for(19 * 60_000 + 2_000)
    expect(voice).to_have_text("Five minutes left.")
    page.clock.run_for(4 * 60_000)
    expect(voice).to_have_text("One minute left.")
    page.clock.run_for(61_000)
    expect(page.locator("[data-clock-face]")).to_have_text("The time is over. What was saved counts.")


def test_the_whole_way_of_the_candidate_needs_no_script(cast: Cast, candidate: Candidate, visit: Visits) -> None:
    bring_to(candidate, Stage.INVITED, cast=cast, at=timezone.now())
    page = visit(cast.ania, width=PHONE, script=False)
    page.goto("/me/")
    page.get_by_role("link", name="Read the invitation").click()
    page.get_by_label("I have read what counts and who decides.").check()
    page.get_by_role("button", name="Accept the invitation").click()
    begin(page)
    page.locator("#q1 input").first.check()
    page.get_by_role("button", name="Save all answers").click()
    expect(page.locator("#q1 input").first).to_be_checked()
    page.get_by_role("button", name="Finish…").click()
    expect(page.get_by_text("5 questions are unanswered.")).to_be_visible()
    page.get_by_role("button", name="Finish the test").click()
    page.get_by_role("link", name="To the test task").click()
    page.get_by_role("button", name="Start the task").click()
    page.get_by_label("Your answer").fill("We are sorry. The mast is back at noon.")
    page.get_by_role("button", name="Hand in…").click()
    page.get_by_role("button", name="Hand in", exact=True).click()
    assert Candidate.objects.get(pk=candidate.pk).stage == Stage.GRADING
    assert not has_sideways_scroll(page)


def test_the_draft_saves_itself_and_counts_its_words(cast: Cast, candidate: Candidate, visit: Visits) -> None:
    bring_to(candidate, Stage.TASK, cast=cast, at=timezone.now())
    page = visit(cast.ania)
    page.goto(f"/me/rounds/{candidate.pk}/task/")
    page.get_by_role("button", name="Start the task").click()
    page.get_by_label("Your answer").press_sequentially("We are sorry.")
    expect(page.locator("[data-words-face]")).to_have_text("3 of at most 250 words")
    expect(page.locator("#state-draft")).to_contain_text("saved at")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("We are sorry.")
