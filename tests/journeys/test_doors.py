"""The front door in a real browser: everybody arrives in their own room, in their own language."""

import pytest
from playwright.sync_api import expect

from tests.cast import Cast
from tests.journeys.conftest import DESK, PHONE, LogIn, Visits, has_sideways_scroll

pytestmark = pytest.mark.journey


def test_hr_logs_in_by_hand_and_arrives_at_today(cast: Cast, visit: Visits, log_in: LogIn) -> None:
    page = visit()
    log_in(page, cast.hanna)
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_speaks_the_language_of_the_browser_and_fits_its_window(
    cast: Cast, visit: Visits, language: str, width: int
) -> None:
    page = visit(cast.hanna, language=language, width=width)
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert not has_sideways_scroll(page)
