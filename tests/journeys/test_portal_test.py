"""A browser that dies, and two tabs at once: what was saved is there, and nothing that was typed is lost."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.models import Sitting
from selection.models import Candidate
from selection.stages import Stage
from tests.cast import Cast, bring_to, build_round, nominate_agent
from tests.journeys import acts
from tests.journeys.conftest import DESK, PHONE, Visits

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SAVED = "We are sorry. "
UNSAVED = "The mast is back at noon."


@pytest.fixture
def candidate(cast: Cast) -> Candidate:
    """Ania in a round that runs now."""
    now = timezone.now()
    return nominate_agent(build_round(cast, at=now), cast.agents["ania"], by=cast.hanna, at=now)


def begin(page: Page, work: str) -> None:
    """From the portal's first page into the test or the task, and start its clock."""
    page.goto("/me/")
    acts.follow(page, f"/{work}/")
    acts.press(page, f"/{work}/start/")


def questions(page: Page) -> list[str]:
    """The questions as they stand on the page, in their order."""
    return page.locator(".question legend").all_inner_texts()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_browser_that_dies_takes_no_answer_with_it(
    cast: Cast, candidate: Candidate, visit: Visits, width: int
) -> None:
    bring_to(candidate, Stage.TEST, cast=cast, at=timezone.now())
    dying = visit(cast.ania, width=width)
    begin(dying, "test")
    acts.answer(dying, 1, 2, 4)
    asked, deadline = questions(dying), Sitting.objects.get().deadline_at
    dying.context.close()

    back = visit(cast.ania, width=width)
    back.goto("/me/")
    acts.follow(back, "/test/")
    assert questions(back) == asked
    assert Sitting.objects.get().deadline_at == deadline
    chosen = back.locator("label.option:has(input:checked)")
    expect(chosen).to_have_count(3)
    assert all(text.strip().startswith("right") for text in chosen.all_inner_texts())
    acts.answer(back, 3, 5, 6)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_newest_tab_writes_and_the_older_one_keeps_its_text(
    cast: Cast, candidate: Candidate, visit: Visits, language: str
) -> None:
    bring_to(candidate, Stage.TASK, cast=cast, at=timezone.now())
    older = visit(cast.ania, language=language)
    begin(older, "task")
    older.locator("textarea[name=text]").press_sequentially(SAVED)
    expect(older.locator("#state-draft .quiet")).to_be_visible()

    newer = older.context.new_page()
    newer.goto(older.url)
    expect(newer.locator("textarea[name=text]")).to_have_value(SAVED)

    older.locator("textarea[name=text]").press_sequentially(UNSAVED)
    expect(older.locator("#state-draft [role=alert]")).to_be_visible()
    expect(older.locator("textarea[name=text]")).to_have_value(SAVED + UNSAVED)
    # Even the button, which leads to another page, leads back to the text as it was typed.
    older.locator("button[name=hand_in]").click()
    expect(older.locator("main > [role=alert]")).to_be_visible()
    expect(older.locator("textarea[name=text]")).to_have_value(SAVED + UNSAVED)

    newer.reload()
    expect(newer.locator("textarea[name=text]")).to_have_value(SAVED)
    with newer.expect_response("**/task/draft/") as saving:
        newer.locator("textarea[name=text]").fill(SAVED + "Here is how to check.")
    assert saving.value.ok
    assert Candidate.objects.get(pk=candidate.pk).stage == Stage.TASK
