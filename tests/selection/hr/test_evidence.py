"""HR's evidence pages: from an upload to the report, who may see and do what, and what is said on the way."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scoring.intake.sentences import QUESTIONS
from scoring.models import Agent, Batch, Rating, SourceProfile
from scoring.models.batches import BatchState
from scoring.rereading import read_again
from selection.hr import evidence_words as words
from tests.cast import NOW, Cast
from tests.selection.hr.conftest import logged_in

FOREIGN = """Ticket Nr;Bearbeiter;Zufriedenheit;Erstellt am;Anmerkung
10021;Jana Vogt;5;03.04.2026 10:21;Danke!
10022;Tim Krüger;2;13.04.2026 11:02;=HYPERLINK("http://evil.example")
10023;Jana Vogt;;14.04.2026 09:15;
10024;Tim Krüger;4;14.04.2026 12:40;<script>alert(1)</script>
"""
COLUMNS = {
    "column-0": "chat_id",
    "column-1": "agent",
    "column-2": "rating",
    "column-3": "rated_at",
    "column-4": "comment",
}
WHY = "The helpdesk exported the wrong queue."


def upload(client: Client, text: str, *, kind: str = "ratings", profile: str = "", name: str = "export.csv") -> Batch:
    """Upload a text on the page."""
    file = SimpleUploadedFile(name, text.encode())
    answer = client.post(reverse("hr:upload_evidence"), {"file": file, "kind": kind, "profile": profile})
    assert answer.status_code == 302, answer.content.decode()
    return Batch.objects.latest("pk")


def columns(client: Client, batch: Batch, **fields: str) -> HttpResponse:
    """Send the mapping form as the page holds it, with these fields changed."""
    page = client.get(reverse("hr:batch_columns", args=[batch.pk])).context["page"]
    held = {name: str(page.form.value(name)) for name in page.form.fields if page.form.value(name)}
    sent = {name: value for name, value in {**held, **fields}.items() if value}
    return client.post(reverse("hr:batch_columns", args=[batch.pk]), sent)  # type: ignore[return-value]


def act(client: Client, name: str, batch: Batch, **fields: str) -> Batch:
    """Press one of the batch's buttons."""
    assert client.post(reverse(f"hr:{name}", args=[batch.pk]), fields).status_code == 302
    batch.refresh_from_db()
    return batch


def text_of(client: Client, batch: Batch) -> str:
    """The batch's page."""
    return client.get(reverse("hr:batch", args=[batch.pk]), follow=True).content.decode()


@pytest.fixture
def foreign(hanna: Client) -> Batch:
    """A file nobody has seen before, mapped and checked."""
    batch = upload(hanna, FOREIGN)
    columns(hanna, batch, **COLUMNS, create_agents="on", empty_rating="not_answered", check="1")
    batch.refresh_from_db()
    return batch


def test_an_empty_list_says_what_to_do(hanna: Client) -> None:
    page = hanna.get(reverse("hr:evidence")).content.decode()
    assert "No files yet" in page
    assert reverse("hr:upload_evidence") in page


def test_an_upload_without_a_file_is_shown_again(hanna: Client) -> None:
    answer = hanna.post(reverse("hr:upload_evidence"), {"kind": "ratings"})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


def test_a_source_of_another_kind_is_refused(hanna: Client) -> None:
    file = SimpleUploadedFile("x.csv", b"a,b\n1,2\n")
    answer = hanna.post(reverse("hr:upload_evidence"), {"file": file, "kind": "agents", "profile": "call_center"})
    assert answer.status_code == 422
    assert "This source is about something else" in answer.content.decode()


def test_a_hopeless_file_says_why_and_what_to_do(hanna: Client) -> None:
    page = text_of(hanna, upload(hanna, "<!doctype html><html><body>Please log in</body></html>"))
    assert "log in at the source and export again" in page


def test_missing_meanings_are_named_with_the_reason(hanna: Client) -> None:
    page = text_of(hanna, upload(hanna, FOREIGN))
    assert "Which column holds: Agent?" in page
    assert "Who is meant: by staff number, e-mail or name." in page
    assert 'name="check"' not in page


def test_guesses_are_proposed_and_marked(hanna: Client) -> None:
    page = hanna.get(reverse("hr:batch_columns", args=[upload(hanna, FOREIGN).pk])).context["page"]
    rows = {row.heading: (row.is_open, row.note) for row in page.columns}
    assert rows["Zufriedenheit"] == (True, "our guess, not sure: please confirm")
    assert page.form.value("column-2") == "rating"
    assert [row.is_open for row in page.columns] == sorted((row.is_open for row in page.columns), reverse=True)


def test_dates_are_shown_as_they_are_read(hanna: Client) -> None:
    page = text_of(hanna, upload(hanna, FOREIGN))
    assert "03.04.2026 10:21 → April 3, 2026, 10:21 a.m." in page


def test_looking_again_changes_nothing(hanna: Client) -> None:
    batch = upload(hanna, FOREIGN)
    answer = columns(hanna, batch, **COLUMNS)
    assert answer.status_code == 200
    assert 'name="check"' in answer.content.decode()
    batch.refresh_from_db()
    assert batch.choices == {}


def test_a_file_with_open_questions_is_not_checked(hanna: Client) -> None:
    batch = upload(hanna, FOREIGN)
    assert columns(hanna, batch, **{"column-1": ""}, check="1").status_code == 422
    batch.refresh_from_db()
    assert batch.state == BatchState.UPLOADED


def test_one_meaning_for_two_columns_is_asked_about(hanna: Client) -> None:
    answer = columns(hanna, upload(hanna, FOREIGN), **{**COLUMNS, "column-4": "agent"})
    assert "Several columns are said to hold “Agent”: Bearbeiter, Anmerkung." in answer.content.decode()


def test_an_ambiguous_date_is_asked_for_and_never_answered_by_a_default(hanna: Client) -> None:
    batch = upload(hanna, "id;chat;agent;rating;date\n1;c1;S-1;5;03/04/2026\n2;c2;S-1;4;05/06/2026\n")
    page = hanna.get(reverse("hr:batch_columns", args=[batch.pk])).context["page"]
    assert [asked.field.name for asked in page.questions] == ["date_order"]
    assert page.form.value("date_order") == ""
    assert columns(hanna, batch, check="1").status_code == 422
    assert columns(hanna, batch, date_order="mdy", check="1").status_code == 302
    batch.refresh_from_db()
    assert batch.choices["date_order"] == "mdy"


def test_another_delimiter_gives_other_columns_and_a_new_proposal(hanna: Client) -> None:
    batch = upload(hanna, "id;chat;agent;rating;date,x\n1;c1;S-1;5;2026-01-02,1\n2;c2;S-1;4;2026-01-03,2\n")
    page = columns(hanna, batch, delimiter=",").context["page"]  # type: ignore[attr-defined]
    assert len(page.columns) == 2
    assert len(columns(hanna, batch, delimiter=";").context["page"].columns) == 5  # type: ignore[attr-defined]


def test_a_file_without_any_identifier_can_be_keyed_by_agent_and_time(hanna: Client) -> None:
    batch = upload(hanna, "agent,rating,date\nS-1,5,2026-01-02 10:00\nS-1,4,2026-01-03 10:00\n")
    page = hanna.get(reverse("hr:batch_columns", args=[batch.pk])).context["page"]
    (asked,) = page.questions
    assert (asked.sentence, asked.field.name) == (
        "No column identifies a rating. Which columns together do?",
        "key",
    )
    assert [label for label, _why in asked.needed] == ["Number of the rating"]
    assert columns(hanna, batch, key="agent,rated_at", check="1").status_code == 302


def test_what_would_happen_is_shown_before_it_happens(hanna: Client, foreign: Batch) -> None:
    page = text_of(hanna, foreign)
    assert "Nothing has been changed yet" in page
    assert "1 survey was offered and not answered" in page
    assert "2 agents are created by the names in the file." in page
    assert "Import 4 records" in page
    assert "April 13, 2026, 11:02 a.m." in page
    assert not Rating.objects.exists()


def test_an_empty_mark_says_how_it_can_be_kept(hanna: Client) -> None:
    batch = upload(hanna, FOREIGN)
    columns(hanna, batch, **COLUMNS, create_agents="on", check="1")
    page = text_of(hanna, batch)
    assert "Record 3: The column “Zufriedenheit” is empty." in page
    assert "Some marks are empty." in page


def test_words_in_place_of_a_mark_are_told_to_mean_no_answer(hanna: Client) -> None:
    batch = upload(hanna, FOREIGN.replace("Vogt;;14", "Vogt;Keine Antwort;14"))
    columns(hanna, batch, **COLUMNS, create_agents="on", check="1")
    page = text_of(hanna, batch)
    assert "Record 3: “Keine Antwort” in “Zufriedenheit” is not a number." in page
    assert "In this file: Keine Antwort." in page
    columns(hanna, batch, unanswered="keine Antwort ; n/a", check="1")
    assert "1 survey was offered and not answered" in text_of(hanna, batch)
    act(hanna, "confirm_import", batch)
    act(hanna, "keep_profile", batch, title="Садовая")
    again = upload(hanna, FOREIGN.replace("Vogt;;14", "Vogt;Keine Antwort;14").replace("1002", "1003"))
    columns(hanna, again, check="1")
    told = text_of(hanna, again)
    assert "1 survey was offered and not answered" in told
    assert "Садовая" in text_of(hanna, act(hanna, "confirm_import", again))
    assert Rating.objects.filter(value=None).count() == 2


def test_records_with_the_same_fault_are_told_together(hanna: Client) -> None:
    marks = "".join(f"{at},c{at},S-15,{9 if at < 25 else 5},2026-01-02 10:00\n" for at in range(1, 27))
    batch = upload(hanna, f"rating_id,chat_id,agent_id,rating,rated_at\n{marks}1a,c1a,S-15,7,2026-01-02 10:00\n")
    columns(hanna, batch, instrument="csat5", check="1")
    first, second = hanna.get(reverse("hr:batch", args=[batch.pk])).context["page"].refusals
    records = ", ".join(map(str, range(2, 22)))
    assert "Record 1: “9” in “rating”" in first[0]
    assert first[1] == f"The same in the records {records} and 3 more."
    assert ("Record 27: “7”" in second[0], second[1]) == (True, "")


def test_the_next_step_is_to_name_those_who_wait(hanna: Client, cast: Cast) -> None:
    known = "r1,c1,S-15,5,2026-01-02 10:00\n"
    batch = upload(hanna, f"rating_id,chat_id,agent_id,rating,rated_at\n{known}r2,c2,Zoe,5,2026-01-02 10:00\n")
    columns(hanna, batch, check="1")
    told = text_of(hanna, act(hanna, "confirm_import", batch))
    assert "1 record waits for its agent. Say who is meant by the name." in told
    assert all(reverse(page) in told for page in ("hr:waiting_agents", "hr:new_run"))


def test_confirming_imports_and_the_report_says_what_came_of_it(hanna: Client, foreign: Batch) -> None:
    batch = act(hanna, "confirm_import", foreign)
    page = text_of(hanna, batch)
    assert batch.state == BatchState.PUBLISHED
    assert Rating.objects.count() == 4
    assert Agent.objects.filter(full_name__in=("Jana Vogt", "Tim Krüger")).count() == 2
    assert "Run the scores to see what it means" in page
    assert batch.content_hash in page
    assert "1 survey was offered and not answered" in page


def test_a_columns_page_of_an_imported_file_leads_to_its_report(hanna: Client, foreign: Batch) -> None:
    act(hanna, "confirm_import", foreign)
    answer = hanna.get(reverse("hr:batch_columns", args=[foreign.pk]))
    assert answer.headers["Location"] == reverse("hr:batch", args=[foreign.pk])


def test_the_mapping_is_saved_as_a_source_and_offered(hanna: Client, foreign: Batch) -> None:
    act(hanna, "confirm_import", foreign)
    act(hanna, "keep_profile", foreign, title="German helpdesk")
    assert SourceProfile.objects.get().name == "german-helpdesk"
    assert "German helpdesk" in hanna.get(reverse("hr:upload_evidence")).content.decode()
    assert upload(hanna, FOREIGN).profile == "german-helpdesk"


def test_every_question_says_why_it_is_asked() -> None:
    # A protected date is no question of this page: a second person is asked.
    assert QUESTIONS.keys() - {"protected_change"} <= words.WHY.keys()


@pytest.mark.parametrize("nonsense", [{"delimiter": "ab"}, {"encoding": "rot13"}, {"header_row": "-1"}])
def test_a_layout_that_nobody_can_mean_does_no_harm(hanna: Client, foreign: Batch, nonsense: dict[str, str]) -> None:
    batch = upload(hanna, FOREIGN)
    answer = hanna.post(reverse("hr:batch_columns", args=[batch.pk]), nonsense)
    assert answer.status_code == 200
    assert "Bearbeiter" in answer.content.decode()


def test_a_time_of_day_in_a_column_of_its_own_is_not_passed_over(hanna: Client) -> None:
    lines = [
        "rating_id,chat_id,agent_id,rating,rated_at,time",
        "1,c1,S-1,5,2026-01-02,10:20",
        "2,c2,S-1,4,2026-01-03,11:20",
    ]
    batch = upload(hanna, "\n".join(lines))
    assert batch.action == "needs_mapping"
    page = hanna.get(reverse("hr:batch_columns", args=[batch.pk])).context["page"]
    assert (page.form.value("column-5"), page.questions) == ("rated_time", [])


def test_the_very_same_file_is_pointed_out(hanna: Client, foreign: Batch) -> None:
    act(hanna, "confirm_import", foreign)
    assert "The very same file is imported already:" in text_of(hanna, upload(hanna, FOREIGN))


def test_refused_records_come_as_a_harmless_table_with_the_reason(hanna: Client) -> None:
    batch = upload(hanna, FOREIGN.replace("13.04.2026", "33.04.2026"))
    columns(hanna, batch, **COLUMNS, create_agents="on", empty_rating="not_answered", check="1")
    answer = hanna.get(reverse("hr:refused_csv", args=[batch.pk]))
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Ticket Nr,Bearbeiter,Zufriedenheit,Erstellt am,Anmerkung,Record,Why it was refused"
    assert lines[1].startswith("10022,Tim Krüger,2,33.04.2026 11:02,\"'=HYPERLINK(")
    assert answer["Content-Disposition"].startswith("attachment")


def test_what_customers_wrote_is_never_markup(hanna: Client, foreign: Batch) -> None:
    assert "<script>alert(1)" not in text_of(hanna, foreign)
    assert "&lt;script&gt;alert(1)" in text_of(hanna, foreign)


def test_a_running_import_shows_how_far_it_is_and_can_be_called_off(hanna: Client, foreign: Batch) -> None:
    Batch.objects.filter(pk=foreign.pk).update(state=BatchState.STAGING, done=2)
    page = text_of(hanna, foreign)
    assert "2 of 4" in page
    assert 'hx-trigger="every 2s"' in page
    assert act(hanna, "cancel_import", foreign).state == BatchState.CANCELLED


def test_a_dead_import_can_be_taken_up(hanna: Client, foreign: Batch) -> None:
    Batch.objects.filter(pk=foreign.pk).update(state=BatchState.STAGING, heartbeat_at="2026-01-01T00:00:00Z")
    assert "The import has stopped." in text_of(hanna, foreign)
    assert act(hanna, "resume_import", foreign).state == BatchState.PUBLISHED


def test_a_withdrawal_shows_its_reason(hanna: Client, foreign: Batch) -> None:
    act(hanna, "confirm_import", foreign)
    assert act(hanna, "withdraw_batch", foreign, reason="short").state == BatchState.PUBLISHED
    assert act(hanna, "withdraw_batch", foreign, reason=WHY).state == BatchState.WITHDRAWN
    assert WHY in text_of(hanna, foreign)


def shared(client: Client, foreign: Batch) -> Batch:
    """Import a file, and another one with the same ratings and a new one."""
    act(client, "confirm_import", foreign)
    batch = upload(client, FOREIGN + "10025;Tim Krüger;3;15.04.2026 12:40;\n", name="whole.csv")
    columns(client, batch, **COLUMNS, empty_rating="not_answered", create_agents="1", check="1")
    return act(client, "confirm_import", batch)


def test_who_withdraws_is_told_which_files_say_the_same_and_they_are_read_again(hanna: Client, foreign: Batch) -> None:
    other = shared(hanna, foreign)
    link = f'<a href="{reverse("hr:batch", args=[other.pk])}">whole.csv</a>'
    page = text_of(hanna, foreign)
    assert "They are read again right afterwards" in page
    assert link in page
    act(hanna, "withdraw_batch", foreign, reason=WHY)
    page = text_of(hanna, foreign)
    assert "Files that say some of the same are read again" in page
    assert link in page
    told = f"Import {foreign.pk} was withdrawn; 4 ratings that this file has too go on counting, as its own."
    page = text_of(hanna, other)
    assert told in page
    assert "stored already with the same values" not in page
    assert other.ratings.count() == 5
    assert "They are read again" not in text_of(hanna, other)


def test_a_file_to_be_read_again_shows_how_far_it_is_and_what_to_do_when_it_is_gone(
    hanna: Client, foreign: Batch, settings: Any
) -> None:
    other = shared(hanna, foreign)
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    act(hanna, "withdraw_batch", foreign, reason=WHY)
    assert "It waits for the background worker." in text_of(hanna, other)
    Batch.objects.filter(pk=other.pk).update(worker="here:1:x", heartbeat_at=timezone.now(), done=2)
    assert "2 of 5" in text_of(hanna, other)
    Batch.objects.filter(pk=other.pk).update(worker="")
    Path(other.stored_path).unlink()
    read_again(batch=other, at=NOW, pause=lambda: None, clock=timezone.now)
    page = text_of(hanna, other)
    assert "4 ratings that this file has too left the scores with it. The file itself is no longer stored." in page


def test_a_dropped_file_is_gone(hanna: Client) -> None:
    assert act(hanna, "drop_file", upload(hanna, FOREIGN)).state == BatchState.CANCELLED


def test_names_that_wait_are_matched_on_a_page(hanna: Client, cast: Cast) -> None:
    batch = upload(hanna, FOREIGN.replace("Jana Vogt", "Sokolova"))
    columns(hanna, batch, **COLUMNS, empty_rating="not_answered", check="1")
    act(hanna, "confirm_import", batch)
    page = hanna.get(reverse("hr:waiting_agents"))
    ania = cast.agents["ania"]
    assert [(one.reference, guess) for one, guess in page.context["rows"]] == [
        ("Sokolova", ania.pk),
        ("Tim Krüger", None),
    ]
    hanna.post(reverse("hr:resolve_agent"), {"reference": "Sokolova", "how": "match", "agent": ania.pk})
    hanna.post(reverse("hr:resolve_agent"), {"reference": "Tim Krüger", "how": "create"})
    batch.refresh_from_db()
    assert (batch.accepted, batch.waiting, batch.unanswered) == (4, 0, 1)
    assert "Nobody waits" in hanna.get(reverse("hr:waiting_agents")).content.decode()


def test_a_match_needs_somebody(hanna: Client) -> None:
    answer = hanna.post(reverse("hr:resolve_agent"), {"reference": "X", "how": "match"}, follow=True)
    assert "Choose the agent who is meant." in answer.content.decode()


READING = ("evidence", "waiting_agents", "incidents")
OF_BATCH = ("batch", "refused_csv")
WRITING = ("upload_evidence", "new_incident")
BUTTONS = (
    "check_again",
    "confirm_import",
    "cancel_import",
    "resume_import",
    "drop_file",
    "withdraw_batch",
    "keep_profile",
)


def test_the_auditor_reads_everything_and_changes_nothing(hanna: Client, ada: Client, foreign: Batch) -> None:
    assert [ada.get(reverse(f"hr:{name}")).status_code for name in READING] == [200] * 3
    assert [ada.get(reverse(f"hr:{name}", args=[foreign.pk])).status_code for name in OF_BATCH] == [200] * 2
    assert [ada.get(reverse(f"hr:{name}")).status_code for name in WRITING] == [403] * 2
    assert ada.get(reverse("hr:batch_columns", args=[foreign.pk])).status_code == 403
    assert [ada.post(reverse(f"hr:{name}", args=[foreign.pk])).status_code for name in BUTTONS] == [403] * len(BUTTONS)
    assert ada.post(reverse("hr:resolve_agent")).status_code == 403
    assert "<form" not in ada.get(reverse("hr:batch", args=[foreign.pk])).content.decode().split("<main")[1]
    assert text_of(hanna, foreign).split("<main")[1].count("<form") > 0


@pytest.mark.parametrize("who", ["marat", "hugo", "greta", "ania"])
def test_nobody_else_enters(cast: Cast, foreign: Batch, who: str) -> None:
    client = logged_in(getattr(cast, who))
    assert {client.get(reverse(f"hr:{name}")).status_code for name in (*READING, *WRITING)} == {403}
    assert {
        client.get(reverse(f"hr:{name}", args=[foreign.pk])).status_code for name in (*OF_BATCH, "batch_columns")
    } == {403}
    assert {client.post(reverse(f"hr:{name}", args=[foreign.pk])).status_code for name in BUTTONS} == {403}


def test_buttons_are_posts(hanna: Client, foreign: Batch) -> None:
    assert {hanna.get(reverse(f"hr:{name}", args=[foreign.pk])).status_code for name in BUTTONS} == {405}


def test_a_batch_that_is_not_there_is_not_found(hanna: Client) -> None:
    assert hanna.get(reverse("hr:batch", args=[999])).status_code == 404


def test_ratings_that_stay_in_the_warehouse_are_turned_away(hanna: Client, settings: Any) -> None:
    settings.EVIDENCE_SOURCE = "duckdb:///ratings/*.parquet"
    batch = upload(hanna, FOREIGN)
    assert batch.state == BatchState.REJECTED
    assert "stay in the company&#x27;s warehouse" in text_of(hanna, batch)
    assert upload(hanna, "agent_id,full_name,hired_at,team\nA-1,Ann,2024-01-01,X\n", kind="agents").state != (
        BatchState.REJECTED
    )
    settings.EVIDENCE_SOURCE = ""
    assert upload(hanna, FOREIGN).state == BatchState.UPLOADED


def test_a_paused_import_says_why(hanna: Client, cast: Cast) -> None:
    batch = Batch.objects.create(
        kind="ratings", file_name="big.csv", state=BatchState.STAGING, created_by=cast.hanna, created_at=NOW,
        started_at=NOW, records=10, done=4, message="The disk is full. Make room, then let it go on.",
    )  # fmt: skip
    page = text_of(hanna, batch)
    assert "The import has paused." in page
    assert "Make room, then let it go on." in page
    assert reverse("hr:resume_import", args=[batch.pk]) in page
    Batch.objects.update(message="", worker="elsewhere:1:x", heartbeat_at=timezone.now())
    assert "The import has paused." not in text_of(hanna, batch)
