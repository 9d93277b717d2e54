"""A real Chromium before a live server: people log in, in both languages, at any width, and nothing breaks the CSP."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import PASSWORD, Cast, build_cast

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
DESK, PHONE = 1440, 390
HEIGHTS = {DESK: 900, PHONE: 844}
# A violation is told to the page before anything else can swallow it.
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation",
    (event) => console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive the Chromium of this machine; a container has no sandbox for its root."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("The browser tests need Chromium: apt-get install chromium")
    return {**browser_type_launch_args, "executable_path": found, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Everybody, in a database that the server's threads see."""
    return build_cast()


@dataclass
class Complaints:
    """What went wrong in the browsers of a test: violations of the CSP, errors of scripts, requests to strangers."""

    host: str
    expected: tuple[str, ...] = ()
    heard: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        """Hear of everything that happens in a context."""
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.heard.append(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("dialog", lambda dialog: (self.heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium calls every answer from 400 on an error; a form that is shown again with its faults is none.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.heard.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != self.host:
            self.heard.append(f"request to a stranger: {request.url}")


@dataclass
class Visits:
    """Opens browsers for people. Call it with whom, in which language, how wide the screen is."""

    browser: Browser
    address: str
    complaints: Complaints
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(
        self, user: User | None = None, *, language: str = "en", width: int = DESK, script: bool = True
    ) -> Page:
        """A page at the front door, with `user` logged in already (None: a stranger); `script` off: no JavaScript."""
        context = self.browser.new_context(
            base_url=self.address,
            locale={"en": "en-GB", "ru": "ru-RU"}[language],
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            java_script_enabled=script,
            accept_downloads=True,
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        if script:
            self.complaints.listen(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.address}]
            )
        page = context.new_page()
        page.goto("/")
        return page


@pytest.fixture
def complaints(live_server: LiveServer) -> Complaints:
    """The ears of a test."""
    return Complaints(urlsplit(live_server.url).netloc)


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, complaints: Complaints) -> Iterator[Visits]:
    """Open browsers: `page = visit(cast.hanna, language="ru", width=390)`; at the end none may have complained."""
    expect.set_options(timeout=10_000)
    visits = Visits(browser, live_server.url, complaints)
    yield visits
    for context in visits.contexts:
        context.close()
    assert complaints.heard == [], "\n".join(complaints.heard)


LogIn = Callable[[Page, User], None]


@pytest.fixture
def log_in(live_server: LiveServer) -> LogIn:
    """Log in by hand through the form: `log_in(page, cast.greta)`."""

    def by_hand(page: Page, user: User) -> None:
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill(user.username)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit], main form button:not([type])").first.click()
        page.wait_for_url(lambda url: "/accounts/login" not in url)

    return by_hand


def has_sideways_scroll(page: Page) -> bool:
    """Tell whether the page is wider than its window: it must not be, on a phone least of all."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
