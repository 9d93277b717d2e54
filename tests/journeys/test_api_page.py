"""The page that describes the API, under the same strict CSP as every other page."""

import pytest
from playwright.sync_api import expect

from tests.cast import Cast
from tests.journeys.conftest import Visits

pytestmark = pytest.mark.journey


def test_the_page_of_the_api_opens_and_tries_an_address(cast: Cast, visit: Visits) -> None:
    page = visit(cast.hanna)
    page.goto("/api/v1/docs/")
    expect(page.get_by_role("heading", name="Rostrum API")).to_be_visible()
    page.locator("#operations-agents-agents_list .opblock-summary").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
