"""Which rows are records: delimiters, quotes, titles, totals, blanks, merged headings, sheets, errors."""

import json
import unicodedata
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from scoring.intake import Choices
from tests.scoring.intake.files import HEADER, PLAIN, PROFILES, Result, csv_text, put, repacked, row, seen, workbook

ROWS = [row(1), row(2), row(3)]
# A cell of a workbook knows no zone.
SECOND_OF_SEPTEMBER = datetime(2026, 9, 2, 10, 22)  # noqa: DTZ001
TITLE = [["Отчёт по оценкам чатов"], ["Период: 01.09.2026 - 30.09.2026"], []]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str) -> None:
    found = Result(put(tmp_path, csv_text(ROWS, delimiter=delimiter, end=end)))
    assert (found.seen.delimiter, found.records) == (delimiter, [1, 2, 3])


def test_the_delimiter_of_the_source_holds_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    header = ["a;b", "c;d", "e;f"]
    odd = put(tmp_path, csv_text([["1;2", "3;4", "5;6"]] * 3, header, ","))
    assert seen(odd).delimiter == ";"
    assert seen(odd, profile=replace(PLAIN, delimiter=",")).delimiter == ","
    plain = put(tmp_path, csv_text([row(1)], delimiter=";"))
    assert Result(plain, profile=replace(PLAIN, delimiter="\t")).records == [1]
    assert Result(plain, profile=replace(PLAIN, delimiter=",")).seen.delimiter == ";"


def test_the_hint_of_excel_is_taken(tmp_path: Path) -> None:
    found = Result(put(tmp_path, "sep=;\r\n" + csv_text([row(1, comment="a,b,c")], delimiter=";")))
    assert found.columns["comment"] == ["a,b,c"]


def test_quotes_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([row(1, comment='"said ""hi"", then\r\nleft"'), row(2)])))
    assert found.columns["comment"] == ['said "hi", then\r\nleft', "ok"]
    assert found.records == [1, 2]


def test_backslashes_escape_quotes_where_a_database_wrote_them(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([row(1, comment='"said \\"hi\\", left"'), row(2)])))
    assert found.columns["comment"] == ['said "hi", left', "ok"]


def test_an_unclosed_quote_stops_the_file_and_names_its_record(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([row(1), row(2, comment='"never closed'), row(3), row(4)])))
    assert (found.code, found.records) == ("unterminated_quote", [])


def test_two_stray_quotes_that_swallow_records_are_found(tmp_path: Path) -> None:
    rows = [row(1), row(2, comment='"opened here'), row(3), row(4, comment='closed here"'), row(5)]
    assert Result(put(tmp_path, csv_text(rows))).code == "unterminated_quote"


def test_stray_quotes_that_end_before_the_date_are_found(tmp_path: Path) -> None:
    head = "rating_id,chat_id,agent_id,rating,comment,rated_at\n"
    swallowed = 'R-1,C-1,A-1,5,"slow\nR-2,C-2,A-1,4,quick",2026-09-02\n'
    assert Result(put(tmp_path, head + swallowed)).code == "unterminated_quote"
    quoted = 'R-1,C-1,A-1,5,"slow\nR-2, C-2, nobody, 4, quick",2026-09-02\n'
    assert Result(put(tmp_path, head + quoted)).records == [1]


def test_a_comment_of_many_lines_is_no_swallowed_record(tmp_path: Path) -> None:
    found = Result(
        put(tmp_path, csv_text([row(1, comment='"well, yes, no,\r\nmaybe, or, not, at, all, ever"'), row(2)]))
    )
    assert found.records == [1, 2]


def test_bad_quotes_on_one_line_cost_that_record(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([row(1), row(2, comment='"a" b'), row(3)])))
    assert (found.records, found.refused) == ([1, 3], [(2, "bad_quoting")])


def test_a_file_cut_off_inside_quotes_loses_its_last_record_only(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([row(1), row(2)]) + 'R-3,C-3,A-1,5,2026-09-01 10:00:00,"cut o'))
    assert (found.records, found.refused) == ([1, 2], [(3, "bad_quoting")])


def test_ragged_rows_are_refused_and_nothing_shifts(tmp_path: Path) -> None:
    text = csv_text([row(1), ["R-2", "C-2"], [*row(3), "more"], row(4)])
    found = Result(put(tmp_path, text))
    assert found.refused == [(2, "ragged_row"), (3, "ragged_row")]
    assert found.columns["key"] == ["R-1", "R-4"]


def test_empty_cells_beyond_the_headings_are_nothing(tmp_path: Path) -> None:
    found = Result(put(tmp_path, csv_text([[*row(1), ""], [*row(2), ""], row(3)], [*HEADER, ""])))
    assert found.records == [1, 2, 3]


def test_a_row_longer_than_the_others_is_not_cut_at_its_empty_end(tmp_path: Path) -> None:
    shifted = [*row(2), "late", ""]
    path = put(tmp_path, csv_text([[*row(1), "web"], shifted, [*row(3), "web"]], [*HEADER, "channel"]))
    assert Result(path).refused == [(2, "ragged_row")]
    every = put(tmp_path, csv_text([[*row(at), ""] for at in (1, 2, 3)]))
    assert Result(every).records == [1, 2, 3]


@pytest.mark.parametrize(
    "footer",
    ["Report generated 2026-11-01", "Applied filters: team = Line 1", "Ответственный: Пёстрый", "\x1a", "\x00\x00\x00"],
)
def test_what_stands_below_the_table_is_no_record(tmp_path: Path, footer: str) -> None:
    found = Result(put(tmp_path, csv_text([row(1), row(2)]) + f"\n{footer}"))
    assert (found.records, found.refused) == ([1, 2], [])


def test_a_record_without_its_date_is_no_totals_row_whatever_its_first_word(tmp_path: Path) -> None:
    header = ["comment", "rating_id", "chat_id", "agent_id", "rating", "rated_at"]
    found = Result(put(tmp_path, csv_text([["Total disaster", "R-1", "C-1", "A-1", 1, ""]], header)))
    assert found.refused == [(1, "missing_value")]


@pytest.mark.parametrize("heading", ["\ufeffagent_id", "agent\u200b_id", "Agent\n id", " AGENT_ID\u00a0"])
def test_headings_are_read_as_they_look(tmp_path: Path, heading: str) -> None:
    path = put(tmp_path, csv_text([row(1), [one.replace("agent_id", f'"{heading}"') for one in HEADER], row(2)],
                                  [one.replace("agent_id", f'"{heading}"') for one in HEADER]))  # fmt: skip
    assert (Result(path).records, Result(path).refused) == ([1, 2], [])


def test_headings_with_accents_of_their_own_are_known(tmp_path: Path) -> None:
    header = [*HEADER[:5], unicodedata.normalize("NFD", "Комментарий")]
    assert Result(put(tmp_path, csv_text([row(1)], header))).columns["comment"] == ["ok"]


def test_names_of_json_are_read_as_they_look(tmp_path: Path) -> None:
    good = dict(zip(HEADER, row(1), strict=True))
    lines = [{f"{name} ": value for name, value in good.items()}, {**good, "rating ": 1}]
    found = Result(put(tmp_path, "\n".join(map(json.dumps, lines))))
    assert (found.columns["key"], found.refused) == (["R-1"], [(2, "duplicate_key")])


def test_a_name_that_first_appears_far_down_is_read(tmp_path: Path) -> None:
    bare = [dict(zip(HEADER[:5], row(at)[:5], strict=True)) for at in range(1, 1200)]
    text = "\n".join(map(json.dumps, [*bare, dict(zip(HEADER, row(0), strict=True))]))
    assert Result(put(tmp_path, text)).columns["comment"][-1] == "ok"


@pytest.mark.parametrize("total", ["Итого", "Итого:", "Всего", "Total", "Grand total", "Среднее", "Reporting period x"])
def test_titles_blanks_and_totals_are_no_records(tmp_path: Path, total: str) -> None:
    rows = [row(1), ["", "", "", "", "", ""], row(2), [total, "", "", "3,4", "", ""], ["", "", "", "", "", ""]]
    text = "Отчёт;;;;;\r\n;;;;;\r\n" + csv_text(rows, delimiter=";")
    found = Result(put(tmp_path, text))
    assert (found.records, found.refused) == ([1, 2], [])
    assert "totals_row_skipped" in found.notes


def test_headings_on_every_page_are_no_records(tmp_path: Path) -> None:
    assert Result(put(tmp_path, csv_text([row(1), HEADER, row(2)]))).records == [1, 2]


def test_spaces_after_delimiters_do_not_hide_quotes(tmp_path: Path) -> None:
    text = '"rating_id", "chat_id", "agent_id", "rating", "rated_at", "comment"\n'
    text += '"R-1", "C-1", "A-1", "5", "2026-09-01 10:00:00", "well, yes"\n'
    assert Result(put(tmp_path, text)).columns["comment"] == ["well, yes"]


def test_a_comment_that_begins_with_total_is_a_record(tmp_path: Path) -> None:
    header = ["comment", "rating_id", "chat_id", "agent_id", "rating", "rated_at"]
    found = Result(put(tmp_path, csv_text([["Total disaster", "R-1", "C-1", "A-1", 1, "2026-09-01 10:00:00"]], header)))
    assert found.records == [1]


def test_a_workbook_with_titles_and_totals(tmp_path: Path) -> None:
    found = Result(workbook(tmp_path, {"a": [*TITLE, HEADER, *ROWS, ["Итого", "", "", 3.4]]}))
    assert (found.seen.header_row, found.records) == (4, [1, 2, 3])


def test_merged_headings_take_two_rows(tmp_path: Path) -> None:
    upper = ["Оценка", "", "Чат", "", "Отзыв", ""]
    lower = ["ID оценки", "Дата оценки", "Номер чата", "Логин агента", "Оценка", "Комментарий"]
    lines = [["R-1", "2026-09-01 10:00:00", "C-1", "A-1", 5, "ok"]]
    found = Result(workbook(tmp_path, {"a": [upper, lower, *lines]}))
    assert (found.code, found.records, found.columns["value"]) == ("", [1], [5])


def test_a_table_without_headings_is_asked_about(tmp_path: Path) -> None:
    path = put(tmp_path, csv_text(ROWS[1:], ROWS[0]))
    assert Result(path).code == "no_header"
    columns = {
        f"#{at}": name for at, name in enumerate(["key", "chat_id", "agent", "rating", "rated_at", "comment"], 1)
    }
    assert Result(path, choices=Choices(columns=columns)).columns["key"] == ["R-1", "R-2", "R-3"]


def test_a_heading_row_below_the_end_of_the_file_leaves_no_records(tmp_path: Path) -> None:
    path = put(tmp_path, csv_text([["a", "b", "c", "d", "e", "f"], row(1)]))
    assert Result(path, choices=Choices(header_row=1)).refused[0][0] == 1
    assert Result(path, choices=Choices(header_row=4)).code == "no_records"


def test_headings_with_nothing_but_a_total_are_turned_away(tmp_path: Path) -> None:
    assert Result(put(tmp_path, csv_text([["Итого:", "", "", "0", "", ""]]))).code == "no_records"


def test_headings_without_records_are_turned_away(tmp_path: Path) -> None:
    assert Result(put(tmp_path, csv_text([]))).code == "no_records"


def test_several_sheets_with_data_are_asked_about(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Sep": [HEADER, row(1)], "Oct": [HEADER, row(2)], "Notes": [["read me"]]})
    assert Result(path).code == "ambiguous_sheet"
    assert Result(path, choices=Choices(sheet="Oct")).columns["key"] == ["R-2"]
    both = Result(path, choices=Choices(sheet="*"))
    assert (both.columns["key"], both.records) == (["R-1", "R-2"], [1, 2])


@pytest.mark.parametrize("other", [[HEADER[::-1], row(2)[::-1]], [["October"], HEADER, row(2)]])
def test_sheets_are_joined_only_when_their_headings_agree(tmp_path: Path, other: list[list[Any]]) -> None:
    equal = workbook(tmp_path, {"a": [HEADER, row(1)], "b": [HEADER, row(2)]})
    assert Result(equal, choices=Choices(sheet="*")).columns["key"] == ["R-1", "R-2"]
    unequal = workbook(tmp_path, {"a": [HEADER, row(1)], "b": other})
    assert Result(unequal, choices=Choices(sheet="*")).code == "unequal_sheets"
    assert Result(unequal, choices=Choices(sheet="b")).columns["key"] == ["R-2"]


def test_a_sheet_that_is_no_table_is_noted(tmp_path: Path) -> None:
    found = Result(workbook(tmp_path, {"Data": [HEADER, row(1)], "Legend": [["x", "y"], ["a", "b"], ["c", "d"]]}))
    assert (found.records, found.notes & {"other_sheet"}) == ([1], {"other_sheet"})


def test_spreadsheet_errors_are_not_empty_cells(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"a": [HEADER, row(1), row(2, rating=4), row(3)]})
    cell = (b'<c r="D3"><v>4</v></c>', b'<c r="D3" t="e"><v>#N/A</v></c>')
    found = Result(repacked(path, {"xl/worksheets/sheet1.xml": cell}))
    assert (found.records, found.refused) == ([1, 3], [(2, "error_cell")])


@pytest.mark.parametrize("cell", ['<c t="e" r="D3">', "<c r='D3' t='e'>", '<c s="1" t="e" r="D3">'])
def test_errors_are_found_however_their_cell_is_written(tmp_path: Path, cell: str) -> None:
    path = workbook(tmp_path, {"a": [HEADER, row(1), row(2, comment=""), row(3)]})
    old = b'<c r="D3"><v>3</v></c>'
    repacked(path, {"xl/worksheets/sheet1.xml": (old, f"{cell}<v>#N/A</v></c>".encode())})
    assert Result(path).refused == [(2, "error_cell")]


def test_zeros_that_live_in_the_format_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "zeros.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("a")
        sheet.write_row(0, 0, ["agent_id", "full_name", "hired_at", "team"])
        sheet.write_row(1, 0, [123, "Ann Lee", "2025-03-02", "Line 1"])
        sheet.write(1, 0, 123, book.add_format({"num_format": "00000"}))
        sheet.write_row(2, 0, ["A-7", "Kim Park", "2025-03-02", "Line 1"])
    assert Result(path, "agents").columns["staff_number"] == ["00123", "A-7"]


def test_errors_are_found_below_titles_too(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"a": [[], [], *TITLE, HEADER, row(1), row(2, rating=4)]})
    cell = (b'<c r="D8"><v>4</v></c>', b'<c r="D8" t="e"><v>#REF!</v></c>')
    found = Result(repacked(path, {"xl/worksheets/sheet1.xml": cell}))
    assert (found.records, found.refused) == ([1], [(2, "error_cell")])


def test_a_formula_nobody_calculated_is_not_empty(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"a": [HEADER, row(1), row(2, rating="=2+2"), row(3)]})
    found = Result(repacked(path, {"xl/worksheets/sheet1.xml": (b"<f>2+2</f><v>0</v>", b"<f>2+2</f>")}))
    assert found.refused == [(2, "formula_without_value")]


def test_dates_and_numbers_of_a_workbook_keep_their_values(tmp_path: Path) -> None:
    rows = [
        row(1, chat_id=1234567, rating=4.0, rated_at=SECOND_OF_SEPTEMBER),
        row(2, rating="3 ", rated_at="03.09.2026 10:29"),
        row(3, rated_at=46269.44166666667),
    ]
    found = Result(workbook(tmp_path, {"a": [HEADER, *rows]}))
    assert found.columns["chat_id"] == ["1234567", "C-2", "C-3"]
    assert found.times() == ["2026-09-02T07:22:00", "2026-09-03T07:29:00", "2026-09-04T07:36:00"]


def test_the_calendar_of_1904_is_respected(tmp_path: Path) -> None:
    book = workbook(tmp_path, {"a": [HEADER, row(1, rated_at=SECOND_OF_SEPTEMBER)]}, date_1904=True)
    assert Result(book).times() == ["2026-09-02T07:22:00"]


@pytest.mark.parametrize(("since_1904", "serial"), [(False, 46267.5), (True, 44805.5)])
def test_plain_numbers_are_days_of_the_calendar_of_the_workbook(
    tmp_path: Path, since_1904: bool, serial: float
) -> None:
    path = workbook(tmp_path, {"a": [HEADER, row(1, rated_at=serial)]}, date_1904=since_1904)
    assert Result(path).times() == ["2026-09-02T09:00:00"]


def test_json_lines_with_bad_ones_between(tmp_path: Path) -> None:
    good = '{"chat_id":"C-%d","agent_id":"A-1","flagged_at":"2026-10-01T13:00:00+03:00","is_viral":true}'
    lines = [
        good % 1,
        '{"chat_id": "C-',
        "oops",
        "[1]",
        "42",
        '{"a":1,"a":2}',
        '{"a":NaN}',
        '{"x":' + "[" * 5000,
        good % 2,
    ]
    found = Result(put(tmp_path, "\n\n".join(lines)), "viral")
    codes = ["bad_json", "bad_json", "not_object", "not_object", "duplicate_key", "bad_json", "nesting_too_deep"]
    assert found.refused == list(zip(range(2, 9), codes, strict=True))
    assert found.records == [1, 9]


@pytest.mark.parametrize("text", ["[%s,%s]", '{"meta":{"page":1},"data":[%s,\n%s],"next":null}', "[\n  %s,\n  %s\n]\n"])
def test_json_documents_in_every_wrapping(tmp_path: Path, text: str) -> None:
    good = '{"chat_id":"C-%d","agent_id":"A-1","flagged_at":"2026-10-01T13:00:00Z","is_viral":"да","tags":[1]}'
    whole = text % (good % 1, good % 2)
    assert Result(put(tmp_path, whole), "viral").columns["chat_id"] == ["C-1", "C-2"]
    assert Result(put(tmp_path, whole.rstrip()[:-1]), "viral").code == "bad_json"


def test_a_json_document_that_breaks_off_is_turned_away(tmp_path: Path) -> None:
    good = '{"chat_id":"C-1","agent_id":"A-1","flagged_at":"2026-10-01T13:00:00Z","is_viral":true}'
    assert Result(put(tmp_path, f"[{good},{good}]"), "viral").records == [1]
    assert Result(put(tmp_path, f"[{good},{good[:-9]}"), "viral").code == "bad_json"
    assert Result(put(tmp_path, f"[{good}] trailing"), "viral").code == "bad_json"


def test_known_sources_with_a_footer_line(tmp_path: Path) -> None:
    header = ["Agent Name", "Rating", "Link to the conversation", "Recorded date"]
    line = [
        "Ann Lee (ann@kedr.example)",
        "5",
        "https://chat.example/app/accounts/1/conversations/77",
        "2026-01-31 10:22:00 UTC",
    ]
    text = csv_text([line, [], ["Reporting period 2026-01-01 to 2026-01-31"]], header, end="\n\n")
    found = Result(put(tmp_path, text, encoding="utf-8-sig"), profile=PROFILES["chatwoot_csat_csv"])
    assert (found.records, found.columns["chat_id"], found.times()) == ([1], ["77"], ["2026-01-31T10:22:00"])
