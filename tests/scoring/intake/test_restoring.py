"""Refused records come back as cells of their file: corrected and sent again, they say what they said before."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from scoring.intake import Choices, Profile
from scoring.intake.reading import read
from tests.scoring.intake.files import (
    AS_OF,
    HEADER,
    LIMITS,
    PLAIN,
    PROFILES,
    ROSTER,
    Result,
    csv_text,
    put,
    row,
    seen,
)

LONG = "Долго ждал ответа,\nа потом «спасибо»! " * 20
SENT = ("key", "chat_id", "agent", "value", "rated_at", "comment")


def refused_of(path: Path, profile: Profile) -> list[dict[str, str]]:
    """Cells of the refused records."""
    reading = read(path, seen(path, profile=profile), as_of=AS_OF, limits=LIMITS, roster=ROSTER)
    return [one.cells for chunk in reading for one in chunk.refusals]


def sent_again(folder: Path, cells: dict[str, str], profile: Profile, **options: Any) -> Result:
    """The record as a file of its own."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([cells.keys(), cells.values()])
    return Result(put(folder, text.getvalue(), "again.csv"), profile=profile, **options)


def said(found: Result) -> list[Any]:
    return [[str(value) for value in found.columns[name]] for name in SENT]


def test_a_long_comment_comes_back_whole(tmp_path: Path) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, row(1, rating="nine", comment=LONG), row(2)])
    [cells] = refused_of(put(tmp_path, text.getvalue()), PLAIN)
    found = sent_again(tmp_path, cells | {"rating": "5"}, PLAIN)
    assert (found.columns["comment"], found.columns["value"]) == ([LONG], [5])


def test_records_that_contradict_each_other_come_back_as_they_were(tmp_path: Path) -> None:
    rows = [row(1, rated_at="02.09.2026 10:22:00"), row(1, rating=4, comment="no")]
    cells = refused_of(put(tmp_path, csv_text(rows)), PLAIN)
    assert [one["agent_id"] for one in cells] == ["A-1", "A-1"]
    for line, one in zip(rows, cells, strict=True):
        alone = Result(put(tmp_path, csv_text([line])))
        assert said(sent_again(tmp_path, one, PLAIN)) == said(alone)


@pytest.mark.parametrize("score", ["good", "offered"])
def test_keys_of_a_known_source_get_their_prefix_once(tmp_path: Path, score: str) -> None:
    header = ["id", "ticket_id", "assignee_id", "score", "comment", "updated_at"]
    rows = [[7, 70, "A-1", score, comment, "2026-09-01T10:00:00.25Z"] for comment in ("", "x")]
    profile = PROFILES["zendesk_satisfaction"]
    alone = Result(put(tmp_path, csv_text(rows[:1], header)), profile=profile)
    first, _ = refused_of(put(tmp_path, csv_text(rows, header)), profile)
    assert said(sent_again(tmp_path, first, profile)) == said(alone)


def test_marks_come_back_in_codes_of_the_source(tmp_path: Path) -> None:
    header = ["id", "ticket_id", "agent_id", "ratings.default_question", "feedback", "user_id", "created_at"]
    rows = [[7, 70, "A-1", mark, "", "u", "2026-09-01T10:00:00Z"] for mark in (103, -103)]
    cells = refused_of(put(tmp_path, csv_text(rows, header)), PROFILES["freshdesk"])
    assert [one["ratings.default_question"] for one in cells] == ["103", "-103"]
    assert sent_again(tmp_path, cells[0], PROFILES["freshdesk"]).columns["value"] == [1]


def test_bytes_that_no_database_takes_are_written_as_escapes(tmp_path: Path) -> None:
    [cells] = refused_of(put(tmp_path, csv_text([row(1, comment="a\x00b")])), PLAIN)
    assert cells["comment"] == "a\\u0000b"
    assert cells["rating_id"] == "R-1"


def test_one_chat_of_several_agents_comes_back_under_its_own_key(tmp_path: Path) -> None:
    header = [*HEADER, "share"]
    rows = [[*row(1), 0.5], [*row(1, rating=4), 0.5]]
    [cells, _] = refused_of(put(tmp_path, csv_text(rows, header)), PLAIN)
    assert (cells["rating_id"], cells["share"]) == ("R-1", "0.5")
    assert sent_again(tmp_path, cells, PLAIN, choices=Choices(instrument="csat5")).columns["key"] == ["R-1/A-1"]
