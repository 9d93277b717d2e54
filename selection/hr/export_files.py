"""Rows into files that no spreadsheet mistakes for formulas (OWASP, CSV injection)."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from scoring.models.runs import Verdict
from selection.reasons import INCOMPLETE, MISSED, RETEST, gates_in

Cell = str | float
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"


def header() -> list[Cell]:
    """The names of the columns."""
    return [
        _("Rank"),
        _("Best plausible rank"),
        _("Worst plausible rank"),
        _("Staff number"),
        _("Agent"),
        _("Team"),
        _("Score"),
        _("Verdict"),
        _("Probability of a place"),
        _("Conditions met"),
        _("Conditions"),
        _("Not met"),
        _("Ratings"),
    ]


def line(row: Mapping[str, Any]) -> list[Cell]:
    """One score as cells; numbers stay numbers."""
    return [
        row["rank"],
        row["rank_low"],
        row["rank_high"],
        row["agent__staff_number"],
        row["agent__full_name"],
        row["team_name"],
        round(row["score"], 1),
        str(Verdict(row["verdict"]).label),
        round(row["p_top"], 4),
        row["gates_met"],
        row["gates_total"],
        ", ".join(gates_in(row["gates"], MISSED, RETEST, INCOMPLETE)),
        row["ratings"],
    ]


def harmless(cell: Cell) -> Cell:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it; a number is left alone."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell


def as_csv(rows: Iterable[Iterable[Cell]]) -> bytes:
    """Comma-separated UTF-8 with a byte-order mark."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return (BOM + text.getvalue()).encode()


def as_xlsx(rows: Iterable[Iterable[Cell]]) -> bytes:
    """A workbook of one sheet: texts are texts, never formulas or links."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, list(row))
    return target.getvalue()
