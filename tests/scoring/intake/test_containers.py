"""Files are told by their bytes; what cannot be opened safely is turned away before it is opened."""

import gzip
import json
import struct
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from scoring.intake import Limits, workbooks
from scoring.intake.biff import sizes
from scoring.intake.probe import survives
from tests.scoring.intake.files import (
    HEADER,
    Result,
    compound_file,
    csv_text,
    old_workbook,
    parquet,
    put,
    repacked,
    row,
    seen,
    workbook,
    zipped,
)

GOOD = csv_text([row(1), row(2)])
VIRAL = (
    "SELECT 'C-1' AS chat_id, 'A-1' AS agent_id, TIMESTAMPTZ '2026-10-01 10:00:00+00' AS flagged_at, true AS is_viral"
)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.json", "noname"])
def test_the_name_of_a_file_says_nothing(tmp_path: Path, name: str) -> None:
    assert Result(put(tmp_path, GOOD, name)).records == [1, 2]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "not_this_format"),
        (b"\n\n <HTML><head></head>", "not_this_format"),
        (b"<table><tr><td>rating_id</td></tr></table>", "not_this_format"),
        (b"%PDF-1.7\n", "not_this_format"),
        (b"\x89PNG\r\n\x1a\n\x00", "not_this_format"),
        (b"MZ\x90\x00\x03\x00", "not_this_format"),
        (compound_file("Root Entry", "EncryptedPackage"), "encrypted"),
        (compound_file("Root Entry", "WordDocument"), "not_this_format"),
        (b"PAR1\x00\x00truncated", "corrupt"),
        (b"PK\x03\x04 cut off", "corrupt"),
        (b"\x1f\x8b\x08 cut off", "corrupt"),
        (
            zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""}),
            "unsupported_type",
        ),
        (zipped({"xl/workbook.bin": b"", "[Content_Types].xml": b""}), "unsupported_type"),
        (zipped({"word/document.xml": b"", "[Content_Types].xml": b""}), "not_this_format"),
        (zipped({"a.csv": b"a", "b.csv": b"b"}), "several_files"),
        (zipped({"inner.zip": zipped({"a.csv": b"a"})}), "nested_archive"),
        (gzip.compress(gzip.compress(GOOD.encode())), "nested_archive"),
        (zipped({f"{at}.txt": b"" for at in range(1001)}), "too_many_entries"),
        (zipped({"bomb.csv": b"0" * 40_000_000}), "zip_bomb"),
        (gzip.compress(b"0" * 40_000_000), "zip_bomb"),
    ],
)
def test_what_is_no_table_is_turned_away(tmp_path: Path, content: bytes, code: str) -> None:
    assert Result(put(tmp_path, content)).code == code


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped({"a.csv": content, "__MACOSX/._a": b"x"})])
def test_one_packed_file_is_read(tmp_path: Path, pack: Any) -> None:
    found = Result(put(tmp_path, pack(GOOD.encode())))
    assert found.records == [1, 2]
    assert found.seen.packing in {"gzip", "zip"}


def test_a_packed_workbook_is_checked_like_any_other(tmp_path: Path) -> None:
    book = workbook(tmp_path, {"a": [HEADER, row(1)]})
    assert Result(put(tmp_path, zipped({"book.xlsx": book.read_bytes()}))).records == [1]
    repacked(book, {"xl/workbook.xml": (b"<workbook", b"<!DOCTYPE x><workbook")})
    assert Result(put(tmp_path, zipped({"book.xlsx": book.read_bytes()}))).code == "xml_entity"


@pytest.mark.parametrize(
    ("name", "code"),
    [("../a.csv", "path_traversal"), ("/etc/a.csv", "path_traversal"), ("C:\\a.csv", "path_traversal"),
     ("b\\..\\..\\a.csv", "path_traversal"), ("b/a.csv", ""), ("a..b.csv", "")],
)  # fmt: skip
def test_an_archive_names_no_file_outside_of_itself(tmp_path: Path, name: str, code: str) -> None:
    assert Result(put(tmp_path, zipped({name: csv_text([row(1)]).encode()}))).code == code


def test_damage_is_found_in_every_kind_of_packing(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", csv_text([row(at) for at in range(1, 40)]))
    assert len(Result(path).records) == 39
    content = bytearray(path.read_bytes())
    content[100:140] = b"\xff" * 40
    assert Result(put(tmp_path, bytes(content))).code == "corrupt"


def test_a_rule_broken_inside_a_document_of_one_object_is_named(tmp_path: Path) -> None:
    good = json.dumps(dict(zip(HEADER, row(1), strict=True)))
    assert Result(put(tmp_path, good)).records == [1]
    assert Result(put(tmp_path, good.replace('"ok"', "NaN"))).code == "bad_json"


def test_a_zip_with_a_password_says_so(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": GOOD.encode()}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert Result(put(tmp_path, bytes(content))).code == "encrypted"


def test_large_files_are_turned_away_before_reading(tmp_path: Path) -> None:
    path = put(tmp_path, GOOD * 50_000)
    assert Result(path, limits=Limits(unpacked_mb=1)).code == "too_large"


def test_a_single_endless_line_is_no_table(tmp_path: Path) -> None:
    assert Result(put(tmp_path, "x" * 5_000_000)).code == "line_too_long"


def test_too_many_records_stop_the_file(tmp_path: Path) -> None:
    path = put(tmp_path, csv_text([row(at) for at in range(1, 12)]))
    assert Result(path, limits=Limits(rows=10)).code == "too_many_rows"
    assert len(Result(path, limits=Limits(rows=11)).records) == 11


def test_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    found = Result(parquet(tmp_path, f"{VIRAL}, 7::INTEGER AS views, ['a'] AS tags"), "viral")
    assert found.times("flagged_at") == ["2026-10-01T10:00:00"]
    assert found.columns["views"] == [7]
    assert found.columns["is_viral"] == [True]


def test_texts_that_parquet_does_not_call_texts_are_read_as_such(tmp_path: Path) -> None:
    names = ", ".join(f"encode('{text}') AS {name}" for name, text in zip(HEADER, map(str, row(1)), strict=True))
    assert Result(parquet(tmp_path, f"SELECT {names}")).columns["key"] == ["R-1"]
    broken = Result(parquet(tmp_path, f"SELECT * REPLACE ('\\xFF'::BLOB AS comment) FROM (SELECT {names})"))
    assert broken.refused == [(1, "bad_encoding")]


def test_encrypted_parquet_is_called_encrypted(tmp_path: Path) -> None:
    assert Result(put(tmp_path, b"PARE" + bytes(100) + b"PARE")).code == "encrypted"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_lines_are_found_in_wide_encodings(tmp_path: Path, encoding: str) -> None:
    lines = [json.dumps(dict(zip(HEADER, row(at, comment="ёж"), strict=True)), ensure_ascii=False) for at in (1, 2)]
    assert Result(put(tmp_path, "\n".join(lines), encoding=encoding)).columns["comment"] == ["ёж", "ёж"]


def test_one_long_text_a_thousand_times_is_a_bomb(tmp_path: Path) -> None:
    good = ", ".join(f"'{text}' AS {name}" for name, text in zip(HEADER[1:5], map(str, row(1)[1:5]), strict=True))
    query = f"SELECT 'R-' || i AS rating_id, {good}, repeat('long ', 3000) AS comment FROM range(%d) t(i)"
    assert Result(parquet(tmp_path, query % 1000), limits=Limits(unpacked_mb=1)).code == "zip_bomb"
    assert Result(parquet(tmp_path, query % 3)).refused == [(at, "too_long") for at in (1, 2, 3)]


def test_parquet_bombs_are_counted_from_the_footer(tmp_path: Path) -> None:
    path = parquet(tmp_path, f"{VIRAL} FROM range(3000000)")
    assert Result(path, "viral", limits=Limits(rows=1_000_000)).code == "too_many_rows"


@pytest.mark.parametrize(
    ("part", "old", "new", "code"),
    [
        (
            "xl/sharedStrings.xml",
            b"<sst",
            b'<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst',
            "xml_entity",
        ),
        ("xl/sharedStrings.xml", b'uniqueCount="', b'uniqueCount="9999999', "corrupt"),
        ("xl/worksheets/sheet1.xml", b'<c r="E2" s="1"><v>', b'<c r="E2" s="1"><v>-9e299', "corrupt"),
        ("xl/worksheets/sheet1.xml", b'r="B2"', b'r="XFD2"', "too_many_columns"),
        ("xl/worksheets/sheet1.xml", b'r="F2"', b'r="IV1048576"', "too_many_cells"),
    ],
)
def test_workbooks_are_looked_through_first(tmp_path: Path, part: str, old: bytes, new: bytes, code: str) -> None:
    moment = datetime(2026, 9, 2)  # noqa: DTZ001 - a cell knows no zone
    path = workbook(tmp_path, {"a": [HEADER, row(1, rated_at=moment)]})
    assert Result(path).code == ""
    assert Result(repacked(path, {part: (old, new)})).code == code


@pytest.mark.parametrize(
    ("row_", "code"),
    [
        ('<row r="9"><c r="A4000000000"><v>1</v></c></row>', "corrupt"),
        ("<row r='9'><c r='A4000000000'><v>1</v></c></row>", "corrupt"),
        ('<row r="9"><c\tr = "A4000000000"><v>1</v></c></row>', "corrupt"),
        ('<row r="9"><c r="A9"r="A4000000000"><v>1</v></c></row>', "corrupt"),
        ('<row r="9"><c x=">" r="A4000000000"><v>1</v></c></row>', "corrupt"),
        ('<x:row r="9"><x:c r="ZZZZZZ9"><x:v>1</x:v></x:c></x:row>', "corrupt"),
        ('<row r="4000000000"><c><v>1</v></c></row>', "corrupt"),
        ('<row r="9999999"><c r="A9999999"><v>1</v></c></row>', "too_many_cells"),
        (f'<row r="1048576">{"<c><v>1</v></c>" * 300}</row>', "too_many_columns"),
        ('<row r="9"><c><v>1</v></c></row>', ""),
        ('<row r="9"><c r="A9" s="0"/></row>', ""),
    ],
    ids=range(11),
)
@pytest.mark.parametrize("name", ["sheet1.xml", "other.dat"])
def test_no_cell_stands_where_no_spreadsheet_has_one(tmp_path: Path, row_: str, code: str, name: str) -> None:
    """The reader asks for memory up to the last cell at once, and takes the process with it when there is none."""
    path = workbook(tmp_path, {"a": [HEADER, row(1), row(2)]})
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    end = b"</sheetData>"
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(end, row_.encode() + end)
    renamed = {
        one.replace("sheet1.xml", name): part.replace(b"sheet1.xml", name.encode()) for one, part in parts.items()
    }
    assert Result(put(tmp_path, zipped(renamed))).code == code


@pytest.mark.parametrize(
    ("place", "size", "code"),
    [
        ((1, 1), (2, 2), "no_records"),
        ((65_535, 255), (65_536, 256), "too_many_cells"),
        ((2, 300), (3, 301), "too_many_columns"),
    ],
)
def test_old_workbooks_are_measured_first(tmp_path: Path, place: Any, size: tuple[int, int], code: str) -> None:
    path = put(tmp_path, old_workbook((0, 0), place))
    assert (sizes(path), Result(path).code) == ([size], code)


def test_an_old_workbook_that_kills_its_reader_is_called_damaged(tmp_path: Path) -> None:
    good = old_workbook((0, 0), (1, 1))
    assert survives(put(tmp_path, good))
    broken = good.replace(struct.pack("<HH", 0x203, 14), struct.pack("<HH", 0x203, 0xFFFF))
    endless = good.replace(struct.pack("<HH", 0x203, 14), struct.pack("<HH", 0xFC, 8) + b"\xff" * 8)
    assert {Result(put(tmp_path, one)).code for one in (broken, endless)} <= {"corrupt", "no_records"}


def test_what_dies_is_not_opened_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "survives", lambda path: False)
    assert Result(put(tmp_path, old_workbook((0, 0)))).code == "corrupt"


def test_a_damaged_workbook_is_called_damaged(tmp_path: Path) -> None:
    content = workbook(tmp_path, {"a": [HEADER, row(1)]}).read_bytes()
    assert Result(put(tmp_path, content[: len(content) // 2])).code == "corrupt"


def test_what_was_understood_can_be_stored(tmp_path: Path) -> None:
    found = seen(put(tmp_path, GOOD))
    assert type(found).from_json(found.to_json()) == found
