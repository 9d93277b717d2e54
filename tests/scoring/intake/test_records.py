"""Records of the three kinds: what is accepted, what is refused, and under which code."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.intake import Choices, Limits, Profile, Roster
from scoring.intake.ledger import CONFLICT, DUPLICATE, UNIQUE, Ledger
from scoring.intake.urls import is_public, link
from tests.scoring.intake.files import HEADER, ROSTER, Result, csv_text, put, row, workbook

AGENTS = ["agent_id", "full_name", "hired_at", "team", "manager_id", "email", "terminated_at"]


def rating(tmp_path: Path, **changed: Any) -> list[tuple[int, str]]:
    return Result(put(tmp_path, csv_text([row(1), row(2, **changed), *map(row, range(3, 10))]))).refused


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *((value, "out_of_range") for value in ("0", "6", "-1", "4.5", "100500", "9" * 30, "9" * 5000)),
        *((value, "not_a_number") for value in ("пять", "5 звёзд", "5/5", "★★★★★", "٥", "５", "0x5", "1e0", "+5")),
        ("", "missing_value"),
        *((value, "not_a_number") for value in ("N/A", "-", "NULL", "\\N", "nan")),
        ("#DIV/0!", "error_cell"),
    ],
)
def test_marks_that_are_none(tmp_path: Path, value: str, code: str) -> None:
    assert rating(tmp_path, rating=value) == [(2, code)]


@pytest.mark.parametrize("value", ["5", " 5 ", "5.0", '"5,0"', "5."])
def test_marks_in_every_usual_spelling(tmp_path: Path, value: str) -> None:
    assert Result(put(tmp_path, csv_text([row(1, rating=value)]))).columns["value"] == [5]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"agent_id": "Z-9"}, "unknown_agent"),
        ({"agent_id": ""}, "missing_value"),
        ({"agent_id": "Ann Lee"}, "unknown_agent"),
        ({"rating_id": "R-" + "9" * 300}, "too_long"),
        ({"rating_id": ""}, "missing_value"),
        ({"rating_id": "1.23457E+15"}, "mangled_id"),
        ({"chat_id": ""}, "missing_value"),
        ({"comment": "щ" * 10_001}, "too_long"),
        ({"agent_id": "A-3", "rated_at": "2026-10-01 10:00:00"}, "after_leaving"),
    ],
)
def test_records_that_cannot_be_kept(tmp_path: Path, changed: dict[str, str], code: str) -> None:
    assert rating(tmp_path, **changed) == [(2, code)]


def test_an_agent_is_found_by_e_mail_whatever_its_case(tmp_path: Path) -> None:
    assert Result(put(tmp_path, csv_text([row(1, agent_id="ANN@kedr.example")]))).columns["agent"] == [1]


def test_without_a_roster_references_stay_as_they_are(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([row(1, agent_id="Z-9")])), roster=None)
    assert (found.columns["agent"], found.columns["agent_ref"]) == ([None], ["Z-9"])


def test_stories_that_cannot_have_happened(tmp_path: Path) -> None:
    header = [*HEADER, "rater_id", "chat_started_at"]
    started = "2026-09-01 09:00:00"
    rows = [
        [*row(1), "c-1", started],
        [*row(2), "A-1", started],
        [*row(3), "ann@kedr.example", started],
        [*row(4), "c-1", "2026-11-01 09:00:00"],
        [*row(5, rated_at="2026-09-06 10:22:00"), "c-1", "2026-09-06 10:22:00"],
    ]
    found = Result(put(tmp_path, csv_text(rows, header)))
    assert found.refused == [(2, "self_rating"), (3, "self_rating"), (4, "before_chat")]


@pytest.mark.parametrize("rater", ["a-1", "А-1", "ANN@kedr.example", "ann lee", "Ann Lee"])
def test_an_agent_is_no_customer_of_their_own(tmp_path: Path, rater: str) -> None:
    path = put(tmp_path, csv_text([[*row(1), rater], [*row(2), "A-2"]], [*HEADER, "rater_id"]))
    assert Result(path).refused == [(1, "self_rating")]


def test_repeats_count_once_and_contradictions_not_at_all(tmp_path: Path) -> None:
    rows = [row(1), row(2), row(1), row(3), row(2, comment="other"), row(3, agent_id="Z-9")]
    found = Result(put(tmp_path, csv_text(rows)), limits=Limits(chunk_rows=2))
    assert found.columns["key"] == ["R-1", "R-3"]
    assert found.refused == [(2, "conflict_id"), (5, "conflict_id"), (6, "unknown_agent")]
    assert found.reading is not None
    assert found.reading.tally.duplicates == 1


def test_long_files_come_in_chunks_and_in_order(tmp_path: Path) -> None:
    rows = [row(at, rating_id=f"R-{at % 900}") for at in range(1, 1001)]
    found = Result(put(tmp_path, csv_text(rows)), limits=Limits(chunk_rows=40))
    assert found.records == sorted(found.records)
    assert len(found.records) + len(found.refused) == 1000


def test_columns_nobody_may_see_are_not_read(tmp_path: Path) -> None:
    header = [*AGENTS, "password", "is_superuser", "Паспорт", "Город"]
    line = [
        "B-1",
        "New Agent",
        "2025-03-02",
        "Line 1",
        "A-1",
        "new@kedr.example",
        "",
        "P@ssw0rd",
        "1",
        "4510 123456",
        "Омск",
    ]
    found = Result(put(tmp_path, csv_text([line], header)), "agents")
    assert found.records == [1]
    assert {"privileged_column", "sensitive_column", "unknown_column"} <= found.notes
    assert not any(secret in str(found.seen.to_json()) for secret in ("P@ssw0rd", "4510"))


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (["rating_id", "chat_id", "agent_id", "rated_at", "comment", ""], "missing_column"),
        (["rating_id", "chat_id", "agent_id", "rating", "rated_at", "rating"], "duplicate_column"),
        (["rating_id", "chat_id", "agent_id", "rating", "rated_at", "Rating "], "duplicate_column"),
        (["rating_id", "chat_id", "agent_id", "rating", "rated_at", "Оценка"], "duplicate_meaning"),
        (["No.", "chat_id", "agent_id", "rating", "rated_at", "comment"], "missing_column"),
    ],
)
def test_headings_that_do_not_tell_enough(tmp_path: Path, header: list[str], code: str) -> None:
    lines = [[*line[: len(header) - 1], ""] for line in (row(1), row(2))]
    assert Result(put(tmp_path, csv_text(lines, header))).code in {code, "no_key"}


def test_an_unknown_file_is_guessed_and_then_mapped_by_a_person(tmp_path: Path) -> None:
    header = ["Ticket #", "Handled by", "CSAT stars", "Submitted on", "Verbatim", "Shop"]
    lines = [[f"T{at}", "A-1", 1 + at % 5, f"2026-09-{at:02d} 10:00", "fine", "Omsk"] for at in range(1, 8)]
    path = put(tmp_path, csv_text(lines, header))
    asked = Result(path)
    guesses = {column.heading: column.guess for column in asked.seen.columns}
    assert asked.code == "missing_column"
    assert {name: guesses[name] for name in header[2:4]} == {"CSAT stars": "rating", "Submitted on": "rated_at"}
    columns = {"Ticket #": "chat_id", "Handled by": "agent", "CSAT stars": "rating", "Submitted on": "rated_at"}
    mapped = Result(path, choices=Choices(columns=columns))
    assert (mapped.code, len(mapped.records), mapped.seen.key) == ("", 7, ("chat_id", "rated_at"))


@pytest.mark.parametrize(
    ("meaning", "heading", "values"),
    [
        ("rating", "Оценка клиента", ("5,00", "3,50")),
        ("rating", "Оценка клиента", ("like", "dislike")),
        ("agent", "Ответственный", ("Ann", "Kim")),
        ("agent", "assignee_user_email", ("ann@kedr.example", "kim@kedr.example")),
        ("comment", "Customer Remarks", ("", "")),
        ("comment", "Комментарий к оценке", ("", "")),
        ("rating", "Впечатление клиента", ("5", "3")),
        ("comment", "Что сказал клиент", ("Спасибо!", "Долго ждал")),
        ("agent", "handled_by.login", ("ann@kedr.example", "oleg@kedr.example")),
        ("rater", "Клиент банка", ("90125", "90126")),
        ("tz", "url", ("http://a/b", "http://a/c")),
    ],
)
def test_headings_are_guessed_as_a_person_would(
    tmp_path: Path, meaning: str, heading: str, values: tuple[str, str]
) -> None:
    text = csv_text(
        [[f"C-{at}", "2026-09-01", value] for at, value in enumerate(values)], ["Chat", "Issued", heading], ";"
    )
    guesses = {column.heading: column.guess for column in Result(put(tmp_path, text)).seen.columns}
    assert (guesses[heading] == meaning) == (meaning != "tz")


def test_an_agent_is_no_version_number(tmp_path: Path) -> None:
    for value, guess in (("2.1", ""), ("21", "agent"), ("Ann Lee", "agent")):
        path = put(
            tmp_path, csv_text([["C-1", "2026-09-01", value]] * 2, ["Chat", "Issued", "meta.agent_version"], ";")
        )
        assert {one.heading: one.guess for one in Result(path).seen.columns}["meta.agent_version"] == guess


def test_the_date_of_the_answer_is_guessed_before_others(tmp_path: Path) -> None:
    header = ["id", "ticket_id", "created_datetime", "scored_datetime", "score"]
    path = put(tmp_path, csv_text([[1, 2, "2026-09-01 10:00", "2026-09-02 10:00", 5]], header))
    assert {one.heading: one.guess for one in Result(path).seen.columns}["scored_datetime"] == "rated_at"


def test_first_names_beside_surnames_are_no_full_names(tmp_path: Path) -> None:
    header = ["agent_id", "Фамилия", "Имя", "hired_at", "team"]
    lines = [["B-1", "Пёстрый", "Олег", "2025-03-02", "Line 1"]]
    assert Result(put(tmp_path, csv_text(lines, header)), "agents").code == "missing_column"


@pytest.mark.parametrize("column", ["rating_id", "chat_id", "agent_id"])
@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#Н/Д", "#ИМЯ?"])
def test_errors_written_out_by_a_spreadsheet_are_no_identifiers(tmp_path: Path, column: str, text: str) -> None:
    assert Result(put(tmp_path, csv_text([row(1, **{column: text}), row(2)]))).refused == [(1, "error_cell")]


def test_text_kept_by_a_formula_is_the_text(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([row(1, rating_id='="00123"', agent_id='="A-1"', comment='="x"')])))
    assert (found.columns["key"], found.columns["agent"], found.columns["comment"]) == (["00123"], [1], ['="x"'])


def test_a_cut_identifier_is_found_anywhere_in_a_long_column(tmp_path: Path) -> None:
    lines = [row(at, rating_id="1.23E+15" if at == 150 else f"R-{at}") for at in range(1, 301)]
    assert Result(put(tmp_path, csv_text(lines))).refused == [(150, "mangled_id")]


def test_an_identifier_that_became_a_date_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"a": [HEADER, row(1), row(2, chat_id=datetime(2026, 9, 5))]})  # noqa: DTZ001
    assert Result(path).refused == [(2, "mangled_id")]


@pytest.mark.parametrize(
    ("marks", "code", "instrument"),
    [
        ([1, 5, 3, 4], "", "csat5"),
        ([10, 9, 0, 7, 8, 3], "ambiguous_scale", "nps"),
        ([0, 1, 1, 1], "ambiguous_scale", "thumbs"),
        (["good", "bad", "good"], "", "thumbs"),
        (["Great", "Okay", "Not Good"], "", "three_point"),
        ([80, 95, 100, 60], "ambiguous_scale", "csat5"),
        ([5, 4, 3, 2, 1, 9], "", "csat5"),
        ([-1, 0, 1, 1, 1, 1], "ambiguous_scale", "three_point"),
        ([4, 3, 2, 1, 0, 4, 4, 4], "ambiguous_scale", "csat5"),
        (["Extremely Satisfied", "Satisfied", "Neutral", "Unhappy"], "ambiguous_scale", "three_point"),
    ],
)
def test_the_scale_is_told_or_asked_for(tmp_path: Path, marks: list[Any], code: str, instrument: str) -> None:
    found = Result(put(tmp_path, csv_text([row(at, rating=mark) for at, mark in enumerate(marks)])))
    assert (found.code, found.seen.instrument) == (code, instrument)


def test_an_answered_scale_is_kept_as_it_is(tmp_path: Path) -> None:
    path = put(tmp_path, csv_text([row(at, rating=mark) for at, mark in enumerate([10, 9, 0])]))
    assert Result(path, choices=Choices(instrument="nps")).columns["value"] == [10, 9, 0]


def test_surveys_without_an_answer_are_the_denominator(tmp_path: Path) -> None:
    path = put(tmp_path, csv_text([row(1, rating=""), row(2)]))
    found = Result(path, profile=Profile("surveys", aliases=True, empty_rating="not_answered"))
    assert (found.columns["value"], found.notes) == ([None, 3], {"unanswered"})


def agents(tmp_path: Path, *lines: list[str], roster: Roster = ROSTER) -> list[tuple[int, str]]:
    return Result(put(tmp_path, csv_text(list(lines), AGENTS)), "agents", roster=roster).refused


def person(number: str, manager: str = "A-1", email: str = "", hired: str = "2025-03-02", left: str = "") -> list[str]:
    return [number, f"Agent {number}", hired, "Line 1", manager, email, left]


def test_circles_of_managers_are_refused(tmp_path: Path) -> None:
    lines = [person("B-1", "B-2"), person("B-2", "B-3"), person("B-3", "B-1"), person("B-4", "B-4"), person("B-5")]
    assert agents(tmp_path, *lines) == [(1, "cycle"), (2, "cycle"), (3, "cycle"), (4, "self_manager")]


def test_a_circle_through_the_roster_is_refused(tmp_path: Path) -> None:
    stored = replace(ROSTER.people["A-1"], manager="B-1")
    assert agents(tmp_path, person("B-1", "A-1"), roster=Roster.of([stored])) == [(1, "cycle")]


def test_managers_must_exist_and_stand(tmp_path: Path) -> None:
    lines = [person("B-1", "X-9"), person("B-2", "B-1"), person("B-3", "Ann Lee"), person("B-4", "B-5"), person("B-5")]
    assert agents(tmp_path, *lines) == [(1, "missing_ref"), (2, "missing_ref")]


def test_one_mailbox_belongs_to_one_person(tmp_path: Path) -> None:
    lines = [
        person("B-1", email="Same@kedr.example"),
        person("B-2", email="same@kedr.example"),
        person("B-3", email="ANN@kedr.example"),
        person("B-4", email="not an address"),
        person("B-5", email="b5@kedr.example"),
        person("B-5", email="b5@kedr.example"),
        person("B-6", email="b6@-kedr.example"),
    ]
    codes = [(1, "duplicate_email"), (2, "duplicate_email"), (3, "duplicate_email"), (4, "bad_email"), (7, "bad_email")]
    assert agents(tmp_path, *lines) == codes


def test_one_person_told_of_twice_contradicts_and_shares_no_mailbox(tmp_path: Path) -> None:
    lines = [person("B-1", email="b1@kedr.example"), person("B-1", email="b1@kedr.example", manager="A-2")]
    assert agents(tmp_path, *lines) == [(1, "conflict_id"), (2, "conflict_id")]


@pytest.mark.parametrize(
    "written",
    [
        "2025-03-02T00:00:00+03:00",
        "2025-03-02T00:00:00+05:00",
        "2025-03-01T21:00:00Z",
        "2025-03-02 00:00:00Z",
        "20250302",
    ],
)
def test_a_day_stays_the_day_it_is_here(tmp_path: Path, written: str) -> None:
    found = Result(put(tmp_path, csv_text([person("B-1", hired=written)], AGENTS)), "agents")
    assert [str(day) for day in found.columns["hired_on"]] == ["2025-03-02"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (person("B-1", hired="2027-05-01"), "future_date"),
        (person("B-1", hired="1899-12-30"), "bad_date"),
        (person("B-1", hired=""), "missing_value"),
        (person("B-1", hired="2025-05-01", left="2024-01-01"), "left_before_hired"),
        (person("A-1", "", hired="2020-02-01"), "protected_change"),
        (person("A-3", "", hired="2023-02-01"), "protected_change"),
    ],
)
def test_dates_of_employment(tmp_path: Path, line: list[str], code: str) -> None:
    assert agents(tmp_path, line, person("B-9")) == [(1, code)]


def test_staff_numbers_and_names_are_kept_as_written(tmp_path: Path) -> None:
    text = "Табельный номер;ФИО;Дата приёма;Подразделение\r\n00123;Алёнин  Пётр\xa0Олегович;01.02.2024;Линия 1\r\n"
    found = Result(put(tmp_path, text, encoding="cp1251"), "agents")
    assert (found.columns["staff_number"], found.columns["full_name"]) == (["00123"], ["Алёнин Пётр Олегович"])


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://127.0.0.1/",
            "http://10.0.0.5/",
            "http://192.168.1.1/",
            "http://172.16.0.1/",
            "http://169.254.169.254/x",
        ),
        *(
            "http://0/",
            "http://127.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://017700000001/",
            "http://[::1]/",
        ),
        *(
            "http://[::ffff:10.0.0.1]/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[::127.0.0.1]/",
        ),
        *("http://localhost/", "http://a.localhost./", "http://db.internal/", "http://intranet/", "http://nas.local/"),
        *("http://127.0.0.1.nip.io/", "http://①②⑦.0.0.1/", "http://127。0。0。1/", "http://100.64.0.1/"),
        *("http://u:p@vk.example/", "ftp://vk.example/", "javascript:alert(1)", "file:///etc/passwd", "//vk.example/"),
        *("http://vk.example:0/", "http://", "not a link", "http://vk.example/\u0000", "data:text/html,x"),
    ],
)
def test_links_that_are_not_public(url: str) -> None:
    assert not isinstance(link(url), str)


@pytest.mark.parametrize(
    "url", ["https://vk.example/wall1?x=1#y", "http://пример.рф/путь", "https://8.8.8.8/", "https://[2a00:1450::8a]/"]
)
def test_public_links_are_kept(url: str) -> None:
    assert link(url) == url


def test_a_host_is_judged_by_its_text_alone() -> None:
    assert is_public("vk.example")
    assert not is_public("vk")


VIRAL = '{{"chat_id":"C-{at}","agent_id":"A-1","flagged_at":"2026-10-01T13:00:00Z","is_viral":{viral},"views":{views}}}'


@pytest.mark.parametrize(
    ("viral", "views", "code"),
    [
        *(("true", views, "number_too_large") for views in ("9" * 400, "1e400", "1" + "0" * 20)),
        *(("true", views, "out_of_range") for views in ("-1",)),
        *(("true", views, "not_a_number") for views in ("true", '"many"', "1.5", '"1,5"', '"1.000"', '"12k"')),
        *((viral, "1", "not_a_boolean") for viral in ('"maybe"', "2")),
        ("null", "1", "missing_value"),
        ("true", "Infinity", "bad_json"),
    ],
)
def test_viral_records_that_cannot_be_kept(tmp_path: Path, viral: str, views: str, code: str) -> None:
    lines = [VIRAL.format(at=1, viral=viral, views=views), VIRAL.format(at=2, viral="true", views="1")]
    assert Result(put(tmp_path, "\n".join(lines)), "viral").refused == [(1, code)]


@pytest.mark.parametrize(
    ("views", "number"),
    [
        ("1000", 1000),
        ('"1 000"', 1000),
        ('"1\u00a0000"', 1000),
        ('"1,000"', 1000),
        ('"1.000.000"', 10**6),
        ("null", None),
    ],
)
def test_views_in_every_usual_spelling(tmp_path: Path, views: str, number: int | None) -> None:
    lines = [VIRAL.format(at=1, viral='"да"', views=views), VIRAL.format(at=2, viral="0", views="1")]
    found = Result(put(tmp_path, "\n".join(lines)), "viral")
    assert (found.columns["views"], found.columns["is_viral"]) == ([number, 1], [True, False])


@pytest.mark.parametrize(("escaped", "code"), [("\\u0000", "control_char"), ("\\ud800", "bad_encoding")])
def test_escapes_of_json_hide_nothing(tmp_path: Path, escaped: str, code: str) -> None:
    line = VIRAL.format(at=f"9{escaped}", viral="true", views="1")
    assert Result(put(tmp_path, f"{line}\n{VIRAL.format(at=2, viral='true', views='1')}"), "viral").refused == [
        (1, code)
    ]


@pytest.mark.parametrize(
    "text", ['{"error":"unauthorized","code":401}', "Warning: mysql_connect() failed\n", "  \r\n \n"]
)
def test_messages_saved_as_files_are_turned_away(tmp_path: Path, text: str) -> None:
    found = Result(put(tmp_path, text))
    assert found.seen.action == "reject_file"


def test_the_ledger_finds_the_same_in_memory_and_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"k{at % 700}" for at in range(1000)]
    contents = [at % 700 + (at > 990) for at in range(1000)]
    (tmp_path / "a").mkdir()
    memory, disk = Ledger(tmp_path / "a"), Ledger(tmp_path)
    memory.add(keys, contents)
    monkeypatch.setattr("scoring.intake.ledger.HELD", 99)
    for start in range(0, 1000, 50):
        disk.add(keys[start : start + 50], contents[start : start + 50])
    verdicts = memory.verdicts()
    assert np.array_equal(verdicts, disk.verdicts())
    assert {code: int((verdicts == code).sum()) for code in (UNIQUE, DUPLICATE, CONFLICT)} == {0: 691, 1: 291, 2: 18}


def test_a_burst_of_ratings_is_noted_and_kept(tmp_path: Path) -> None:
    rows = [row(at, rating=5, rated_at=f"2026-09-02 10:0{at % 10}:00") for at in range(1, 10)]
    found = Result(put(tmp_path, csv_text(rows)))
    assert (len(found.records), found.notes) == (9, {"rating_burst"})
    assert Result(put(tmp_path, csv_text([row(at) for at in range(1, 10)]))).notes == set()
