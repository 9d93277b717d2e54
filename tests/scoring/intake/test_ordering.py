"""Dates that can be read in two ways: the source decides them, unless the file says the contrary."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from scoring.intake import Choices
from tests.scoring.intake.files import HEADER, PLAIN, Result, csv_text, put, row, workbook


def dated(tmp_path: Path, *dates: str) -> Path:
    return put(tmp_path, csv_text([row(at, rated_at=one) for at, one in enumerate(dates, start=1)]))


@pytest.mark.parametrize(("order", "moment"), [("dmy", "2026-04-03T09:00:00"), ("mdy", "2026-03-04T09:00:00")])
def test_the_order_of_the_source_decides_what_the_dates_leave_open(tmp_path: Path, order: str, moment: str) -> None:
    path = dated(tmp_path, "03/04/2026 12:00")
    assert Result(path).code == "ambiguous_date"
    assert Result(path, profile=replace(PLAIN, date_order=order)).times() == [moment]


@pytest.mark.parametrize(("order", "contrary"), [("dmy", "03/25/2026"), ("mdy", "25/03/2026"), ("ymd", "03/04/2026")])
def test_dates_that_say_the_contrary_of_the_source_are_asked_about(tmp_path: Path, order: str, contrary: str) -> None:
    path = dated(tmp_path, "03/04/2026", contrary)
    assert Result(path, profile=replace(PLAIN, date_order=order)).code == "ambiguous_date"


def test_one_impossible_date_among_good_ones_costs_its_record_only(tmp_path: Path) -> None:
    found = Result(dated(tmp_path, "25/03/2026", "03/25/2026"), profile=replace(PLAIN, date_order="dmy"))
    assert (found.code, found.records, found.refused) == ("", [1], [(2, "bad_date")])


@pytest.mark.parametrize("dates", [("26-09-15",), ("26-09-15", "26-09-16"), ("26/09/05", "26/10/06", "26/10/07")])
def test_short_dates_that_may_begin_with_the_year_are_asked_about(tmp_path: Path, dates: tuple[str, ...]) -> None:
    path = dated(tmp_path, *dates)
    assert Result(path).code == "ambiguous_date"
    found = Result(path, choices=Choices(date_order="ymd"))
    assert found.times()[0][:4] == "2026"
    assert len(found.records) == len(dates)


@pytest.mark.parametrize("dates", [("15/09/26",), ("15-09-26", "16-09-26"), ("09/28/26", "09/29/26"), ("26.09.15",)])
def test_short_dates_that_end_with_the_year_are_not(tmp_path: Path, dates: tuple[str, ...]) -> None:
    assert Result(dated(tmp_path, *dates)).code == ""


def test_where_years_stand_first_a_day_or_month_in_front_is_no_date(tmp_path: Path) -> None:
    found = Result(dated(tmp_path, "2026-09-01", "03/04/2026", "25/03/2026"), choices=Choices(date_order="ymd"))
    assert (found.records, found.refused) == ([1, 3], [(2, "bad_date")])


def days(*dates: tuple[int, int]) -> list[datetime]:
    """Date cells of a workbook: (month, day)."""
    return [datetime(2026, month, day) for month, day in dates]  # noqa: DTZ001 - a cell knows no zone


@pytest.mark.parametrize("left", ["04/25/2026", "25/04/2026"])
def test_dates_that_a_spreadsheet_has_turned_round_are_asked_about(tmp_path: Path, left: str) -> None:
    dates = [*days((4, 3), (5, 3)), left]
    book = workbook(tmp_path, {"S": [HEADER, *(row(at, rated_at=one) for at, one in enumerate(dates))]})
    assert Result(book).code == "swapped_dates"
    assert Result(book, choices=Choices(date_order="mdy" if left[0] == "0" else "dmy")).times()[0][:10] == "2026-04-02"


@pytest.mark.parametrize("left", ["25.04.2026", "2026-04-25", "04/03/2026"])
def test_date_cells_beside_other_texts_are_dates(tmp_path: Path, left: str) -> None:
    dates = [*days((4, 3), (5, 23)), left, "25/04/2026"]
    book = workbook(tmp_path, {"S": [HEADER, *(row(at, rated_at=one) for at, one in enumerate(dates))]})
    assert Result(book).code == ""


def test_a_day_whose_time_stands_elsewhere_is_asked_about(tmp_path: Path) -> None:
    rows = [[*row(at, rated_at="2026-09-02"), "23:30"] for at in (1, 2)]
    path = put(tmp_path, csv_text(rows, [*HEADER, "time"]))
    assert Result(path).code == "time_apart"
    columns = dict(zip(("#1", "#2", "#3", "#4", "#5"), ("key", "chat_id", "agent", "rating", "rated_at"), strict=True))
    assert Result(path, choices=Choices(columns={**columns, "time": "rated_time"})).times()[0] == "2026-09-02T20:30:00"
    assert Result(path, choices=Choices(columns=columns)).times()[0] == "2026-09-01T21:00:00"
    full = put(tmp_path, csv_text([[*row(1), "23:30"]], [*HEADER, "time"]))
    assert Result(full).code == ""


def test_a_date_that_was_cut_off_with_its_file_is_refused(tmp_path: Path) -> None:
    header = [name for name in HEADER if name != "rated_at"] + ["rated_at"]
    lines = [[*one[:4], one[5], f"2026-09-2{at}"] for at, one in enumerate(map(row, range(1, 5)), start=1)]
    text = csv_text(lines, header)
    assert Result(put(tmp_path, text[:-3])).refused == [(4, "cut_off")]
    assert Result(put(tmp_path, text[:-2])).refused == []
    short = csv_text([*lines[:3], [*lines[3][:5], "2026-09-2"]], header)
    assert Result(put(tmp_path, short)).refused == []


def test_a_file_that_changes_its_order_far_down_is_asked_about(tmp_path: Path) -> None:
    first, later = ["13/04/2026", *["03/04/2026"] * 1500], ["04/13/2026", "05/06/2026"]
    assert Result(dated(tmp_path, *first, *later)).code == "ambiguous_date"
    assert len(Result(dated(tmp_path, *first)).records) == 1501


def test_sheets_that_differ_in_their_order_are_asked_about(tmp_path: Path) -> None:
    days, months = row(1, rated_at="13/04/2026"), row(2, rated_at="04/13/2026")
    book = workbook(tmp_path, {"A": [HEADER, days], "B": [HEADER, months]})
    assert Result(book, choices=Choices(sheet="*")).code == "ambiguous_date"
    assert Result(book, choices=Choices(sheet="B")).times() == ["2026-04-12T21:00:00"]


def test_sheets_that_differ_in_their_scale_are_asked_about(tmp_path: Path) -> None:
    longer = [row(at, rating=at % 11) for at in range(2, 40)]
    book = workbook(tmp_path, {"A": [HEADER, row(1)], "B": [HEADER, *longer]})
    assert Result(book, choices=Choices(sheet="*")).code == "ambiguous_scale"
    assert Result(book, choices=Choices(sheet="A")).records == [1]
