"""Dates: every usual spelling, one order per file, and nothing shifted in silence."""

from pathlib import Path

import pytest

from scoring.intake import Choices
from scoring.intake.ordering import orders
from scoring.intake.stamps import Rule, instants
from tests.scoring.intake.files import HEADER, Result, csv_text, put, row

MOSCOW = Rule("Europe/Moscow")
SAME = [
    "2026-09-02T10:00:00+03:00",
    "2026-09-02T07:00:00Z",
    "2026-09-02 07:00:00+00:00",
    "2026-09-02 07:00:00 UTC",
    "2026-09-02T12:30:00.000+05:30",
    "2026-09-02T03:00:00-0400",
    "2026-09-02 10:00",
    "2026/09/02 10:00:00",
    "02.09.2026 10:00",
    "02.09.2026 10:00:00",
    "2.9.2026 10:00",
    "02.09.26 10:00",
    "02.09.2026 г. 10:00",
    "2 сентября 2026 г. 10:00",
    "2 сен. 2026, 10:00",
    "02-Sep-2026 10:00",
    "September 2, 2026 10:00 AM",
    "Sep 2, 2026, 10:00:00 am",
    "1788332400",
    "1788332400000",
    "46267.4166666667",
    "1788332400000000",
    "1788332400000000000",
    "20260902T070000Z",
    "20260902100000",
    "Wed, 02 Sep 2026 07:00:00 GMT",
    "Wed Sep 02 2026 10:00:00 GMT+0300 (Moscow Standard Time)",
    "Wednesday, September 2, 2026 10:00:00",
    "ср, 2 сентября 2026, 10:00",
    "2026-09-02 10:00:00 MSK",
    "2026/09/02 10:00:00 AM GMT+3",
    "2026-09-02 10:00:00 Europe/Moscow",
    "2026-09-02T10:00:00+03:00[Europe/Moscow]",
    "2026-09-02 07:00:00 +0000 UTC",
    "10:00 02.09.2026",
    "02.09.2026 в 10:00",
    "02-Sep-26 10:00:00",
]


@pytest.mark.parametrize("text", SAME)
def test_spellings_of_one_moment(text: str) -> None:
    found, problems = instants([text], MOSCOW)
    assert (str(found[0])[:19], problems) == ("2026-09-02T07:00:00", {})


def test_the_fast_path_and_the_slow_one_agree() -> None:
    together, problems = instants(SAME, MOSCOW)
    assert {str(one)[:19] for one in together} == {"2026-09-02T07:00:00"}
    assert problems == {}


@pytest.mark.parametrize(
    "text",
    [
        *("31.02.2026 10:00", "2026-13-01", "00.00.0000", "вчера", "2025-02-29", "2026-09-02 24:00:00", "now", "2026"),
        *("2026-09-02 10:61:00", "2026-09-02 10:00:60", "2026-09-02T10:00:00+99", "10:00", "2026-09-02 13:00 PM"),
        *(
            "31/02/2026 10:00:00",
            "20260931",
            "2026-09-02 " + "x" * 20_000,
            "20260231T100000Z",
            "2026-09-02 10:00:00 Mars/Olympus",
            "Wed, 31 Feb 2026",
        ),
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    found, problems = instants([text, "2026-09-02 10:00:00"], MOSCOW)
    assert {place: problem.code for place, problem in problems.items()} == {0: "bad_date"}
    assert str(found[1])[:19] == "2026-09-02T07:00:00"


def test_the_clock_change_is_neither_guessed_nor_shifted() -> None:
    values = ["2026-03-29 02:30:00", "2026-10-25 02:30:00", "2026-10-25 02:30:00+01:00", "2026-07-01 12:00:00"]
    found, problems = instants(values, Rule("Europe/Berlin"))
    assert {at: one.code for at, one in problems.items()} == {0: "nonexistent_local_time", 1: "ambiguous_local_time"}
    assert [str(one)[:19] for one in found[2:]] == ["2026-10-25T01:30:00", "2026-07-01T10:00:00"]


def test_zones_by_record() -> None:
    found, problems = instants(["2026-07-01 12:00:00"] * 3, MOSCOW, zones=["Europe/Berlin", "", "Mars/Olympus"])
    assert [str(one)[:19] for one in found[:2]] == ["2026-07-01T10:00:00", "2026-07-01T09:00:00"]
    assert {at: one.code for at, one in problems.items()} == {2: "bad_timezone"}


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Factory", "../../etc/passwd", "/etc/localtime", "Moscow"])
def test_what_is_no_place_is_no_zone(zone: str) -> None:
    _, problems = instants(["2026-07-01 12:00:00"], MOSCOW, zones=[zone])
    assert problems[0].code == "bad_timezone"


def test_a_zero_byte_in_one_zone_harms_no_other(tmp_path: Path) -> None:
    lines = [[*row(1), "Europe/Moscow"], [*row(2), "Europe/Moscow\x00"], [*row(3), "Europe/Moscow"]]
    found = Result(put(tmp_path, csv_text(lines, [*HEADER, "tz"])))
    assert (found.records, found.refused) == ([1, 3], [(2, "control_char")])


def test_a_named_zone_behind_a_time_has_its_own_clock_changes() -> None:
    values = [
        "2026-03-29 02:30:00 Europe/Berlin",
        "2026-10-25 02:30:00 Europe/Berlin",
        "2026-07-01 12:00:00 Europe/Berlin",
    ]
    found, problems = instants(values, MOSCOW)
    assert {at: one.code for at, one in problems.items()} == {0: "nonexistent_local_time", 1: "ambiguous_local_time"}
    assert str(found[2])[:19] == "2026-07-01T10:00:00"


@pytest.mark.parametrize("zone", ["MSK", "+03:00", "UTC+3", "GMT+03", "Europe/Moscow", "europe/moscow", "МСК"])
def test_zones_in_every_usual_spelling(zone: str) -> None:
    found, problems = instants(["2026-07-01 12:00:00"], Rule("UTC"), zones=[zone])
    assert (str(found[0])[:19], problems) == ("2026-07-01T09:00:00", {})


def test_day_and_month_are_counted() -> None:
    assert orders(["13/02/2026", "02/13/2026", "01/02/2026", "2026-01-02", "01.02.2026"]) == (1, 1, 1)


def dated(*dates: str) -> str:
    return csv_text([row(at, rated_at=date) for at, date in enumerate(dates, start=1)])


def test_nothing_decides_between_day_and_month(tmp_path: Path) -> None:
    path = put(tmp_path, dated("01/02/2026 10:00", "03/04/2026 10:00"))
    assert Result(path).code == "ambiguous_date"
    assert Result(path, choices=Choices(date_order="dmy")).times() == ["2026-02-01T07:00:00", "2026-04-03T07:00:00"]
    assert Result(path, choices=Choices(date_order="mdy")).times() == ["2026-01-02T07:00:00", "2026-03-04T07:00:00"]


@pytest.mark.parametrize("before", ["10:00 ", "10:00:00, ", "Wed ", "Wed, "])
def test_what_stands_before_a_date_does_not_hide_its_order(tmp_path: Path, before: str) -> None:
    path = put(tmp_path, dated(f'"{before}01/02/2026"', f'"{before}03/04/2026"'))
    assert Result(path).code == "ambiguous_date"


def test_one_date_decides_for_all(tmp_path: Path) -> None:
    assert Result(put(tmp_path, dated("01/02/2026 10:00", "25/04/2026 10:00"))).times()[0] == "2026-02-01T07:00:00"
    assert Result(put(tmp_path, dated("01/02/2026 10:00", "04/25/2026 10:00"))).times()[0] == "2026-01-02T07:00:00"


def test_a_date_far_down_decides_too(tmp_path: Path) -> None:
    found = Result(put(tmp_path, dated(*["01/02/2026 10:00"] * 3000, "04/25/2026 10:00")))
    assert (found.code, found.seen.date_order) == ("", "mdy")


def test_contradicting_dates_are_asked_about(tmp_path: Path) -> None:
    assert Result(put(tmp_path, dated("13/02/2026 10:00", "02/13/2026 10:00"))).code == "ambiguous_date"


@pytest.mark.parametrize(
    ("date", "code"),
    [("2026-11-24 10:00:00", "future_date"), ("1970-01-01 00:00:00", "bad_date"), ("1899-12-30", "bad_date"),
     ("2021-01-01 10:00:00", "before_hire")],
)  # fmt: skip
def test_dates_that_cannot_be_true(tmp_path: Path, date: str, code: str) -> None:
    found = Result(put(tmp_path, csv_text([row(1), row(2, rated_at=date)], HEADER)))
    assert (found.records, found.refused) == ([1], [(2, code)])
