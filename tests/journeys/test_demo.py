"""Every page of the demo, of every role, at the width of a desk and of a phone, in both languages.

The company is loaded by the verbs that `make demo` uses, once: a test that comes after would have to load it again, so
one test walks it all and tells every fault at its end.
"""

from collections import Counter, deque
from collections.abc import Iterator
from math import inf
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import Resolver404, resolve
from django.utils import timezone
from playwright.sync_api import Page, Response

from assessments import grading
from assessments.models import Grading
from selection.demo.company import load_company
from selection.demo.people import SHOWN
from selection.models import Candidate, Reference
from selection.models.references import ReferenceState
from selection.models.rounds import RoundPhase
from selection.override_report import hands
from selection.own_work import Tab, begin_task, begin_test
from selection.stages import Stage
from tests.database import CHOICE
from tests.journeys.conftest import DESK, HEIGHTS, PHONE, Complaints, Visits, has_sideways_scroll

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHOICE == "postgresql", reason="How pages look does not depend on the database."),
]

# Of pages that differ only by what they are about, each role looks at one: of those that differ by stage, at all.
OF_A_KIND = 1
BY_STAGE = {"home", "portal:path", "portal:results", "portal:round"}
NOT_A_PAGE = (".csv", ".xlsx", ".json", ".toml", "/logout/", "/schema/", "/jsi18n/", "/autocomplete/")
GRAVE = {"serious", "critical"}
# A walk that misses these has lost its way, and would find nothing wrong.
REACHED = {
    "hr:today", "hr:ranking", "hr:agent", "hr:round", "hr:candidate", "hr:batch", "hr:policy", "hr:verify",
    "hr:references", "hr:comparison", "hr:seen_what_if", "hr:overrides", "hr:policy_readers",
    "portal:invitation", "portal:test", "portal:task", "portal:results", "portal:score", "portal:references",
    "portal:reference", "desk:index", "desk:grading", "admin:index", "admin:selection_candidate_change",
}  # fmt: skip
# Whoever overrules the scores more often than that does not need them.
MOST_AGAINST = 0.15
CLOSELY = {"en": DESK, "ru": PHONE}
AXE = Axe()
Visited = Iterator[tuple[str, Response | None]]
LINKS = "[...document.querySelectorAll('a[href]')].map((link) => link.href)"
# Whoever moves by keyboard sees where they are: a ring, within the window.
FOCUS_SHOWS = """async () => {
    await Promise.all(document.getAnimations().map((moving) => moving.finished));
    const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return here !== document.body && (ring || style.boxShadow !== "none") && box.bottom > 0 && box.top < innerHeight;
}"""


@pytest.fixture
def company(transactional_db: None) -> dict[str, User]:
    """The demo company with work under way, and who looks at it: the printed logins, and a candidate of each stage."""
    for _step in load_company(at=timezone.now()):
        pass
    candidates = Candidate.objects.select_related("agent__user").exclude(round__phase=RoundPhase.CLOSED)
    by_stage = {Stage(one.stage).value: one for one in candidates if one.agent.user}
    begin_test(_tab(by_stage[Stage.TEST]))
    begin_task(_tab(by_stage[Stage.TASK]))
    waiting = Grading.objects.filter(grader__username="greta", state="assigned").first()
    assert waiting is not None
    grading.take_up(grading=waiting, grader=waiting.grader, at=timezone.now())
    printed = {name: User.objects.get(username=name) for name in SHOWN}
    return printed | {stage: _login(one) for stage, one in by_stage.items()}


def _login(candidate: Candidate) -> User:
    assert candidate.agent.user is not None
    return candidate.agent.user


def _tab(candidate: Candidate) -> Tab:
    return Tab(candidate=candidate, actor=_login(candidate), writer="tab", at=timezone.now())


def kind(address: str) -> str:
    """What kind of page an address opens; '' for what is no page."""
    path = urlsplit(address).path
    try:
        return "" if path.endswith(NOT_A_PAGE) else resolve(path).view_name
    except Resolver404:
        return ""


def most(name: str) -> float:
    """How many pages of a kind are looked at."""
    return inf if name in BY_STAGE else OF_A_KIND


def pages(page: Page, opened: Counter[str], told: list[str]) -> Visited:
    """Open whatever can be reached by links from the front door, a few of each kind, nearest first; tell which."""
    waiting, known = deque(["/"]), {"/"}
    while waiting:
        address = waiting.popleft()
        opened[kind(address)] += 1
        if opened[kind(address)] > most(kind(address)):
            continue
        told.append(address)
        yield address, page.goto(address)
        for link in page.evaluate(LINKS):
            here = link.removeprefix(origin(page.url)).partition("#")[0]
            if link.startswith(origin(page.url)) and here not in known and kind(here):
                known.add(here)
                waiting.append(here)


def origin(address: str) -> str:
    """Scheme and host."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def faults(page: Page, language: str) -> Iterator[str]:
    """What is wrong with the page as it stands, at both widths.

    The slow look is taken at the width of a desk in English, and on a phone in Russian, where words are longest.
    """
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        if has_sideways_scroll(page):
            yield f"{width}: wider than its window"
        page.keyboard.press("Tab")
        if not page.evaluate(FOCUS_SHOWS):
            yield f"{width}: no ring around what has the focus"
        if width == CLOSELY[language]:
            yield from barriers(page)


def barriers(page: Page) -> Iterator[str]:
    """What axe finds grave."""
    # Preloading, axe copies imported stylesheets into the page, and the page's policy forbids that.
    for one in AXE.run(page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]:
        if one["impact"] in GRAVE:
            yield f"{one['id']}: {', '.join(node['html'][:120] for node in one['nodes'][:3])}"


def walk(page: Page, language: str, addresses: Visited, complaints: Complaints) -> Iterator[str]:
    """Look at pages as they are opened; yields every fault with its address."""
    for address, response in addresses:
        status = response.status if response else 0
        found = [] if status == 200 else [f"answers {status}"]
        found += [*faults(page, language), *complaints.heard]
        complaints.heard.clear()
        yield from (f"{language} {address} {fault}" for fault in found)


def hard_to_believe() -> Iterator[str]:
    """What no company is like: people who mostly overrule the scores, references that are never open or never done."""
    yield from (f"{one.person} overrules {one.rate:.0%}" for one in hands() if one.rate > MOST_AGAINST)
    states = set(Reference.objects.values_list("state", flat=True))
    yield from (f"no reference is {state}" for state in {ReferenceState.ASKED, ReferenceState.HANDED_IN} - states)


def test_every_page_of_every_role_is_sound(company: dict[str, User], visit: Visits, complaints: Complaints) -> None:
    told, shared, seen = list(hard_to_believe()), Counter[str](), set[str]()
    for name, user in company.items():
        english, russian, addresses = visit(user), visit(user, language="ru"), list[str]()
        reached = pages(english, Counter() if name in SHOWN else shared, addresses)
        told += [f"{name} {fault}" for fault in walk(english, "en", reached, complaints)]
        again = ((address, russian.goto(address)) for address in addresses)
        told += [f"{name} {fault}" for fault in walk(russian, "ru", again, complaints)]
        seen |= {kind(address) for address in addresses}
    assert told == []
    assert seen >= REACHED


def test_control_a_page_that_is_not_sound_is_told(visit: Visits) -> None:
    page = visit()
    page.goto("about:blank")
    page.set_content('<a href="#" style="outline: 0">Here</a><p style="width: 2000px"><input></p>')
    told = " ".join(faults(page, "en"))
    for fault in ("wider than its window", "no ring", "label: <input>"):
        assert fault in told
