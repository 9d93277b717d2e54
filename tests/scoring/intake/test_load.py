"""Files become evidence: once, together, journaled, and never twice."""

import errno
import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from journal.models import Entry
from scoring.intake import Chunk, Limits, load, load_lease, load_rows
from scoring.intake.load_cells import SUMS, Sums, add_sums
from scoring.models import (
    Agent,
    Assignment,
    Batch,
    Cell,
    CellSum,
    Employment,
    Rating,
    Refusal,
    ViralIncident,
    WaitingRow,
)
from scoring.refusals import EvidenceRefused
from tests.scoring.intake.files import AS_OF, HEADER, ROOT, csv_text, put, row

pytestmark = pytest.mark.django_db(transaction=True)

ROSTER_HEADER = ["agent_id", "full_name", "hired_at", "team", "manager_id", "email", "position", "terminated_at"]
ROSTER = [
    ["A-1", "Ann Lee", "2023-02-01", "Line 1", "A-2", "ann@kedr.example", "agent", ""],
    ["A-2", "Oleg Boss", "2018-01-09", "Leads", "", "oleg@kedr.example", "lead", ""],
]
CALLS = ROOT.parent / "shared" / "data" / "call_center.xlsx"


def take(path: Path, kind: str = "ratings", **options: Any) -> Any:
    return load.import_file(path, kind=kind, as_of=AS_OF, at=AS_OF, **options)


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = put(tmp_path, csv_text(ROSTER, ROSTER_HEADER), "roster.csv")
    assert take(path, "agents").added == 2
    return path


@pytest.fixture
def ratings(tmp_path: Path, roster: Path) -> Path:
    return put(tmp_path, csv_text([row(at) for at in range(1, 9)]), "ratings.csv")


def only_chunk(path: Path) -> list[Chunk]:
    seen = load.look(path, kind="ratings")
    return list(load.read(path, seen, as_of=AS_OF, limits=load.limits(), roster=load.stored_roster()))


def sums() -> list[tuple[Any, ...]]:
    names = (
        "agent__staff_number",
        "cell__instrument",
        "cell__channel",
        "cell__topic",
        "cell__hour_band",
        "month",
        *SUMS,
    )
    return list(CellSum.objects.order_by(*names[:6]).values_list(*names))


def recount() -> list[tuple[Any, ...]]:
    """The sums counted again from the stored ratings, in plain Python."""
    found: dict[tuple[Any, ...], list[float]] = {}
    for one in Rating.objects.filter(batch__state="published").select_related("agent"):
        local = one.rated_at.astimezone(ZoneInfo("Europe/Moscow"))
        month = date(local.year, local.month, 1)
        key = (one.agent.staff_number, one.instrument, one.channel, one.topic, local.hour // 8, month)
        value, time = one.value, one.handling_seconds
        parts = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        if value is not None:
            parts[1:5] = [one.share, one.share * value, one.share * value**2, one.share * (value >= 4)]
        if time is not None:
            parts[5:8] = [1, time, time**2]
        if one.is_resolved is not None:
            parts[8:] = [1, int(one.is_resolved)]
        found[key] = [have + new for have, new in zip(found.get(key, [0] * 10), parts, strict=True)]
    return [(*key, *values) for key, values in sorted(found.items())]


def test_a_roster_becomes_people_with_dates(roster: Path) -> None:
    ann = Agent.objects.get(staff_number="A-1")
    place = Assignment.objects.get(agent=ann)
    assert (place.team.name, place.manager.staff_number, place.starts_on) == ("Line 1", "A-2", date(2023, 2, 1))
    assert list(Employment.objects.filter(agent=ann).values_list("hired_on", "left_on")) == [(date(2023, 2, 1), None)]


def test_the_same_roster_again_changes_nothing(roster: Path) -> None:
    report = take(roster, "agents")
    assert (report.action, report.accepted, report.added, report.unchanged) == ("accept", 2, 0, 2)
    assert (Agent.objects.count(), Assignment.objects.count()) == (2, 2)


def test_a_new_team_begins_today_and_the_old_one_stays_on_record(tmp_path: Path, roster: Path) -> None:
    moved = [["A-1", "Ann Lee", "2023-02-01", "Line 2", "A-2", "ann@kedr.example", "agent", ""]]
    assert take(put(tmp_path, csv_text(moved, ROSTER_HEADER)), "agents").added == 1
    places = Assignment.objects.filter(agent__staff_number="A-1").order_by("starts_on")
    assert [(one.team.name, one.starts_on, one.ends_on) for one in places] == [
        ("Line 1", date(2023, 2, 1), date(2026, 11, 21)),
        ("Line 2", date(2026, 11, 22), None),
    ]


def test_a_hire_date_does_not_move(tmp_path: Path, roster: Path) -> None:
    moved = [["A-1", "Ann Lee", "2020-02-01", "Line 1", "A-2", "ann@kedr.example", "agent", ""]]
    report = take(put(tmp_path, csv_text(moved, ROSTER_HEADER)), "agents")
    assert (report.action, report.accepted, report.questions[0].code) == ("needs_mapping", 0, "protected_change")
    assert Employment.objects.get(agent__staff_number="A-1").hired_on == date(2023, 2, 1)


def test_ratings_are_stored_with_their_provenance(ratings: Path) -> None:
    report = take(ratings)
    one = Rating.objects.get(key="R-1")
    assert (report.action, report.added, Rating.objects.count()) == ("accept", 8, 8)
    assert (one.batch_id, one.record, one.value, one.comment) == (report.batch, 1, 2.0, "ok")
    assert one.rated_at == datetime(2026, 9, 2, 7, 22, tzinfo=UTC)


def test_fractions_of_a_second_survive(tmp_path: Path, roster: Path) -> None:
    path = put(tmp_path, csv_text([row(1, rated_at="2026-09-02T10:22:00.123456Z"), row(2)]))
    assert take(path).added == 2
    assert Rating.objects.get(key="R-1").rated_at == datetime(2026, 9, 2, 10, 22, 0, 123456, tzinfo=UTC)
    path.write_text(path.read_text() + "\n")
    assert take(path).unchanged == 2


def test_the_same_file_again_adds_nothing(ratings: Path) -> None:
    take(ratings)
    before = sums()
    report = take(ratings)
    assert (report.action, report.accepted, report.added, report.unchanged) == ("accept", 8, 0, 8)
    assert (Rating.objects.count(), sums()) == (8, before)


def test_a_longer_file_adds_only_what_is_new(tmp_path: Path, ratings: Path) -> None:
    take(ratings)
    report = take(put(tmp_path, csv_text([row(at) for at in range(1, 14)])))
    assert (report.accepted, report.added, report.unchanged) == (13, 5, 8)
    assert sums() == recount()


def test_other_values_under_a_stored_key_are_refused(tmp_path: Path, ratings: Path) -> None:
    first = take(ratings)
    report = take(put(tmp_path, csv_text([row(1, rating=5), row(20)])))
    assert (report.action, report.added) == ("accept_partial", 1)
    refusal = Refusal.objects.get(batch=report.batch)
    assert (refusal.record, refusal.code, refusal.parameters["batch"]) == (1, "conflict_stored", first.batch)
    assert Rating.objects.get(key="R-1").value == 2.0


def test_a_file_with_fewer_columns_contradicts_nothing(tmp_path: Path, ratings: Path) -> None:
    take(ratings)
    path = put(tmp_path, csv_text([row(at)[:5] for at in range(1, 9)], HEADER[:5]))
    assert take(path).unchanged == 8
    assert Rating.objects.get(key="R-1").comment == "ok"


def test_sums_equal_a_recount(tmp_path: Path, roster: Path) -> None:
    header = [*HEADER, "channel", "topic", "handling_seconds", "resolved"]
    lines = [
        [*row(1), "chat", "roaming", "60", "yes"],
        [*row(2), "chat", "roaming", "", "no"],
        [*row(3, rated_at="2026-08-31 22:30:00Z"), "email", "", "12.5", ""],
    ]
    take(put(tmp_path, csv_text(lines, header)))
    assert sums() == recount()
    assert {one[5] for one in sums()} == {date(2026, 9, 1)}


def test_sums_can_be_taken_back(ratings: Path) -> None:
    take(ratings)
    total = Sums("Europe/Moscow")
    (chunk,) = only_chunk(ratings)
    total.add(chunk.columns, chunk.instrument)
    with transaction.atomic():
        add_sums(total.table(), sign=-1)
    assert {value for one in sums() for value in one[6:]} == {0}
    assert Cell.objects.count() == 1


def test_one_publication_is_one_journal_entry(ratings: Path) -> None:
    before = Entry.objects.count()
    report = take(ratings)
    entry = Entry.objects.latest("sequence")
    assert Entry.objects.count() == before + 1
    assert (entry.verb, entry.subject_id, entry.detail["accepted"]) == ("publish_batch", str(report.batch), 8)


def test_unknown_agents_wait(tmp_path: Path, roster: Path) -> None:
    report = take(put(tmp_path, csv_text([row(1), row(2, agent_id="Х-9"), row(3, agent_id="А-1")])))
    assert (report.accepted, report.waiting) == (1, 2)
    assert report.refusals[1].params == {"similar": "A-1"}
    waiting = WaitingRow.objects.get(batch=report.batch, record=2)
    assert (waiting.reference, waiting.payload["key"]) == ("Х-9", "R-2")


def test_agents_are_created_when_asked_for(tmp_path: Path) -> None:
    path = put(tmp_path, csv_text([row(1, agent_id="Diane"), row(2, agent_id="Greg"), row(3, agent_id="Diane")]))
    assert take(path).action == "accept_partial"
    assert Agent.objects.count() == 0
    report = take(path, create_agents=True)
    assert (report.added, report.created_agents) == (3, 2)
    assert Rating.objects.filter(agent__staff_number="Diane").count() == 2


def test_a_file_that_is_turned_away_leaves_its_reason(tmp_path: Path) -> None:
    report = take(put(tmp_path, "<html>"))
    batch = Batch.objects.get(pk=report.batch)
    assert (batch.state, batch.action, Rating.objects.count()) == ("rejected", "reject_file", 0)
    assert "HTML" in batch.message


def test_a_killed_load_is_finished_by_calling_again(ratings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "limits", lambda **_: Limits(chunk_rows=3))
    stops = iter([None, KeyboardInterrupt()])

    def pause() -> None:
        stop = next(stops, None)
        if stop:
            raise stop

    batch = Batch.objects.create(
        kind="ratings", file_name="r.csv", stored_path=str(ratings), as_of=AS_OF, created_at=AS_OF
    )
    with pytest.raises(KeyboardInterrupt):
        load.load_batch(batch=batch, at=AS_OF, pause=pause)
    assert (Rating.objects.count(), sums(), Batch.objects.get(pk=batch.pk).state) == (5, [], "staging")
    report = load.load_batch(batch=Batch.objects.get(pk=batch.pk), at=AS_OF)
    assert (report.accepted, report.added, Rating.objects.count()) == (8, 8, 8)
    assert sums() == recount()


def test_rows_that_are_stored_already_are_never_stored_twice(ratings: Path) -> None:
    batch = take(ratings).batch
    (chunk,) = only_chunk(ratings)
    with transaction.atomic():
        found = load_rows.add(chunk, batch)
    assert (found.fresh, found.mine, Rating.objects.count()) == ([], list(range(8)), 8)


def test_rows_of_a_load_that_never_ended_do_not_bar_the_way(ratings: Path, tmp_path: Path) -> None:
    dead = Batch.objects.create(
        kind="ratings", file_name="d.csv", stored_path=str(ratings), state="staging", created_at=AS_OF
    )
    (chunk,) = only_chunk(ratings)
    with transaction.atomic():
        load_rows.add(chunk, dead.pk)
    report = take(put(tmp_path, csv_text([row(at) for at in range(5, 11)]), "other.csv"))
    assert (report.added, report.unchanged, sums()) == (6, 0, recount())
    again = load.load_batch(batch=dead, at=AS_OF)
    assert (again.added, again.unchanged, Rating.objects.count()) == (4, 4, 10)
    assert sums() == recount()


def test_a_batch_is_loaded_by_one_worker_at_a_time(ratings: Path) -> None:
    batch = Batch.objects.create(
        kind="ratings", file_name="r.csv", stored_path=str(ratings), state="staging", worker="elsewhere:1:x",
        heartbeat_at=AS_OF, as_of=AS_OF, created_at=AS_OF,
    )  # fmt: skip
    with pytest.raises(load_lease.Superseded):
        load.load_batch(batch=batch, at=AS_OF, clock=lambda: AS_OF)
    late = AS_OF + load_lease.SILENT + timedelta(seconds=1)
    assert load.load_batch(batch=batch, at=AS_OF, clock=lambda: late).added == 8


def test_a_worker_that_wakes_after_another_took_over_writes_nothing(
    ratings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "limits", lambda **_: Limits(chunk_rows=3))
    batch = Batch.objects.create(
        kind="ratings", file_name="r.csv", stored_path=str(ratings), as_of=AS_OF, created_at=AS_OF
    )
    with pytest.raises(load_lease.Superseded):
        load.load_batch(batch=batch, at=AS_OF, pause=lambda: Batch.objects.update(worker="elsewhere:1:x") and None)
    assert (Rating.objects.count(), Batch.objects.get(pk=batch.pk).worker) == (2, "elsewhere:1:x")


def test_an_import_waits_for_the_one_before_it_and_not_for_ever(ratings: Path) -> None:
    Batch.objects.create(
        kind="ratings", file_name="b.csv", state="staging", worker="elsewhere:1:x", heartbeat_at=timezone.now(),
        created_at=AS_OF,
    )  # fmt: skip
    with pytest.raises(EvidenceRefused, match="Another import is under way"):
        take(ratings, patience=0)
    assert Rating.objects.count() == 0


def test_a_full_disk_pauses_the_import(ratings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    batch = Batch.objects.create(
        kind="ratings", file_name="r.csv", stored_path=str(ratings), as_of=AS_OF, created_at=AS_OF
    )
    with monkeypatch.context() as patch:
        patch.setattr(load_rows, "add", full)
        with pytest.raises(load_lease.NoSpace, match="disk is full"):
            load.load_batch(batch=batch, at=AS_OF)
    paused = Batch.objects.get(pk=batch.pk)
    assert (paused.state, sums()) == ("staging", [])
    assert "The disk is full" in paused.message
    assert load_lease.is_dead(paused, AS_OF)
    assert load.load_batch(batch=paused, at=AS_OF).added == 8


def test_viral_chats_wait_for_verification(tmp_path: Path, roster: Path) -> None:
    lines = [
        '{"chat_id":"C-1","agent_id":"A-1","flagged_at":"2026-10-01T13:00:00Z","is_viral":true,"views":7,"sign":"негатив"}'
    ]
    path = put(tmp_path, "\n".join(lines))
    assert take(path, "viral").added == 1
    one = ViralIncident.objects.get()
    assert (one.state, one.sign, one.views, one.severity) == ("unverified", "negative", 7, None)
    path.write_text(path.read_text() + "\n\n")
    assert take(path, "viral").unchanged == 1


def command(*arguments: str) -> tuple[dict[str, Any], int]:
    out, status = StringIO(), 0
    try:
        call_command("import_evidence", *arguments, "--json", "--as-of", "2026-11-22T12:00:00Z", stdout=out)
    except SystemExit as stop:
        status = int(stop.code or 0)
    return json.loads(out.getvalue()), status


def test_the_command_answers_with_one_object(ratings: Path, tmp_path: Path) -> None:
    report, status = command("ratings", str(ratings), "--dry-run")
    assert (report["action"], report["accepted"], status, Rating.objects.count()) == ("accept", 8, 0, 0)
    assert command("ratings", str(ratings))[0]["added"] == 8
    bad = put(tmp_path, csv_text([row(9, rating=11), row(10)]))
    report, status = command("ratings", str(bad), "--dry-run")
    assert (report["action"], status) == ("accept_partial", 0)
    refused = report["refused"][0]
    assert (refused["record"], refused["code"], refused["column"], refused["value"]) == (
        1,
        "out_of_range",
        "rating",
        "11",
    )
    assert "Record 1" in refused["message"]
    report, status = command("ratings", str(put(tmp_path, "")), "--dry-run")
    assert (report["action"], status) == ("reject_file", 1)
    with pytest.raises(CommandError, match="no profile"):
        command("ratings", str(ratings), "--profile", "nobody")


@pytest.mark.skipif(not CALLS.exists(), reason="the call-centre log is not beside the repository")
def test_the_call_centre_log_is_read_to_the_last_unanswered_call() -> None:
    options = ("ratings", str(CALLS), "--profile", "call_center", "--create-agents")
    checked, _ = command(*options, "--dry-run")
    assert (checked["accepted"], checked["unanswered"], checked["created_agents"]) == (5000, 946, 8)
    loaded, status = command(*options)
    assert (loaded["added"], loaded["created_agents"], status) == (5000, 8, 0)
    assert (Rating.objects.filter(value=None).count(), Agent.objects.count()) == (946, 8)
    assert command(*options)[0]["added"] == 0
    assert sum(one[6] for one in sums()) == 5000
