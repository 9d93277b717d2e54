"""What a person chose and cannot have meant is asked about again: no traceback, and nothing decided in silence."""

from pathlib import Path
from typing import Any

import pytest

from scoring.intake import Choices
from scoring.intake.sentences import question_sentence
from tests.scoring.intake.files import Result, csv_text, put, row, seen, workbook

NONSENSE: list[dict[str, Any]] = [
    {"encoding": "klingon"},
    {"encoding": "rot13"},
    {"encoding": "utf-7"},
    {"encoding": "idna"},
    {"delimiter": ";;"},
    {"delimiter": '"'},
    {"delimiter": "a"},
    {"delimiter": "\n"},
    {"header_row": -1},
    {"header_row": "first"},
    {"header_row": True},
    {"date_order": "ydm"},
    {"zone": "Mars/Olympus"},
    {"zone": "../../etc/passwd"},
    {"instrument": "stars"},
    {"agent_by": "horoscope"},
    {"empty_rating": "five"},
    {"columns": {"rating": "mood"}},
    {"columns": {"rating": ["rating"]}},
    {"key": ("mood",)},
    {"key": "chat_id"},
    {"unanswered": "offered"},
    {"unanswered": (5,)},
]
SENSE: list[dict[str, Any]] = [
    {"encoding": "windows-1251"},
    {"delimiter": ","},
    {"header_row": 1},
    {"date_order": "ymd"},
    {"zone": "+03:00"},
    {"instrument": "nps"},
    {"agent_by": "staff_number"},
    {"empty_rating": "not_answered"},
    {"key": ("chat_id", "rated_at")},
    {"unanswered": ("offered",)},
    {"sheet": "one that a text has no use for"},
]


def field_of(choice: dict[str, Any]) -> str:
    return next(iter(choice))


@pytest.mark.parametrize("choice", NONSENSE, ids=map(str, NONSENSE))
def test_nonsense_is_asked_about_again(tmp_path: Path, choice: dict[str, Any]) -> None:
    found = seen(put(tmp_path, csv_text([row(1)])), choices=Choices(**choice))
    assert found.action == "needs_mapping"
    asked = next(question for question in found.questions if question.code == "bad_choice")
    assert asked.choice == field_of(choice)
    assert field_of(choice) in question_sentence(asked)


@pytest.mark.parametrize("choice", SENSE, ids=map(str, SENSE))
def test_what_can_be_meant_is_followed(tmp_path: Path, choice: dict[str, Any]) -> None:
    found = Result(put(tmp_path, csv_text([row(1)])), choices=Choices(**choice))
    assert (found.code, found.records) == ("", [1])


def test_every_field_of_the_choices_is_tried() -> None:
    tried = set(map(field_of, NONSENSE)) | {"sheet"}
    assert tried == set(Choices().to_json())


def test_a_sheet_that_does_not_exist_is_not_replaced_by_another(tmp_path: Path) -> None:
    header = ["rating_id", "chat_id", "agent_id", "rating", "rated_at", "comment"]
    path = workbook(tmp_path, {"July": [header, row(1)], "August": [header, row(2)]})
    asked = seen(path, choices=Choices(sheet="Juli")).questions
    assert [(one.code, one.choice, one.options) for one in asked] == [("bad_choice", "sheet", ("July", "August", "*"))]
    assert Result(path, choices=Choices(sheet="August")).columns["key"] == ["R-2"]


def test_a_heading_that_does_not_exist_is_asked_about(tmp_path: Path) -> None:
    columns = dict(zip(("#1", "#2", "#3", "#4", "#5"), ("key", "chat_id", "agent", "rating", "rated_at"), strict=True))
    path = put(tmp_path, csv_text([row(1)]))
    assert Result(path, choices=Choices(columns={**columns, "Coment": "comment"})).code == "bad_choice"
    assert Result(path, choices=Choices(columns={**columns, "Coment": ""})).records == [1]
    assert Result(path, choices=Choices(columns={**columns, "comment": "comment"})).columns["comment"] == ["ok"]
