"""The encoding is decided once from all bytes; what does not decide it is asked, what is damaged is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scoring.intake import Choices, Profile
from tests.scoring.intake.files import HEADER, PLAIN, Result, csv_text, put, row, workbook

RUSSIAN = csv_text([row(1, comment="Долго ждал ответа"), row(2, comment="Спасибо, ёжик".replace(",", ""))])
COMMENTS = ["Долго ждал ответа", "Спасибо ёжик"]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r", "cp866"],
)
def test_russian_text_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    found = Result(put(tmp_path, RUSSIAN, encoding=encoding))
    assert (found.code, found.columns["comment"]) == ("", COMMENTS)


def test_western_letters_are_not_taken_for_cyrillic(tmp_path: Path) -> None:
    text = csv_text([row(1, comment="Müller Jürgen, café".replace(",", ""))])
    assert Result(put(tmp_path, text, encoding="cp1252")).columns["comment"] == ["Müller Jürgen café"]


def test_two_letters_decide_nothing_and_are_asked(tmp_path: Path) -> None:
    path = put(tmp_path, csv_text([row(1, comment="да")]), encoding="cp1251")
    assert Result(path).code == "ambiguous_encoding"
    assert Result(path, choices=Choices(encoding="cp1251")).columns["comment"] == ["да"]


def test_an_encoding_that_looks_like_another_is_asked(tmp_path: Path) -> None:
    path = put(tmp_path, RUSSIAN, encoding="mac-cyrillic")
    assert Result(path).code == "ambiguous_encoding"
    assert Result(path, choices=Choices(encoding="mac-cyrillic")).columns["comment"] == COMMENTS


def test_russian_headings_decide(tmp_path: Path) -> None:
    header = ["ID оценки", "Номер чата", "Логин агента", "Оценка", "Дата оценки", "Комментарий"]
    found = Result(put(tmp_path, csv_text([row(1, comment="да")], header), encoding="cp1251"))
    assert (found.code, found.columns["comment"]) == ("", ["да"])


@pytest.mark.parametrize("bad", [b"\xd0!", b"\xff", b"\xc3("])
def test_damaged_bytes_cost_their_own_record_only(tmp_path: Path, bad: bytes) -> None:
    content = csv_text([row(1, comment="Привет всем"), row(2, comment="@"), row(3)]).encode().replace(b"@", bad)
    found = Result(put(tmp_path, content))
    assert found.refused == [(2, "bad_encoding")]
    assert found.records == [1, 3]


def test_lines_in_two_encodings_are_told_apart(tmp_path: Path) -> None:
    good = csv_text([row(at, comment="Долго ждал ответа, увы".replace(",", "")) for at in (1, 2, 3)])
    bad = ",".join(map(str, row(4, comment="Плохо"))) + "\r\n"
    found = Result(put(tmp_path, good.encode() + bad.encode("cp1251")))
    assert (found.records, found.refused) == ([1, 2, 3], [(4, "bad_encoding")])


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x08", "\x07", "\x85"])
def test_control_characters_are_refused(tmp_path: Path, char: str) -> None:
    rows = [row(1, comment=f"a{char}b"), row(2, chat_id=f"C{char}2"), row(3)]
    found = Result(put(tmp_path, csv_text(rows, end="\n")))
    assert found.refused == [(1, "control_char"), (2, "control_char")]


@pytest.mark.parametrize(("encoding", "byte"), [("cp1251", b"\x98"), ("cp1252", b"\x81")])
def test_a_byte_that_means_nothing_costs_its_own_record_only(tmp_path: Path, encoding: str, byte: bytes) -> None:
    words = "Долго ждал ответа" if encoding == "cp1251" else "Müller Jürgen café"
    lines = csv_text([row(1, comment=words), row(2, comment=f"{words} @"), row(3, comment=words)]).encode(encoding)
    found = Result(put(tmp_path, lines.replace(b"@", byte)))
    assert (found.records, found.refused) == ([1, 3], [(2, "bad_encoding")])


def test_one_line_of_utf8_in_another_encoding_is_asked_about(tmp_path: Path) -> None:
    content = RUSSIAN.encode("cp1251") + ",".join(map(str, row(4, comment="Плохо"))).encode()
    path = put(tmp_path, content)
    assert Result(path).code == "mixed_encoding"
    assert Result(path, choices=Choices(encoding="cp1251")).columns["comment"][-1] == "РџР»РѕС…Рѕ"
    assert (4, "bad_encoding") not in Result(path, choices=Choices(encoding="utf-8")).refused


def test_a_letter_that_was_lost_before_is_no_part_of_an_identifier(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([row(1, comment="Отли\ufffdно"), row(2, chat_id="C\ufffd2")])))
    assert (found.records, found.refused, found.notes) == ([1], [(2, "bad_encoding")], {"lost_letters"})


@pytest.mark.parametrize(
    "char",
    [
        *("\u200b", "\u202e", "\ufeff", "\u2066", "\u00ad", "\u034f", "\u061c", "\u115f", "\u180e", "\u3164", "\uffa0"),
        *("\u17b4", "\u2800", "\ufe0f", "\ufe0e", "\ufe00", "\U000e0041", "\U000e0100"),
    ],
)
def test_invisible_characters_are_refused_in_identifiers_and_kept_in_comments(tmp_path: Path, char: str) -> None:
    found = Result(put(tmp_path, csv_text([row(1, comment=f"a{char}b"), row(2, rating_id=f"R{char}2")])))
    assert found.refused == [(2, "control_char")]
    assert found.columns["comment"] == [f"a{char}b"]


def test_a_sign_with_its_colour_is_an_ordinary_word(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([[*row(1), "⭐️ VIP"], [*row(2), "VIP\ufe0f"]], [*HEADER, "topic"])))
    assert (found.columns["topic"], found.refused) == (["⭐️ VIP"], [(2, "control_char")])


@pytest.mark.parametrize("char", ["\u00ad", "\u200b", "\ufe0f", "\u2800"])
def test_invisible_characters_are_refused_in_agents_whatever_the_container(tmp_path: Path, char: str) -> None:
    line = row(1, agent_id=f"A-1{char}")
    hidden = json.dumps([dict(zip(HEADER, line, strict=True))])
    for path in (put(tmp_path, hidden, "a.json"), workbook(tmp_path, {"S": [HEADER, line]})):
        assert Result(path).refused == [(1, "control_char")]


def test_emoji_with_joiners_are_ordinary_text(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([row(1, comment="👩‍👩‍👧 спасибо")])))
    assert found.columns["comment"] == ["👩‍👩‍👧 спасибо"]


def profile(encoding: str) -> Profile:
    return replace(PLAIN, encoding=encoding)


@pytest.mark.parametrize("encoding", ["cp1251", "mac-cyrillic"])
def test_the_encoding_of_the_source_decides_what_the_bytes_leave_open(tmp_path: Path, encoding: str) -> None:
    path = put(tmp_path, csv_text([row(1, comment="да")]), encoding=encoding)
    assert Result(path).code == "ambiguous_encoding"
    found = Result(path, profile=profile(encoding))
    assert (found.seen.encoding, found.columns["comment"]) == (encoding, ["да"])


@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_bytes_that_say_it_themselves_beat_the_encoding_of_the_source(tmp_path: Path, written: str) -> None:
    found = Result(put(tmp_path, RUSSIAN, encoding=written), profile=profile("cp1251"))
    assert (found.code, found.columns["comment"]) == ("", COMMENTS)


def test_plain_ascii_is_read_whatever_the_encoding_of_the_source(tmp_path: Path) -> None:
    assert Result(put(tmp_path, csv_text([row(1)])), profile=profile("utf-16")).records == [1]


def test_a_file_that_reads_far_better_than_its_source_is_asked_about(tmp_path: Path) -> None:
    path = put(tmp_path, RUSSIAN, encoding="koi8-r")
    found = Result(path, profile=profile("cp1251"))
    assert (found.code, found.seen.questions[0].options[:2]) == ("ambiguous_encoding", ("cp1251", "koi8-r"))
    assert Result(path, profile=profile("koi8-r")).columns["comment"] == COMMENTS


def test_lines_of_utf8_are_asked_about_whatever_the_source(tmp_path: Path) -> None:
    lines = [csv_text([row(at, comment="Долго ждал ответа")]).encode("cp1251") for at in range(1, 9)]
    utf8 = ",".join(map(str, row(9, comment="Спасибо"))).encode()
    path = put(tmp_path, lines[0] + b"".join(line.split(b"\r\n", 1)[1] for line in lines[1:]) + utf8)
    assert Result(path, profile=profile("cp1251")).code == "mixed_encoding"
