"""A stored rating is corrected by two people or by its own source, and what it said before stays on record."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from journal.models import Entry
from scoring.batches import cancel, withdraw
from scoring.batches import confirm as confirm_import
from scoring.disputes import dispute_rating
from scoring.intake import load
from scoring.intake.load import check, import_file
from scoring.intake.load_look import look
from scoring.models import Agent, Batch, Rating, RatingDispute, ReplacedRecord, Replacement
from scoring.models.batches import BatchState
from scoring.models.disputes import DisputeState
from scoring.models.replacements import ReplacementState
from scoring.recount import check as recount
from scoring.refusals import EvidenceRefused
from scoring.replacements import ask, confirm, decline, offered, open_replacements, why_not_decide
from tests.cast import NOW, Cast
from tests.scoring.test_batches import HEAD, ROWS, cast, checked, imported, sums

__all__ = ["cast"]
CHANGED = ROWS.replace("c2,S-13,2,", "c2,S-13,4,")
CORRECTED = CHANGED + "9,c9,S-13,5,2026-03-04 11:00,Roaming\n"
WHY = "The helpdesk had merged two tickets, and the export was wrong."
NOT_SO = "The helpdesk says that the first export was right."
ZENDESK = "id,ticket_id,assignee_id,score,comment,updated_at\n"
OFFERED = "71,501,S-13,offered,,2026-03-01T10:00:00Z\n"
GOOD = "71,501,S-13,good,thanks,2026-03-02T09:00:00Z\n"
BAD = "71,501,S-13,bad,not solved after all,2026-03-05T09:00:00Z\n"


@pytest.fixture
def conflict(cast: Cast) -> Batch:
    """A second file that contradicts the first in one record."""
    imported(HEAD + ROWS, cast.hanna)
    return imported(HEAD + CORRECTED, cast.hanna)


def asked(batch: Batch, actor: User) -> Replacement:
    """Ask for all that a batch offers."""
    return ask(batch=batch, records=[row.record for row in offered(batch)], reason=WHY, actor=actor, at=NOW)


def test_the_difference_is_shown_field_by_field(conflict: Batch) -> None:
    (found,) = offered(conflict)
    assert (found.record, found.key, found.changes) == (2, "2", {"value": (2.0, 4.0)})
    assert not open_replacements().exists()


def test_asking_changes_nothing(cast: Cast, conflict: Batch) -> None:
    made = asked(conflict, cast.hanna)
    assert list(open_replacements()) == [made]
    assert Rating.objects.get(key="2").value == 2.0
    assert Entry.objects.get(verb="ask_replacement").detail == {"batch": conflict.pk, "records": [2], "reason": WHY}


def test_two_people_replace_a_rating(cast: Cast, conflict: Batch) -> None:
    first = Rating.objects.get(key="2").batch
    assert confirm(replacement=asked(conflict, cast.hanna), actor=cast.pavel, at=NOW) == 1
    now = Rating.objects.get(key="2")
    assert (now.value, now.batch_id, Rating.objects.count()) == (4.0, conflict.pk, 3)
    assert sums() == [("2026-01-01", 1, 5.0), ("2026-03-01", 2, 9.0)]
    assert recount().empty
    assert [Batch.objects.get(pk=pk).accepted for pk in (first.pk, conflict.pk)] == [1, 3]
    conflict.refresh_from_db()
    assert (conflict.refused, offered(conflict), list(open_replacements())) == (0, [], [])


def test_both_values_and_both_people_stay_on_record(cast: Cast, conflict: Batch) -> None:
    made = asked(conflict, cast.hanna)
    confirm(replacement=made, actor=cast.pavel, at=NOW)
    made.refresh_from_db()
    assert (made.state, made.asked_by, made.decided_by) == (ReplacementState.DONE, cast.hanna, cast.pavel)
    (row,) = made.rows.all()
    assert (row.before["value"], row.before["chat_id"], row.after["value"]) == (2.0, "c2", 4.0)
    entry = Entry.objects.get(verb="replace_ratings")
    assert (entry.detail["asked_by"], entry.detail["replaced"][0]["changes"]) == (cast.hanna.pk, {"value": [2.0, 4.0]})


def test_nobody_replaces_alone(cast: Cast, conflict: Batch) -> None:
    made = asked(conflict, cast.hanna)
    assert "second person" in why_not_decide(made, cast.hanna)
    with pytest.raises(EvidenceRefused, match="second person"):
        confirm(replacement=made, actor=cast.hanna, at=NOW)
    with pytest.raises(EvidenceRefused, match="second person"):
        decline(replacement=made, reason=NOT_SO, actor=cast.hanna, at=NOW)
    assert Rating.objects.get(key="2").value == 2.0
    assert why_not_decide(made, cast.pavel) == ""


@pytest.mark.parametrize("state", [ReplacementState.DONE, ReplacementState.DECLINED])
def test_the_database_too_wants_two_people(cast: Cast, conflict: Batch, state: str) -> None:
    made = asked(conflict, cast.hanna)
    change = Replacement.objects.filter(pk=made.pk)
    for decider in (cast.hanna, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            change.update(state=state, decided_by=decider, decided_at=NOW)
    assert change.update(state=state, decided_by=cast.pavel, decided_at=NOW) == 1


def test_nobody_replaces_ratings_of_their_own(cast: Cast, conflict: Batch) -> None:
    Agent.objects.filter(staff_number="S-13").update(user=cast.pavel)
    with pytest.raises(EvidenceRefused, match="own work"):
        asked(conflict, cast.pavel)
    made = asked(conflict, cast.hanna)
    with pytest.raises(EvidenceRefused, match="own work"):
        confirm(replacement=made, actor=cast.pavel, at=NOW)


def test_only_what_was_refused_for_other_values_is_replaced(cast: Cast, conflict: Batch) -> None:
    for records, told in (([1, 2], "Record 1 cannot be replaced"), ([], "Choose the records")):
        with pytest.raises(EvidenceRefused, match=told):
            ask(batch=conflict, records=records, reason=WHY, actor=cast.hanna, at=NOW)
    with pytest.raises(EvidenceRefused, match="Say in a sentence"):
        ask(batch=conflict, records=[2], reason="wrong", actor=cast.hanna, at=NOW)
    asked(conflict, cast.hanna)
    with pytest.raises(EvidenceRefused, match="waits for its second person already"):
        asked(conflict, cast.hanna)


def test_a_declined_request_leaves_what_is_stored_and_can_be_made_again(cast: Cast, conflict: Batch) -> None:
    made = decline(replacement=asked(conflict, cast.hanna), reason=NOT_SO, actor=cast.pavel, at=NOW)
    assert (made.state, made.answer, Rating.objects.get(key="2").value) == (ReplacementState.DECLINED, NOT_SO, 2.0)
    with pytest.raises(EvidenceRefused, match="decided already"):
        confirm(replacement=made, actor=cast.pavel, at=NOW)
    again = asked(conflict, cast.pavel)
    assert confirm(replacement=again, actor=cast.hanna, at=NOW) == 1


def test_a_rating_that_has_changed_since_is_not_replaced(cast: Cast, conflict: Batch) -> None:
    made = asked(conflict, cast.hanna)
    Rating.objects.filter(key="2").update(comment="changed elsewhere")
    with pytest.raises(EvidenceRefused, match="has changed since this was asked"):
        confirm(replacement=made, actor=cast.pavel, at=NOW)
    made.refresh_from_db()
    assert (made.state, Rating.objects.get(key="2").value) == (ReplacementState.OPEN, 2.0)


def test_a_disputed_rating_is_not_replaced(cast: Cast, conflict: Batch) -> None:
    made = asked(conflict, cast.hanna)
    dispute_rating(rating=Rating.objects.get(key="2"), reason=WHY, actor=cast.ania, at=NOW)
    with pytest.raises(EvidenceRefused, match="disputed by its agent"):
        confirm(replacement=made, actor=cast.pavel, at=NOW)
    assert recount().empty


def test_no_replacement_while_a_file_is_loaded(cast: Cast, conflict: Batch) -> None:
    made = asked(conflict, cast.hanna)
    loading = Batch.objects.create(
        kind="ratings", state=BatchState.STAGING, worker="elsewhere:1:x", heartbeat_at=NOW, created_at=NOW
    )
    with pytest.raises(EvidenceRefused, match="Another import is under way"):
        confirm(replacement=made, actor=cast.pavel, at=NOW)
    Batch.objects.filter(pk=loading.pk).update(state=BatchState.CANCELLED)
    assert confirm(replacement=made, actor=cast.pavel, at=NOW) == 1


def test_a_file_of_corrections_alone_stands_once_they_are_confirmed(cast: Cast) -> None:
    imported(HEAD + ROWS, cast.hanna)
    batch = imported(HEAD + CHANGED.splitlines()[1] + "\n", cast.hanna)
    assert (batch.state, batch.refused) == (BatchState.REJECTED, 1)
    confirm(replacement=asked(batch, cast.hanna), actor=cast.pavel, at=NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.accepted, batch.refused) == (BatchState.PUBLISHED, 1, 0)
    assert sums() == [("2026-01-01", 1, 5.0), ("2026-03-01", 1, 4.0)]
    assert recount().empty


def test_a_withdrawn_correction_puts_back_what_it_replaced(cast: Cast, conflict: Batch) -> None:
    made = asked(conflict, cast.hanna)
    confirm(replacement=made, actor=cast.pavel, at=NOW)
    withdraw(batch=conflict, reason=WHY, actor=cast.hanna, at=NOW)
    now = Rating.objects.get(key="2")
    assert (now.value, now.record, now.batch.accepted, now.chat_id) == (2.0, 2, 2, "c2")
    assert sums() == [("2026-01-01", 1, 5.0), ("2026-03-01", 1, 2.0)]
    assert recount().empty
    made.refresh_from_db()
    assert made.state == ReplacementState.UNDONE
    assert why_not_decide(made, cast.pavel) != ""


def test_a_request_from_a_withdrawn_file_no_longer_waits(cast: Cast, conflict: Batch) -> None:
    made = asked(conflict, cast.hanna)
    withdraw(batch=conflict, reason=WHY, actor=cast.hanna, at=NOW)
    assert not open_replacements().exists()
    with pytest.raises(EvidenceRefused, match="withdrawn"):
        confirm(replacement=Replacement.objects.get(pk=made.pk), actor=cast.pavel, at=NOW)


def test_the_first_file_again_is_looked_at_again_once_it_was_replaced(cast: Cast, conflict: Batch) -> None:
    assert imported(HEAD + ROWS, cast.hanna).refused == 0
    confirm(replacement=asked(conflict, cast.hanna), actor=cast.pavel, at=NOW)
    assert [row.changes for row in offered(imported(HEAD + ROWS, cast.hanna))] == [{"value": (4.0, 2.0)}]


def test_what_left_with_another_file_comes_back_with_the_same_file(cast: Cast) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    imported(HEAD + ROWS + "3,c3,S-13,4,2026-03-04 11:00,Roaming\n", cast.hanna)
    withdraw(batch=first, reason=WHY, actor=cast.hanna, at=NOW)
    assert Rating.objects.filter(batch__state=BatchState.PUBLISHED).count() == 1
    imported(HEAD + ROWS + "3,c3,S-13,4,2026-03-04 11:00,Roaming\n", cast.hanna)
    assert Rating.objects.filter(batch__state=BatchState.PUBLISHED).count() == 3
    assert recount().empty


def zendesk(folder: Path, *rows: str, name: str = "x.csv") -> Batch:
    """Import an export of a source whose customers may edit their answers."""
    path = folder / name
    path.write_text(ZENDESK + "".join(rows))
    report = import_file(path, kind="ratings", profile="zendesk_satisfaction", as_of=NOW, at=NOW)
    return Batch.objects.get(pk=report.to_json()["batch"])


def test_a_later_answer_takes_the_place_of_the_earlier_one(cast: Cast, tmp_path: Path) -> None:
    first = zendesk(tmp_path, OFFERED, "72,502,S-13,good,,2026-03-01T10:00:00Z\n")
    second = zendesk(tmp_path, GOOD)
    now = Rating.objects.get(chat_id="501")
    assert (now.value, now.comment, now.batch_id, Rating.objects.count()) == (1.0, "thanks", second.pk, 2)
    first.refresh_from_db()
    assert (first.accepted, first.unanswered, second.accepted, second.refused) == (1, 0, 1, 0)
    third = zendesk(tmp_path, BAD)
    assert (Rating.objects.get(chat_id="501").value, third.accepted) == (0.0, 1)
    assert recount().empty
    assert [row.before["value"] for row in ReplacedRecord.objects.order_by("pk")] == [None, 1.0]
    made = Replacement.objects.get(batch=third)
    assert (made.state, made.is_of_source, made.asked_by, made.decided_by) == (ReplacementState.DONE, True, None, None)


def test_a_dry_run_says_so_and_changes_nothing(cast: Cast, tmp_path: Path) -> None:
    zendesk(tmp_path, OFFERED)
    path = tmp_path / "again.csv"
    path.write_text(ZENDESK + GOOD)
    report = check(path, look(path, kind="ratings", profile="zendesk_satisfaction"), as_of=NOW)
    assert (report.action, report.accepted, report.to_json()["updated"]) == ("accept", 1, 1)
    assert (Rating.objects.get().value, Replacement.objects.count()) == (None, 0)


def test_an_older_export_does_not_undo_a_later_answer(cast: Cast, tmp_path: Path) -> None:
    zendesk(tmp_path, GOOD)
    older = zendesk(tmp_path, OFFERED)
    assert list(older.refusals.values_list("code", flat=True)) == ["older_answer"]
    assert (Rating.objects.get().value, offered(older)) == (1.0, [])


def test_other_values_at_the_same_moment_are_for_people_to_decide(cast: Cast, tmp_path: Path) -> None:
    zendesk(tmp_path, GOOD, "72,502,S-13,good,,2026-03-01T10:00:00Z\n")
    batch = zendesk(tmp_path, GOOD.replace("good", "bad"), "73,503,S-13,good,,2026-03-01T10:00:00Z\n")
    assert (batch.refused, [row.changes for row in offered(batch)]) == (1, [{"value": (1.0, 0.0)}])
    assert confirm(replacement=asked(batch, cast.hanna), actor=cast.pavel, at=NOW) == 1
    assert recount().empty


def test_a_disputed_rating_keeps_its_value_when_the_source_changes_it(cast: Cast, tmp_path: Path) -> None:
    zendesk(tmp_path, GOOD.replace("good", "bad"))
    dispute = dispute_rating(rating=Rating.objects.get(), reason=WHY, actor=cast.ania, at=NOW)
    RatingDispute.objects.filter(pk=dispute.pk).update(
        state=DisputeState.UPHELD, answer=WHY, decided_by=cast.pavel, decided_at=NOW
    )
    later = zendesk(tmp_path, BAD.replace("bad", "good"), "72,502,S-13,good,,2026-03-01T10:00:00Z\n")
    assert (later.accepted, later.refused, Rating.objects.get(chat_id="501").value) == (1, 1, 0.0)
    assert list(later.refusals.values_list("code", flat=True)) == ["conflict_stored"]


def test_withdrawing_the_later_export_gives_the_earlier_answer_back(cast: Cast, tmp_path: Path) -> None:
    first = zendesk(tmp_path, GOOD)
    later = zendesk(tmp_path, BAD)
    withdraw(batch=later, reason=WHY, actor=cast.hanna, at=NOW + timedelta(days=1))
    now = Rating.objects.get(key="zendesk:71")
    assert (now.value, now.batch_id, recount().empty) == (1.0, first.pk, True)


def confirmed(folder: Path, *rows: str) -> Batch:
    """A later export of Zendesk on its way."""
    path = folder / "later.csv"
    path.write_text(ZENDESK + "".join(rows))
    return Batch.objects.create(
        kind="ratings", file_name="later.csv", stored_path=str(path), profile="zendesk_satisfaction", as_of=NOW,
        state=BatchState.STAGING, created_at=NOW,
    )  # fmt: skip


def test_a_load_that_was_cut_short_brings_later_answers_once(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zendesk(tmp_path, OFFERED)
    batch = confirmed(tmp_path, GOOD, "72,502,S-13,good,,2026-03-01T10:00:00Z\n")
    with monkeypatch.context() as patch:
        patch.setattr(load, "publish_later", Mock(side_effect=ConnectionError))
        with pytest.raises(ConnectionError):
            load.load_batch(batch=batch, at=NOW)
    assert (Rating.objects.get(chat_id="501").value, recount().empty) == (None, True)
    report = load.load_batch(batch=Batch.objects.get(pk=batch.pk), at=NOW)
    assert (report.added, report.updated, ReplacedRecord.objects.count()) == (1, 1, 1)
    assert Rating.objects.count() == 2
    assert (Rating.objects.get(chat_id="501").value, recount().empty) == (1.0, True)


def test_an_objection_made_while_a_file_loads_holds(cast: Cast, tmp_path: Path) -> None:
    zendesk(tmp_path, GOOD.replace("good", "bad"))
    batch = confirmed(tmp_path, BAD.replace("bad", "good"), "72,502,S-13,good,,2026-03-01T10:00:00Z\n")
    stored = Rating.objects.get()
    report = load.load_batch(
        batch=batch, at=NOW, pause=lambda: dispute_rating(rating=stored, reason=WHY, actor=cast.ania, at=NOW) and None
    )
    assert (report.action, report.accepted, report.updated, report.refused) == ("accept_partial", 1, 0, 1)
    batch.refresh_from_db()
    assert (batch.accepted, batch.refused, Rating.objects.get(chat_id="501").value) == (1, 1, 0.0)
    assert (ReplacedRecord.objects.count(), recount().empty) == (0, True)


def test_a_load_that_was_called_off_offers_nothing(cast: Cast) -> None:
    imported(HEAD + ROWS, cast.hanna)
    batch = checked(HEAD + CORRECTED, cast.hanna)
    confirm_import(batch=batch, actor=cast.hanna, at=NOW)
    batch.replacements.create(state=ReplacementState.OFFERED, asked_at=NOW)
    cancel(batch=batch, actor=cast.hanna, at=NOW + timedelta(hours=1))
    assert not batch.replacements.exists()
