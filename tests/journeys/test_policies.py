"""Policies and references in a real browser: written, previewed, published by another, read, and observed."""

import re

import pytest
from playwright.sync_api import Page, expect

from scoring.models import Agent, PolicyVersion
from scoring.policies import draft, publish
from selection.models import Candidate, Reference
from tests.cast import NOW, POLICY, Cast, agent, build_round, nominate_agent, person, seat
from tests.journeys.conftest import PHONE, Visits, has_sideways_scroll

pytestmark = pytest.mark.journey
FIRST = "In March five people wrote about one bill, and she filed it with engineering."
SECOND = "In May the rules said nothing about a child's number; she asked and called back."


@pytest.fixture
def candidate(cast: Cast) -> Candidate:
    """Ania in a round, with two colleagues who can log in."""
    opened = build_round(cast)
    team = cast.agents["ania"].assignments.get().team
    for number in range(2):
        one: Agent = agent(f"Colleague {number}", number=f"S-9{number}", user=person(f"colleague{number}"))
        seat(one, team=team, manager=cast.agents["marat"])
    return nominate_agent(opened, cast.agents["ania"], by=cast.hanna)


def field(name: str) -> str:
    """The selector of a field by its path in the document."""
    return f'[name="{name}"]'


def test_hr_writes_a_policy_and_sees_what_it_says(cast: Cast, visit: Visits) -> None:
    page = visit(cast.hanna)
    page.goto("/hr/policies/")
    page.get_by_role("link", name="Write a policy").click()
    page.locator(".card", has_text="Founding rules").get_by_role("link", name="In a form").click()
    preview = page.locator("#preview")
    expect(preview).to_contain_text("at least 6 months")
    page.locator("details.criterion summary").first.click()
    page.fill(field("criteria[1].cut"), "9")
    expect(preview).to_contain_text("at least 9 months")
    page.select_option(field("criteria[1].unit"), "level")
    expect(preview).to_contain_text("Not yet a policy")
    page.select_option(field("criteria[1].unit"), "months")
    expect(preview).to_contain_text("at least 9 months")
    page.get_by_role("button", name="Add a criterion").click()
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator(".form-errors")).to_contain_text("missing")
    page.locator("details.criterion").last.get_by_role("button", name="Take this criterion out").click()
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Founding rules")
    assert not page.get_by_role("button", name="Publish").count()

    other = visit(cast.pavel)
    other.goto(f"/hr/policies/{PolicyVersion.objects.latest('pk').pk}/")
    other.get_by_role("button", name="Publish").click()
    expect(other.locator(".messages")).to_contain_text("published and frozen")


def test_a_broken_text_names_its_lines(cast: Cast, visit: Visits) -> None:
    page = visit(cast.hanna, language="ru")
    page.goto("/hr/policies/draft/?preset=current&door=text")
    document = page.locator("#document")
    document.fill(document.input_value().replace("places = 6", "places = 0"))
    expect(page.locator("#preview")).to_contain_text("Строка 13")
    page.locator("button[value=save]").click()
    expect(page.locator(".form-errors")).to_contain_text("places = 0")


def test_it_works_without_a_script_and_on_a_phone(cast: Cast, visit: Visits) -> None:
    page = visit(cast.hanna, width=PHONE, script=False)
    page.goto("/hr/policies/draft/?preset=current")
    assert not has_sideways(page)
    page.fill(field("places"), "9")
    page.get_by_role("button", name="Look", exact=True).last.click()
    expect(page.locator("#preview")).to_contain_text("9 places")
    page.get_by_role("button", name="Go on as text").click()
    expect(page.locator("#document")).to_have_value(re.compile("places = 9"))


def has_sideways(page: Page) -> bool:
    """Scripts are off, so the width is asked of the layout."""
    box = page.locator("body").bounding_box()
    return bool(box and box["width"] > PHONE)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_fits_a_phone(cast: Cast, visit: Visits, candidate: Candidate, language: str) -> None:
    version = publish(version=draft(text=POLICY, actor=cast.hanna, at=NOW), actor=cast.pavel, at=NOW)
    newer = draft(text=POLICY.replace("cut = 6", "cut = 9"), actor=cast.hanna, at=NOW)
    page = visit(cast.hanna, language=language, width=PHONE)
    for address in (
        "/hr/policies/",
        "/hr/policies/new/",
        "/hr/policies/draft/?preset=full-profile",
        "/hr/policies/draft/?preset=full-profile&door=text",
        f"/hr/policies/{version.pk}/",
        f"/hr/policies/{version.pk}/readers/",
        f"/hr/policies/{newer.pk}/",
        f"/hr/policies/{newer.pk}/edit/",
        f"/hr/rounds/candidates/{candidate.pk}/references/",
    ):
        page.goto(address)
        assert not has_sideways_scroll(page), address


def test_three_people_say_what_they_have_seen(cast: Cast, visit: Visits, candidate: Candidate) -> None:
    page = visit(cast.hanna)
    page.goto(f"/hr/rounds/candidates/{candidate.pk}/")
    page.get_by_role("link", name="References").click()
    page.get_by_role("button", name="Ask three people").click()
    expect(page.locator(".messages")).to_contain_text("Three people are asked")
    for number, reference in enumerate(Reference.objects.order_by("pk")):
        assert reference.referee.user is not None
        referee = visit(reference.referee.user, width=PHONE, language="ru" if number == 1 else "en")
        referee.goto("/me/references/")
        referee.locator(".card .button-primary").click()
        assert not has_sideways_scroll(referee)
        for name, text in (("involvement", FIRST), ("culture", SECOND)):
            referee.locator(field(f"{name}-level")).nth(2 if number else 3).check()
            referee.fill(field(f"{name}-text"), text)
        referee.locator("main form .button-primary").click()
        expect(referee.locator(".messages")).to_be_visible()
    page.reload()
    expect(page.locator("main")).to_contain_text(FIRST)
    expect(page.locator("main")).to_contain_text("Agreement: 33% of the pairs chose the same level, 100%")


def test_an_agent_reads_what_counts_and_says_so(cast: Cast, visit: Visits, candidate: Candidate) -> None:
    page = visit(cast.ania, width=PHONE)
    page.goto("/me/policy/")
    page.get_by_role("button", name="I have read what counts").click()
    expect(page.locator("main")).to_contain_text("You have read this version")
    assert not has_sideways_scroll(page)
