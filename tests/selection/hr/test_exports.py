"""The ranking as a file."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from scoring.models import ScoreRun
from selection.hr.export_files import as_csv, as_xlsx, harmless
from tests.selection.hr.conftest import vary

EVIL = "=cmd|' /C calc'!A0"


def rows_of(content: bytes) -> list[list[str]]:
    """The rows of a CSV file."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def sheet_of(content: bytes) -> list[tuple[Any, ...]]:
    """The rows of the only sheet of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.active is not None
    return list(book.active.iter_rows())


def test_csv_holds_everybody_in_order(hanna: Client, run: ScoreRun) -> None:
    answer = hanna.get(reverse("hr:ranking_csv"))
    rows = rows_of(answer.content)
    assert rows[0][0] == "Rank"
    assert [row[4] for row in rows[1:4]] == ["Ania Sokolova", "Boris Vetrov", "Мария Кузнецова"]
    assert rows[1][6] == "79.0"
    assert len(rows) == 7
    assert answer["Content-Disposition"] == 'attachment; filename="ranking-2026-11-22.csv"'


def test_files_hold_what_the_filters_leave(hanna: Client, run: ScoreRun) -> None:
    vary(run)
    query = "?verdict=borderline&sort=-rank"
    rows = rows_of(hanna.get(reverse("hr:ranking_csv") + query).content)
    assert [row[4] for row in rows[1:]] == ["Мария Кузнецова", "Boris Vetrov"]
    sheet = sheet_of(hanna.get(reverse("hr:ranking_xlsx") + query).content)
    assert [row[4].value for row in sheet[1:]] == ["Мария Кузнецова", "Boris Vetrov"]


def test_the_page_links_to_files_of_what_it_shows(hanna: Client, run: ScoreRun) -> None:
    page = hanna.get("/hr/ranking/?search=ania").content.decode()
    assert f"/hr/ranking/export.csv?run={run.pk}&amp;search=ania" in page


def test_a_name_is_no_formula_in_either_file(hanna: Client, run: ScoreRun) -> None:
    rows = rows_of(hanna.get(reverse("hr:ranking_csv")).content)
    assert rows[6][4] == f"'{EVIL}"
    cell = sheet_of(hanna.get(reverse("hr:ranking_xlsx")).content)[6][4]
    assert (cell.value, cell.data_type) == (EVIL, "s")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_dangerous_texts_get_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["Ania", "O’Brien", "2=1", "", -4, -0.5, 7])
def test_harmless_cells_are_left_alone(cell: str | float) -> None:
    assert harmless(cell) == cell


def test_negative_numbers_stay_numbers_in_both() -> None:
    assert rows_of(as_csv([[-0.5, "-0.5"]])) == [["-0.5", "'-0.5"]]
    number, text = sheet_of(as_xlsx([[-0.5, "-0.5"]]))[0]
    assert (number.value, number.data_type) == (-0.5, "n")
    assert (text.value, text.data_type) == ("-0.5", "s")


def test_links_stay_texts() -> None:
    cell = sheet_of(as_xlsx([["https://evil.example/"]]))[0][0]
    assert (cell.value, cell.hyperlink) == ("https://evil.example/", None)


def test_auditors_may_take_the_list_and_others_may_not(ada: Client, cast: Any, run: ScoreRun) -> None:
    outsider = Client()
    outsider.force_login(cast.greta)
    for name in ("hr:ranking_csv", "hr:ranking_xlsx"):
        assert ada.get(reverse(name)).status_code == 200
        assert outsider.get(reverse(name)).status_code == 403
