"""Ratings that a file contradicts: one person in HR asks on the file's page, another decides, and every door agrees."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from scoring.incidents import decide_incident
from scoring.models import Agent, Batch, Rating, Replacement, ViralIncident
from scoring.models.evidence import IncidentState
from scoring.models.replacements import ReplacementState
from selection.hr.waiting import tasks
from tests.cast import NOW, Cast
from tests.scoring.test_batches import imported
from tests.selection.hr.conftest import logged_in

WHY = "The helpdesk had merged two tickets, and the first export was wrong."
HEAD = "rating_id,chat_id,agent_id,rating,rated_at,topic,comment\n"
ROWS = "1,c1,S-13,5,2026-10-02 10:00,Roaming,thanks\n2,c2,S-13,1,2026-10-03 11:00,Roaming,slow\n"
OTHER = (
    "1,c1,S-14,5,2026-10-02 10:00,Roaming,thanks\n2,c2,S-13,4,2026-10-03 11:30,Roaming,<script>bad</script>\n"
    "3,c3,S-13,5,2026-10-04 11:00,Roaming,\n"
)
VIRAL = "chat_id,agent_id,flagged_at,is_viral,sign,severity,views\nv-1,{who},2026-10-05,yes,{sign},2,{views}\n"


@pytest.fixture
def conflict(cast: Cast, time_machine: Any) -> Batch:
    """A file that says something else of two stored ratings: whose the first is, and what the second says."""
    time_machine.move_to(NOW, tick=False)
    for name, number in (("ania", "S-13"), ("boris", "S-14")):
        Agent.objects.filter(pk=cast.agents[name].pk).update(staff_number=number)
    imported(HEAD + ROWS, cast.hanna)
    return imported(HEAD + OTHER, cast.hanna)


@pytest.fixture
def of_incident(conflict: Batch, cast: Cast) -> Batch:
    """A file that says otherwise of a chat that went public; it was verified as the first file told it."""
    imported(VIRAL.format(who="S-13", sign="positive", views=1000), cast.hanna, kind="viral")
    incident = ViralIncident.objects.get()
    decide_incident(incident=incident, state=IncidentState.VERIFIED, reason=WHY, actor=cast.pavel, at=NOW)
    return imported(VIRAL.format(who="S-14", sign="negative", views=90000), cast.hanna, kind="viral")


@pytest.fixture
def pavel(cast: Cast) -> Client:
    """The browser of HR's second person."""
    return logged_in(cast.pavel)


def words(response: Any) -> str:
    """What a page says."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page_of(batch: Batch) -> str:
    """Where the file is compared with what is stored."""
    return reverse("hr:batch_replacement", args=[batch.pk])


def asked(client: Client, batch: Batch, *records: int) -> Replacement:
    """Ask on the page."""
    sent = {"record": records or (1, 2), "reason": WHY}
    answer = client.post(page_of(batch), sent)
    made = Replacement.objects.get(state=ReplacementState.OPEN)
    assert answer.headers["Location"] == reverse("hr:replacement", args=[made.pk])
    return made


def decided(client: Client, made: Replacement, decision: str, reason: str = "") -> str:
    """Decide on the page; what it says afterwards."""
    page = reverse("hr:replacement", args=[made.pk])
    return words(client.post(page, {"decision": decision, "reason": reason}, follow=True))


def test_the_report_leads_to_the_differences(hanna: Client, conflict: Batch) -> None:
    report = hanna.get(reverse("hr:batch", args=[conflict.pk]))
    assert "2 refused records say something else than what is stored" in words(report)
    assert page_of(conflict) in report.content.decode()


def test_every_field_is_shown_before_and_after(hanna: Client, conflict: Batch) -> None:
    page = hanna.get(page_of(conflict))
    told = words(page)
    for change in (
        "Agent before: Ania Sokolova after: Boris Vetrov",
        "before: 1 after: 4",
        "before: Oct. 3, 2026, 11 a.m. after: Oct. 3, 2026, 11:30 a.m.",
        "before: slow after: &lt;script&gt;bad",
    ):
        assert change in told
    assert "<script>bad" not in page.content.decode()
    assert len(page.context["lines"]) == 2


def test_a_second_person_confirms(hanna: Client, pavel: Client, conflict: Batch) -> None:
    made = asked(hanna, conflict)
    assert "1 replacement of stored values waits for a second person." in [task.sentence for task in tasks()]
    for page in ("hr:replacements", "hr:evidence"):
        assert "Replacements" in words(pavel.get(reverse(page)))
    shown = words(pavel.get(reverse("hr:replacement", args=[made.pk])))
    assert all(text in shown for text in (WHY, "Hanna Castova", "2 ratings", "before: 1 after: 4"))
    assert "The decision is kept." in decided(pavel, made, "confirm")
    assert list(Rating.objects.order_by("key").values_list("value", "agent__staff_number")) == [
        (5.0, "S-14"),
        (4.0, "S-13"),
        (5.0, "S-13"),
    ]
    after = words(pavel.get(reverse("hr:replacement", args=[made.pk])))
    assert all(text in after for text in ("Pavel Castova", "before: 1 after: 4"))
    assert not [task for task in tasks() if "replacement" in task.sentence]


def test_only_the_ticked_records_are_asked_for(hanna: Client, pavel: Client, conflict: Batch) -> None:
    decided(pavel, asked(hanna, conflict, 2), "confirm")
    assert Rating.objects.get(key="1").agent.staff_number == "S-13"
    assert len(hanna.get(page_of(conflict)).context["lines"]) == 1


def test_whoever_asked_does_not_decide(hanna: Client, conflict: Batch) -> None:
    made = asked(hanna, conflict)
    refusal = "A second person confirms the replacement: not the one who asked for it."
    assert refusal in words(hanna.get(reverse("hr:replacement", args=[made.pk])))
    for decision in ("confirm", "decline"):
        assert refusal in decided(hanna, made, decision, WHY)
    assert Rating.objects.get(key="2").value == 1.0


def test_declining_needs_a_reason_that_the_first_person_reads(hanna: Client, pavel: Client, conflict: Batch) -> None:
    made = asked(hanna, conflict)
    assert "Say in a sentence why what is stored is right" in decided(pavel, made, "decline")
    decided(pavel, made, "decline", "The helpdesk stands by the first export.")
    assert "stands by the first export" in words(hanna.get(reverse("hr:replacement", args=[made.pk])))
    assert Rating.objects.get(key="2").value == 1.0
    assert "declined" in words(hanna.get(reverse("hr:replacements"), {"state": "declined"}))


def test_a_request_without_records_or_reason_is_refused_in_a_sentence(hanna: Client, conflict: Batch) -> None:
    for sent, told in (
        ({"reason": WHY}, "Choose the records"),
        ({"record": "2", "reason": ""}, "Say in a sentence why the file is right"),
        ({"record": "²", "reason": WHY}, "Choose the records"),
        ({"record": "3", "reason": WHY}, "Record 3 cannot be replaced"),
    ):
        assert told in words(hanna.post(page_of(conflict), sent, follow=True))
    assert not Replacement.objects.filter(state=ReplacementState.OPEN).exists()


def test_a_decision_without_a_choice_is_asked_for_again(hanna: Client, pavel: Client, conflict: Batch) -> None:
    page = reverse("hr:replacement", args=[asked(hanna, conflict).pk])
    assert pavel.post(page, {}).status_code == 422


def test_auditors_read_and_agents_stay_out(hanna: Client, ada: Client, cast: Cast, conflict: Batch) -> None:
    made = asked(hanna, conflict)
    pages = [reverse("hr:replacements"), reverse("hr:replacement", args=[made.pk]), page_of(conflict)]
    ania = logged_in(cast.ania)
    for page in pages:
        assert (ada.get(page).status_code, ania.get(page).status_code) == (200, 403)
        assert Client().get(page).status_code == 302
    assert ada.post(pages[1], {"decision": "confirm"}).status_code == 403
    assert ada.post(pages[2], {"record": "1", "reason": WHY}).status_code == 403
    assert ada.get(reverse("hr:replacement", args=[Replacement.objects.first().pk - 1])).status_code == 404  # type: ignore[union-attr]


def test_the_admin_shows_requests_and_changes_none(hanna: Client, cast: Cast, conflict: Batch) -> None:
    made = asked(hanna, conflict)
    root = logged_in(User.objects.create_superuser("root", password="root-of-all-evil"))
    change = reverse("admin:scoring_replacement_change", args=[made.pk])
    assert root.get(change).status_code == 200
    assert root.post(change, {"state": "done"}).status_code == 403
    assert root.post(reverse("admin:scoring_replacement_delete", args=[made.pk])).status_code == 403
    made.refresh_from_db()
    assert made.state == ReplacementState.OPEN


def test_a_file_of_corrections_alone_can_be_kept_to_be_asked_for(hanna: Client, cast: Cast, conflict: Batch) -> None:
    batch = imported(HEAD + "2,c2,S-13,3,2026-10-03 11:00,Roaming,slow\n", cast.hanna)
    report = words(hanna.get(reverse("hr:batch", args=[batch.pk])))
    assert "1 refused record says something else than what is stored under its key." in report
    assert len(hanna.get(page_of(batch)).context["lines"]) == 1


def test_one_request_at_a_time_and_the_page_leads_to_it(hanna: Client, pavel: Client, conflict: Batch) -> None:
    made = asked(hanna, conflict, 2)
    page = pavel.get(page_of(conflict))
    assert "waits for its second person already" in words(page)
    assert reverse("hr:replacement", args=[made.pk]) in page.content.decode()
    assert 'name="reason"' not in page.content.decode()


def test_a_contradicted_incident_is_compared_on_the_page_of_its_file(hanna: Client, of_incident: Batch) -> None:
    assert page_of(of_incident) in hanna.get(reverse("hr:batch", args=[of_incident.pk])).content.decode()
    told = words(hanna.get(page_of(of_incident)))
    for change in (
        "Agent before: Ania Sokolova after: Boris Vetrov",
        "How people took it before: positive after: negative",
        "Views before: 1,000 after: 90,000",
        "What was decided before: verified after: unverified: a second person decides anew",
    ):
        assert change in told


def test_two_people_replace_an_incident_on_the_pages(hanna: Client, pavel: Client, of_incident: Batch) -> None:
    made = asked(hanna, of_incident, 1)
    page = reverse("hr:replacement", args=[made.pk])
    shown = words(pavel.get(page))
    assert all(text in shown for text in ("Replacement of viral incidents", "1 incident", "is decided anew"))
    assert "second person confirms" in decided(hanna, made, "confirm", WHY)
    assert pavel.post(page, {"decision": "confirm", "reason": ""}).status_code == 422
    assert "why the file is right" in decided(pavel, made, "confirm", "yes")
    assert ViralIncident.objects.get().state == IncidentState.VERIFIED
    assert "The decision is kept." in decided(pavel, made, "confirm", "The second thread was shared.")
    incident = ViralIncident.objects.get()
    assert (incident.sign, incident.state, incident.agent.full_name) == ("negative", "unverified", "Boris Vetrov")
    first = hanna.get(reverse("hr:batch", args=[made.rows.get().stored_batch_id])).context["page"]
    assert [(part.label, part.points) for part in first.parts] == [("replaced by a later file", 1)]
    about = pavel.get(reverse("hr:incident", args=[incident.pk]))
    assert page in about.content.decode()
    assert reverse("hr:incident", args=[incident.pk]) in pavel.get(page).content.decode()
    assert all(text in words(pavel.get(page)) for text in ("before: positive after: negative", "thread was shared"))
