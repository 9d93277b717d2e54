"""The pages of a comparison: asked for by HR, retold in both languages, taken away as a file."""

import pytest
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from scoring.comparison import compare
from scoring.models import Agent, Comparison
from selection.hr.run_form import policy_label
from selection.slopes import HEADING, ROW, TOP, lane
from tests.cast import Cast
from tests.scoring.worlds import DAY, NOW
from tests.selection.hr.conftest import logged_in
from tests.selection.hr.scored import policy_of, run_of, stairs
from tests.selection.hr.test_exports import EVIL, rows_of, sheet_of


@pytest.fixture
def comparison(cast: Cast) -> Comparison:
    """From half a year of service to a whole one."""
    stairs()
    before, after = policy_of(service=6), policy_of(service=12)
    return compare(before=before, after=after, as_of=DAY, places=2, actor=cast.hanna, at=NOW)


def page_of(client: Client, comparison: Comparison) -> str:
    return client.get(reverse("hr:comparison", args=[comparison.pk])).content.decode()


def test_a_manager_can_retell_it(hanna: Client, comparison: Comparison) -> None:
    page = page_of(hanna, comparison)
    assert "Under “As agreed., version 1” 6 of 6 agents may be chosen, under “As agreed., version 2” 5." in page
    assert "1 person can no longer be chosen: Length of service (1)." in page
    assert "1 person enters: 1 — people ahead are held back by Length of service." in page
    assert "1 person leaves: 1 — held back by Length of service." in page
    assert "Of 2 places, 1 stay with the same people." in page
    assert "Length of service: at least 12 months." in page
    assert "seed" in page


def test_it_is_told_in_russian_too(hanna: Client, comparison: Comparison) -> None:
    hanna.cookies["django_language"] = "ru"
    assert "Стаж: не меньше 12 месяцев." in page_of(hanna, comparison)


def test_a_door_that_is_closed_to_all_is_told_with_its_remedy(hanna: Client, cast: Cast) -> None:
    stairs()
    before, after = policy_of(service=300), policy_of(service=360)
    made = compare(before=before, after=after, as_of=DAY, places=2, actor=cast.hanna, at=NOW)
    page = page_of(hanna, made)
    assert "Nobody has a place under either." in page
    for version in (1, 2):
        assert f"Under “As agreed., version {version}” nobody may be chosen: Length of service (6)." in page
    assert "often lacks its evidence: import it first, or change the condition." in page


def test_the_picture_leads_from_one_place_to_the_other(hanna: Client, comparison: Comparison) -> None:
    page = page_of(hanna, comparison)
    assert page.count('class="slope-enters"') == 2  # the line and its legend
    assert page.count('class="slope-leaves"') == 2
    assert page.index("<svg role=") < page.index("<table")


def test_lanes_lay_zones_one_under_another() -> None:
    laid = lane([("c", "out", 3), ("a", "in", 1), ("b", "in", 2)], ("in", "level", "out"))
    assert laid.at == {
        "a": TOP + HEADING + ROW // 2,
        "b": TOP + HEADING + ROW + ROW // 2,
        "c": TOP + 2 * HEADING + 2 * ROW + ROW // 2,
    }
    assert [heading.zone for heading in laid.headings] == ["in", "out"]
    assert laid.height == 2 * TOP + 2 * HEADING + 3 * ROW


def test_a_comparison_is_asked_for_and_made_once(hanna: Client, cast: Cast) -> None:
    stairs()
    before, after = policy_of(service=6), policy_of(service=12)
    run = run_of(before)
    form = hanna.get(reverse("hr:compare"), {"run": run.pk}).content.decode()
    assert f'<option value="{before.pk}" selected>' in form
    sent = {"before": before.pk, "after": after.pk, "as_of": DAY.isoformat(), "places": 2}
    for _time in (1, 2):
        answer = hanna.post(reverse("hr:make_comparison"), sent)
        made = Comparison.objects.get()
        assert answer["Location"] == reverse("hr:comparison", args=[made.pk])
    assert Entry.objects.filter(verb="compare_policies").count() == 1
    earlier = f"{policy_label(before)} → {policy_label(after)}"
    assert earlier in hanna.get(reverse("hr:compare")).content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"after": "same"}, "This is the same version twice."),
        ({"as_of": "2999-01-01"}, "This day lies ahead."),
        ({"as_of": "1999-01-01"}, "There is no evidence up to this day."),
        ({"places": 0}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_compared_is_refused(hanna: Client, wrong: dict[str, object], sentence: str) -> None:
    stairs()
    before, after = policy_of(service=6), policy_of(service=12)
    sent = {"before": before.pk, "after": after.pk, "as_of": DAY.isoformat(), "places": 2} | wrong
    sent = {name: before.pk if value == "same" else value for name, value in sent.items()}
    answer = hanna.post(reverse("hr:make_comparison"), sent)
    assert (answer.status_code, Comparison.objects.count()) == (422, 0)
    assert sentence in answer.content.decode()


def test_every_agent_stands_in_the_files(hanna: Client, comparison: Comparison) -> None:
    rows = rows_of(hanna.get(reverse("hr:comparison_csv", args=[comparison.pk])).content)
    assert len(rows) == 7
    assert rows[0][0] == "Staff number"
    newcomer = next(row for row in rows if row[0] == "A-0")
    assert newcomer[-2:] == ["leaves", "held back by Length of service"]
    assert newcomer[8] == "Length of service"
    sheet = sheet_of(hanna.get(reverse("hr:comparison_xlsx", args=[comparison.pk])).content)
    assert [row[0].value for row in sheet[1:]] == [row[0] for row in rows[1:]]
    assert sheet[1][3].data_type == "n"


def test_a_name_is_no_formula_in_the_files(hanna: Client, comparison: Comparison) -> None:
    Agent.objects.filter(staff_number="A-0").update(full_name=EVIL)
    rows = rows_of(hanna.get(reverse("hr:comparison_csv", args=[comparison.pk])).content)
    assert f"'{EVIL}" in {row[1] for row in rows}
    sheet = sheet_of(hanna.get(reverse("hr:comparison_xlsx", args=[comparison.pk])).content)
    assert {row[1].data_type for row in sheet} == {"s"}


def test_who_may_read_and_who_may_ask(cast: Cast, comparison: Comparison) -> None:
    for reader, status in ((cast.hanna, 200), (cast.ada, 200), (cast.marat, 403), (cast.greta, 403), (cast.ania, 403)):
        client = logged_in(reader)
        for name, args in (
            ("compare", []),
            ("comparison", [comparison.pk]),
            ("comparison_csv", [comparison.pk]),
            ("comparison_xlsx", [comparison.pk]),
        ):
            assert client.get(reverse(f"hr:{name}", args=args)).status_code == status
    assert logged_in(cast.ada).post(reverse("hr:make_comparison")).status_code == 403
    assert reverse("hr:make_comparison") not in logged_in(cast.ada).get(reverse("hr:compare")).content.decode()


def test_the_ranking_leads_to_it(hanna: Client, cast: Cast) -> None:
    stairs()
    run = run_of(policy_of(service=6))
    page = hanna.get(reverse("hr:ranking")).content.decode()
    assert f"{reverse('hr:compare')}?run={run.pk}" in page
    assert f"{reverse('hr:what_if', args=[run.policy_version_id])}?run={run.pk}" in page
