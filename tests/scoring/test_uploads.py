"""A file on its way in: kept under a random name, recognised by its contents, read as a person decides."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from journal.models import Entry
from scoring.intake import Choices
from scoring.intake.profiles import parse
from scoring.models import Batch, SourceProfile
from scoring.models.batches import BatchState
from scoring.refusals import EvidenceRefused
from scoring.uploads import Upload, decide, drop, known_as, receive, save_profile
from tests.cast import NOW, Cast, build_cast

FOREIGN = """Ticket Nr;Bearbeiter;Zufriedenheit;Erstellt am
10021;Jana Vogt;5;03.04.2026 10:21
10022;Tim Krüger;2;13.04.2026 11:02
10023;Jana Vogt;4;14.04.2026 09:15
"""
COLUMNS = {"#1": "chat_id", "#2": "agent", "#3": "rating", "#4": "rated_at"}
KNOWN = "rating_id,chat_id,agent_id,rating,rated_at\n1,c1,A-1,5,2026-01-02\n2,c2,A-1,4,2026-01-03\n"
CALLS = "Call Id,Agent,Date,Time,Topic,Answered (Y/N),Resolved,Speed of answer in seconds,AvgTalkDuration,Satisfaction rating\n"  # noqa: E501 - headings of the source
ONE_CALL = "ID1,Diane,2021-01-01,9:12:58,Contract,Y,Y,109,00:02:23,3\n"


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody."""
    return build_cast()


def hand_in(text: str, actor: User, *, name: str = "export.csv", kind: str = "ratings", profile: str = "") -> Batch:
    """Upload a text."""
    return receive(upload=Upload(name=name, pieces=[text.encode()], kind=kind, profile=profile), actor=actor, at=NOW)


def verbs() -> list[str]:
    """What the journal says was done."""
    return list(Entry.objects.order_by("sequence").values_list("verb", flat=True))


def test_a_file_is_kept_under_a_random_name_and_shown_under_its_own(cast: Cast) -> None:
    batch = hand_in(KNOWN, cast.hanna, name="../../etc/пароли.csv")
    assert Path(batch.stored_path).read_text() == KNOWN
    assert "etc" not in Path(batch.stored_path).name
    assert batch.file_name == "../../etc/пароли.csv"
    assert verbs() == ["receive_file"]


def test_a_name_cannot_turn_around_what_is_read(cast: Cast) -> None:
    assert hand_in(KNOWN, cast.hanna, name="gpj\u202evsc.csv").file_name == "gpj\\u202evsc.csv"


def test_known_headings_are_recognised_without_a_profile(cast: Cast) -> None:
    batch = hand_in(KNOWN, cast.hanna)
    assert (batch.profile, batch.action, batch.state) == ("default", "", BatchState.UPLOADED)


def test_a_known_source_is_recognised_by_its_headings(cast: Cast) -> None:
    assert hand_in(CALLS + ONE_CALL, cast.hanna).profile == "call_center"


JIVO = {
    "chat_id": 9,
    "assigned_agent": {"id": "1", "email": "ann@kedr.example"},
    "chat": {"rate": "positive", "messages": [{"type": "agent", "agent_id": "1", "timestamp": 1767225600}]},
}
LIKE_A_SURVEY = {"id": "s1", "ticket_id": 7, "assignee_email": "ann@kedr.example", "created_at": "2026-02-01T10:00:00Z"}
HELPDESK = {
    "conversation": {"uuid": "8f3a", "inbox": "Site"},
    "handled_by": {"login": "ann@kedr.example"},
    "survey": {"stars": 4, "answeredAt": "2026-02-01T10:00:00+03:00"},
}


@pytest.mark.parametrize(
    ("record", "profile"),
    [
        (JIVO, "jivo"),
        (LIKE_A_SURVEY | {"answers": [{"type": "rating_scale", "rating": 5}]}, "zendesk_csat_responses"),
        (LIKE_A_SURVEY | {"smile": 5}, "default"),
        (HELPDESK, "default"),
    ],
    ids=["jivo", "zendesk", "marks elsewhere", "unknown helpdesk"],
)
def test_a_nested_source_is_recognised_by_what_it_holds(cast: Cast, record: dict[str, Any], profile: str) -> None:
    lines = "\n".join([json.dumps(record)] * 2)
    assert hand_in(lines, cast.hanna, name="export.jsonl").profile == profile


def test_a_foreign_file_is_kept_with_its_questions(cast: Cast) -> None:
    batch = hand_in(FOREIGN, cast.hanna)
    assert (batch.profile, batch.action) == ("default", "needs_mapping")


def test_a_hopeless_file_leaves_a_record_and_no_bytes(cast: Cast) -> None:
    batch = hand_in("<!doctype html><html><body>Log in</body></html>", cast.hanna)
    assert (batch.state, batch.stored_path) == (BatchState.REJECTED, "")


def test_an_empty_file_is_refused(cast: Cast) -> None:
    with pytest.raises(EvidenceRefused, match="empty"):
        hand_in("", cast.hanna)
    assert not Batch.objects.exists()


def test_a_file_beyond_the_limit_is_refused_and_leaves_nothing(cast: Cast, settings: object, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path  # type: ignore[attr-defined]
    settings.INTAKE_LIMITS = {"unpacked_mb": 1}  # type: ignore[attr-defined]
    with pytest.raises(EvidenceRefused, match="larger than 1 MB"):
        receive(upload=Upload(name="big", pieces=[b"x" * 600_000] * 2, kind="ratings"), actor=cast.hanna, at=NOW)
    assert list(tmp_path.iterdir()) == []
    hand_in(KNOWN, cast.hanna)
    assert len(list(tmp_path.iterdir())) == 1


def test_open_files_of_one_person_have_a_quota(cast: Cast) -> None:
    first = hand_in(KNOWN, cast.hanna)
    Batch.objects.filter(pk=first.pk).update(byte_size=1001 * 1024 * 1024)
    with pytest.raises(EvidenceRefused, match="1000 MB"):
        hand_in(KNOWN, cast.hanna)
    assert hand_in(KNOWN, cast.pavel).pk


def test_a_persons_columns_are_kept_and_answer_the_questions(cast: Cast) -> None:
    batch = hand_in(FOREIGN, cast.hanna)
    seen = decide(
        batch=batch,
        choices=Choices(columns=COLUMNS, agent_by="name"),
        create_agents=True,
        actor=cast.hanna,
        at=NOW,
    )
    batch.refresh_from_db()
    assert (seen.action, seen.key) == ("", ("chat_id", "rated_at"))
    assert batch.choices["columns"] == COLUMNS
    assert batch.create_agents
    assert verbs() == ["receive_file", "map_columns"]


def test_a_saved_profile_understands_the_next_file_by_itself(cast: Cast) -> None:
    batch = hand_in(FOREIGN, cast.hanna)
    decide(
        batch=batch, choices=Choices(columns=COLUMNS, agent_by="name"), create_agents=False, actor=cast.hanna, at=NOW
    )
    batch.refresh_from_db()
    made = save_profile(batch=batch, title="Контур: выгрузка CSAT", actor=cast.hanna, at=NOW)
    profile = parse(made.document)
    assert (profile.title, profile.agent_by, profile.instrument) == ("Контур: выгрузка CSAT", "name", "csat5")
    later = hand_in(FOREIGN.replace("10021", "20021"), cast.hanna)
    assert (later.profile, later.action) == (made.name, "")


SHORT = "rating_id,chat_id,agent_id,rating,rated_at,comment\n{0},c{0},A-1,5,2026-01-02,да\n"


def handed_in(content: bytes, actor: User) -> Batch:
    return receive(upload=Upload(name="export.csv", pieces=[content], kind="ratings"), actor=actor, at=NOW)


def answered(batch: Batch, choices: Choices, actor: User) -> Batch:
    """The file as HR has decided it, kept as a source; the batch afresh."""
    decide(batch=batch, choices=choices, create_agents=False, actor=actor, at=NOW)
    batch.refresh_from_db()
    save_profile(batch=batch, title=f"Source {batch.pk}", actor=actor, at=NOW)
    return batch


def test_an_encoding_is_asked_about_once_for_a_source(cast: Cast) -> None:
    first = handed_in(SHORT.format(1).encode("mac-cyrillic"), cast.hanna)
    assert [one["code"] for one in first.understanding["questions"]] == ["ambiguous_encoding"]
    answered(first, Choices(encoding="mac-cyrillic"), cast.hanna)
    second = handed_in(SHORT.format(2).encode("mac-cyrillic"), cast.hanna)
    assert (second.action, second.profile) == ("", f"source-{first.pk}")
    assert second.understanding["encoding"] == "mac-cyrillic"
    # A profile made from that file knows it too, though nobody has chosen anything again.
    again = save_profile(batch=second, title="Again", actor=cast.hanna, at=NOW)
    assert parse(again.document).encoding == "mac-cyrillic"


def test_an_order_of_dates_is_kept_for_a_source_only_when_something_told_it(cast: Cast) -> None:
    open_, told = KNOWN, KNOWN.replace("2026-01-02", "25/01/2026")
    assert parse(_kept(open_, cast).document).date_order == ""
    assert parse(_kept(told, cast).document).date_order == "dmy"
    slashed = KNOWN.replace("2026-01-02", "03/04/2026")
    batch = answered(hand_in(slashed, cast.hanna), Choices(date_order="mdy"), cast.hanna)
    second = hand_in(slashed.replace("03/", "05/"), cast.hanna, profile=f"source-{batch.pk}")
    assert (second.action, second.understanding["date_order"]) == ("", "mdy")


def _kept(text: str, cast: Cast) -> SourceProfile:
    return save_profile(batch=hand_in(text, cast.hanna), title="Kept", actor=cast.hanna, at=NOW)


def test_a_delimiter_is_kept_for_a_source(cast: Cast) -> None:
    text = "a;b,c;d\n1;2,3;4\n5;6,7;8\n"
    batch = hand_in(text, cast.hanna)
    assert batch.understanding["delimiter"] == ";"
    decide(batch=batch, choices=Choices(delimiter=","), create_agents=False, actor=cast.hanna, at=NOW)
    batch.refresh_from_db()
    made = save_profile(batch=batch, title="Odd", actor=cast.hanna, at=NOW)
    assert hand_in(text, cast.hanna, profile=made.name).understanding["delimiter"] == ","


def test_two_profiles_of_one_title_get_two_names(cast: Cast) -> None:
    batch = hand_in(KNOWN, cast.hanna)
    names = {save_profile(batch=batch, title="Helpdesk", actor=cast.hanna, at=NOW).name for _ in range(2)}
    assert names == {"helpdesk", f"helpdesk-{batch.pk}"}


def test_a_dropped_file_leaves_its_record_and_no_bytes(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    batch = hand_in(KNOWN, cast.hanna)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        drop(batch=batch, actor=cast.hanna, at=NOW)
    assert not Path(batch.stored_path).exists()
    batch.refresh_from_db()
    assert (batch.state, batch.stored_path) == (BatchState.CANCELLED, "")
    with pytest.raises(EvidenceRefused):
        drop(batch=batch, actor=cast.hanna, at=NOW)


@pytest.mark.parametrize(
    ("references", "how"),
    [
        (["Ania Sokolova"], "name"),
        (["Somebody Else"], "name"),
        (["S-13"], ""),
        (["agent-77"], ""),
        (["ann@example.com"], ""),
    ],
)
def test_names_are_told_from_numbers_and_addresses(cast: Cast, references: list[str], how: str) -> None:
    assert known_as(references) == how
