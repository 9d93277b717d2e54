"""Every code has a sentence, and every sentence names what is wrong."""

import re

import pytest

from scoring.intake import Note, Question, Refusal, Rejection
from scoring.intake.sentences import (
    NOTES,
    QUESTIONS,
    REFUSALS,
    REJECTIONS,
    note_sentence,
    question_sentence,
    refusal_sentence,
    rejection_sentence,
)
from tests.scoring.intake.files import ROOT

SOURCES = {path.name: path.read_text("utf-8") for path in (ROOT / "scoring" / "intake").glob("*.py")}
COUNTED = {"totals_row_skipped", "duplicate_row", "changed_answer", "unanswered", "ignored_rows", "lost_letters"}


def used(pattern: str) -> set[str]:
    return {code for text in SOURCES.values() for code in re.findall(pattern, text)}


@pytest.mark.parametrize(
    ("pattern", "worded"),
    [
        (r'\bProblem\(\s*"(\w+)"', {*REFUSALS, "ignored_rating"}),
        (r'\bTrouble\(\s*"(\w+)"', {*REFUSALS, *REJECTIONS}),
        (r'_Refused\("(\w+)"', set(REFUSALS)),
        (r'\bRejected\(\s*"(\w+)"', set(REJECTIONS)),
        (r'\bQuestion\(\s*"(\w+)"', set(QUESTIONS)),
        (r'\bNote\(\s*"(\w+)"', {*NOTES, *COUNTED}),
    ],
)
def test_every_code_that_is_used_has_a_sentence(pattern: str, worded: set[str]) -> None:
    codes = used(pattern)
    assert codes
    assert codes <= worded


def test_a_refusal_names_record_column_and_value() -> None:
    said = refusal_sentence(Refusal(7, "not_a_number", "Оценка", "пять", sheet="Лист1"))
    assert said == "Sheet “Лист1”, record 7: “пять” in “Оценка” is not a number. Write the mark as a plain number."


def test_a_hint_is_added_where_there_is_one() -> None:
    said = refusal_sentence(Refusal(2, "unknown_agent", "agent", "А-1", {"similar": "A-1"}))
    assert said.endswith("Did you mean A-1?")


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_refusals_read_as_sentences(code: str) -> None:
    said = refusal_sentence(Refusal(1, code, "column", "value"))
    assert said.startswith("Record 1: ")
    assert said.endswith(".")
    assert "%(" not in said


def test_the_other_answers_read_as_sentences() -> None:
    assert rejection_sentence(Rejection("encrypted")).startswith("The file is protected with a password.")
    asked = question_sentence(Question("ambiguous_sheet", "sheet", ("a", "b"), {"sheets": ["a", "b"]}))
    assert asked == "Several sheets hold data: a, b. Which one shall be read, or all of them?"
    assert note_sentence(Note("duplicate_row", {"count": 1})).startswith("1 record repeats")
    assert note_sentence(Note("duplicate_row", {"count": 2})).startswith("2 records repeat")
    assert note_sentence(Note("unknown_column", {"columns": ["Город"]})).endswith(": Город.")
