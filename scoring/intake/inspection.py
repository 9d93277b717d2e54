"""Understand a file before anything is read from it for good: every decision is made once, shown, or asked for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import scoring.intake.delimited as delimited
import scoring.intake.parquets as parquets
import scoring.intake.workbooks as workbooks
from scoring.intake.cells import is_empty, plain
from scoring.intake.choosing import settled, unknown_columns, unknown_sheet
from scoring.intake.columns import (
    columns_of,
    header_place,
    joined_headings,
    known_headings,
    normal,
    vocabulary,
)
from scoring.intake.containers import JSON, JSONL, PARQUET, TEXT
from scoring.intake.encodings import SINGLE_BYTE, UTF8, Text, scan, sha256_of
from scoring.intake.grids import Row, Trouble
from scoring.intake.limits import Limits
from scoring.intake.meanings import KINDS, RATINGS, meanings_of
from scoring.intake.ordering import SAMPLE_ROWS, has_time, judge_order
from scoring.intake.profiles import Profile
from scoring.intake.refusals import Note, Question, Rejected, shown
from scoring.intake.scales import CSAT5, instrument_of
from scoring.intake.tables import Opened, dialect_of, is_totals, objects, opened, raw_batches, text_of
from scoring.intake.understanding import PRIVILEGED, SENSITIVE, UNKNOWN, Choices, Column, Understanding

# Exports of JSON leave empty values out, so that a name may first appear far below the sample.
NAMED_ROWS = 200_000
# A file without an identifier of its own is keyed by what cannot happen twice.
_FALLBACK_KEYS = (("key",), ("chat_id", "rated_at"), ("agent", "rated_at", "rater"))


def inspect(path: Path, seen: Understanding, profile: Profile, choices: Choices, limits: Limits) -> None:
    """Fill `seen`; what cannot be decided becomes questions, what cannot be read the rejection."""
    if seen.kind not in KINDS:
        raise ValueError(f"unknown kind of evidence: {seen.kind}")
    try:
        with opened(path, limits) as source:
            seen.container, seen.packing = source.container.kind, source.container.packing
            seen.member = source.container.member
            choices, seen.questions = settled(choices, seen.kind)
            _take_options(seen, profile, choices)
            _understand_text(path, source, seen, profile, choices, limits)
            _understand_table(source, seen, profile, choices, limits)
    except Rejected as error:
        seen.rejection = error.rejection


def _take_options(seen: Understanding, profile: Profile, choices: Choices) -> None:
    seen.size = 0
    seen.zone = choices.zone or profile.zone or seen.zone
    seen.agent_by = choices.agent_by or profile.agent_by
    seen.empty_rating = choices.empty_rating or profile.empty_rating
    seen.instrument = choices.instrument or profile.instrument
    seen.date_order = choices.date_order or profile.date_order
    for name in (
        "credit",
        "shape",
        "values",
        "ignored",
        "key_prefix",
        "channel",
        "epoch",
        "chat_in_link",
        "footer",
    ):
        setattr(seen, name, getattr(profile, name))
    seen.unanswered = (*profile.unanswered, *choices.unanswered)
    # Of incidents and of the roster no source decides: people do.
    seen.updates = profile.updates and seen.kind == RATINGS


def _understand_text(
    path: Path, source: Opened, seen: Understanding, profile: Profile, choices: Choices, limits: Limits
) -> None:
    seen.size = path.stat().st_size
    if source.container.kind not in {TEXT, JSON, JSONL}:
        seen.sha256 = sha256_of(path)
        return
    lines_matter = source.container.kind != JSON
    text = scan(source.path, limits, choices.encoding, usual=profile.encoding, lines_matter=lines_matter)
    seen.encoding, seen.damaged, seen.lines = text.encoding, text.damaged, text.lines
    seen.ended = text.ended or source.container.kind != TEXT
    # An escape such as \u0000 hides a control character from the look at the bytes.
    seen.unclean = text.unclean or source.container.kind != TEXT
    seen.sha256 = text.sha256 if not source.container.packing else sha256_of(path)
    if text.lost:
        seen.notes.append(Note("lost_letters", {"count": text.lost}))
    if text.foreign_line:
        parameters = {"line": text.foreign_line, "encoding": text.encoding}
        seen.questions.append(Question("mixed_encoding", "encoding", (UTF8, *SINGLE_BYTE), parameters))
    elif text.candidates:
        options = (*text.candidates, *(name for name in SINGLE_BYTE if name not in text.candidates))
        seen.questions.append(Question("ambiguous_encoding", "encoding", options))


def _understand_table(source: Opened, seen: Understanding, profile: Profile, choices: Choices, limits: Limits) -> None:
    words = vocabulary(seen.kind, profile)
    rows = _sample(source, seen, words, profile, choices, limits)
    if not any(isinstance(row, Trouble) or any(not is_empty(cell) for cell in row) for row in rows):
        raise Rejected("no_records")
    place, taken = _heading_place(source, rows, words, choices)
    _decide_encoding(source, seen, words)
    headings, body = _split(rows, place, taken)
    if len(headings) > limits.columns:
        raise Rejected("too_many_columns", found=len(headings), limit=limits.columns)
    if not body:
        raise Rejected("no_records")
    seen.header_row, seen.header_rows = place + 1, max(1, taken)
    seen.row_width = _usual_width(rows, place, body)
    seen.columns = columns_of(headings, body, kind=seen.kind, profile=profile, choices=choices)
    seen.questions += unknown_columns(seen.columns, choices)
    if all(is_totals(row, seen) for row in body):
        raise Rejected("no_records")
    _judge_columns(seen, profile, choices, no_header=place < 0)
    body += [row for sheet in seen.read_sheets[1:] for row in _rows_of(source, sheet, limits)]
    _judge_values(source, seen, body, profile, choices, limits)


def _heading_place(source: Opened, rows: list[Row], words: dict[str, str], choices: Choices) -> tuple[int, int]:
    if source.container.kind in {JSON, JSONL, PARQUET}:
        return 0, 1
    if choices.header_row > len(rows):
        raise Rejected("no_records")
    return (choices.header_row - 1, 1) if choices.header_row > 0 else header_place(rows, words)


def _sample(
    source: Opened, seen: Understanding, words: dict[str, str], profile: Profile, choices: Choices, limits: Limits
) -> list[Row]:
    if source.workbook:
        seen.workbook = source.workbook
        seen.sheets, seen.since_1904 = source.workbook.sheets, source.workbook.since_1904
        seen.read_sheets = _choose_sheets(source.workbook, seen, words, choices, limits)
        return _head(workbooks.batches(source.workbook, seen.read_sheets[0], limits))
    kind = source.container.kind
    if kind == PARQUET:
        return [parquets.columns(source.path, limits), *_head(parquets.batches(source.path, limits))]
    if kind in {JSON, JSONL}:
        return _object_sample(source, seen, limits)
    dialect = delimited.sniff(
        source.path,
        text_of(seen),
        lambda row: known_headings(row, words),
        choices.delimiter,
        usual=profile.delimiter,
    )
    seen.delimiter, seen.escape = dialect.delimiter, dialect.escape
    seen.skipped_lines, seen.spaced, seen.quote = dialect.skipped_lines, dialect.spaced, dialect.quote
    return _head(raw_batches(source, seen, replace(limits, chunk_rows=SAMPLE_ROWS)))


def _head(batches: Any) -> list[Row]:
    return list(next(iter(batches), []))[:SAMPLE_ROWS]


def _object_sample(source: Opened, seen: Understanding, limits: Limits) -> list[Row]:
    """JSON names its columns in each record: the headings are all names of the sample, in order of appearance."""
    names: dict[str, None] = {}
    found: list[dict[str, Any] | Trouble] = []
    for one in islice(objects(source, seen, limits, seen.shape), NAMED_ROWS):
        if len(found) < SAMPLE_ROWS:
            found.append(one)
        if not isinstance(one, Trouble) and not one.keys() <= names.keys():
            names |= dict.fromkeys(one)
        if len(names) > limits.columns:
            break
    if not names:
        broken = next((one.text for one in found if isinstance(one, Trouble)), None)
        raise Rejected("no_records") if broken is None else Rejected("bad_json", found=shown(broken))
    return [list(names), *(one if isinstance(one, Trouble) else [one.get(name) for name in names] for one in found)]


def _rows_of(source: Opened, sheet: str, limits: Limits) -> list[list[Any]]:
    """The first rows of one more sheet, headings included: dates and marks of all sheets are judged together."""
    found = _head(workbooks.batches(source.workbook, sheet, limits)) if source.workbook else []
    return [list(row) for row in found if not isinstance(row, Trouble)]


def _choose_sheets(
    workbook: workbooks.Workbook, seen: Understanding, words: dict[str, str], choices: Choices, limits: Limits
) -> list[str]:
    heads = {name: _head(workbooks.batches(workbook, name, limits)) for name in workbook.sheets}
    filled = [name for name, rows in heads.items() if sum(map(_is_filled, rows)) > 1]
    if not filled:
        raise Rejected("no_records")
    tables = [name for name in filled if _headings_known(heads[name], words) >= 2] or filled
    if choices.sheet == "*":
        _must_be_equal(tables, heads, seen, words)
        return tables
    if choices.sheet in heads:
        return [choices.sheet]
    if choices.sheet:
        seen.questions.append(unknown_sheet(choices.sheet, tables))
    elif len(tables) > 1:
        seen.questions.append(Question("ambiguous_sheet", "sheet", (*tables, "*"), {"sheets": tables}))
    _note_other_sheets(workbook, seen, [name for name in filled if name not in tables])
    return tables[:1]


def _must_be_equal(tables: list[str], heads: dict[str, list[Row]], seen: Understanding, words: dict[str, str]) -> None:
    """Sheets are read as one table only when the same headings stand in the same places."""
    tops = set()
    for name in tables:
        place, taken = header_place(heads[name], words)
        rows = [row for row in heads[name][max(0, place) : place + taken] if not isinstance(row, Trouble)]
        tops.add((place, *(tuple(map(normal, row)) for row in rows)))
    if len(tops) > 1:
        seen.questions.append(Question("unequal_sheets", "sheet", tuple(tables), {"sheets": tables}))


def _note_other_sheets(workbook: workbooks.Workbook, seen: Understanding, others: list[str]) -> None:
    if others:
        seen.notes.append(Note("other_sheet", {"sheets": others}))
    if workbook.hidden:
        seen.notes.append(Note("hidden_sheet", {"sheets": workbook.hidden}))


def _is_filled(row: Row) -> bool:
    return not isinstance(row, Trouble) and sum(not is_empty(cell) for cell in row) > 1


def _headings_known(rows: Sequence[Row], words: dict[str, str]) -> int:
    return max((known_headings(row, words) for row in rows[:30] if not isinstance(row, Trouble)), default=0)


def _decide_encoding(source: Opened, seen: Understanding, words: dict[str, str]) -> None:
    """Known headings settle a doubtful encoding: no other reading of the bytes spells them."""
    doubt = next((one for one in seen.questions if one.code == "ambiguous_encoding"), None)
    if not doubt or source.container.kind != TEXT:
        return
    found = {name: _headings_in(source, seen, name, words) for name in doubt.options[:2]}
    best = max(found, key=lambda name: found[name])
    if found[best] > min(found.values()):
        seen.encoding = best
        seen.questions.remove(doubt)


def _headings_in(source: Opened, seen: Understanding, encoding: str, words: dict[str, str]) -> int:
    text = Text(encoding, (), damaged=True, unclean=True, lines=0, sha256="")
    dialect = dialect_of(seen)
    return _headings_known(_head(delimited.batches(source.path, text, dialect, Limits(chunk_rows=30))), words)


def _split(rows: list[Row], place: int, taken: int) -> tuple[list[Any], list[list[Any]]]:
    whole = [list(row) for row in rows if not isinstance(row, Trouble)]
    if place < 0:
        width = max(map(len, whole), default=0)
        return [""] * width, whole
    upper = rows[place]
    headings = [] if isinstance(upper, Trouble) else list(upper)
    if taken > 1:
        lower = rows[place + 1]
        headings = joined_headings(headings, [] if isinstance(lower, Trouble) else lower)
    below = [list(row) for row in rows[place + max(1, taken) :] if not isinstance(row, Trouble)]
    while headings and is_empty(headings[-1]) and all(len(row) < len(headings) or is_empty(row[-1]) for row in below):
        headings.pop()
    return headings, [row for row in below if any(not is_empty(cell) for cell in row)]


def _usual_width(rows: Sequence[Row], place: int, body: Sequence[Sequence[Any]]) -> int:
    """How many cells a row has, empty ones at its end included: of the heading row or of most others."""
    heading = rows[place] if place >= 0 else Trouble("")
    width = 0 if isinstance(heading, Trouble) else len(heading)
    return max(width, Counter(map(len, body)).most_common(1)[0][0])


def _judge_columns(seen: Understanding, profile: Profile, choices: Choices, *, no_header: bool) -> None:
    _refuse_twins(seen)
    for state, code in ((PRIVILEGED, "privileged_column"), (SENSITIVE, "sensitive_column")):
        closed = [column.heading for column in seen.columns if column.state == state]
        if closed:
            seen.notes.append(Note(code, {"columns": closed}))
    if seen.kind == RATINGS:
        _choose_key(seen, profile, choices)
    missing = _missing(seen)
    spare = [column for column in seen.columns if column.state == UNKNOWN]
    if no_header and not choices.columns:
        if len(seen.columns) < _fewest(seen.kind):
            raise Rejected("not_this_format", found="text")
        seen.questions.append(Question("no_header", "columns", (), {"columns": missing}))
    elif missing:
        _ask_or_reject(seen, missing, spare, choices)
    unknown = [column.heading for column in spare]
    if unknown and not missing:
        seen.notes.append(Note("unknown_column", {"columns": unknown}))


def _fewest(kind: str) -> int:
    """The least number of columns a table of this kind can have."""
    return sum(one.required for one in meanings_of(kind).values() if one.name != "key")


def _refuse_twins(seen: Understanding) -> None:
    """Two columns of one meaning: under one heading the file is wrong, under different ones a person must choose."""
    by_meaning: dict[str, list[Column]] = {}
    for column in seen.columns:
        if column.meaning:
            by_meaning.setdefault(column.meaning, []).append(column)
    for meaning, columns in by_meaning.items():
        if len(columns) > 1:
            headings = [column.heading for column in columns]
            if len({normal(heading) for heading in headings}) < len(headings):
                raise Rejected("duplicate_column", column=headings[0], meaning=meaning)
            seen.questions.append(Question("duplicate_meaning", "columns", tuple(headings), {"meaning": meaning}))


def _choose_key(seen: Understanding, profile: Profile, choices: Choices) -> None:
    mapped = set(seen.places())
    wanted = choices.key or profile.key
    known = (wanted,) if wanted else _FALLBACK_KEYS[:1] if not choices.columns else _FALLBACK_KEYS
    seen.key = next((key for key in known if key and set(key) <= mapped), ())
    if not seen.key and {"chat_id", "rated_at", "agent", "rating"} <= mapped:
        seen.key = ("chat_id", "rated_at")
        seen.questions.append(Question("no_key", "key", ("chat_id,rated_at", "chat_id"), {}))


def _missing(seen: Understanding) -> list[str]:
    mapped = set(seen.places())
    needed = [one.name for one in meanings_of(seen.kind).values() if one.required]
    if seen.kind == RATINGS:
        # The key may be made of other columns, and then a chat is not needed for itself.
        needed = [name for name in needed if name not in {"key", "chat_id"}] + ([] if seen.key else ["key"])
        if "chat_id" not in mapped and seen.key == ("key",):
            needed.append("chat_id")
    return [name for name in needed if name not in mapped]


def _ask_or_reject(seen: Understanding, missing: list[str], spare: list[Column], choices: Choices) -> None:
    names = _named(seen.kind, missing)
    # A key can be made of other columns; for the rest there must be a column left that could hold it.
    needed = [name for name in missing if name != "key"]
    if not choices.columns and len(spare) < max(1, len(needed)):
        raise Rejected("missing_column", columns=names, found=[column.heading for column in seen.columns][:20])
    guesses = {column.guess: column.heading for column in spare if column.guess}
    seen.questions.append(Question("missing_column", "columns", tuple(missing), {"columns": names, "guesses": guesses}))


def _named(kind: str, missing: list[str]) -> list[str]:
    """Name meanings by their first heading, the one that a file would have to carry."""
    meanings = meanings_of(kind)
    return [meanings[name].aliases[0] for name in missing]


def _judge_values(
    source: Opened,
    seen: Understanding,
    body: Sequence[Sequence[Any]],
    profile: Profile,
    choices: Choices,
    limits: Limits,
) -> None:
    places = seen.places()
    if seen.kind == RATINGS and not seen.instrument:
        cells = [row[places["rating"]] for row in body if places.get("rating", len(row)) < len(row)]
        cells = [cell for cell in cells if plain(cell).strip().lower() not in seen.unanswered]
        seen.instrument, question = instrument_of(cells, seen.headings().get("rating", "")) if cells else (CSAT5, None)
        if question:
            seen.questions.append(question)
    if any(isinstance(cell, str) and _decimal_comma(cell) for row in body[:200] for cell in row):
        seen.decimal = ","
    if not choices.date_order:
        judge_order(source, seen, body, limits)
    if not choices.columns and (profile.aliases or not profile.columns):
        _ask_for_time(seen, body)


def _ask_for_time(seen: Understanding, body: Sequence[Sequence[Any]]) -> None:
    """A day whose time stands in a column of its own would be kept as midnight without a word."""
    places = seen.places()
    other = next((one for one in seen.columns if one.guess == "rated_time" and one.state == UNKNOWN), None)
    if other is None or "rated_at" not in places:
        return
    days = [row[places["rated_at"]] for row in body if places["rated_at"] < len(row)]
    if not any(map(has_time, days)):
        told = {"column": seen.headings()["rated_at"], "other": other.heading}
        seen.questions.append(Question("time_apart", "columns", (), told))


def _decimal_comma(cell: str) -> bool:
    whole, comma, part = cell.strip().partition(",")
    return bool(comma) and whole.isdigit() and part.isdigit() and len(part) != 3
