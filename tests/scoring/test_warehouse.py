"""Cells that an engine counts where the ratings lie: the same as those of an import of the same rows."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from pytest_django import Settings

from journal.models import Entry
from scoring.batches import carry_out
from scoring.cellwork import offsets_between
from scoring.engines import Source, parse_source
from scoring.models import Agent, Batch, CellSum, Rating, WarehouseRefresh
from scoring.models.batches import BatchState
from scoring.refusals import EvidenceRefused
from scoring.runs import execute_run, repeat_run, request_run
from scoring.warehouse import check_against, read_cells, refresh
from tests.cast import NOW
from tests.scoring import worlds
from tests.scoring.ratings import as_parquet, cells, hire, import_ratings, ratings

ROWS = ratings(600)


@pytest.fixture
def roster(db: None) -> None:
    """S-1 to S-5."""
    hire()


def refreshed(rows: list[dict[str, Any]], folder: Path, **options: Any) -> WarehouseRefresh:
    """Write the rows as one Parquet file and take the cells from it."""
    return refresh(source=f"duckdb://{as_parquet(rows, folder / 'one.parquet', **options)}", actor=None, at=NOW)


@pytest.mark.parametrize("zone", ["Europe/Moscow", "America/New_York", "Asia/Kolkata", "UTC"])
def test_the_cells_equal_those_of_an_import(roster: None, tmp_path: Path, settings: Settings, zone: str) -> None:
    settings.TIME_ZONE = zone
    made = refreshed(ROWS, tmp_path)
    assert (made.rows, made.counted, made.left_out, made.strangers) == (600, 600, {}, {})
    from_warehouse = cells()
    CellSum.objects.all().delete()
    import_ratings(ROWS, tmp_path / "files")
    assert from_warehouse == cells()
    assert sum(sums[0] for sums in from_warehouse.values()) == 600


def test_a_run_on_the_warehouse_gives_the_scores_of_a_run_on_imported_ratings(roster: None, tmp_path: Path) -> None:
    policy = worlds.publish(worlds.policy(worlds.RATING, places=2))
    refreshed(ROWS, tmp_path)
    run = execute_run(run=request_run(policy_version=policy, as_of=NOW.date(), actor=None, at=NOW), at=NOW)
    assert run.scores.count() == 5
    CellSum.objects.filter(agent__staff_number="S-1").update(total=F("answered"))
    assert not repeat_run(run).is_equal
    WarehouseRefresh.objects.all().delete()
    CellSum.objects.all().delete()
    import_ratings(ROWS, tmp_path / "files")
    assert repeat_run(run).is_equal


def test_many_files_and_aware_instants_give_the_same_cells(roster: None, tmp_path: Path) -> None:
    one = refreshed(ROWS, tmp_path)
    (tmp_path / "many").mkdir()
    as_parquet(ROWS[:200], tmp_path / "many" / "a.parquet", types={"rated_at": "TIMESTAMPTZ", "value": "BIGINT"})
    as_parquet(ROWS[200:], tmp_path / "many" / "b.parquet", types={"rated_at": "TIMESTAMPTZ", "value": "BIGINT"})
    many = refresh(source=f"duckdb://{tmp_path}/many/*.parquet", actor=None, at=NOW)
    assert (many.fingerprint, many.changed) == (one.fingerprint, 0)


def test_a_refresh_changes_what_differs_and_is_journaled_once(roster: None, tmp_path: Path) -> None:
    first = refreshed(ROWS, tmp_path)
    kept = set(CellSum.objects.values_list("pk", flat=True))
    changed = refreshed([{**ROWS[0], "value": None}, *ROWS[1:]], tmp_path)
    assert (first.changed, changed.changed) == (len(kept), 1)
    assert changed.fingerprint != first.fingerprint
    assert len(kept - set(CellSum.objects.values_list("pk", flat=True))) == 1
    entry = Entry.objects.get(subject_id=str(changed.pk))
    assert (entry.verb, entry.detail["fingerprint"], entry.detail["rows"]) == (
        "refresh_cells",
        changed.fingerprint,
        600,
    )


def test_ratings_that_left_the_warehouse_leave_the_cells(roster: None, tmp_path: Path) -> None:
    refreshed(ROWS[:300], tmp_path)
    half = cells()
    refreshed(ROWS, tmp_path)
    refreshed(ROWS[:300], tmp_path)
    assert cells() == half


GOOD = {**ROWS[0], "instrument": "csat5", "value": 5}
FAULTS = {
    "agent": {"agent": None},
    "instrument": {"instrument": "stars"},
    "channel": {"channel": "x" * 61},
    "topic": {"topic": "x" * 121},
    "rated_at": {"rated_at": "2026-11-23 12:00:00"},
    "value": {"value": 6},
    "handling_seconds": {"handling_seconds": -1},
}


@pytest.mark.parametrize(
    ("column", "fault"),
    [*FAULTS.items(), ("value", {"value": 4.5}), ("value", {"value": float("nan")}), ("rated_at", {"rated_at": None})],
)
def test_what_an_import_refuses_is_left_out_and_told(
    roster: None, tmp_path: Path, column: str, fault: dict[str, Any]
) -> None:
    made = refreshed([GOOD, {**GOOD, **fault}], tmp_path)
    assert (made.rows, made.counted, made.left_out) == (2, 1, {column: 1})
    assert [sums[0] for sums in cells().values()] == [1]


def test_strangers_are_told_and_count_once_they_are_on_the_roster(roster: None, tmp_path: Path) -> None:
    made = refreshed([GOOD, {**GOOD, "agent": "S-99"}], tmp_path)
    assert (made.counted, made.strangers) == (1, {"S-99": 1})
    Agent.objects.create(staff_number="S-99", full_name="New", created_at=NOW)
    assert refreshed([GOOD, {**GOOD, "agent": "S-99"}], tmp_path).counted == 2


def test_an_import_that_counts_is_not_counted_twice(roster: None, tmp_path: Path) -> None:
    import_ratings(ROWS, tmp_path / "files")
    before = cells()
    with pytest.raises(EvidenceRefused, match="would count twice"):
        refreshed(ROWS, tmp_path)
    assert cells() == before
    Batch.objects.update(state=BatchState.WITHDRAWN)
    assert refreshed(ROWS, tmp_path).counted == 600


@pytest.mark.parametrize(
    ("types", "told"),
    [
        ({"rated_at": "VARCHAR"}, "column rated_at holds String. It should hold instants"),
        ({"value": "VARCHAR"}, "column value holds String. It should hold numbers"),
        ({"is_resolved": "VARCHAR"}, "column is_resolved holds String. It should hold true or false"),
    ],
)
def test_a_column_of_another_kind_is_refused(roster: None, tmp_path: Path, types: dict[str, str], told: str) -> None:
    with pytest.raises(EvidenceRefused, match=told):
        refreshed(ROWS[:20], tmp_path, types=types)


def test_a_source_that_cannot_be_read_is_refused_and_changes_nothing(roster: None, tmp_path: Path) -> None:
    refreshed(ROWS, tmp_path)
    before = cells()
    with pytest.raises(EvidenceRefused, match=r"duckdb cannot read .*nothing"):
        refresh(source=f"duckdb://{tmp_path}/nothing/*.parquet", actor=None, at=NOW)
    (tmp_path / "no.parquet").write_text("agent,value")
    with pytest.raises(EvidenceRefused, match="cannot read"):
        refresh(source=f"duckdb://{tmp_path}/no.parquet", actor=None, at=NOW)
    with pytest.raises(EvidenceRefused, match="no dated rating"):
        refreshed([{**ROWS[0], "rated_at": None}], tmp_path)
    assert cells() == before


def test_sources_are_written_as_addresses() -> None:
    assert parse_source("duckdb:///data/*.parquet") == Source(engine="duckdb", location="/data/*.parquet")
    assert parse_source("spark://h:7077/data") == Source(engine="spark", location="/data", master="spark://h:7077")
    assert parse_source("spark://h:7077/s3a://bucket/r").location == "s3a://bucket/r"


@pytest.mark.parametrize("text", ["", "/data/*.parquet", "duckdb://data/x.parquet", "spark:///data", "postgres://h/d"])
def test_other_sources_are_refused_with_the_two_forms(text: str) -> None:
    with pytest.raises(EvidenceRefused, match="duckdb:///folder"):
        parse_source(text)


def test_the_commands_speak_of_the_source(roster: None, tmp_path: Path, settings: Settings) -> None:
    settings.EVIDENCE_SOURCE = f"duckdb://{as_parquet([*ROWS, {**GOOD, 'agent': 'S-99'}], tmp_path / 'r.parquet')}"
    out = StringIO()
    with pytest.raises(CommandError, match="differ"):
        call_command("rebuild_cells", "--check", stdout=out)
    call_command("refresh_cells", stdout=out)
    assert "600 of 601 ratings count" in out.getvalue()
    assert "1 ratings of S-99, whom nobody knows." in out.getvalue()
    assert check_against(settings.EVIDENCE_SOURCE, at=NOW).empty
    call_command("rebuild_cells", "--check", stdout=out)
    with pytest.raises(CommandError, match="refresh_cells"):
        call_command("rebuild_cells", stdout=out)
    settings.EVIDENCE_SOURCE = ""
    with pytest.raises(CommandError, match="not set"):
        call_command("refresh_cells", stdout=out)


def test_the_fingerprint_does_not_depend_on_the_order_of_rows(roster: None, tmp_path: Path) -> None:
    one = read_cells(f"duckdb://{as_parquet(ROWS, tmp_path / 'a.parquet')}", at=NOW)
    other = read_cells(f"duckdb://{as_parquet(ROWS[::-1], tmp_path / 'b.parquet')}", at=NOW)
    assert one.fingerprint == other.fingerprint


def test_offsets_begin_to_the_second() -> None:
    year = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert offsets_between("Europe/Moscow", *year) == [(year[0], 3 * hour)]
    assert offsets_between("America/New_York", *year) == [
        (year[0], -5 * hour),
        (datetime(2026, 3, 8, 7, tzinfo=UTC), -4 * hour),
        (datetime(2026, 11, 1, 6, tzinfo=UTC), -5 * hour),
    ]


def test_ratings_are_not_imported_beside_a_warehouse(roster: None, tmp_path: Path, settings: Settings) -> None:
    settings.EVIDENCE_SOURCE = "duckdb:///ratings/*.parquet"
    path = tmp_path / "r.csv"
    path.write_text("rating_id,chat_id,agent_id,rating,rated_at\n1,c1,S-1,5,2026-01-02 10:00\n")
    for more in ([], ["--dry-run"]):
        out = StringIO()
        with pytest.raises(SystemExit):
            call_command("import_evidence", "ratings", str(path), *more, stdout=out)
        assert "stay in the company's warehouse" in out.getvalue()
    assert not Rating.objects.exists()
    settings.EVIDENCE_SOURCE = ""
    call_command("import_evidence", "ratings", str(path), stdout=StringIO())
    assert Rating.objects.count() == 1


def test_a_load_that_was_confirmed_before_the_warehouse_is_turned_away(
    roster: None, tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "r.csv"
    path.write_text("rating_id,chat_id,agent_id,rating,rated_at\n1,c1,S-1,5,2026-01-02 10:00\n")
    batch = Batch.objects.create(
        kind="ratings", stored_path=str(path), state=BatchState.STAGING, as_of=NOW, created_at=NOW
    )
    settings.EVIDENCE_SOURCE = "duckdb:///ratings/*.parquet"
    carry_out(batch=batch, at=NOW)
    batch.refresh_from_db()
    assert (batch.state, Rating.objects.count()) == (BatchState.REJECTED, 0)
