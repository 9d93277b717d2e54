"""Ratings that two files have stay counted when one of the two is withdrawn, and nothing else comes back."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.db.models import Sum
from django.utils import timezone

from journal.models import Entry
from scoring import rereading
from scoring.batch_rows import ratings_of
from scoring.batch_tasks import read_evidence_again, take_up_the_dead
from scoring.batches import withdraw
from scoring.disputes import decide_dispute, dispute_rating
from scoring.intake.load import import_file, load_batch
from scoring.intake.load_lease import Superseded
from scoring.models import Batch, CellSum, Rating, RatingDispute
from scoring.models.batches import BatchState
from scoring.models.disputes import DisputeState
from scoring.recount import check, counting
from scoring.refusals import EvidenceRefused
from scoring.rereading import gone_from, read_again, sharers, to_read_again
from scoring.waiting import create
from tests.cast import NOW, Cast
from tests.scoring.test_batches import HEAD, ROWS, WHY, cast, imported

__all__ = ["cast"]
MORE = "4,c4,S-13,4,2026-04-02 10:00,Roaming\n"
AGAIN = "5,c5,S-13,5,2026-04-03 10:00,Roaming\n"


def again(batch: Batch) -> dict[str, Any] | None:
    return read_again(batch=batch, at=NOW, pause=Mock(), clock=lambda: NOW)


def taken_out(batch: Batch, cast: Cast) -> list[Batch]:
    """Withdraw a batch as Pavel; the batches that are to be read again."""
    return withdraw(batch=batch, reason=WHY, actor=cast.pavel, at=NOW)


def counted() -> list[str]:
    """The keys of the ratings that count; the cells say the same."""
    assert check().empty
    keys = sorted(counting(Rating.objects.all()).values_list("key", flat=True))
    assert (CellSum.objects.aggregate(all=Sum("offered"))["all"] or 0) == len(keys)
    return keys


def test_a_batch_knows_which_batches_hold_what_it_says_too(cast: Cast) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    second = imported(HEAD + ROWS + MORE, cast.pavel)
    third = imported(HEAD + ROWS + MORE + AGAIN, cast.pavel)
    assert (first.repeats, second.repeats) == ({}, {str(first.pk): 2})
    assert third.repeats == {str(first.pk): 2, str(second.pk): 1}
    assert list(sharers(first)) == [second, third]


def test_what_two_files_say_stays_counted_when_the_first_is_withdrawn(cast: Cast) -> None:
    first = imported(HEAD + ROWS + AGAIN, cast.hanna)
    second = imported(HEAD + ROWS + MORE, cast.pavel)
    assert taken_out(first, cast) == [second]
    assert counted() == ["4"]
    detail = again(second)
    assert detail == {"withdrawn": [first.pk], "regained": 2, "contradicted": 0, "repeated": 2}
    assert counted() == ["1", "2", "4"]
    second.refresh_from_db()
    assert (second.repeats, second.done, second.accepted) == ({}, 3, 3)
    assert ratings_of(second.pk).count() == 3
    assert second.understanding["coverage"] == {"2026-01-01": 1, "2026-03-01": 1, "2026-04-01": 1}


def test_it_stands_in_the_journal_at_both_batches(cast: Cast) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    second = imported(HEAD + ROWS + MORE, cast.pavel)
    taken_out(first, cast)
    again(second)
    reading, withdrawal = Entry.objects.order_by("-sequence")[:2]
    assert (withdrawal.verb, withdrawal.detail["read_again"]) == ("withdraw_batch", [second.pk])
    assert (reading.verb, reading.subject_id, reading.detail["regained"]) == ("read_again", str(second.pk), 2)


def test_three_files_that_say_the_same_pass_it_on(cast: Cast) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    second = imported(HEAD + ROWS + MORE, cast.pavel)
    third = imported(HEAD + ROWS + AGAIN, cast.pavel)
    for one in taken_out(first, cast):
        again(one)
    third.refresh_from_db()
    assert third.repeats == {str(second.pk): 2}
    assert taken_out(second, cast) == [third]
    assert counted() == ["5"]
    again(third)
    assert counted() == ["1", "2", "5"]


def test_the_same_bytes_again_stand_in_for_the_first_file(cast: Cast) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    second = imported(HEAD + ROWS, cast.pavel)
    assert taken_out(first, cast) == [second]
    again(second)
    assert counted() == ["1", "2"]


def test_what_only_the_withdrawn_file_said_and_what_others_said_otherwise_stays_out(cast: Cast) -> None:
    first = imported(HEAD + ROWS + AGAIN, cast.hanna)
    second = imported(HEAD + ROWS.replace("c2,S-13,2", "c2,S-13,3"), cast.pavel)
    assert (second.accepted, second.refused) == (1, 1)
    taken_out(first, cast)
    again(second)
    assert counted() == ["1"]
    second.refresh_from_db()
    assert (second.accepted, second.refused) == (1, 1)


def test_what_was_imported_meanwhile_is_not_overwritten(cast: Cast) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    second = imported(HEAD + ROWS + MORE, cast.pavel)
    taken_out(first, cast)
    third = imported(HEAD + ROWS.replace("c2,S-13,2", "c2,S-13,3"), cast.hanna)
    detail = again(second)
    assert detail == {"withdrawn": [first.pk], "regained": 0, "contradicted": 1, "repeated": 2}
    second.refresh_from_db()
    assert second.repeats == {str(third.pk): 1}
    assert counted() == ["1", "2", "4"]


def test_reading_again_after_it_was_cut_short_does_the_rest(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    second = imported(HEAD + ROWS + MORE, cast.pavel)
    taken_out(first, cast)
    with monkeypatch.context() as broken:
        broken.setattr(rereading, "_told", Mock(side_effect=InterruptedError))
        with pytest.raises(InterruptedError):
            again(second)
    assert counted() == ["1", "2", "4"]
    assert to_read_again() == [second]
    assert take_up_the_dead(NOW) == 1
    assert counted() == ["1", "2", "4"]
    assert to_read_again() == []
    assert take_up_the_dead(NOW) == 0


def test_a_batch_in_living_hands_is_left_to_them(cast: Cast) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    second = imported(HEAD + ROWS + MORE, cast.pavel)
    taken_out(first, cast)
    Batch.objects.filter(pk=second.pk).update(worker="elsewhere:1:x", heartbeat_at=NOW)
    second.refresh_from_db()
    with pytest.raises(Superseded):
        again(second)
    with pytest.raises(EvidenceRefused, match="being read again"):
        taken_out(second, cast)
    assert take_up_the_dead(NOW + timedelta(seconds=30)) == 0
    later = NOW + timedelta(minutes=3)
    read_again(batch=second, at=later, pause=Mock(), clock=lambda: later)
    assert counted() == ["1", "2", "4"]


def test_no_load_begins_while_a_batch_is_read_again(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    second = imported(HEAD + ROWS + MORE, cast.pavel)
    taken_out(first, cast)
    path = tmp_path / "x.csv"
    path.write_text(HEAD + AGAIN)
    tried: list[str] = []

    def push(*args: Any) -> tuple[None, str]:
        with pytest.raises(EvidenceRefused, match="Another import is under way"):
            import_file(path, kind="ratings", as_of=NOW, at=NOW, patience=0.0)
        tried.append("push")
        return None, rereading.GONE

    monkeypatch.setattr(rereading, "_understood", push)
    read_again(batch=second, at=NOW, pause=Mock(), clock=timezone.now)
    assert tried == ["push"]


@pytest.mark.parametrize(("change", "code"), [("gone", "file_gone"), ("changed", "file_changed")])
def test_a_file_that_is_not_there_any_more_is_told_and_not_tried_again(cast: Cast, change: str, code: str) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    second = imported(HEAD + ROWS + MORE, cast.pavel)
    path = Path(second.stored_path)
    if change == "gone":
        path.unlink()
    else:
        path.write_text(HEAD + ROWS)
    taken_out(first, cast)
    detail = again(second)
    assert detail is not None
    assert (detail["failed"], detail["repeated"], detail["regained"]) == (code, 2, 0)
    assert counted() == ["4"]
    assert to_read_again() == []


def test_what_was_decided_about_a_rating_is_decided_wherever_it_lies(cast: Cast) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    second = imported(HEAD + ROWS + MORE, cast.pavel)
    for key, state in (("1", DisputeState.UPHELD), ("2", DisputeState.REJECTED)):
        dispute = dispute_rating(
            rating=Rating.objects.get(key=key), reason="This chat was never mine.", actor=cast.ania, at=NOW
        )
        decide_dispute(dispute=dispute, state=state, reason="I read the chat.", actor=cast.hugo, at=NOW)
    assert counted() == ["2", "4"]
    taken_out(first, cast)
    again(second)
    assert counted() == ["2", "4"]
    assert [one.rating.batch for one in RatingDispute.objects.select_related("rating__batch")] == [second, second]


def test_a_record_that_waited_for_its_agent_is_shared_like_any_other(cast: Cast) -> None:
    stranger = "8,c8,Z-8,4,2026-01-09 10:00,Roaming\n"
    first = imported(HEAD + stranger, cast.hanna)
    second = imported(HEAD + stranger + MORE, cast.pavel)
    create(reference="Z-8", actor=cast.hanna, at=NOW)
    second.refresh_from_db()
    assert second.repeats == {str(first.pk): 1}
    taken_out(first, cast)
    again(second)
    assert counted() == ["4", "8"]


def test_a_batch_that_shares_nothing_is_not_read_again(cast: Cast) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    other = imported(HEAD + MORE, cast.pavel)
    assert taken_out(first, cast) == []
    assert gone_from(other) == []
    assert again(other) is None


def test_a_batch_published_after_the_withdrawal_of_what_it_had_met_is_found(cast: Cast, tmp_path: Path) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    path = tmp_path / "x.csv"
    path.write_text(HEAD + ROWS + MORE)
    batch = Batch.objects.create(
        kind="ratings", file_name="x.csv", stored_path=str(path), as_of=NOW, created_at=NOW, state=BatchState.STAGING
    )

    def meanwhile() -> None:
        if Batch.objects.get(pk=first.pk).state == BatchState.PUBLISHED:
            taken_out(first, cast)

    load_batch(batch=batch, at=NOW, pause=meanwhile)
    assert counted() == ["4"]
    assert take_up_the_dead(NOW + timedelta(hours=1)) == 1
    assert counted() == ["1", "2", "4"]


def test_the_worker_reads_again_and_looks_for_what_is_odd(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    second = imported(HEAD + ROWS + MORE, cast.pavel)
    taken_out(first, cast)
    looked = Mock()
    monkeypatch.setattr("scoring.batch_tasks.look_over", looked)
    read_evidence_again.enqueue(second.pk)
    assert counted() == ["1", "2", "4"]
    assert looked.call_args.kwargs["batch"] == second
