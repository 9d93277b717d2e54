"""Dates that can be read in two ways: the source decides them, unless the file says the contrary."""

from dataclasses import replace
from pathlib import Path

import pytest

from scoring.intake import Choices
from tests.scoring.intake.files import PLAIN, Result, csv_text, put, row


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
