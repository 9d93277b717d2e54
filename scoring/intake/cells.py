"""Cells of one column turned into values of one type; what does not fit comes back as a Problem at its place."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

from scoring.intake.grids import BadCell
from scoring.intake.refusals import Problem

Problems: TypeAlias = dict[int, Problem]

LARGEST_COUNT = 10**12
_NUMBER = re.compile(r"-?\d+(?:[.,]\d*)?")
_GROUPED = re.compile(r"\d{1,3}(?:[\s\u00a0\u202f'’]\d{3})+|\d{1,3}(?:\.\d{3}){2,}")
_UNDECIDED = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_COMMA_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+")
_INTEGER = re.compile(r"[+-]?\d+(?:[.,]0*)?")
_KEPT_AS_TEXT = re.compile(r'^="([^"]*)"$')
# What programs write where a value is missing; a person called Null is written otherwise.
_NOTHING = frozenset(
    [
        "NULL",
        "null",
        "\\N",
        "None",
        "nan",
        "NaN",
        "NAN",
        "<NA>",
        "<null>",
        "(null)",
        "undefined",
        "N/A",
        "n/a",
        "-",
        "–",
        "—",
    ]
)
# Excel's mark of a text, which some exporters write out, also before whatever else might be taken for a formula.
_TEXT_MARK = re.compile(r"'(?=.)(.*?)'?", re.DOTALL)
# Spaces that look like the usual one.
_WIDE_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_GUARDED = re.compile(r"'(?=[=+\-@\t\r])")
_MANGLED = re.compile(r"\d(?:[.,]\d+)?[Ee]\+\d{1,3}")
# Where one identifier of a column is missing, data frames write all of them as numbers with a fraction.
_FLOAT = re.compile(r"^(\d{1,15})\.0$")
_CUT_FLOAT = re.compile(r"\d{16,}\.0")
_CLOCK = re.compile(r"(\d+):([0-5]\d)(?::([0-5]\d)(?:[.,]\d+)?)?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Controls, and everything that takes no room on the page: soft hyphens, zero widths, direction marks, fillers, tags.
# A variation selector belongs to the sign before it (the coloured heart), and to no letter or digit.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
    "|(?<![\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff])[\ufe00-\ufe0f]"
)
_LOST = re.compile("[\ud800-\udfff]")
_LOST_IN_NAMES = re.compile("[\ud800-\udfff\ufffd]")

_YES = frozenset(["true", "yes", "y", "да", "д", "1", "истина", "t", "+", "on"])
_NO = frozenset(["false", "no", "n", "нет", "н", "0", "ложь", "f", "-", "off"])
_ERROR_TEXT = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|Н/Д|ССЫЛКА!|ЗНАЧ!|ДЕЛ/0!|ИМЯ\?|ПУСТО!|ЧИСЛО!|SPILL!|CALC!)"
)


def plain(cell: Any) -> str:
    """Write any cell as text the way a person would read it in the file."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def bare(text: str) -> str:
    """Take off the apostrophe that marks a text in Excel ('00123), and the second one of those who quote with it."""
    found = _TEXT_MARK.fullmatch(text) if text.startswith("'") else None
    return found[1].strip() if found else text


def is_empty(cell: Any) -> bool:
    """Whether a cell holds nothing but space."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_nothing(cell: Any) -> bool:
    """Whether a cell is empty, or says that a value is missing (NULL, nan, a dash)."""
    return is_empty(cell) or (isinstance(cell, str) and cell.strip() in _NOTHING)


def _is_nan(cell: Any) -> bool:
    """Whether a cell claims to be a number that is none: that is an error, and no missing value."""
    return isinstance(cell, str) and cell.strip().lower() == "nan"


def texts(column: Sequence[Any], *, longest: int, unclean: bool, verbatim: bool = False) -> tuple[list[str], Problems]:
    """Give the column as stripped NFC text (as it stands when `verbatim`), with cells that are too long or unclean.

    Of verbatim text only the apostrophe goes that exporters put before a formula, so that a spreadsheet runs none.
    `unclean` says that control or invisible characters occur in the file, so that each cell must be looked at.
    """
    problems: Problems = {}
    if set(map(type, column)) - {str}:
        problems = {place: Problem(cell.code) for place, cell in enumerate(column) if isinstance(cell, BadCell)}
        column = list(map(plain, column))
    found = _unguarded(column) if verbatim else _tidied(column, problems)
    if max(map(len, found), default=0) > longest:
        problems |= {place: _too_long(text, longest) for place, text in enumerate(found) if len(text) > longest}
    if unclean:
        patterns = (_CONTROL, _LOST) if verbatim else (_HIDDEN, _LOST_IN_NAMES)
        problems = _hidden(found, *patterns) | problems
    return found, problems


def _unguarded(column: Sequence[str]) -> list[str]:
    guarded = _GUARDED.search("\n".join(column))
    return [text[1:] if _GUARDED.match(text) else text for text in column] if guarded else list(column)


def _tidied(column: Sequence[str], problems: Problems) -> list[str]:
    """Strip, compose accents, take the text out of ="00123", empty what says that there is none; errors that a
    spreadsheet wrote out become problems.
    """
    found = list(map(str.strip, column))
    if not _NOTHING.isdisjoint(found):
        found = ["" if text in _NOTHING else text for text in found]
    joined = "\n".join(found)
    if not joined.isascii():
        found = [text if text.isascii() else unicodedata.normalize("NFC", text) for text in found]
    if '="' in joined:
        found = [_KEPT_AS_TEXT.sub(r"\1", text) for text in found]
    if "#" in joined:
        problems |= {place: Problem("error_cell") for place, text in enumerate(found) if _ERROR_TEXT.fullmatch(text)}
    return found


def _too_long(text: str, longest: int) -> Problem:
    return Problem("too_long", {"length": len(text), "limit": longest})


def _hidden(column: Sequence[str], hidden: re.Pattern[str], lost: re.Pattern[str]) -> Problems:
    problems: Problems = {}
    joined = "".join(column)
    if not hidden.search(joined) and not lost.search(joined):
        return problems
    for place, text in enumerate(column):
        if lost.search(text):
            problems[place] = Problem("bad_encoding")
        elif found := hidden.search(text):
            problems[place] = Problem("control_char", {"code": f"U+{ord(found.group()):04X}"})
    return problems


def identifiers(column: Sequence[Any], *, longest: int, unclean: bool) -> tuple[list[str], Problems]:
    """Give the column as identifiers: text, never numbers, without Excel's mark of a text before them ('00123) and
    without the .0 of data frames. Those that a spreadsheet or a data frame has cut are refused.
    """
    cut = {}
    if set(map(type, column)) - {str}:
        cut = {place: Problem("mangled_id") for place, cell in enumerate(column) if _is_cut(cell)}
    found, problems = texts(column, longest=longest, unclean=unclean)
    joined = "\n".join(found)
    if "'" in joined:
        found = list(map(bare, found))
    if not joined.isascii():
        found = [_WIDE_SPACE.sub(" ", text) for text in found]
    if ".0" in joined:
        cut |= {place: Problem("mangled_id") for place, text in enumerate(found) if _CUT_FLOAT.fullmatch(text)}
        found = [_FLOAT.sub(r"\1", text) for text in found]
    if "E+" in joined or "e+" in joined:
        cut |= {place: Problem("mangled_id") for place, text in enumerate(found) if _MANGLED.fullmatch(text)}
    return found, cut | problems


def _is_cut(cell: Any) -> bool:
    """Whether a spreadsheet has rounded the identifier (it keeps 15 digits) or taken it for a date, or yes and no."""
    return (isinstance(cell, float) and abs(cell) >= 1e15) or isinstance(cell, bool | date | time | timedelta)


def names(column: Sequence[Any], *, longest: int, unclean: bool) -> tuple[list[str], Problems]:
    """Give the column as names: text with single spaces (a no-break space is a space).

    An apostrophe may begin a name ('t Hooft): it goes only where all names have it and no small letter follows, or
    where one stands at the end as well.
    """
    kinds = list(set(column)) if set(map(type, column)) == {str} else []
    if kinds and len(kinds) * 4 < len(column):
        # Few names over and over: each is looked at once, unless something is wrong somewhere.
        found, problems = texts(kinds, longest=longest, unclean=unclean)
        if not problems:
            known = dict(zip(kinds, _spaced(found), strict=True))
            return list(map(known.__getitem__, column)), {}
    found, problems = texts(column, longest=longest, unclean=unclean)
    each = list(set(found))
    spaced = dict(zip(each, _spaced(each), strict=True))
    return list(map(spaced.__getitem__, found)), problems


def _spaced(texts_: Sequence[str]) -> list[str]:
    """Different names with single spaces, without apostrophes that are no part of them."""
    found = [" ".join(text.split()) for text in texts_]
    marked = [text for text in found if text.startswith("'")]
    if not marked:
        return found
    all_marked = len(marked) == len([text for text in found if text])
    return [bare(text) if text.endswith("'") or (all_marked and not text[1:2].islower()) else text for text in found]


def converted(column: Sequence[Any], convert: Callable[[Any], Any]) -> tuple[list[Any], Problems]:
    """Apply `convert` to a column, once per different cell; Problems it returns come out with their places."""
    # 1, 1.0 and true are equal to Python but not to us: such cells are told apart by type as well.
    apart = len(set(map(type, column)) - {str, type(None)}) < 2
    keys: Sequence[Any] = column if apart else list(zip(map(type, column), column, strict=True))
    known = {key: convert(key if apart else key[1]) for key in set(keys)}
    values = list(map(known.__getitem__, keys))
    if not any(value.__class__ is Problem for value in known.values()):
        return values, {}
    problems = {place: value for place, value in enumerate(values) if value.__class__ is Problem}
    return [None if value.__class__ is Problem else value for value in values], problems


def score(low: int, high: int, words: dict[str, int] | None = None) -> Callable[[Any], int | Problem | None]:
    """Make a converter for whole marks between `low` and `high`; `words` are the texts that stand for marks."""

    def convert(cell: Any) -> int | Problem | None:
        if words:
            found = words.get(bare(plain(cell).strip()).lower())
            if found is not None:
                return found
        number = real(cell)
        if number is None or isinstance(number, Problem):
            return number
        if not low <= number <= high or not float(number).is_integer():
            return Problem("out_of_range", {"low": low, "high": high})
        return int(number)

    return convert


def real(cell: Any) -> float | Problem | None:
    """Read a number with a decimal point or comma; None for an empty cell."""
    if isinstance(cell, BadCell):
        return Problem(cell.code)
    if isinstance(cell, bool | datetime | date | time | timedelta):
        return Problem("not_a_number")
    if is_nothing(cell) and not _is_nan(cell):
        return None
    if isinstance(cell, int | float):
        return _finite(float(cell)) if abs(cell) < 1e300 else Problem("number_too_large")
    text = bare(str(cell).strip())
    if _ERROR_TEXT.fullmatch(text):
        return Problem("error_cell")
    if not text.isascii() or not _NUMBER.fullmatch(text):
        return Problem("not_a_number")
    return _finite(float(text.replace(",", "."))) if len(text) < 300 else Problem("out_of_range")


def _finite(number: float) -> float | Problem:
    return number if abs(number) != float("inf") and number == number else Problem("not_a_number")


def count(cell: Any) -> int | Problem | None:
    """Read a whole number of things, thousands grouped or not; None for an empty cell."""
    if isinstance(cell, BadCell):
        return Problem(cell.code)
    if isinstance(cell, bool | datetime | date | time | timedelta):
        return Problem("not_a_number")
    if isinstance(cell, float) and not cell.is_integer():
        return Problem("not_a_number")
    if isinstance(cell, int | float):
        return _counted(int(cell))
    if is_nothing(cell) and not _is_nan(cell):
        return None
    text = bare(str(cell).strip())
    if _GROUPED.fullmatch(text) or _COMMA_GROUPED.fullmatch(text):
        text = re.sub(r"\D", "", text)
    # A point before three digits: in some countries a thousand, in others a one.
    if not text.isascii() or not _INTEGER.fullmatch(text) or _UNDECIDED.fullmatch(text):
        return Problem("error_cell" if _ERROR_TEXT.fullmatch(text) else "not_a_number")
    return _counted(int(re.split("[.,]", text)[0])) if len(text) < 300 else Problem("number_too_large")


def _counted(number: int) -> int | Problem:
    if number < 0:
        return Problem("out_of_range", {"low": 0, "high": LARGEST_COUNT})
    return number if number <= LARGEST_COUNT else Problem("number_too_large")


def flag(cell: Any) -> bool | Problem | None:
    """Read yes or no in the usual spellings; None for an empty cell."""
    if isinstance(cell, BadCell):
        return Problem(cell.code)
    if isinstance(cell, bool):
        return cell
    text = bare(plain(cell).strip()).lower()
    if text in _YES or text in _NO:
        return text in _YES
    return None if is_nothing(cell) else Problem("not_a_boolean")


def seconds(cell: Any) -> float | Problem | None:
    """Read a duration in seconds: a number of seconds, a clock time, or h:mm:ss."""
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    clock = _CLOCK.fullmatch(bare(cell.strip())) if isinstance(cell, str) else None
    if clock:
        first, second, third = int(clock[1]), int(clock[2]), clock[3]
        return float(first * 3600 + second * 60 + int(third)) if third else float(first * 60 + second)
    number = real(cell)
    if isinstance(number, float) and number < 0:
        return Problem("out_of_range", {"low": 0, "high": LARGEST_COUNT})
    return number


def share(cell: Any) -> float | Problem | None:
    """Read a part of a chat, above 0 and up to 1; None for an empty cell."""
    number = real(cell)
    if isinstance(number, float) and not 0 < number <= 1:
        return Problem("out_of_range", {"low": 0, "high": 1})
    return number
