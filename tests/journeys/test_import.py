"""HR brings evidence in alone: files that nobody has seen before, in both languages, on a desk and on a phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from scoring.models import Agent, Batch, CellSum, Rating, SourceProfile
from scoring.models.batches import BatchState
from tests.cast import Cast
from tests.journeys.conftest import DESK, PHONE, Visits, has_sideways_scroll

pytestmark = pytest.mark.journey
CALLS = Path(__file__).resolve().parents[3] / "shared" / "data" / "call_center.xlsx"
COLUMNS, REPORT = re.compile(r"/hr/evidence/\d+/columns/$"), re.compile(r"/hr/evidence/\d+/$")
UNDER_WAY = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
DROP = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, {type: "text/csv"}));
    const zone = document.querySelector("[data-drop]");
    for (const type of ["dragenter", "dragover", "drop"])
        zone.dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


def german() -> str:
    """A helpdesk with German headings, a composed key, the time of day apart, and two awkward records."""
    head = "Ticket Nr;Bearbeiter;Zufriedenheit;Datum;Uhrzeit;Anmerkung"
    people = ("Jana Vogt", "Tim Krüger")
    rows = [f"{100 + n};{people[n % 2]};{n % 5 + 1};{n + 1:02d}.04.2026;09:{n:02d};Danke" for n in range(24)]
    awkward = ["900;Jana Vogt;;02.06.2026;10:00;", "901;Tim Krüger;77;03.06.2026;10:00;<img src=x onerror=alert(1)>"]
    return "\n".join([head, *rows, *awkward])


def russian() -> str:
    """A table from a Russian office, with a title row above the headings."""
    people = ("Иванова Анна", "Петров Борис")
    rows = [f"Z-{n}\t{people[n % 2]}\t{n % 5 + 1}\t{n + 1:02d}.04.2026 10:{n:02d}" for n in range(24)]
    return "\n".join(["Выгрузка за апрель", "Заявка\tКто отвечал\tБалл клиента\tКогда оценили", *rows])


def upload(page: Page, name: str, content: bytes) -> None:
    """Choose a file with the plain input and look at it."""
    page.goto("/hr/evidence/upload/")
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": content})
    go_on(page)
    expect(page).to_have_url(COLUMNS)


def go_on(page: Page) -> None:
    """Press the one primary button of the page."""
    page.locator("main .button-primary").click()


def column(page: Page, heading: str, meaning: str) -> None:
    """Say what a column holds, and wait until the page has looked again."""
    select = page.get_by_role("row", name=heading).locator("select")
    field = str(select.get_attribute("name"))
    choose(page, field, meaning)


def choose(page: Page, field: str, value: str) -> None:
    """Choose in a select, and wait until the page has looked again."""
    with page.expect_response(lambda answer: bool(COLUMNS.search(answer.url)) and answer.request.method == "POST"):
        page.locator(f"[name={field}]").select_option(value)
    expect(page.locator(UNDER_WAY)).to_have_count(0)
    expect(page.locator(f"[name={field}]")).to_have_value(value)


def tick_creating(page: Page) -> None:
    """Let the file create the agents it names."""
    with page.expect_response(lambda answer: bool(COLUMNS.search(answer.url)) and answer.request.method == "POST"):
        page.locator("[name=create_agents]").check()
    expect(page.locator(UNDER_WAY)).to_have_count(0)


def check_file(page: Page) -> None:
    """Have the file checked."""
    page.locator("button[name=check]").click()
    expect(page).to_have_url(REPORT)
    assert not has_sideways_scroll(page)


@pytest.mark.parametrize(("language", "width"), [("en", DESK), ("ru", DESK), ("en", PHONE), ("ru", PHONE)])
def test_a_foreign_file_becomes_evidence_through_the_mapping_page_alone(
    cast: Cast, visit: Visits, language: str, width: int
) -> None:
    page = visit(cast.hanna, language=language, width=width)
    upload(page, "CSAT Export Q2.csv", german().encode("cp1252"))
    assert not has_sideways_scroll(page)
    expect(page.locator(".asked option", has_text="Tim Krüger")).to_have_attribute("value", "cp1252")
    choose(page, "encoding", "cp1252")
    column(page, "Bearbeiter", "agent")
    column(page, "Uhrzeit", "rated_time")
    column(page, "Anmerkung", "comment")
    choose(page, "empty_rating", "not_answered")
    tick_creating(page)
    check_file(page)
    assert not Rating.objects.exists()
    expect(page.locator("main")).to_contain_text("77")
    go_on(page)
    expect(page.locator(".next-step")).to_be_visible()
    batch = Batch.objects.get()
    assert (batch.state, batch.records, batch.accepted, batch.unanswered) == (BatchState.PUBLISHED, 26, 25, 1)
    assert set(Agent.objects.filter(ratings__batch=batch).values_list("full_name", flat=True)) == {
        "Jana Vogt",
        "Tim Krüger",
    }
    assert str(Rating.objects.get(chat_id="100").rated_at) == "2026-04-01 06:00:00+00:00"
    assert sum(CellSum.objects.values_list("offered", flat=True)) == 25
    expect(page.locator(".bars svg").first).to_be_visible()  # May is missing, and named
    expect(page.locator("main")).to_contain_text({"en": "May 2026", "ru": "Май 2026"}[language], ignore_case=True)


def test_a_russian_table_with_a_title_row_is_imported_and_its_source_saved(cast: Cast, visit: Visits) -> None:
    page = visit(cast.hanna, language="ru")
    upload(page, "выгрузка.csv", russian().encode("cp1251"))
    column(page, "Кто отвечал", "agent")
    tick_creating(page)
    check_file(page)
    go_on(page)
    page.locator("#profile-title").fill("Офис на Садовой")
    page.locator("form", has=page.locator("#profile-title")).locator("button").click()
    assert SourceProfile.objects.get().document.count("Кто отвечал") == 1
    upload(page, "выгрузка-2.csv", russian().replace("Z-", "Y-").encode("cp1251"))
    check_file(page)
    go_on(page)
    expect(page.locator(".next-step")).to_be_visible()
    assert Rating.objects.count() == 48


def test_a_question_is_answered_before_anything_else(cast: Cast, visit: Visits) -> None:
    page = visit(cast.hanna)
    upload(page, "us.csv", b"id,chat,agent,rating,date\n1,c1,S-13,5,03/04/2026\n2,c2,S-13,4,05/06/2026\n")
    expect(page.locator(".asked")).to_contain_text("Nothing decides whether the day or the month comes first")
    expect(page.locator("button[name=check]")).to_have_count(0)
    choose(page, "date_order", "mdy")
    expect(page.locator(".asked")).to_have_count(0)
    expect(page.get_by_role("row", name="date")).to_contain_text("03/04/2026 → March 4, 2026")
    expect(page.locator("button[name=check]")).to_be_visible()


def test_a_file_can_be_dropped_on_the_page(cast: Cast, visit: Visits) -> None:
    page = visit(cast.hanna)
    page.goto("/hr/evidence/upload/")
    page.evaluate(DROP, ["dropped.csv", german()])
    go_on(page)
    expect(page).to_have_url(COLUMNS)
    assert Batch.objects.get().file_name == "dropped.csv"


def test_everything_works_without_javascript(cast: Cast, visit: Visits) -> None:
    page = visit(cast.hanna, script=False)
    upload(page, "export.csv", german().encode())
    page.get_by_role("row", name="Bearbeiter").locator("select").select_option("agent")
    page.get_by_role("row", name="Uhrzeit").locator("select").select_option("rated_time")
    page.locator("[name=create_agents]").check()
    page.locator("button[name=again]").click()
    check_file(page)
    go_on(page)
    expect(page.locator(".next-step")).to_be_visible()
    assert Rating.objects.count() == 24


def test_names_that_nobody_knows_are_resolved_and_their_records_load(cast: Cast, visit: Visits) -> None:
    page = visit(cast.hanna)
    upload(page, "export.csv", german().encode())
    column(page, "Bearbeiter", "agent")
    check_file(page)
    go_on(page)
    expect(page.locator(".next-step")).to_contain_text("Every record waits for its agent.")
    go_on(page)
    page.locator("section", has_text="Jana Vogt").locator("select").select_option(label="Ania Sokolova · S-15")
    page.locator("section", has_text="Jana Vogt").get_by_role("button", name="This is who is meant").click()
    page.get_by_role("button", name="Create an agent of this name").click()
    expect(page.locator("main")).to_contain_text("Nobody waits")
    assert Batch.objects.get().accepted == 24
    assert cast.agents["ania"].ratings.count() == 12


def test_progress_refreshes_itself_and_ends_at_the_report(cast: Cast, visit: Visits) -> None:
    page = visit(cast.hanna)
    upload(page, "export.csv", german().encode())
    column(page, "Bearbeiter", "agent")
    tick_creating(page)
    check_file(page)
    batch = Batch.objects.get()
    Batch.objects.update(state=BatchState.STAGING, done=12)
    page.goto(f"/hr/evidence/{batch.pk}/")
    expect(page.locator("progress")).to_have_attribute("value", "12")
    Batch.objects.update(done=20)
    expect(page.locator("progress")).to_have_attribute("value", "20")
    Batch.objects.update(state=BatchState.PUBLISHED)
    expect(page.locator(".next-step")).to_be_visible()


@pytest.mark.skipif(not CALLS.exists(), reason="the real call-centre export is not here")
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_call_centre_export_is_recognised_and_its_unanswered_calls_are_told(
    cast: Cast, visit: Visits, language: str
) -> None:
    page = visit(cast.hanna, language=language)
    upload(page, CALLS.name, CALLS.read_bytes())
    tick_creating(page)
    check_file(page)
    expect(page.locator("main")).to_contain_text("946")
    go_on(page)
    expect(page.locator(".next-step")).to_be_visible()
    expect(page.locator("main")).to_contain_text("946")
    batch = Batch.objects.get()
    assert (batch.profile, batch.records, batch.accepted, batch.unanswered) == ("call_center", 5000, 5000, 946)
    assert Agent.objects.filter(ratings__batch=batch).distinct().count() == 8


def test_an_incident_goes_through_two_people(cast: Cast, visit: Visits) -> None:
    hanna, pavel = visit(cast.hanna), visit(cast.pavel, language="ru")
    hanna.goto("/hr/evidence/incidents/new/")
    hanna.fill("[name=chat_id]", "c-500")
    hanna.select_option("[name=agent]", label="Ania Sokolova · S-15")
    hanna.check("[name=sign][value=positive]")
    hanna.check("[name=severity][value='2']")
    hanna.fill("[name=flagged_at]", "2026-03-01T10:00")
    hanna.fill("[name=reason]", "A thread praised the answer.")
    go_on(hanna)
    expect(hanna.locator("main")).to_contain_text("Nobody decides an incident that they recorded or imported.")
    pavel.goto(hanna.url)
    pavel.check("[name=severity][value='2']")
    go_on(pavel)
    pavel.check("[name=state][value=verified]")
    pavel.fill("[name=reason]", "The thread and the chat were compared.")
    go_on(pavel)
    hanna.reload()
    expect(hanna.locator("main")).to_contain_text("It counts until March 1, 2027.")
