"""Reading an XLSX workbook: checked and typed by Rostrum, beside python-calamine's bare read of the same cells."""

import csv
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from bench.files import staff_numbers, write_ratings
from bench.settings import FOLDER, prepare
from bench.table import in_turn, show

BARE = "python-calamine: all rows as lists"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def main(engine: str, rows: int, rounds: int) -> None:
    """Print a dry run of a workbook with `rows` ratings, into a database that holds none."""
    prepare(engine)
    # Models exist only after Django is set up.
    loaders, load = import_module("bench.loaders"), import_module("scoring.intake.load")
    loaders.set_up(staff_numbers())
    path = workbook(write_ratings(FOLDER / f"ratings-{rows}.csv", rows=rows))

    def checked() -> None:
        report = load.check(path, load.look(path, kind="ratings", profile="surveys"), as_of=AT)
        assert report.accepted == rows, report.message

    def bare() -> None:
        assert len(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()) == rows + 1

    name = "Rostrum: decided, validated, linked, deduplicated"
    lines = in_turn({BARE: bare, name: checked}, rows=rows, rounds=rounds)
    show(f"A workbook of {rows:,} ratings", lines, base=BARE)


def workbook(table: Path) -> Path:
    """Write a CSV table as a workbook beside it: marks are numbers, all else is text."""
    path = table.with_suffix(".xlsx")
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book, table.open(newline="") as text:
        sheet = book.add_worksheet()
        for line, row in enumerate(csv.reader(text)):
            for place, cell in enumerate(row):
                is_mark = line and len(cell) == 1 and cell.isdigit()
                sheet.write(line, place, int(cell) if is_mark else cell)
    return path


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
