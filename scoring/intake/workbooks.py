"""XLSX and XLS workbooks: looked through before any reader opens them, then read by calamine.

A sheet is held in memory by the reader as a full rectangle, so its corners are measured first. Cells with a spreadsheet
error come out of the reader as empty text; they are found here and put back, so that nothing is lost in silence.
"""

import lzma
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from scoring.intake.biff import sizes
from scoring.intake.containers import XLSX
from scoring.intake.grids import BadCell, Batches
from scoring.intake.limits import MEGABYTE, Limits
from scoring.intake.probe import survives
from scoring.intake.refusals import Rejected

LARGEST_RECTANGLE = 8_000_000
# Tags of cells and rows that are not written the way Excel writes them are looked at one by one.
_UNUSUAL_ROW = re.compile(rb'<row(?! r="\d{1,7}"(?: spans="\d{1,7}:\d{1,7}")?>)')
_LAST_PLACE = re.compile(rb'<c r="[A-Z]{1,3}(\d{1,7})"')
_TAG = re.compile(rb"<(?:\w+:)?(?:c|row)(?=[\s/>])[^>]*>")
_PLACE = re.compile(rb"(?<![\w:])r\s*=\s*[\"']([^\"']*)[\"']")
_GOOD_PLACE = re.compile(rb"[A-Z]{0,3}\d{1,7}")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_CELL = re.compile(rb"<(?:\w+:)?c\b")
_HIGH_ROWS = re.compile(rb"r=[\"'][A-Z]{0,3}(\d{5,7})[\"']")
_ERROR = re.compile(
    rb"<(?:\w+:)?c\b(?=[^>]*\bt=[\"']e[\"'])[^>]*?\br=[\"']([A-Z]+)(\d+)[\"'][^>]*>\s*"
    rb"(?:<(?:\w+:)?f\b[^>]*/>|<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>)?\s*<(?:\w+:)?v>([^<]*)</"
)
_STYLED = re.compile(rb"<c\b(?=[^>]*\bs=\"(\d+)\")(?![^>]*\bt=\"(?!n\"))[^>]*?\br=\"([A-Z]+)\d+\"")
_FORMAT = re.compile(r'<numFmt\b(?=[^>]*\bformatCode="(0{2,30})")[^>]*?\bnumFmtId="(\d+)"')
_STYLE_BYTES = 4 * MEGABYTE
_UNCALCULATED = re.compile(
    rb"<c\b[^>]*?\br=\"([A-Z]+)(\d+)\"[^>]*>\s*<f\b[^>]*(?:/>|>([^<]*)</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)
_SINCE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](?:1|true)[\"']")
_WILD_COUNT = re.compile(rb"uniqueCount\s*=\s*[\"']\s*\+?\d{8,}")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')

Overlay = dict[tuple[int, int], BadCell]


@dataclass(slots=True)
class Workbook:
    """An opened workbook: its sheets with data, and the cells that hold errors, by sheet."""

    reader: CalamineWorkbook
    sheets: list[str]
    hidden: list[str]
    overlays: dict[str, Overlay] = field(default_factory=dict)
    padded: dict[str, dict[int, int]] = field(default_factory=dict)
    since_1904: bool = False
    opened: dict[str, Any] = field(default_factory=dict)

    def sheet(self, name: str) -> Any:
        """Load one sheet, once."""
        if name not in self.opened:
            self.opened[name] = _loaded(self.reader, name)
        return self.opened[name]


def open_workbook(path: Path, kind: str, limits: Limits) -> Workbook:
    """Check and open a workbook. Raises Rejected (corrupt, encrypted, xml_entity, zip_bomb, too_many_columns)."""
    parts = _inspect(path, limits) if kind == XLSX else {}
    if kind != XLSX:
        _measure_old(path, limits)
    try:
        with _panics(kind):
            reader = CalamineWorkbook.from_path(str(path))
            metadata = reader.sheets_metadata
    except PasswordError as error:
        raise Rejected("encrypted") from error
    except CalamineError as error:
        raise Rejected("corrupt", container=kind) from error
    shown = [sheet.name for sheet in metadata if sheet.visible == SheetVisibleEnum.Visible]
    hidden = [sheet.name for sheet in metadata if sheet.visible != SheetVisibleEnum.Visible]
    if not parts:
        return Workbook(reader, shown, hidden)
    named = _by_name(path, parts)
    overlays = {name: part.overlay for name, part in named.items() if part.overlay}
    padded = {name: part.padded for name, part in named.items() if part.padded}
    return Workbook(reader, shown, hidden, overlays, padded, any(part.since_1904 for part in parts.values()))


def _measure_old(path: Path, limits: Limits) -> None:
    found = sizes(path)
    if not found:
        raise Rejected("corrupt", container="xls")
    for rows, columns in found:
        check_rectangle(rows, columns, limits)
    if not survives(path):
        raise Rejected("corrupt", container="xls")


def _loaded(reader: CalamineWorkbook, name: str) -> Any:
    try:
        with _panics("workbook"):
            return reader.get_sheet_by_name(name)
    except PasswordError as error:
        raise Rejected("encrypted") from error
    except CalamineError as error:
        raise Rejected("corrupt", container="workbook") from error


def batches(workbook: Workbook, name: str, limits: Limits) -> Batches:
    """Give the rows of one sheet in batches, errors put back where they were."""
    sheet = workbook.sheet(name)
    overlay = workbook.overlays.get(name, {})
    # The reader begins with the first row of the sheet, but with the first column in use.
    left = (sheet.start or (0, 0))[1]
    rows: Iterator[list[Any]] = sheet.iter_rows()
    first = 0
    while batch := _taken(rows, limits.chunk_rows):
        _put_back(batch, overlay, first, left)
        _pad(batch, workbook.padded.get(name, {}), left)
        first += len(batch)
        yield list(batch)


def _put_back(batch: list[list[Any]], overlay: Overlay, first: int, left: int) -> None:
    for (row, column), bad in overlay.items():
        if first <= row < first + len(batch):
            cells = batch[row - first]
            cells.extend([""] * (column - left + 1 - len(cells)))
            cells[column - left] = bad


def _taken(rows: Iterator[list[Any]], size: int) -> list[list[Any]]:
    with _panics("workbook"):
        return list(islice(rows, size))


@contextmanager
def _panics(container: str) -> Iterator[None]:
    """A panic of the reader is no Exception, and its class has no name to import; the file is damaged."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise Rejected("corrupt", container=container) from error
        raise


def _pad(batch: list[list[Any]], padded: dict[int, int], left: int) -> None:
    """Write numbers as their cells show them: the zeros before 00123 live in the format, not in the value."""
    for column, width in padded.items():
        for cells in batch:
            value = cells[column - left] if column - left < len(cells) else ""
            if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) >= 0:
                cells[column - left] = str(int(value)).zfill(width)


def _inspect(path: Path, limits: Limits) -> dict[str, "_Seen"]:
    """Look through every part; give those that say something of sheets or of the calendar, by name."""
    parts: dict[str, _Seen] = {}
    done = 0
    try:
        with ZipFile(path) as archive:
            zeros = _zero_styles(archive)
            for entry in archive.infolist():
                seen = _Seen(limits, zeros)
                with archive.open(entry) as stream:
                    while block := stream.read(4 * MEGABYTE):
                        done += len(block)
                        if done > limits.unpacked_bytes:
                            raise Rejected("zip_bomb", limit=limits.unpacked_mb)
                        seen.look(block)
                seen.measure()
                if seen.overlay or seen.padded or seen.since_1904:
                    parts[entry.filename] = seen
    except (BadZipFile, OSError, EOFError, zlib.error, lzma.LZMAError, NotImplementedError) as error:
        raise Rejected("corrupt", container=XLSX) from error
    return parts


def _zero_styles(archive: ZipFile) -> dict[bytes, int]:
    """Cell styles whose format is nothing but zeros, with how many."""
    if "xl/styles.xml" not in archive.namelist() or archive.getinfo("xl/styles.xml").file_size > _STYLE_BYTES:
        return {}
    text = archive.read("xl/styles.xml").decode("utf-8", "replace")
    widths = {number: len(zeros) for zeros, number in _FORMAT.findall(text)}
    styles = re.findall(r'<xf\b[^>]*?\bnumFmtId="(\d+)"', text.partition("<cellXfs")[2].partition("</cellXfs>")[0])
    return {str(at).encode(): widths[number] for at, number in enumerate(styles) if number in widths}


class _Seen:
    """What one XML part of the workbook holds, gathered block by block."""

    def __init__(self, limits: Limits, zeros: dict[bytes, int]) -> None:
        self.limits, self.zeros = limits, zeros
        self.padded: dict[int, int] = {}
        self.since_1904 = False
        self.is_sheet = False
        self.counting, self.open_cells, self.most_cells, self.counted_rows = False, 0, 0, 0
        self.rest = b""
        self.widest = b""
        self.rows = 0
        self.overlay: Overlay = {}

    def look(self, block: bytes) -> None:
        """Search one block; what may be cut at its end is carried into the next."""
        data = self.rest + block
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Rejected("xml_entity")
        # The reader makes room for as many shared texts as are announced, whatever part announces them.
        if b"uniqueCount" in data and _WILD_COUNT.search(data):
            raise Rejected("corrupt", container=XLSX)
        # A part is a sheet by what it holds: its name is whatever the workbook says.
        self.is_sheet = self.is_sheet or b"sheetData" in data
        if self.is_sheet and b"\x00" in data:
            raise Rejected("corrupt", container=XLSX)
        if not self.is_sheet:
            self.since_1904 = self.since_1904 or _SINCE_1904.search(data) is not None
            self.rest = data[-64:]
            return
        cut = data.rfind(b"</c>") + 4 if b"</c>" in data[-MEGABYTE:] else max(0, len(data) - MEGABYTE)
        self._cells(data[:cut])
        self.rest = data[cut:]

    def _cells(self, data: bytes) -> None:
        if not self.widest:
            self._widen(data)
        if self._is_usual(data):
            self.rows = max(self.rows, 10_000, _last_row(data))
        else:
            self._places(data)
            self._widen(data)
            self.rows = max(self.rows, 10_000, *map(int, set(_HIGH_ROWS.findall(data))))
            self._keep(_ERROR.findall(data), "error_cell")
        if self.counting:
            self._count(data)
        if b"<f" in data:
            self._keep(_UNCALCULATED.findall(data), "formula_without_value")
        for style, letters in set(_STYLED.findall(data)) if self.zeros else ():
            if style in self.zeros:
                column = column_number(letters.decode()) - 1
                self.padded[column] = max(self.zeros[style], self.padded.get(column, 0))

    def _widen(self, data: bytes) -> None:
        """Find the widest column; to list all cells of a large sheet takes seconds, those beyond are few."""
        start = 0
        while found := _beyond(self.widest).search(data, start):
            self.widest, start = found[1], found.end()

    def _is_usual(self, data: bytes) -> bool:
        """Whether all cells are written as Excel does, up to the widest column and the last row, none with an error."""
        start = max(0, data.find(b"<sheetData"))
        unusual = _unusual(self.widest, _last_row(data))
        return b":c" not in data and not unusual.search(data, start) and not _UNUSUAL_ROW.search(data, start)

    def _places(self, data: bytes) -> None:
        """Turn away references no spreadsheet has: the reader would ask for all the memory up to them, and die."""
        for tag in _TAG.findall(data):
            places = _PLACE.findall(tag)
            quotes = tag.count(b'"') % 2 or tag.count(b"'") % 2
            if quotes or len(places) > 1 or not all(map(_GOOD_PLACE.fullmatch, places)):
                raise Rejected("corrupt", container=XLSX)
            self.counting = self.counting or not places

    def _count(self, data: bytes) -> None:
        """Count cells that need not say where they stand: they follow one another."""
        cells = [len(_CELL.findall(row)) for row in _ROW.split(data)]
        cells[0] += self.open_cells
        self.open_cells = cells[-1]
        self.most_cells = max(self.most_cells, *cells)
        self.counted_rows += len(cells) - 1

    def _keep(self, found: list[tuple[bytes, bytes, bytes]], code: str) -> None:
        for letters, row, text in found:
            shown = text.decode("utf-8", "replace")
            place = int(row) - 1, column_number(letters.decode()) - 1
            self.overlay[place] = BadCell(shown if code == "error_cell" else f"={shown}", code)

    def measure(self) -> None:
        """Turn away sheets whose full rectangle would not fit into memory."""
        if self.is_sheet:
            self._cells(self.rest)
        width = max(column_number(self.widest.decode()), self.most_cells)
        self.rows = max(self.rows, self.counted_rows)
        check_rectangle(self.rows, width, self.limits)


def check_rectangle(rows: int, columns: int, limits: Limits) -> None:
    """Turn away a sheet whose full rectangle would not fit into memory. Raises Rejected."""
    if columns > limits.columns:
        raise Rejected("too_many_columns", found=columns, limit=limits.columns)
    if rows * columns > LARGEST_RECTANGLE:
        raise Rejected("too_many_cells", rows=rows, columns=columns)


def _last_row(data: bytes) -> int:
    found = _LAST_PLACE.match(data, max(0, data.rfind(b'<c r="')))
    return int(found[1]) if found else 0


def _unusual(widest: bytes, row: int) -> re.Pattern[bytes]:
    """Match a cell that is not written as Excel does, holds an error, or stands beyond this column or row."""
    columns, rows = _up_to(widest.decode(), "A", "Z"), _up_to(str(row), "0", "9")
    tag = rf'<c(?! r="(?:{columns})(?:{rows})"(?: s="\d{{1,6}}")?(?: t="(?!e")[A-Za-z]{{1,9}}")?/?>)'
    return re.compile(tag.encode())


def _up_to(last: str, first_sign: str, last_sign: str) -> str:
    """Match what stands before this one or is it, in the order of columns (A to Z) or of numbers (0 to 9)."""
    every = f"[{first_sign}-{last_sign}]"
    before = [
        f"{last[:at]}[{first_sign}-{chr(ord(sign) - 1)}]{every}{{{len(last) - at - 1}}}"
        for at, sign in enumerate(last)
        if sign > first_sign
    ]
    shorter = [f"{every}{{1,{len(last) - 1}}}"] if len(last) > 1 else []
    return "|".join([*shorter, *before, last])


@lru_cache(maxsize=512)
def _beyond(letters: bytes) -> re.Pattern[bytes]:
    """Match a reference to a cell in a column to the right of this one ('' stands before A)."""
    longer = rb"[A-Z]{%d,3}" % (len(letters) + 1) if len(letters) < 3 else rb"(?!)"
    text = letters.decode()
    same = [
        f"{text[:at]}[{chr(ord(letter) + 1)}-Z][A-Z]{{{len(text) - at - 1}}}"
        for at, letter in enumerate(text)
        if letter < "Z"
    ]
    return re.compile(rb"r=[\"'](" + b"|".join([*(one.encode() for one in same), longer]) + rb")\d")


def column_number(letters: str) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _by_name(path: Path, parts: dict[str, _Seen]) -> dict[str, _Seen]:
    """Turn part names (xl/worksheets/sheet1.xml) into sheet names."""
    try:
        with ZipFile(path) as archive:
            book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
            links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except KeyError as error:
        raise Rejected("corrupt", container=XLSX) from error
    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", links):
        attributes = dict(_ATTRIBUTE.findall(tag))
        target = attributes.get("Target", "")
        targets[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    names = {}
    for tag in _SHEET.findall(book):
        attributes = dict(_ATTRIBUTE.findall(tag))
        link = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        names[targets.get(link, "")] = _unescaped(attributes.get("name", ""))
    return {names[part]: seen for part, seen in parts.items() if part in names}


def _unescaped(text: str) -> str:
    for escaped, plain in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(escaped, plain)
    return text
