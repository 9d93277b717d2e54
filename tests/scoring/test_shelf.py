"""What has not changed is not read again, and nothing comes out differently for it."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.db import transaction
from django.db.models import F
from pytest_django import Settings

from scoring import cell_changes, shelf
from scoring.batch_tasks import flag_evidence
from scoring.cell_changes import known_notes, prune_notes
from scoring.cell_reading import read_cell_sums
from scoring.intake.load_cells import add_sums
from scoring.models import Agent, Batch, CellChange, CellSum
from scoring.presets import published
from scoring.recount import rebuild
from scoring.runs import execute_run, repeat_run, request_run
from scoring.shelf import current_sums
from scoring.snapshot import Snapshot, take_snapshot
from tests.cast import NOW
from tests.scoring.ratings import SUMS, hire, import_ratings, ratings

DAY = date(2026, 11, 22)
SORTED = ["agent_id", "cell_id", "month"]


@pytest.fixture(autouse=True)
def company(db: None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six hundred ratings of five agents, and a shelf that is worth keeping from the first sum on."""
    settings.VAR_DIR = tmp_path / "var"
    monkeypatch.setattr(shelf, "WORTH_KEEPING", 1)
    hire()
    import_ratings(ratings(600), tmp_path / "first")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """Of how many agents sums were read, each time; None for all."""
    seen: list[int | None] = []

    def counted(until: date = date.max, *, of: Any = None) -> pd.DataFrame:
        seen.append(None if of is None else len(of))
        return read_cell_sums(until, of=of)

    monkeypatch.setattr(shelf, "read_cell_sums", counted)
    return seen


def more(*, agent: str = "S-3") -> None:
    """Twenty new ratings of one agent, as an import adds them."""
    keys = {"agent": Agent.objects.get(staff_number=agent).pk, "instrument": "csat5", "channel": "chat"}
    keys |= {"topic": "new", "band": 1, "month": 2026 * 12 + 9}
    sums = dict.fromkeys(SUMS, 0.0) | {"offered": 30.0, "answered": 20.0, "total": 91.0, "squares": 420.0}
    with transaction.atomic():
        add_sums(pd.DataFrame([keys | sums]))


def in_order(sums: pd.DataFrame) -> pd.DataFrame:
    return sums.sort_values(SORTED).reset_index(drop=True)


def same(one: Snapshot, other: Snapshot) -> None:
    for name in ("agents", "cells", "sums", "results", "incidents", "employments", "leaves", "support"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    assert one.fingerprint == other.fingerprint


def test_only_agents_whose_sums_changed_are_read_again(read: list[int | None]) -> None:
    current_sums(DAY)
    current_sums(DAY)
    assert read == [None]
    more()
    pd.testing.assert_frame_equal(in_order(current_sums(DAY)), in_order(read_cell_sums(DAY)), check_exact=True)
    assert read == [None, 1]
    current_sums(DAY)
    assert read == [None, 1]


def test_an_incremental_snapshot_is_that_from_scratch(read: list[int | None]) -> None:
    same(take_snapshot(DAY), take_snapshot(DAY, from_scratch=True))
    more()
    same(take_snapshot(DAY), take_snapshot(DAY, from_scratch=True))
    for day in (date(2026, 3, 31), date(2025, 12, 1)):
        same(take_snapshot(day), take_snapshot(day, from_scratch=True))
    assert read == [None, 1]


def test_scores_after_a_small_import_are_those_from_scratch_to_the_byte(read: list[int | None], tmp_path: Path) -> None:
    version = published("current", at=NOW)
    execute_run(run=request_run(policy_version=version, as_of=DAY, actor=None, at=NOW), at=NOW)
    more()
    run = execute_run(run=request_run(policy_version=version, as_of=DAY, actor=None, at=NOW), at=NOW)
    assert 1 in read
    again = repeat_run(run)
    assert (again.same_evidence, again.is_equal) == (True, True)
    assert read.count(None) == 1


def test_what_is_taken_back_is_read_again(read: list[int | None]) -> None:
    current_sums(DAY)
    row = CellSum.objects.first()
    assert row is not None
    CellSum.objects.filter(pk=row.pk).update(offered=F("offered") + 1)
    rebuild(actor=None, at=NOW)
    pd.testing.assert_frame_equal(in_order(current_sums(DAY)), in_order(read_cell_sums(DAY)), check_exact=True)
    assert read == [None, 1]


@pytest.mark.parametrize("change", ["by hand", "restored", "broken", "cut off"])
def test_a_shelf_that_cannot_be_right_is_not_believed(read: list[int | None], change: str) -> None:
    current_sums(DAY)
    (file,) = shelf._place().parent.iterdir()
    if change == "by hand":
        CellSum.objects.filter(pk=CellSum.objects.earliest("pk").pk).update(total=F("total") + 1)
    elif change == "restored":
        CellChange.objects.filter(pk=CellChange.objects.earliest("pk").pk).delete()
    else:
        file.write_bytes(b"nonsense" if change == "broken" else file.read_bytes()[:-5000])
    pd.testing.assert_frame_equal(in_order(current_sums(DAY)), in_order(read_cell_sums(DAY)), check_exact=True)
    assert read == [None, None]
    current_sums(DAY)
    assert read == [None, None]


def test_an_import_that_comes_between_is_never_half_in(read: list[int | None], monkeypatch: pytest.MonkeyPatch) -> None:
    current_sums(DAY)
    more()
    notes, calls = known_notes, list[None]()

    def and_another() -> Any:
        calls.append(None)
        if len(calls) == 2:
            more(agent="S-1")
        return notes()

    monkeypatch.setattr(shelf, "known_notes", and_another)
    pd.testing.assert_frame_equal(in_order(current_sums(DAY)), in_order(read_cell_sums(DAY)), check_exact=True)
    assert read == [None, 1, 2]


def test_many_changed_agents_are_read_with_everybody(read: list[int | None], monkeypatch: pytest.MonkeyPatch) -> None:
    current_sums(DAY)
    monkeypatch.setattr(shelf, "FEW_AGENTS", 0)
    more()
    current_sums(DAY)
    assert read == [None, None]


def test_a_disk_that_takes_nothing_makes_runs_slower_and_not_wrong(
    read: list[int | None], tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "a file").touch()
    settings.VAR_DIR = tmp_path / "a file"
    for _ in range(2):
        pd.testing.assert_frame_equal(in_order(current_sums(DAY)), in_order(read_cell_sums(DAY)), check_exact=True)
    assert read == [None, None]


def test_small_companies_keep_no_file(read: list[int | None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "WORTH_KEEPING", 10**6)
    current_sums(DAY)
    assert not shelf._place().exists()
    assert Batch.objects.exists()


def days_ago(count: int) -> datetime:
    return NOW - timedelta(days=count)


def many_notes(count: int = 250) -> None:
    """As many small imports, a month ago."""
    pk = Agent.objects.get(staff_number="S-1").pk
    CellChange.objects.bulk_create(CellChange(agents=[pk], noted_at=days_ago(30)) for _ in range(count))


def as_from_scratch() -> bool:
    expected = in_order(read_cell_sums(DAY))
    pd.testing.assert_frame_equal(in_order(current_sums(DAY)), expected, check_exact=True)
    return True


def test_a_shelf_that_has_seen_what_gave_way_goes_on(read: list[int | None]) -> None:
    many_notes()
    current_sums(DAY)
    before = CellChange.objects.count()
    assert prune_notes(at=NOW) == 250
    assert CellChange.objects.count() == before - 250 + 1
    assert as_from_scratch()
    more()
    assert as_from_scratch()
    assert read == [None, 1]
    many_notes()
    current_sums(DAY)
    assert prune_notes(at=NOW) == 250 + 1
    more(agent="S-2")
    assert as_from_scratch()
    assert read == [None, 1, 1, 1]


def test_a_shelf_that_has_missed_what_gave_way_is_not_believed(read: list[int | None]) -> None:
    many_notes()
    current_sums(DAY)
    more()
    CellChange.objects.filter(pk__in=CellChange.objects.order_by("-noted_at").values("pk")[:1]).update(
        noted_at=days_ago(20)
    )
    assert prune_notes(at=NOW) == 251
    assert as_from_scratch()
    assert read == [None, None]
    assert as_from_scratch()
    assert read == [None, None]


def test_a_shelf_that_is_two_steps_behind_is_not_believed(read: list[int | None]) -> None:
    many_notes()
    current_sums(DAY)
    for _ in range(2):
        prune_notes(at=NOW)
        many_notes()
    assert as_from_scratch()
    assert read == [None, None]


def test_a_note_of_a_long_transaction_that_turns_up_after_younger_ones_gave_way_is_seen(
    read: list[int | None],
) -> None:
    many_notes()
    current_sums(DAY)
    prune_notes(at=NOW)
    more()
    late = CellChange.objects.latest("noted_at")
    CellChange.objects.filter(pk=late.pk).update(noted_at=days_ago(40))
    assert as_from_scratch()
    assert read == [None, 1]


def test_notes_that_give_way_during_a_reading_are_not_lost(
    read: list[int | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    many_notes()
    current_sums(DAY)
    more()
    CellChange.objects.filter(noted_at__gt=days_ago(1)).update(noted_at=days_ago(20))
    notes, calls = known_notes, list[None]()

    def and_pruned() -> Any:
        calls.append(None)
        if len(calls) == 2:
            prune_notes(at=NOW)
        return notes()

    monkeypatch.setattr(shelf, "known_notes", and_pruned)
    assert as_from_scratch()
    assert read == [None, 1, None]


def test_young_notes_and_few_old_ones_stay_until_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    many_notes(20)
    assert prune_notes(at=NOW) == 0
    CellChange.objects.all().delete()
    CellChange.objects.bulk_create(CellChange(agents=[], noted_at=days_ago(1)) for _ in range(250))
    assert prune_notes(at=NOW) == 0
    monkeypatch.setattr(cell_changes, "MOST", 130)
    assert prune_notes(at=NOW) == 120
    assert CellChange.objects.count() == 131


def test_the_worker_prunes_after_each_import() -> None:
    many_notes()
    flag_evidence.enqueue(Batch.objects.latest("pk").pk)
    assert CellChange.objects.exclude(replaces="").count() == 1
