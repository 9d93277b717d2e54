"""What people do on the pages, found by addresses and names of fields, so that it reads the same in every language."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from selection.models import Candidate, Round

PRIMARY = "main form button.button-primary"
ANSWER = "We are sorry. The mast on your street is back at noon, and here is how to check it."
# The page's own script asks, with the session and the token that the page has.
ASK = """async ([address, wanted]) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
    const answer = await fetch(address, {method: "POST", headers, body: JSON.stringify(wanted)});
    return [answer.status, await answer.json()];
}"""


def press(page: Page, action: str) -> None:
    """Press the button of the form that posts to an address with this ending, opening what hides it."""
    form = page.locator(f"main form[action$='{action}']").first
    hidden = page.locator(f"main details:not([open]):has(form[action$='{action}']) > summary")
    if hidden.count():
        hidden.first.click()
    form.locator("button").first.click()


def follow(page: Page, ending: str) -> None:
    """Follow the first link in the page's body whose address ends so."""
    page.locator(f"main a[href$='{ending}']").first.click()


# HR


def import_file(page: Page, path: Path, *, kind: str) -> None:
    """Upload a file, look at what was understood, check it, confirm it, and read the report."""
    page.goto("/hr/evidence/upload/")
    page.locator("input[name=file]").set_input_files(path)
    page.locator(f"input[name=kind][value={kind}]").check()
    page.locator(PRIMARY).click()
    page.locator("button[name=check]").click()
    press(page, "/confirm/")
    expect(page.locator(".next-step")).to_be_visible()


def run_scores(page: Page, *, policy: int, places: int) -> None:
    """Ask for scores under a policy version and wait for the ranking."""
    page.goto("/hr/ranking/runs/new/")
    page.locator("select[name=policy_version]").select_option(str(policy))
    page.locator("input[name=places]").fill(str(places))
    page.locator(PRIMARY).click()
    expect(page.locator("#ranking")).to_be_visible()


def open_round(page: Page, plan: dict[str, Any]) -> Round:
    """Fill in the form of a round: a date, a number and a text are typed, a key is chosen, a list of keys is ticked."""
    page.goto("/hr/rounds/")
    follow(page, "/hr/rounds/open/")
    for name, value in plan.items():
        if isinstance(value, list):
            for one in value:
                page.locator(f"input[name={name}][value='{one.pk}']").check()
        elif hasattr(value, "pk"):
            page.locator(f"select[name={name}]").select_option(str(value.pk))
        else:
            typed = f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else str(value)
            page.locator(f"[name={name}]").fill(typed)
    page.locator(PRIMARY).click()
    expect(page.locator(".pipeline")).to_be_visible()
    return Round.objects.get(title=plan["title"])


def nominate(page: Page, name: str) -> Candidate:
    """Find an agent in the ranking, open the explanation, nominate; say why where the verdict speaks against it."""
    page.goto("/hr/ranking/")
    page.locator("input[name=search]").fill(name)
    page.locator("input[name=search]").press("Enter")
    page.locator("#ranking tbody").get_by_text(name).first.click()
    expect(page.locator("#explained")).to_have_text(name)
    # What comes in late replaces the form, and closes what was opened.
    page.wait_for_load_state("networkidle")
    against = page.locator("details.nominate-against")
    if against.count():
        against.locator("summary").click()
        against.locator("select[name=reason_code]").select_option(index=1)
        against.locator("textarea[name=reason]").fill("Leads the team, and knows every one of its cases.")
    page.locator("#side form[action$='/nominate/'] button").click()
    expect(page.locator(".pipeline")).to_be_visible()
    return Candidate.objects.get(agent__full_name=name)


def go_on(page: Page, opened: Round) -> None:
    """Bring the round to its next phase."""
    page.goto(f"/hr/rounds/{opened.pk}/")
    press(page, "/phase/")
    expect(page.locator(".message-success")).to_be_visible()


# The candidate


def answer(page: Page, *positions: int) -> None:
    """Choose what is right in these questions, and see that each is saved."""
    for position in positions:
        page.locator(f"#q{position} label.option").filter(has_text="right").click()
        expect(page.locator(f"#state-q{position} .quiet")).to_be_visible()


def sit_the_test(page: Page) -> None:
    """Start the test, answer half, lose the page, find the answers again, answer the rest, finish."""
    page.goto("/me/")
    follow(page, "/test/")
    press(page, "/test/start/")
    answer(page, 1, 2, 3)
    page.reload()
    for position in (1, 2, 3):
        right = page.locator(f"#q{position} label.option").filter(has_text="right")
        expect(right.locator("input")).to_be_checked()
    expect(page.locator("input:checked")).to_have_count(3)
    answer(page, 4, 5, 6)
    page.locator("button[name=finish]").click()
    press(page, "/test/finish/")
    page.wait_for_url("**/results/")


def write_the_task(page: Page) -> None:
    """Write the answer to the thread, see it saved, hand it in."""
    page.goto("/me/")
    follow(page, "/task/")
    press(page, "/task/start/")
    page.locator("textarea[name=text]").press_sequentially(ANSWER)
    expect(page.locator("#state-draft .quiet")).to_be_visible()
    page.locator("button[name=hand_in]").click()
    press(page, "/task/hand-in/")
    page.wait_for_url("**/me/")


# Those who decide


def open_case(page: Page, candidate: Candidate) -> None:
    """From the first page of the admin to the one case that waits."""
    page.goto("/admin/")
    page.locator(".waiting a").click()
    page.locator(f"#result_list a[href*='/candidate/{candidate.pk}/']").click()
    expect(page.locator("#decide")).to_be_visible()


def decide(page: Page, move: str, *, reason: str, day: date | None = None) -> None:
    """Fill in the form of a decision and press the button of a move."""
    page.locator("textarea[name=reason]").fill(reason)
    if day:
        page.locator("input[name=effective_on]").fill(day.isoformat())
    page.locator(f"button[name=move][value={move}]").click()


def refusal(page: Page) -> str:
    """The sentence with which the page has refused."""
    return page.locator("main [role=alert] li, .messagelist .error").first.inner_text()


def refusal_of_api(page: Page, candidate: Candidate, **wanted: Any) -> tuple[int, str]:
    """Ask the API for a move with the session of this browser; return the status and the sentence of the refusal."""
    status, answered = page.evaluate(ASK, [f"/api/v1/candidates/{candidate.pk}/moves/", wanted])
    return status, answered["errors"][0]["detail"]
