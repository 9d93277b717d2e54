"""From a container to a table: headings, records, blank and totals rows, in blocks of columns.

A record is a row below the headings that is neither blank nor a totals row; records are numbered from 1.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import scoring.intake.delimited as delimited
import scoring.intake.jsons as jsons
import scoring.intake.parquets as parquets
import scoring.intake.shapes as shapes
import scoring.intake.workbooks as workbooks
from scoring.intake.cells import is_empty, plain
from scoring.intake.columns import heading_text
from scoring.intake.containers import JSON, JSONL, PARQUET, TEXT, Container, detect, unpacked
from scoring.intake.encodings import Text
from scoring.intake.grids import BadCell, Batches, Row, Trouble
from scoring.intake.limits import Limits
from scoring.intake.refusals import Refusal, Rejected, shown
from scoring.intake.understanding import Understanding

_TOTALS = re.compile(
    r"(?:итого|итог|всего|сумма|среднее|средняя оценка|средний балл|общий итог|промежуточный итог|grand total|"
    r"sub-?total|total|totals|sum|average|avg|mean|count|reporting period|отч[её]тный период|период|period|"
    r"(?:report |file |data |отч[её]т |файл |данные )?(?:was )?(?:generated|exported|сформирован[оаы]?|выгружен[оаы]?)|"
    r"(?:applied )?filters?|фильтры?|отбор|ответственн(?:ый|ая)|исполнитель|подпись|"
    r"конец отч[её]та|end of report|end of file)(?![a-zа-яё])",
    re.IGNORECASE,
)
_REMEMBERED = 10_000
_DATE_START = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")


@dataclass(slots=True)
class Opened:
    """A file opened for reading: a plain path, and the workbook when it is one."""

    path: Path
    container: Container
    workbook: workbooks.Workbook | None = None


@dataclass(slots=True)
class Block:
    """Some records as columns by meaning; `records` are their numbers, `refusals` those that were no rows."""

    columns: dict[str, list[Any]]
    records: list[int]
    refusals: list[Refusal] = field(default_factory=list)
    sheet: str = ""


@dataclass(slots=True)
class Counts:
    """What was passed over while the table was read."""

    records: int = 0
    totals: int = 0
    blank: int = 0
    ignored: int = 0


@contextmanager
def opened(path: Path, limits: Limits, workbook: workbooks.Workbook | None = None) -> Iterator[Opened]:
    """Detect, unpack into a temporary folder if packed, and check; `workbook` is one already open. Raises Rejected."""
    container = detect(path, limits)
    with TemporaryDirectory(prefix="rostrum-intake-") as folder:
        plain_path = unpacked(path, container, Path(folder), limits)
        if container.packing:
            container = Container(detect(plain_path, limits).kind, container.packing, container.member)
        if workbook is None and container.kind not in {TEXT, JSON, JSONL, PARQUET}:
            workbook = workbooks.open_workbook(plain_path, container.kind, limits)
        yield Opened(plain_path, container, workbook)


def raw_batches(source: Opened, seen: Understanding, limits: Limits, sheet: str = "") -> Batches:
    """Give all rows of the container, title rows and headings included."""
    kind = source.container.kind
    if source.workbook:
        return workbooks.batches(source.workbook, sheet or source.workbook.sheets[0], limits)
    if kind == PARQUET:
        names = parquets.columns(source.path, limits)
        return chain([[names]], parquets.batches(source.path, limits))
    text = text_of(seen)
    if kind == TEXT:
        return delimited.batches(source.path, text, dialect_of(seen), limits)
    names = [column.heading for column in seen.columns]
    return chain([[names]], _object_batches(source, seen, names, limits))


def dialect_of(seen: Understanding) -> delimited.Dialect:
    """Rebuild how lines become cells."""
    return delimited.Dialect(seen.delimiter, seen.escape, seen.skipped_lines, seen.spaced, seen.quote)


def text_of(seen: Understanding) -> Text:
    """Rebuild what is needed to open the text again."""
    return Text(seen.encoding, (), seen.damaged, seen.unclean, seen.lines, seen.sha256)


def objects(source: Opened, seen: Understanding, limits: Limits, shape: str) -> Iterator[dict[str, Any] | Trouble]:
    """Give JSON records, brought into flat form by the shape of a known source, under names as headings are written."""
    read = jsons.lines if source.container.kind == JSONL else jsons.document
    names: dict[str, str] = {}
    for found in read(source.path, text_of(seen), limits):
        if isinstance(found, Trouble):
            yield found
            continue
        try:
            yield from (_renamed(one, names) for one in shapes.flattened(found, shape))
        except shapes.DoubleName as error:
            yield Trouble("duplicate_key", params={"key": error.args[0]})


def _renamed(record: dict[str, Any], names: dict[str, str]) -> dict[str, Any] | Trouble:
    """Write the names of a record as headings; `names` remembers how, as long as there are not too many."""
    if len(names) > _REMEMBERED:
        names.clear()
    for name in record.keys() - names.keys():
        names[name] = heading_text(name)
    headings = [names[name] for name in record]
    if headings == list(record):
        return record
    twice = next((one for one in headings if headings.count(one) > 1), "")
    return (
        Trouble("duplicate_key", params={"key": twice}) if twice else dict(zip(headings, record.values(), strict=True))
    )


def _object_batches(source: Opened, seen: Understanding, names: list[str], limits: Limits) -> Batches:
    found = objects(source, seen, limits, seen.shape)
    while batch := list(islice(found, limits.chunk_rows)):
        yield [one if isinstance(one, Trouble) else [one.get(name) for name in names] for one in batch]


def blocks(source: Opened, seen: Understanding, limits: Limits, counts: Counts) -> Iterator[Block]:
    """Give the records of all chosen sheets as blocks. Raises Rejected (unterminated_quote, too_many_rows)."""
    for sheet in seen.read_sheets or [""]:
        above = seen.header_row + seen.header_rows - 1 if seen.header_row else 0
        for rows in raw_batches(source, seen, limits, sheet):
            body = rows[above:]
            above = max(0, above - len(rows))
            if body:
                yield _block(body, seen, counts, sheet)
            if counts.records > limits.rows:
                raise Rejected("too_many_rows", found=counts.records, limit=limits.rows)


def _block(rows: list[Row], seen: Understanding, counts: Counts, sheet: str) -> Block:
    refusals: list[Refusal] = []
    records = list(range(counts.records + 1, counts.records + len(rows) + 1))
    turned = _turned(rows, seen) if _even(rows, len(seen.columns)) else []
    if turned and not _has_gaps(turned, seen):
        counts.records += len(rows)
    else:
        kept, records = _sifted(rows, seen, counts, sheet, refusals)
        turned = _turned(kept, seen)
    _no_swallowed_rows(turned, records, seen)
    return Block({name: turned[place] for name, place in seen.places().items()}, records, refusals, sheet)


def _turned(rows: Sequence[Any], seen: Understanding) -> list[list[Any]]:
    return list(map(list, zip(*rows, strict=True))) or [[] for _ in seen.columns]


def _even(rows: list[Row], width: int) -> bool:
    return Trouble not in set(map(type, rows)) and set(map(len, rows)) == {width}  # type: ignore[arg-type]


def _has_gaps(turned: Sequence[Sequence[Any]], seen: Understanding) -> bool:
    """Whether some row may be no record: it lacks a value that every record has, or repeats the headings."""
    places = seen.places()
    watched = [places[name] for name in _WATCHED if name in places][:2] or [0]
    if any(seen.columns[place].heading in turned[place] for place in watched):
        return True
    return any(map(_has_empty, (turned[place] for place in watched)))


def _has_empty(column: Sequence[Any]) -> bool:
    if set(map(type, column)) == {str}:
        return not all(map(str.strip, column))
    return any(map(is_empty, column))


_TELLING = frozenset(["rating", "rated_at", "flagged_at", "is_viral"])
_TELLING_VALUE = re.compile(r"-?\d|true|false|да|нет|yes|no", re.IGNORECASE)
_WATCHED = ("rated_at", "flagged_at", "hired_on", "agent", "chat_id", "full_name")


def _sifted(
    rows: list[Row], seen: Understanding, counts: Counts, sheet: str, refusals: list[Refusal]
) -> tuple[list[list[Any]], list[int]]:
    kept: list[list[Any]] = []
    records: list[int] = []
    for row in rows:
        cells = [] if isinstance(row, Trouble) else _trimmed(row, seen)
        if not isinstance(row, Trouble) and _says_nothing(cells, seen):
            counts.blank += 1
        elif cells and is_totals(cells, seen):
            counts.totals += 1
        else:
            counts.records += 1
            refusal = _refused(row, cells, seen, counts.records, sheet)
            if refusal:
                refusals.append(refusal)
            else:
                kept.append(cells)
                records.append(counts.records)
    return kept, records


def _trimmed(row: Sequence[Any], seen: Understanding) -> list[Any]:
    """Cut empty cells beyond the headings; only text can lack cells, elsewhere missing ones are empty.

    A row of text longer than rows of its file are is not cut: a delimiter inside a cell may have shifted it.
    """
    cells, width = list(row), len(seen.columns)
    if seen.container == TEXT and len(cells) > max(width, seen.row_width) and not all(map(is_empty, cells)):
        return cells
    while len(cells) > width and is_empty(cells[-1]):
        cells.pop()
    if seen.container != TEXT and len(cells) < width:
        cells.extend([""] * (width - len(cells)))
    return cells


def _says_nothing(cells: Sequence[Any], seen: Understanding) -> bool:
    """Whether a row is blank, or the headings stand here again as on each page of a printed report."""
    if all(map(is_empty, cells)) or _is_end_mark(cells):
        return True
    headings = [column.heading for column in seen.columns]
    return len(cells) == len(headings) and list(map(heading_text, cells)) == headings


def _is_end_mark(cells: Sequence[Any]) -> bool:
    """Old programs end a text with Ctrl-Z, cut-off copies are padded with zero bytes."""
    return len(cells) == 1 and isinstance(cells[0], str) and not cells[0].strip("\x00\x1a \t")


def is_totals(cells: Sequence[Any], seen: Understanding) -> bool:
    """Whether a row sums up others: it begins with such a word and lacks half of what every record has."""
    first = next((plain(cell).strip() for cell in cells if not is_empty(cell)), "")
    if not (_TOTALS.match(first) or any(first.startswith(start) for start in seen.footer)):
        return False
    places = seen.places()
    needed = [places[name] for name in _WATCHED if name in places]
    missing = [place for place in needed if place >= len(cells) or is_empty(cells[place])]
    return 2 * len(missing) >= len(needed) > 0


def _refused(row: Row, cells: list[Any], seen: Understanding, record: int, sheet: str) -> Refusal | None:
    if isinstance(row, Trouble):
        if row.fatal:
            raise Rejected(row.code, record=record, **row.params)
        return Refusal(record, row.code, value=shown(row.text), params=row.params, sheet=sheet)
    if len(cells) == len(seen.columns):
        return None
    parameters = {"found": len(cells), "expected": len(seen.columns)}
    return Refusal(
        record, "ragged_row", value=shown(seen.delimiter.join(map(plain, cells))), params=parameters, sheet=sheet
    )


def _no_swallowed_rows(turned: Sequence[Sequence[Any]], records: list[int], seen: Understanding) -> None:
    """Two stray quotes can swallow whole records into one comment without any error: look for records inside cells."""
    if seen.container != TEXT:
        return
    dates = [place for name, place in seen.places().items() if name in {"rated_at", "flagged_at", "hired_on"}]
    for at, column in enumerate(turned):
        if "\n" not in "".join(column):
            continue
        broken = [(place, cell) for place, cell in enumerate(column) if "\n" in cell]
        lines = [(place, line) for place, cell in broken for line in cell.split("\n")[1:]]
        # What has fewer cells than stand before the comment is no record, nor the beginning of one.
        long = [(place, line) for place, line in lines if line.count(seen.delimiter) >= at]
        begins = _beginnings(turned, seen, at) if long else None
        for place, line in long:
            if _is_record(line, seen, dates) or (begins and begins(line)):
                raise Rejected("unterminated_quote", record=records[place], line=0, end=0)


def _is_record(line: str, seen: Understanding, dates: list[int]) -> bool:
    cells = line.split(seen.delimiter)
    if len(cells) < len(seen.columns):
        return False
    return any(_DATE_START.match(cells[place].strip().strip("\"'")) for place in dates)


def _beginnings(turned: Sequence[Sequence[Any]], seen: Understanding, end: int) -> Callable[[str], bool]:
    """Tell lines that begin as records do up to the column `end`, with an agent of this file and a mark or a date."""
    places = {name: place for name, place in seen.places().items() if place < end}
    agents = {cell.strip() for cell in turned[places["agent"]]} - {""} if "agent" in places else set()
    others = [place for name, place in places.items() if name in _TELLING]

    def begins(line: str) -> bool:
        cells = [cell.strip("\"' ") for cell in line.split(seen.delimiter)]
        if len(cells) <= end or not agents or cells[places["agent"]] not in agents:
            return False
        return any(_TELLING_VALUE.match(cells[place]) for place in others)

    return begins


def row_cells(row: Sequence[Any]) -> list[str]:
    """Show a row as texts, errors included."""
    return [cell.text if isinstance(cell, BadCell) else plain(cell) for cell in row]
