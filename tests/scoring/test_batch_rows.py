"""A batch finds its own ratings without reading those of others, wherever they came to lie."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.db import connection
from django.db.models import QuerySet

from scoring.batch_reading import by_agent, slices
from scoring.batch_rows import newest_row, ratings_of
from scoring.batches import carry_out, withdraw
from scoring.batches import confirm as confirm_import
from scoring.intake import load
from scoring.intake.load import import_file
from scoring.models import Agent, Batch, Rating
from scoring.recount import check
from scoring.replacements import ask, confirm
from scoring.waiting import create
from tests.cast import NOW, Cast
from tests.scoring.test_batches import HEAD, ROWS, WHY, cast, checked, imported

__all__ = ["cast"]
ONE = HEAD + "7,c7,S-13,4,2026-01-09 10:00,Roaming\n"
WANTED = "What is stored was a slip of the export."


@pytest.fixture
def full_table(cast: Cast) -> None:
    """Three thousand ratings of others, of which the database has an idea how many they are."""
    lines = [f"o{n},o{n},S-13,4,2026-02-01 {n % 24:02d}:00,Roaming\n" for n in range(3000)]
    imported(HEAD + "".join(lines), cast.hanna)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE scoring_rating")


def row_numbers(batch: Batch) -> list[int]:
    """Every row of a batch, found by reading the whole table."""
    return sorted(Rating.objects.filter(batch=batch).values_list("pk", flat=True))


def found(batch: Batch) -> list[int]:
    """The rows that are found by the bounds."""
    return sorted(ratings_of(batch.pk).values_list("pk", flat=True))


def bounds(batch: Batch) -> tuple[int | None, int | None]:
    batch.refresh_from_db()
    return batch.first_row, batch.last_row


def plan(rows: QuerySet[Rating]) -> str:
    return rows.explain()


def steps(read: Callable[[], object]) -> int:
    """How many of its own small steps SQLite makes for a reading, in hundreds."""
    made = 0

    def count() -> int:
        nonlocal made
        made += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(count, 100)
    try:
        read()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return made


@pytest.mark.usefixtures("full_table")
def test_a_small_batch_is_read_by_the_primary_key(cast: Cast) -> None:
    batch = imported(HEAD + ROWS, cast.hanna)
    unbounded = plan(Rating.objects.filter(batch=batch))
    bounded = plan(ratings_of(batch.pk).order_by())
    if connection.vendor == "sqlite":
        assert unbounded.endswith("SCAN scoring_rating")
        assert "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in bounded
    else:
        assert "Seq Scan on scoring_rating" in unbounded
        assert "scoring_rating_pkey" in bounded
    assert found(batch) == row_numbers(batch) == [newest_row() - 1, newest_row()]


@pytest.mark.usefixtures("full_table")
def test_reading_in_slices_goes_through_the_batch_once(cast: Cast) -> None:
    others = Batch.objects.earliest("pk")
    parts = [list(part.values_list("pk", flat=True)) for part in slices(ratings_of(others.pk), 70)]
    assert [pk for part in parts for pk in sorted(part)] == row_numbers(others)
    if connection.vendor == "sqlite":
        once = steps(lambda: list(ratings_of(others.pk).values_list("agent_id")))
        in_slices = steps(lambda: [list(part.values_list("agent_id")) for part in slices(ratings_of(others.pk), 70)])
        assert in_slices < 4 * once


def test_a_batch_that_added_nothing_has_no_rows_to_look_for(cast: Cast) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    for text in (HEAD + ROWS, HEAD + ROWS + "\n"):
        again = imported(text, cast.pavel)
        assert bounds(again) == (newest_row() + 1, newest_row())
        assert found(again) == []
    assert found(first) == row_numbers(first)


def test_a_load_that_was_cut_short_and_taken_up_knows_what_it_had_stored(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = checked(HEAD + ROWS, cast.hanna)
    confirm_import(batch=batch, actor=cast.hanna, at=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(load, "_publish", Mock(side_effect=InterruptedError))
        with pytest.raises(InterruptedError):
            carry_out(batch=Batch.objects.get(pk=batch.pk), at=NOW, clock=lambda: NOW)
    staged = row_numbers(batch)
    assert (len(staged), bounds(batch)[1]) == (2, None)
    imported(ONE, cast.hanna)
    carry_out(batch=batch, at=NOW, clock=lambda: NOW)
    assert found(batch) == row_numbers(batch) == staged
    first, last = bounds(batch)
    assert first is not None
    assert first <= staged[0]
    assert last == newest_row()


def test_ratings_that_a_batch_took_over_are_found_in_it_and_back_again(cast: Cast) -> None:
    first = imported(HEAD + ROWS, cast.hanna)
    imported(ONE, cast.hanna)
    second = imported(HEAD + ROWS.replace("c2,S-13,2", "c2,S-13,3") + "9,c9,S-13,4,2026-01-09 10:00,x\n", cast.hanna)
    wanted = ask(batch=second, records={2}, reason=WANTED, actor=cast.hanna, at=NOW)
    confirm(replacement=wanted, actor=cast.pavel, at=NOW)
    for batch, count in ((first, 1), (second, 2)):
        assert found(batch) == row_numbers(batch)
        assert len(found(batch)) == count
    withdraw(batch=second, reason=WHY, actor=cast.hanna, at=NOW)
    for batch in (first, second):
        assert found(batch) == row_numbers(batch)
        assert len(found(batch)) == 2
    assert check().empty


def test_ratings_that_waited_for_their_agent_are_found_in_their_batch(cast: Cast) -> None:
    batch = imported(HEAD + ROWS + "8,c8,Z-8,4,2026-01-09 10:00,Roaming\n", cast.hanna)
    imported(ONE, cast.hanna)
    assert create(reference="Z-8", actor=cast.hanna, at=NOW) == 1
    assert found(batch) == row_numbers(batch)
    assert by_agent(ratings_of(batch.pk))[Agent.objects.get(staff_number="Z-8").pk] == 1


def test_the_command_keeps_the_bounds_too(cast: Cast, tmp_path: Path) -> None:
    imported(ONE, cast.hanna)
    path = tmp_path / "x.csv"
    path.write_text(HEAD + ROWS)
    report = import_file(path, kind="ratings", as_of=NOW, at=NOW)
    batch = Batch.objects.latest("pk")
    assert report.batch == batch.pk
    assert bounds(batch) == (newest_row() - 1, newest_row())
    assert found(batch) == row_numbers(batch)
