"""What looks like a value and is none, what looks like one table and is two: nothing of it passes in silence."""

import json
from pathlib import Path
from typing import Any

import pytest

from scoring.intake import Person, Roster
from tests.scoring.intake.files import HEADER, PROFILES, ROSTER, Result, csv_text, put, row, workbook

AGENTS = ["agent_id", "full_name", "hired_at", "team", "manager_id", "email", "terminated_at"]
NOTHING = ["NULL", "null", "\\N", "None", "nan", "<NA>", "(null)", "undefined", "N/A", "-", "—"]


@pytest.mark.parametrize("text", NOTHING)
def test_a_word_for_nothing_is_no_identifier(tmp_path: Path, text: str) -> None:
    lost = [
        row(at, **{name: text}) for at, name in enumerate(("rating_id", "chat_id", "agent_id", "rated_at"), start=1)
    ]
    found = Result(put(tmp_path, csv_text([*lost, row(5)])))
    assert found.refused == [(at, "missing_value") for at in (1, 2, 3, 4)]
    assert found.records == [5]


def test_nobody_is_the_customer_called_nothing(tmp_path: Path) -> None:
    rows = [[*row(1), "NULL"], [*row(2), "C-77"]]
    assert Result(put(tmp_path, csv_text(rows, [*HEADER, "rater_id"]))).columns["rater"] == ["", "C-77"]


def test_a_mark_of_nothing_is_no_answer_where_answers_may_be_missing(tmp_path: Path) -> None:
    path = put(tmp_path, csv_text([row(1, rating="NULL"), row(2)]))
    assert Result(path).refused == [(1, "not_a_number")]
    assert Result(path, profile=PROFILES["surveys"]).columns["value"] == [None, 3]


def test_a_roster_says_nothing_of_manager_and_departure(tmp_path: Path) -> None:
    line = ["B-1", "Null Nullovich", "2025-03-02", "Line 1", "NULL", "-", "NULL"]
    found = Result(put(tmp_path, csv_text([line], AGENTS)), "agents")
    assert (found.refused, found.columns["manager"], found.columns["left_on"]) == ([], [""], [None])
    assert (found.columns["email"], found.columns["full_name"]) == ([""], ["Null Nullovich"])


def test_a_comment_that_is_a_dash_stays_a_comment(tmp_path: Path) -> None:
    assert Result(put(tmp_path, csv_text([row(1, comment="-")]))).columns["comment"] == ["-"]


def test_yes_and_no_are_no_identifiers(tmp_path: Path) -> None:
    line = dict(zip(HEADER, row(1), strict=True))
    found = Result(put(tmp_path, json.dumps([line | {"rating_id": True}, line])))
    assert (found.refused, found.records) == ([(1, "mangled_id")], [2])


def test_a_no_break_space_in_an_identifier_is_a_space(tmp_path: Path) -> None:
    rows = [row(1, rating_id="R\u00a01"), row(1, rating_id="R 1")]
    found = Result(put(tmp_path, csv_text(rows)))
    assert (found.columns["key"], found.records) == (["R 1"], [1])


PERMUTED = [["chat_id", "rating_id", *HEADER[2:]], *([line[1], line[0], *line[2:]] for line in (row(3), row(4)))]


def test_two_tables_one_after_the_other_are_not_read_as_one(tmp_path: Path) -> None:
    rows = [row(1), row(2), *PERMUTED]
    assert Result(put(tmp_path, csv_text(rows))).code == "second_header"
    assert Result(workbook(tmp_path, {"S": [HEADER, *rows]})).code == "second_header"
    again = [row(1), row(2), HEADER, row(3), row(4)]
    assert Result(put(tmp_path, csv_text(again))).columns["key"] == ["R-1", "R-2", "R-3", "R-4"]


def test_a_refused_record_that_quotes_a_heading_is_a_record(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([row(1, rating="comment", comment="rating"), row(2), row(3)])))
    assert (found.refused, found.records) == ([(1, "not_a_number")], [2, 3])


@pytest.mark.parametrize(("scale", "code"), [(range(6), "ambiguous_scale"), (range(1, 7), "ambiguous_scale")])
def test_a_scale_one_step_longer_is_asked_about(tmp_path: Path, scale: range, code: str) -> None:
    rows = [row(at, rating=scale[at % 6]) for at in range(1, 31)]
    assert Result(put(tmp_path, csv_text(rows))).code == code


def test_a_few_errors_among_many_marks_are_no_scale(tmp_path: Path) -> None:
    rows = [row(at, rating=0 if at == 7 else 5) for at in range(1, 31)]
    assert Result(put(tmp_path, csv_text(rows))).refused == [(7, "out_of_range")]


def test_a_name_that_stands_twice_in_a_document_is_no_choice_of_ours(tmp_path: Path) -> None:
    text = json.dumps(dict(zip(HEADER, row(1), strict=True)))
    assert Result(put(tmp_path, text)).records == [1]
    assert Result(put(tmp_path, f'{{"rating_id": "R-0", {text[1:]}')).seen.action == "reject_file"


def test_a_document_without_its_comma_is_damaged(tmp_path: Path) -> None:
    records = json.dumps([dict(zip(HEADER, row(1), strict=True))])
    assert Result(put(tmp_path, f'{{"page": 1, "ratings": {records}}}')).records == [1]
    assert Result(put(tmp_path, f'{{"page": 1 "ratings": {records}}}')).code == "bad_json"


def person(number: str, name: str, manager: str = "") -> list[Any]:
    return [number, name, "2025-03-02", "Line 1", manager, "", ""]


def managers(tmp_path: Path, *lines: list[Any], roster: Roster = ROSTER) -> tuple[list[str], list[Any]]:
    found = Result(put(tmp_path, csv_text(list(lines), AGENTS)), "agents", roster=roster)
    return found.columns["manager"], found.refused


def test_a_manager_given_by_name_is_kept_by_number(tmp_path: Path) -> None:
    lines = [person("B-1", "Boris", "Ann Lee"), person("B-2", "Vera", "Boris"), person("B-3", "Olga", "'A-1")]
    assert managers(tmp_path, *lines) == (["A-1", "B-1", "A-1"], [])


def test_a_name_of_two_people_names_no_manager(tmp_path: Path) -> None:
    twins = Roster.of([Person(1, "A-1", "Ann Lee"), Person(2, "A-2", "Kim")])
    both = [person("B-1", "Ann Lee"), person("B-2", "Vera", "Ann Lee")]
    assert managers(tmp_path, *both, roster=twins) == ([""], [(2, "missing_ref")])
    # The agent of the roster, told of again, is one person.
    same = [person("A-1", "Ann Lee"), person("B-2", "Vera", "Ann Lee")]
    assert managers(tmp_path, *same, roster=twins) == (["", "A-1"], [])


@pytest.mark.parametrize("number", ["А-1", "a-1"])
def test_a_staff_number_that_looks_like_another_one_is_refused(tmp_path: Path, number: str) -> None:
    assert managers(tmp_path, person(number, "Somebody"))[1] == [(1, "lookalike")]
    fresh = [person("B-7", "Boris"), person("В-7", "Vera"), person("B-8", "Olga")]
    assert managers(tmp_path, *fresh)[1] == [(1, "lookalike"), (2, "lookalike")]


@pytest.mark.parametrize(
    "heading", ["Rating (1-10)", "Оценка (из 10)", "Score 0–5", "Rating out of 7", "NPS score", "Балл от 1 до 3"]
)
def test_a_heading_that_names_another_scale_is_asked_about(tmp_path: Path, heading: str) -> None:
    path = put(tmp_path, csv_text([row(1), row(2)], [*HEADER[:3], heading, *HEADER[4:]]))
    profile = PROFILES["default"].__class__("headed", columns={"rating": (heading,)}, aliases=True)
    assert Result(path, profile=profile).code == "ambiguous_scale"


@pytest.mark.parametrize("heading", ["Rating (1-5)", "Оценка (из 5)", "Rating 2026-10", "Score v1.10"])
def test_a_heading_that_names_the_usual_scale_or_none_is_not(tmp_path: Path, heading: str) -> None:
    path = put(tmp_path, csv_text([row(1), row(2)], [*HEADER[:3], heading, *HEADER[4:]]))
    profile = PROFILES["default"].__class__("headed", columns={"rating": (heading,)}, aliases=True)
    assert Result(path, profile=profile).code == ""


FRESHDESK = ["id", "ticket_id", "agent_id", "ratings.default_question", "feedback", "user_id", "created_at"]


def test_marks_in_codes_of_the_source_are_no_plain_marks(tmp_path: Path) -> None:
    rows = [[at, at, "A-1", mark, "", "u", "2026-09-01T10:00:00Z"] for at, mark in enumerate((103, 1, "'-103", ""))]
    found = Result(put(tmp_path, csv_text(rows, FRESHDESK)), profile=PROFILES["freshdesk"])
    assert (found.columns["value"], found.refused) == ([1, -1], [(2, "unknown_code"), (4, "missing_value")])


def test_an_answer_to_two_questions_has_no_mark(tmp_path: Path) -> None:
    answers = [{"type": "rating_scale", "rating": mark, "created_at": "2026-02-01T10:22:00Z"} for mark in (5, 2)]
    response = {"id": "s1", "ticket_id": 7, "assignee_id": "A-1"}
    both = [{**response, "answers": answers}, {**response, "id": "s2", "answers": answers[:1]}]
    found = Result(put(tmp_path, json.dumps(both)), profile=PROFILES["zendesk_csat_responses"])
    assert (found.columns["value"], found.refused) == ([5], [(1, "nested_value")])


def test_identifiers_of_a_data_frame_are_whole_numbers(tmp_path: Path) -> None:
    rows = [row(1, rating_id="101.0", chat_id="7.0"), row(1, rating_id="101", chat_id="7"), row(2, chat_id="1.0.0")]
    found = Result(put(tmp_path, csv_text([*rows, row(3, rating_id="12345678901234567.0")])))
    assert (found.columns["key"], found.columns["chat_id"]) == (["101", "R-2"], ["7", "1.0.0"])
    assert found.refused == [(4, "mangled_id")]


def test_the_address_of_one_agent_under_the_name_of_another_names_nobody(tmp_path: Path) -> None:
    names = ["Ann Lee (ann@kedr.example)", "Annie (ann@kedr.example)", "Kim Park (ann@kedr.example)"]
    profile = PROFILES["default"].__class__("named", aliases=True, agent_by="name_email")
    found = Result(put(tmp_path, csv_text([row(at, agent_id=one) for at, one in enumerate(names, 1)])), profile=profile)
    assert (found.columns["agent"], found.refused) == ([1, 1], [(3, "unknown_agent")])


def test_a_count_of_nothing_is_missing_and_one_of_nan_an_error(tmp_path: Path) -> None:
    header = ["chat_id", "agent_id", "flagged_at", "is_viral", "views"]
    rows = [[f"C-{at}", "A-1", "2026-09-02", "1", views] for at, views in enumerate(("NULL", "-", "NaN", "7"), start=1)]
    found = Result(put(tmp_path, csv_text(rows, header)), "viral")
    assert (found.columns["views"], found.refused) == ([None, None, 7], [(3, "not_a_number")])
