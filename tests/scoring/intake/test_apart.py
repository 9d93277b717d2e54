"""Large files are read in a process of their own and stored in passing: the outcome is that of reading them whole."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.batch_rows import begin_rows
from scoring.intake import Chunk, Limits, Reading, Rejected, apart, load, read
from scoring.intake.ledger import Ledger
from scoring.models import Batch, CellSum, Rating, Refusal, ReplacedRecord, Replacement
from tests.scoring.intake.files import AS_OF, HEADER, LIMITS, ROSTER, csv_text, put, row, seen

SMALL = Limits(chunk_rows=7)
# A quote that is never closed swallows the records after it.
BROKEN = 'R-98,C-98,A-1,5,2026-09-01 10:00:00,"open\r\nR-99,C-99,A-1,5,2026-09-01 10:00:00,ok\r\n'
PEOPLE = [["A-1", "Ann Lee", "2023-02-01", "Line 1", "", "ann@kedr.example", "agent", ""]]
PEOPLE_HEADER = ["agent_id", "full_name", "hired_at", "team", "manager_id", "email", "position", "terminated_at"]


def tangled() -> str:
    """200 records: some are repeated word for word, some contradict others far away, some are bad."""
    rng = np.random.default_rng(7)
    rows = [row(int(number)) for number in rng.integers(0, 150, 200)]
    for place in rng.choice(200, 25, replace=False):
        rows[place][HEADER.index("comment")] = "another"
    for place in (3, 77, 198):
        rows[place][HEADER.index("rating")] = "9"
    return csv_text(rows)


def reading_of(path: Path, *, gives: int, limits: Limits = SMALL) -> Reading:
    reading = read(path, seen(path, limits=limits), as_of=AS_OF, limits=limits, roster=ROSTER)
    reading.gives = gives
    return reading


def outcome(reading: Reading, chunks: Iterator[Chunk]) -> tuple[Any, ...]:
    """What is accepted in the end, what is refused and what was counted."""
    kept: dict[int, tuple[Any, ...]] = {}
    refused = []
    for chunk in chunks:
        refused += [(one.record, one.code, one.column, one.value, tuple(one.cells)) for one in chunk.refusals]
        for record, *said in zip(chunk.records, *chunk.columns.values(), strict=True):
            if chunk.recalled:
                assert kept.pop(record) == tuple(map(str, said))
            else:
                kept[record] = tuple(map(str, said))
    return sorted(kept.items()), sorted(refused), reading.tally


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read even small files in a process of their own; the test runner's idle threads do not count."""
    monkeypatch.setattr(apart, "WORTHWHILE_BYTES", 0)
    monkeypatch.setattr(apart.threading, "active_count", lambda: 1)


@pytest.mark.parametrize("gives", [1, 3], ids=["every chunk", "every third chunk"])
@pytest.mark.parametrize("doubtful", [False, True], ids=["a wide filter", "a filter that doubts nearly all"])
def test_streaming_comes_to_the_same_as_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doubtful: bool, gives: int
) -> None:
    path = put(tmp_path, tangled())
    held = reading_of(path, gives=0)
    expected = outcome(held, iter(held))
    if doubtful:
        monkeypatch.setattr("scoring.intake.ledger.FILTER", 6)
    streamed = reading_of(path, gives=gives)
    given = list(streamed)
    assert outcome(streamed, iter(given)) == expected
    assert any(chunk.recalled for chunk in given)
    assert {code for _, code, *_ in expected[1]} == {"conflict_id", "out_of_range"}
    assert expected[2].duplicates > 0


@pytest.mark.parametrize("gives", [0, 3], ids=["all held", "every third chunk given"])
def test_the_order_of_keys_comes_to_the_same_as_that_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gives: int
) -> None:
    path = put(tmp_path, tangled())
    held = reading_of(path, gives=0)
    expected = outcome(held, iter(held))
    monkeypatch.setattr("scoring.intake.reading.SPREAD_BYTES", 0)
    monkeypatch.setattr("scoring.intake.held.PARTS", 3)
    spread = reading_of(path, gives=gives)
    given = list(spread)
    assert outcome(spread, iter(given)) == expected
    keys = [set(chunk.columns["key"]) for chunk in given if len(chunk) and not chunk.recalled]
    assert max(min(keys, key=min)) < min(max(keys, key=max))


def test_another_process_comes_to_the_same(tmp_path: Path, beside: None) -> None:
    path = put(tmp_path, tangled())
    held, other = reading_of(path, gives=0), reading_of(path, gives=0)
    assert outcome(other, apart.chunks_of(other)) == outcome(held, iter(held))
    assert other.gives


def test_small_files_and_files_that_name_new_agents_are_read_here(tmp_path: Path, beside: None) -> None:
    path = put(tmp_path, tangled())
    reading = reading_of(path, gives=0)
    reading.setting.roster.creates = True  # type: ignore[union-attr]
    try:
        assert len(list(apart.chunks_of(reading))) > 1
    finally:
        reading.setting.roster.creates = False  # type: ignore[union-attr]
    assert not reading.gives


def test_why_a_file_is_rejected_crosses_over(tmp_path: Path, beside: None) -> None:
    path = put(tmp_path, csv_text([row(number) for number in range(60)]) + BROKEN)
    reading = reading_of(path, gives=0)
    with pytest.raises(Rejected) as found:
        list(apart.chunks_of(reading))
    assert found.value.rejection.code == "unterminated_quote"


def test_a_reader_that_was_killed_is_missed(tmp_path: Path, beside: None, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, tangled())
    monkeypatch.setattr(apart, "_read", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(apart.ReaderLost):
        list(apart.chunks_of(reading_of(path, gives=0)))


def test_a_reader_ends_when_nobody_listens_any_more(tmp_path: Path, beside: None) -> None:
    path = put(tmp_path, csv_text([row(number) for number in range(2000)]))
    chunks = apart.chunks_of(reading_of(path, gives=0))
    assert len(next(chunks)) == 6
    # Closing waits for the process: this returns only when the reader has gone.
    chunks.close()


def test_signs_of_life_are_shown_while_reading(tmp_path: Path, beside: None) -> None:
    path, signs = put(tmp_path, tangled()), []
    reading = reading_of(path, gives=0)
    reading.tick = lambda: signs.append(os.getpid())
    list(apart.chunks_of(reading))
    assert len(signs) > 1
    assert set(signs) == {os.getpid()}


def test_every_key_that_was_met_is_told(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert ledger.add(["a", "b", "a"], [1, 2, 3]).tolist() == [False, False, True]
    assert ledger.add(["c", "b"], [4, 5]).tolist() == [False, True]
    assert not ledger.add([f"new {at}" for at in range(1000)], [0] * 1000).any()


@pytest.fixture
def roster(tmp_path: Path, transactional_db: None) -> None:
    path = put(tmp_path, csv_text(PEOPLE, PEOPLE_HEADER), "roster.csv")
    load.import_file(path, kind="agents", as_of=AS_OF, at=AS_OF)


def stored() -> tuple[Any, ...]:
    """Everything an import leaves, but for the names of the batches."""
    names = [field.attname for field in Rating._meta.concrete_fields if field.attname not in {"id", "batch_id"}]
    ratings = list(Rating.objects.filter(batch__state="published").order_by("key").values_list(*names))
    cells = CellSum.objects.order_by("cell", "month").values_list("cell", "month", "offered", "answered", "total")
    refusals = sorted(Refusal.objects.values_list("record", "code", "column", "value"))
    return ratings, list(cells), refusals, sorted(ReplacedRecord.objects.values_list("record", "key"))


def told(report: Any) -> dict[str, Any]:
    """The report without the numbers of batches, which stand in some of its sentences."""
    found = {name: value for name, value in report.to_json().items() if name not in {"batch", "refused"}}
    return found | {"refused": [(one.record, one.code, one.column, one.value) for one in report.refusals]}


@pytest.fixture
def in_sevens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "limits", lambda **_: SMALL)


@pytest.mark.parametrize("longest", [10**9, 0], ids=["a large file", "a very long file"])
def test_storing_in_passing_leaves_what_storing_at_the_end_leaves(
    tmp_path: Path,
    roster: None,
    in_sevens: None,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    longest: int,
) -> None:
    """An earlier import makes some records unchanged and lets others contradict what is stored."""
    first = put(tmp_path, csv_text([row(number) for number in range(40)] + [row(60, comment="old")]), "first.csv")
    path = put(tmp_path, tangled())
    load.import_file(first, kind="ratings", as_of=AS_OF, at=AS_OF)
    held = load.import_file(path, kind="ratings", as_of=AS_OF, at=AS_OF)
    expected = stored()
    for model in (CellSum, Refusal, Rating, ReplacedRecord, Replacement, Batch):
        model.objects.all().delete()
    request.getfixturevalue("beside")
    monkeypatch.setattr("scoring.intake.reading.SPREAD_BYTES", longest)
    load.import_file(first, kind="ratings", as_of=AS_OF, at=AS_OF)
    checked = load.check(path, load.look(path, kind="ratings"), as_of=AS_OF)
    streamed = load.import_file(path, kind="ratings", as_of=AS_OF, at=AS_OF)
    assert (told(streamed), stored()) == (told(held), expected)
    assert told(checked) == told(held)
    assert {one.code for one in held.refusals} == {"conflict_id", "conflict_stored", "out_of_range"}
    assert held.unchanged > 0


def test_columns_are_opened_only_where_something_is_stored_already(
    tmp_path: Path, roster: None, in_sevens: None, beside: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader has made rows and sums of them; whoever stores has enough to do."""
    opened: list[str] = []
    look_in = apart.Packed.__getitem__
    monkeypatch.setattr(apart.Packed, "__getitem__", lambda packed, name: opened.append(name) or look_in(packed, name))
    path = put(tmp_path, csv_text([row(number) for number in range(60)]))
    assert load.import_file(path, kind="ratings", as_of=AS_OF, at=AS_OF).added == 60
    assert opened == []
    more = put(tmp_path, csv_text([row(number) for number in range(50, 70)]), "more.csv")
    report = load.import_file(more, kind="ratings", as_of=AS_OF, at=AS_OF)
    assert (report.added, report.unchanged) == (10, 10)
    assert "key" in opened


def test_a_file_that_breaks_off_leaves_nothing(tmp_path: Path, roster: None, in_sevens: None, beside: None) -> None:
    rows = [row(number) for number in range(60)] + [row(61, rating="9")]
    path = put(tmp_path, csv_text(rows) + BROKEN)
    report = load.import_file(path, kind="ratings", as_of=AS_OF, at=AS_OF)
    assert report.action == "reject_file"
    assert stored() == ([], [], [], [])
    assert Rating.objects.count() == 0


def test_leftovers_of_a_killed_attempt_are_cleared(tmp_path: Path, roster: None, in_sevens: None) -> None:
    """The killed attempt had stored a record that this one refuses at once."""
    path = put(tmp_path, csv_text([row(number) for number in range(20)] + [row(3, comment="another")]))
    batch = Batch.objects.create(
        kind="ratings", file_name="r.csv", stored_path=str(path), as_of=AS_OF, done=7, state="staging", created_at=AS_OF
    )
    streamed = reading_of(path, gives=1, limits=LIMITS)
    begin_rows(batch)
    load.rows.add(next(iter(streamed)), batch.pk)
    report = load.load_batch(batch=batch, at=AS_OF)
    assert (report.accepted, report.refused, Rating.objects.count()) == (19, 2, 19)
    assert sum(CellSum.objects.values_list("offered", flat=True)) == 19
