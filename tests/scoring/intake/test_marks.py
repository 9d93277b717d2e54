"""Apostrophes that exporters put before and around cells, and values that are none: never part of who is meant."""

import json
from pathlib import Path
from typing import Any

import pytest

from scoring.intake import Person, Roster
from tests.scoring.intake.files import HEADER, PROFILES, Result, csv_text, parquet, put, row, workbook

AGENTS = ["agent_id", "full_name", "hired_at", "team", "manager_id", "email"]


def test_a_marked_text_is_the_text(tmp_path: Path) -> None:
    marked = row(1, rating_id="'00123", chat_id="'C-1", agent_id="'A-1", rating="'4", rated_at="'2026-09-01 10:22:00")
    found = Result(put(tmp_path, csv_text([marked, row(2)])))
    assert (found.refused, found.columns["key"], found.columns["chat_id"]) == ([], ["00123", "R-2"], ["C-1", "C-2"])
    assert (found.columns["agent"], found.columns["agent_ref"]) == ([1, 1], ["A-1", "A-1"])
    assert (found.columns["value"], found.times()[0]) == ([4, 3], "2026-09-01T07:22:00")


def test_marks_are_taken_off_in_workbooks_and_json_too(tmp_path: Path) -> None:
    marked = row(1, rating_id="'00123", agent_id="'A-1")
    for path in (
        workbook(tmp_path, {"S": [HEADER, marked]}),
        put(tmp_path, json.dumps([dict(zip(HEADER, marked, strict=True))])),
    ):
        found = Result(path)
        assert (found.columns["key"], found.columns["agent"]) == (["00123"], [1])


def test_one_record_with_and_without_its_mark_is_one_record(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([row(1), row(1, rating_id="'R-1")])))
    assert (found.records, found.reading.tally.duplicates if found.reading else 0) == ([1], 1)


def test_a_marked_date_that_can_be_read_both_ways_is_asked_about(tmp_path: Path) -> None:
    assert Result(put(tmp_path, csv_text([row(1, rated_at="'03/04/2026")]))).code == "ambiguous_date"


def test_a_name_may_begin_with_an_apostrophe(tmp_path: Path) -> None:
    people = Roster.of([Person(1, "A-1", "'t Hooft"), Person(2, "A-2", "Ann Lee")])
    rows = [row(1, agent_id="'t Hooft"), row(2, agent_id="'Ann Lee"), row(3, agent_id="'Ann Lee'")]
    found = Result(put(tmp_path, csv_text(rows)), roster=people, profile=by_name())
    assert (found.columns["agent"], found.refused) == ([1, 2, 2], [])


def by_name() -> Any:
    return PROFILES["default"].__class__("names", aliases=True, agent_by="name")


def test_a_marked_roster_is_the_roster(tmp_path: Path) -> None:
    rows = [
        ["'007", "'Ann Lee", "'2024-01-02", "'Line 1", "'008", "'ann.lee@kedr.example"],
        ["'008", "'t Hooft", "'2024-01-02", "'Line 1", "", ""],
    ]
    found = Result(put(tmp_path, csv_text(rows, AGENTS)), "agents", roster=Roster())
    assert (found.refused, found.columns["staff_number"]) == ([], ["007", "008"])
    assert (found.columns["manager"], found.columns["email"]) == (["008", ""], ["ann.lee@kedr.example", ""])
    assert found.columns["team"] == ["Line 1", "Line 1"]


def test_an_apostrophe_that_guards_a_formula_is_no_part_of_a_comment(tmp_path: Path) -> None:
    rows = [row(1, comment="'=1+1"), row(2, comment="'- slow"), row(3, comment="'twas good"), row(4, comment="=1+1")]
    assert Result(put(tmp_path, csv_text(rows))).columns["comment"] == ["=1+1", "- slow", "'twas good", "=1+1"]


@pytest.mark.parametrize("head", [True, False])
def test_cells_quoted_with_apostrophes(tmp_path: Path, head: bool) -> None:
    rows = [
        ["'R-1'", "'C-1'", "'A-1'", "5", "'2026-09-01 10:22:00'", "'slow, but kind'"],
        ["'R-2'", "'C-2'", "'A-1'", "4", "'2026-09-02 10:22:00'", "'don''t know'"],
    ]
    header = [f"'{name}'" for name in HEADER] if head else HEADER
    found = Result(put(tmp_path, csv_text(rows, header)))
    assert (found.refused, found.columns["key"], found.columns["agent"]) == ([], ["R-1", "R-2"], [1, 1])
    assert found.columns["comment"] == ["slow, but kind", "don't know"]


def test_apostrophes_inside_comments_quote_nothing(tmp_path: Path) -> None:
    rows = [row(1, comment="'cause I like it"), row(2, comment="'ok'"), row(3, comment="it's fine")]
    assert Result(put(tmp_path, csv_text(rows))).columns["comment"] == ["'cause I like it", "'ok'", "it's fine"]


NESTED = {"rating_id": "R-1", "chat_id": "C-1", "agent_id": "A-1", "rating": 5, "rated_at": "2026-09-01 10:22:00"}


@pytest.mark.parametrize("name", sorted(NESTED))
def test_a_list_is_no_value(tmp_path: Path, name: str) -> None:
    good = {**NESTED, "rating_id": "R-2", "comment": []}
    found = Result(put(tmp_path, json.dumps([{**NESTED, name: [NESTED[name]]}, good])))
    assert (found.refused, found.records) == ([(1, "nested_value")], [2])
    assert found.columns["comment"] == [""]


def test_a_list_that_nobody_asked_for_costs_nothing(tmp_path: Path) -> None:
    assert Result(put(tmp_path, json.dumps([{**NESTED, "tags": ["a", "b"]}]))).records == [1]


PARQUET = "SELECT 'R-1' AS rating_id, 'C-1' AS chat_id, 5 AS rating, TIMESTAMP '2026-09-01 10:22:00' AS rated_at"


def test_structures_of_parquet_are_read_like_those_of_json(tmp_path: Path) -> None:
    columns = {"key": ("rating_id",), "chat_id": ("chat_id",), "rating": ("rating",), "rated_at": ("rated_at",)}
    profile = PROFILES["default"].__class__("nested", columns={**columns, "agent": ("agent.id",)}, key=("key",))
    path = parquet(tmp_path, f"{PARQUET}, {{'id': 'A-1', 'is': {{'bot': false}}}} AS agent")
    found = Result(path, profile=profile)
    assert found.columns["agent"] == [1]
    assert [column.heading for column in found.seen.columns][-2:] == ["agent.id", "agent.is.bot"]


@pytest.mark.parametrize("value", ["['A-1']", "MAP {'id': 'A-1'}", "[{'id': 'A-1'}]"])
def test_lists_and_maps_of_parquet_are_no_identifiers(tmp_path: Path, value: str) -> None:
    found = Result(parquet(tmp_path, f"{PARQUET}, {value} AS agent_id"))
    assert (found.records, found.refused) == ([], [(1, "nested_value")])


def test_a_structure_in_the_place_of_an_agent_is_asked_about(tmp_path: Path) -> None:
    assert Result(parquet(tmp_path, f"{PARQUET}, {{'id': 'A-1'}} AS agent_id")).code == "missing_column"


def test_numbers_that_are_none_are_missing_values_in_parquet(tmp_path: Path) -> None:
    whole = f"{PARQUET}, 'A-1' AS agent_id, 'NaN'::DOUBLE AS comment"
    assert Result(parquet(tmp_path, whole)).columns["comment"] == [""]
    lost = f"SELECT * REPLACE ('NaN'::DOUBLE AS rating_id) FROM ({whole})"
    assert Result(parquet(tmp_path, lost)).refused == [(1, "missing_value")]


def test_long_whole_numbers_of_parquet_are_identifiers(tmp_path: Path) -> None:
    whole = f"SELECT * REPLACE (123456789012345678::DECIMAL(18,0) AS rating_id) FROM ({PARQUET}, 'A-1' AS agent_id)"
    assert Result(parquet(tmp_path, whole)).columns["key"] == ["123456789012345678"]


def test_a_name_that_comes_about_twice_is_no_choice_of_ours(tmp_path: Path) -> None:
    twice = {**NESTED, "agent": {"id": "A-1"}, "agent.id": "A-2"}
    found = Result(put(tmp_path, json.dumps([twice, {**NESTED, "rating_id": "R-2"}])))
    assert (found.refused, found.records) == ([(1, "duplicate_key")], [2])
