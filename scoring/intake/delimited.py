"""CSV and its relatives: the delimiter, the quotes, and rows in batches at the speed of Python's own parser."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, repeat
from pathlib import Path
from typing import IO

from scoring.intake.encodings import Text
from scoring.intake.grids import Batches, Rows, Trouble
from scoring.intake.limits import Limits
from scoring.intake.resting import collector_resting

DELIMITERS = ",;\t|~^"
_PROBED_ROWS = 60
_PROBED_CHARS = 64 * 1024
_HINT = re.compile(r'^\ufeff?"?sep=(.)"?\s*$', re.IGNORECASE)
_WRAPPED = re.compile(r"'.*'", re.DOTALL)
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How lines become cells; `skipped_lines` stand before the table, `spaced` says that spaces follow delimiters.

    `quote` is the apostrophe in files of the few exporters that quote with it.
    """

    delimiter: str
    escape: str = ""
    skipped_lines: int = 0
    spaced: bool = False
    quote: str = '"'


def open_text(path: Path, text: Text) -> IO[str]:
    """Open for the csv module; bytes that are not of the encoding come through as lone surrogates."""
    errors = "surrogateescape" if text.damaged else "strict"
    return path.open(encoding=text.encoding, errors=errors, newline="")


def sniff(
    path: Path, text: Text, familiar: Callable[[list[str]], int], chosen: str = "", *, usual: str = ""
) -> Dialect:
    """Find the delimiter: a person's choice decides, then a `sep=` line, familiar headings, even widths.

    `familiar` counts the headings it knows in a row. `usual` is the delimiter of the source: it holds unless it parts
    no row, or another one brings out more familiar headings.
    """
    with open_text(path, text) as stream:
        sample = stream.read(_PROBED_CHARS)
    hint = _HINT.match(sample.split("\n", 1)[0].rstrip("\r"))
    skipped = 1 if hint else 0
    body = _BREAK.split(sample, maxsplit=1)[1] if hint and _BREAK.search(sample) else sample
    delimiter = chosen or (hint.group(1) if hint else _best_delimiter(body, familiar, usual))
    if _is_wrapped(body, delimiter):
        return Dialect(delimiter, "", skipped, quote="'")
    escape, spaced = _habits(body, delimiter)
    return Dialect(delimiter, escape, skipped, spaced)


def is_known(delimiter: str) -> bool:
    """Whether cells can be parted by this: one sign that no value is made of."""
    return len(delimiter) == 1 and not delimiter.isalnum() and delimiter not in "\"'\r\n\x00.:-+"


def _best_delimiter(sample: str, familiar: Callable[[list[str]], int], usual: str) -> str:
    best = max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter, familiar))
    known, even = _evenness(sample, usual, familiar) if usual else (0, 0.0)
    return usual if even and known >= _evenness(sample, best, familiar)[0] else best


def _evenness(sample: str, delimiter: str, familiar: Callable[[list[str]], int]) -> tuple[int, float]:
    rows = [row for row in _probe(sample, delimiter) if any(row)]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0, 0.0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return max(map(familiar, rows)), count / len(rows) + min(width, 30) / 1000


def _probe(sample: str, delimiter: str) -> list[list[str]]:
    lines = _BREAK.split(sample)
    whole = lines[:-1] if len(lines) > 1 and len(sample) >= _PROBED_CHARS else lines
    reader = csv.reader([line + "\n" for line in whole], delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        rows.extend(islice(reader, _PROBED_ROWS))
    except csv.Error:
        return rows
    return rows


def _habits(sample: str, delimiter: str) -> tuple[str, bool]:
    r"""Tell two habits of exporters: \\" inside quotes, and a space between delimiter and quote.

    Either is believed only when quotes match with it and do not match without.
    """
    if '"' not in sample or _quotes_match(sample, delimiter, None, spaced=False):
        return "", False
    for escape, spaced in (("\\", False), ("", True), ("\\", True)):
        if _quotes_match(sample, delimiter, escape or None, spaced=spaced):
            return escape, spaced
    return "", False


def _is_wrapped(sample: str, delimiter: str) -> bool:
    """Whether cells are quoted with apostrophes: all headings, or all values of a column where nothing else quotes."""
    if "'" not in sample:
        return False
    rows = [row for row in csv.reader(_BREAK.split(sample), delimiter=delimiter, quoting=csv.QUOTE_NONE) if any(row)]
    heads, body = rows[0], rows[1:_PROBED_ROWS]
    columns = [[row[at] for row in body if at < len(row) and row[at]] for at in range(len(heads))]
    named = len(heads) > 1 and all(map(_WRAPPED.fullmatch, heads))
    valued = '"' not in sample and any(len(column) > 1 and all(map(_WRAPPED.fullmatch, column)) for column in columns)
    return (named or valued) and _quotes_match(sample, delimiter, None, spaced=False, quote="'")


def _quotes_match(sample: str, delimiter: str, escape: str | None, *, spaced: bool, quote: str = '"') -> bool:
    whole = sample if len(sample) < _PROBED_CHARS else sample[: sample.rfind("\n") + 1]
    lines = csv.reader(
        io.StringIO(whole, newline=""),
        delimiter=delimiter,
        quotechar=quote,
        escapechar=escape,
        skipinitialspace=spaced,
        strict=True,
    )
    try:
        widths = {len(line) for line in lines}
    except csv.Error:
        return False
    return len(widths - {0}) == 1


def batches(path: Path, text: Text, dialect: Dialect, limits: Limits) -> Batches:
    """Give the rows in batches. A record with broken quotes comes as Trouble; fatal when it ran over lines."""
    with open_text(path, text) as stream:
        for _ in range(dialect.skipped_lines):
            next(stream, "")
        csv.field_size_limit(max(limits.line_chars, csv.field_size_limit()))
        reader = csv.reader(
            stream,
            delimiter=dialect.delimiter,
            quotechar=dialect.quote,
            escapechar=dialect.escape or None,
            strict=True,
            skipinitialspace=dialect.spaced,
        )
        sizes = chain([limits.first_rows or limits.chunk_rows], repeat(limits.chunk_rows))
        yield from _read(reader, sizes, dialect.skipped_lines)


def _read(reader: Iterator[list[str]], sizes: Iterator[int], skipped: int) -> Batches:
    for size in sizes:
        rows: Rows = []
        before = _line(reader)
        try:
            # extend() keeps the rows before an error, which list(islice()) would lose.
            with collector_resting():
                rows.extend(islice(reader, size))
        except csv.Error as error:
            start = before + sum(map(_lines_of, rows)) + 1
            rows.append(_trouble(str(error), start + skipped, _line(reader) + skipped))
            yield rows
            continue
        if not rows:
            return
        yield rows


def _line(reader: Iterator[list[str]]) -> int:
    return int(getattr(reader, "line_num", 0))


def _lines_of(row: object) -> int:
    return 1 + sum(len(_BREAK.findall(cell)) for cell in row) if isinstance(row, list) else 1


def _trouble(message: str, start: int, end: int) -> Trouble:
    if end > start:
        return Trouble("unterminated_quote", params={"line": start, "end": end}, fatal=True)
    if "larger than field limit" in message:
        return Trouble("too_long", params={"line": start})
    return Trouble("bad_quoting", params={"line": start})
