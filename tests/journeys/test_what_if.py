"""What if, and a comparison, in a real browser: one trace for each slider let go, with and without a script."""

import pytest
from playwright.sync_api import Page, expect

from scoring.models import ScoreRun
from selection.models import WhatIf
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Visits, has_sideways_scroll
from tests.selection.hr.scored import policy_of, run_of, stairs

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def run(cast: Cast) -> ScoreRun:
    """Scores of six agents under six months of service."""
    stairs()
    return run_of(policy_of(service=6))


def drag(page: Page, name: str, *stops: float) -> None:
    """Drag a slider over several stops, as shares of its length, and let it go at the last one."""
    # Letters that come in late move the slider.
    page.wait_for_load_state("networkidle")
    box = page.locator(f'input[name="{name}"]').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + stops[0] * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    for stop in stops[1:]:
        page.mouse.move(box["x"] + stop * box["width"], box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()


def test_a_drag_leaves_one_trace_and_redraws_the_list(cast: Cast, run: ScoreRun, visit: Visits) -> None:
    page = visit(cast.hanna)
    page.goto("/hr/ranking/")
    page.get_by_role("link", name="What if…").click()
    expect(page.locator("#what-if tbody tr").first).to_contain_text("Agent A-0")
    drag(page, "tenure.gate", 0.1, 0.3, 0.5, 0.8, 0.25)
    expect(page.locator("#what-if")).to_contain_text("1 person leaves: Agent A-0.")
    expect(page.locator("#what-if tbody tr").first).to_contain_text("Agent A-1")
    kept = WhatIf.objects.get()
    assert 10 < kept.changes["tenure.gate"]["to"] < 20
    expect(page.locator('output[for="tenure.gate"]')).to_have_text(f"{kept.changes['tenure.gate']['to']:g}")
    assert page.url.endswith(f"/what-if/{kept.pk}/")
    page.reload()
    expect(page.locator("#what-if")).to_contain_text("1 person leaves: Agent A-0.")
    assert WhatIf.objects.count() == 1


def test_quick_keys_leave_one_trace_where_they_end(cast: Cast, run: ScoreRun, visit: Visits) -> None:
    page = visit(cast.hanna, language="ru", width=PHONE)
    page.goto(f"/hr/policies/{run.policy_version_id}/what-if/")
    page.locator('input[name="tenure.gate"]').focus()
    for _press in range(8):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#what-if")).to_contain_text("Agent A-2")
    page.wait_for_url("**/what-if/*/")
    assert [one.changes["tenure.gate"]["to"] for one in WhatIf.objects.all()] == [14.0]
    assert not has_sideways_scroll(page)


def test_without_a_script_a_button_shows_the_list(cast: Cast, run: ScoreRun, visit: Visits) -> None:
    page = visit(cast.hanna, script=False)
    page.goto(f"/hr/policies/{run.policy_version_id}/what-if/")
    page.locator('input[name="tenure.gate"]').focus()
    page.keyboard.press("End")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#what-if")).to_contain_text("0 agents may be chosen instead of 6.")
    assert WhatIf.objects.count() == 1


def test_the_auditor_follows_and_a_comparison_is_drawn(cast: Cast, run: ScoreRun, visit: Visits) -> None:
    policy_of(service=12)
    page = visit(cast.hanna)
    page.goto("/hr/ranking/")
    page.get_by_role("link", name="Compare with…").click()
    page.get_by_label("To", exact=True).select_option(label="As agreed., version 2")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Who gets the places")).to_be_visible()
    expect(page.locator("figure.slope line")).to_have_count(3)
    address = page.url
    auditor = visit(cast.ada, width=PHONE)
    auditor.goto(address)
    expect(auditor.get_by_text("1 person leaves: 1 — held back by Length of service.")).to_be_visible()
    assert not has_sideways_scroll(auditor)
    auditor.goto("/hr/audit/")
    auditor.get_by_role("link", name="What-ifs").click()
    expect(auditor.get_by_text("Nothing has been tried")).to_be_visible()
