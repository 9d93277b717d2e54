"""A batch from the dry run to the evidence, and out of it again."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User

from journal.models import Entry
from scoring import batches
from scoring.batches import ask_for_check, cancel, carry_out, check_batch, confirm, reap, resume, withdraw
from scoring.coverage import coverage_of, coverage_of_all, keep_coverage
from scoring.intake import load_rows
from scoring.models import Agent, Batch, CellSum, Rating, Refusal, ViralIncident
from scoring.models.batches import BatchState
from scoring.models.evidence import IncidentState
from scoring.preview import first_records
from scoring.refusals import EvidenceRefused
from scoring.uploads import Upload, receive
from tests.cast import NOW, Cast, build_cast

HEAD = "rating_id,chat_id,agent_id,rating,rated_at,topic\n"
ROWS = "1,c1,S-13,5,2026-01-02 10:00,Roaming\n2,c2,S-13,2,2026-03-03 11:00,Roaming\n"
BAD = "3,c3,S-13,4,2026-13-45 10:00,Roaming\n"
VIRAL = "chat_id,agent_id,flagged_at,is_viral\nv1,S-13,2026-02-01,yes\n"
WHY = "The helpdesk exported the wrong queue."


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody; Ania has the staff number of the files."""
    made = build_cast()
    Agent.objects.filter(pk=made.agents["ania"].pk).update(staff_number="S-13")
    return made


def hand_in(text: str, actor: User, *, kind: str = "ratings") -> Batch:
    """Upload a text with known headings."""
    return receive(upload=Upload(name="x.csv", pieces=[text.encode()], kind=kind), actor=actor, at=NOW)


def checked(text: str, actor: User, *, kind: str = "ratings") -> Batch:
    """Upload and make the dry run."""
    batch = hand_in(text, actor, kind=kind)
    check_batch(batch=batch, at=NOW)
    batch.refresh_from_db()
    return batch


def imported(text: str, actor: User, *, kind: str = "ratings") -> Batch:
    """Upload, check, confirm and load."""
    batch = checked(text, actor, kind=kind)
    confirm(batch=batch, actor=actor, at=NOW)
    batch.refresh_from_db()
    carry_out(batch=batch, at=NOW, clock=lambda: NOW)
    batch.refresh_from_db()
    return batch


def sums() -> list[tuple[str, int, float]]:
    """Month, offered and total of the stored sums."""
    return [
        (month.isoformat(), offered, total)
        for month, offered, total in CellSum.objects.order_by("month").values_list("month", "offered", "total")
    ]


def test_a_dry_run_counts_and_changes_no_evidence(cast: Cast) -> None:
    batch = checked(HEAD + ROWS + BAD, cast.hanna)
    assert (batch.state, batch.records, batch.accepted, batch.refused) == (BatchState.CHECKED, 3, 2, 1)
    assert not Rating.objects.exists()
    refusal = Refusal.objects.get()
    assert (refusal.record, refusal.code, refusal.cells["chat_id"]) == (3, "bad_date", "c3")


def test_a_second_dry_run_replaces_the_first(cast: Cast) -> None:
    batch = checked(HEAD + ROWS + BAD, cast.hanna)
    ask_for_check(batch=batch, at=NOW)
    check_batch(batch=batch, at=NOW)
    assert batch.refusals.count() == 1


def test_the_first_records_are_shown_as_they_will_be_stored(cast: Cast) -> None:
    batch = checked(HEAD + ROWS + BAD, cast.hanna)
    shown = first_records(batch, at=NOW)
    assert [(row["record"], row["agent_ref"], row["value"], row["topic"]) for row in shown] == [
        (1, "S-13", 5, "Roaming"),
        (2, "S-13", 2, "Roaming"),
    ]


def test_nothing_is_imported_unchecked(cast: Cast) -> None:
    batch = hand_in(HEAD + ROWS, cast.hanna)
    with pytest.raises(EvidenceRefused, match="Check the file first"):
        confirm(batch=batch, actor=cast.hanna, at=NOW)


def test_a_file_of_bad_records_only_cannot_be_imported(cast: Cast) -> None:
    batch = checked(HEAD + BAD, cast.hanna)
    with pytest.raises(EvidenceRefused, match="No record"):
        confirm(batch=batch, actor=cast.hanna, at=NOW)


def test_a_confirmed_batch_is_loaded_and_counts(cast: Cast) -> None:
    batch = imported(HEAD + ROWS + BAD, cast.hanna)
    assert batch.state == BatchState.PUBLISHED
    assert sums() == [("2026-01-01", 1, 5.0), ("2026-03-01", 1, 2.0)]
    verbs = list(Entry.objects.order_by("sequence").values_list("verb", flat=True))
    assert verbs == ["receive_file", "confirm_import", "publish_batch"]


def test_a_batch_is_confirmed_once(cast: Cast) -> None:
    batch = imported(HEAD + ROWS, cast.hanna)
    with pytest.raises(EvidenceRefused, match="published"):
        confirm(batch=batch, actor=cast.hanna, at=NOW)


def test_the_same_file_again_adds_nothing_and_says_so(cast: Cast) -> None:
    imported(HEAD + ROWS, cast.hanna)
    again = checked(HEAD + ROWS, cast.pavel)
    assert again.understanding["found"] == {"added": 0, "unchanged": 2, "created_agents": 0}
    imported(HEAD + ROWS, cast.pavel)
    assert Rating.objects.count() == 2
    assert sums() == [("2026-01-01", 1, 5.0), ("2026-03-01", 1, 2.0)]


def test_months_without_ratings_are_named(cast: Cast) -> None:
    batch = imported(HEAD + ROWS, cast.hanna)
    for found in (coverage_of(batch), coverage_of_all()):
        assert [month.month for month in found.months] == [1, 2, 3]
        assert found.counts == [1, 0, 1]
        assert [gap.isoformat() for gap in found.gaps] == ["2026-02-01"]


def test_months_are_known_with_the_publication_and_equal_a_count(cast: Cast) -> None:
    late = "9,c9,S-13,4,2026-01-31T22:00:00Z,Roaming\n"  # February in Moscow
    batch = imported(HEAD + "8,c8,S-13,4,2026-01-31T12:00:00Z,Roaming\n" + late, cast.hanna)
    kept = Batch.objects.get(pk=batch.pk).understanding["coverage"]
    assert kept == {"2026-01-01": 1, "2026-02-01": 1}
    keep_coverage(batch)
    assert batch.understanding["coverage"] == kept


def test_a_load_that_is_called_off_leaves_nothing(cast: Cast) -> None:
    batch = checked(HEAD + ROWS, cast.hanna)
    confirm(batch=batch, actor=cast.hanna, at=NOW)
    batch.refresh_from_db()
    stale = Batch.objects.get(pk=batch.pk)  # what the worker holds in its hands
    cancel(batch=batch, actor=cast.hanna, at=NOW)
    assert carry_out(batch=stale, at=NOW, clock=lambda: NOW) is None
    batch.refresh_from_db()
    assert batch.state == BatchState.CANCELLED
    assert Rating.objects.count() == 0
    assert sums() == []


def test_what_a_called_off_load_has_staged_goes_piece_by_piece(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_rows, "LOOKED_UP", 1)
    batch, other = imported(HEAD + ROWS, cast.hanna), imported(HEAD + "9,c9,S-13,4,2026-01-05 10:00,\n", cast.hanna)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.CANCELLED)
    assert carry_out(batch=batch, at=NOW, clock=lambda: NOW) is None
    assert list(Rating.objects.values_list("batch", flat=True)) == [other.pk]


def test_pauses_are_longer_where_transactions_are_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [100.0], list[float]()
    monkeypatch.setattr(batches, "connection", Mock(vendor="sqlite", in_atomic_block=False))
    monkeypatch.setattr(batches, "time", Mock(monotonic=lambda: now[0], sleep=slept.append))
    breathe = batches.Manners()
    for seconds in (0.1, 0.4, 0.1):
        now[0] += seconds
        breathe()
    assert slept == [0.051, 0.11, 0.051]


def test_a_load_that_is_sent_twice_is_carried_out_once(cast: Cast) -> None:
    batch = checked(HEAD + ROWS, cast.hanna)
    confirm(batch=batch, actor=cast.hanna, at=NOW)
    batch.refresh_from_db()
    second = Batch.objects.get(pk=batch.pk)
    carry_out(batch=batch, at=NOW, clock=lambda: NOW)
    assert carry_out(batch=second, at=NOW, clock=lambda: NOW) is None
    assert Rating.objects.count() == 2
    assert sums() == [("2026-01-01", 1, 5.0), ("2026-03-01", 1, 2.0)]


def test_a_load_that_is_over_cannot_be_called_off(cast: Cast) -> None:
    batch = imported(HEAD + ROWS, cast.hanna)
    with pytest.raises(EvidenceRefused, match="Withdraw it instead"):
        cancel(batch=batch, actor=cast.hanna, at=NOW)


def test_only_a_silent_load_is_taken_up_again(cast: Cast) -> None:
    batch = checked(HEAD + ROWS, cast.hanna)
    confirm(batch=batch, actor=cast.hanna, at=NOW)
    with pytest.raises(EvidenceRefused, match="nothing to take up"):
        resume(batch=batch, actor=cast.hanna, at=NOW + timedelta(seconds=30))
    resume(batch=batch, actor=cast.hanna, at=NOW + timedelta(minutes=3))
    batch.refresh_from_db()
    carry_out(batch=batch, at=NOW, clock=lambda: NOW)
    assert Rating.objects.count() == 2


def test_a_withdrawn_batch_leaves_the_sums_and_keeps_its_rows(cast: Cast) -> None:
    kept = imported(HEAD + "7,c7,S-13,4,2026-01-09 10:00,Roaming\n", cast.hanna)
    before = sums()
    batch = imported(HEAD + ROWS, cast.hanna)
    withdraw(batch=batch, reason=WHY, actor=cast.pavel, at=NOW)
    assert sums() == before
    assert Rating.objects.filter(batch=batch).count() == 2
    assert kept.ratings.count() == 1
    entry = Entry.objects.get(verb="withdraw_batch")
    assert (entry.detail["reason"], entry.detail["rows"]) == (WHY, 2)


def test_after_a_withdrawal_the_corrected_file_can_be_imported(cast: Cast) -> None:
    batch = imported(HEAD + ROWS, cast.hanna)
    withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)
    corrected = imported(HEAD + ROWS.replace("c2,S-13,2", "c2,S-13,3"), cast.hanna)
    assert (corrected.accepted, corrected.refused) == (2, 0)
    assert sums() == [("2026-01-01", 1, 5.0), ("2026-03-01", 1, 3.0)]


def test_withdrawn_rows_keep_their_own_keys_behind_a_mark(cast: Cast) -> None:
    batch = imported(HEAD + ROWS, cast.hanna)
    withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)
    assert {row.key for row in batch.ratings.all()} == {
        f"withdrawn:{batch.pk}:{row.record}" for row in batch.ratings.all()
    }


def test_a_withdrawal_that_was_cut_short_bars_no_key(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = imported(HEAD + ROWS, cast.hanna)
    monkeypatch.setattr("scoring.batches._free_keys", lambda _batch: None)
    withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)
    again = imported(HEAD + ROWS, cast.hanna)
    assert (again.accepted, Rating.objects.count()) == (2, 4)
    assert sums() == [("2026-01-01", 1, 5.0), ("2026-03-01", 1, 2.0)]


def test_a_load_whose_worker_died_is_found_and_freed(cast: Cast) -> None:
    batch = checked(HEAD + ROWS, cast.hanna)
    confirm(batch=batch, actor=cast.hanna, at=NOW)
    Batch.objects.filter(pk=batch.pk).update(worker="elsewhere:1:x")
    assert reap(at=NOW + timedelta(seconds=30)) == []
    (found,) = reap(at=NOW + timedelta(minutes=3))
    assert (found.pk, Batch.objects.get(pk=batch.pk).worker) == (batch.pk, "")
    assert Entry.objects.latest("sequence").verb == "resume_import"


def test_a_withdrawal_needs_a_reason_and_a_published_batch(cast: Cast) -> None:
    batch = imported(HEAD + ROWS, cast.hanna)
    with pytest.raises(EvidenceRefused, match="reason"):
        withdraw(batch=batch, reason="wrong", actor=cast.hanna, at=NOW)
    withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)
    with pytest.raises(EvidenceRefused, match="withdrawn"):
        withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)


def test_a_roster_is_not_withdrawn(cast: Cast) -> None:
    batch = imported(
        "agent_id,full_name,hired_at,team\nS-77,New Person,2025-01-02,Billing\n", cast.hanna, kind="agents"
    )
    assert batch.state == BatchState.PUBLISHED
    with pytest.raises(EvidenceRefused, match="roster"):
        withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)


def test_incidents_of_a_withdrawn_batch_no_longer_count(cast: Cast) -> None:
    batch = imported(VIRAL, cast.hanna, kind="viral")
    withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)
    assert ViralIncident.objects.get().state == IncidentState.REJECTED
