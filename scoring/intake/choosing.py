"""What a person chose for a file, held against what there is to choose: nonsense is asked about again, never obeyed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from scoring.intake.delimited import DELIMITERS
from scoring.intake.delimited import is_known as is_delimiter
from scoring.intake.encodings import SINGLE_BYTE, UTF8
from scoring.intake.encodings import is_known as is_encoding
from scoring.intake.meanings import meanings_of
from scoring.intake.profiles import AGENT_BY, EMPTY_RATINGS, INSTRUMENTS
from scoring.intake.refusals import Question, shown
from scoring.intake.stamps import DMY, MDY, YMD
from scoring.intake.understanding import Choices, Column
from scoring.intake.zones import zone_of

_NOTHING = Choices()


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of Choices: whether a value can be meant, and what can be (or some of it)."""

    fits: Callable[[Any], bool]
    options: tuple[str, ...] = ()


def _text(known: Callable[[str], Any], options: Iterable[str]) -> _Field:
    return _Field(lambda value: isinstance(value, str) and bool(known(value)), tuple(options))


def _one_of(options: Iterable[str]) -> _Field:
    allowed = tuple(options)
    return _text(allowed.__contains__, allowed)


def _is_row(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _are_words(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(one, str) and one.strip() for one in value)


_FIELDS = {
    # Which sheets there are is known once the workbook is open.
    "sheet": _text(str, ()),
    "encoding": _text(is_encoding, (UTF8, *SINGLE_BYTE)),
    "delimiter": _text(is_delimiter, DELIMITERS),
    "header_row": _Field(_is_row, ("1", "2", "3")),
    "date_order": _one_of((DMY, MDY, YMD)),
    "zone": _text(zone_of, ("Europe/Moscow", "UTC", "+03:00")),
    "instrument": _one_of(INSTRUMENTS),
    "agent_by": _one_of(AGENT_BY),
    "empty_rating": _one_of(EMPTY_RATINGS),
    "unanswered": _Field(_are_words),
}


def settled(choices: Choices, kind: str) -> tuple[Choices, list[Question]]:
    """Give the choices that can be followed, and a question (`bad_choice`) for each of the others."""
    meanings = _one_of(meanings_of(kind))
    wrong = [name for name, one in _FIELDS.items() if _is_said(choices, name) and not one.fits(getattr(choices, name))]
    questions = [_question(name, getattr(choices, name), _FIELDS[name].options) for name in wrong]
    strange = [meaning for meaning in _said_of_columns(choices) if not meanings.fits(meaning)]
    strange_key = [meaning for meaning in choices.key if not meanings.fits(meaning)]
    for name, found in (("columns", strange), ("key", strange_key)):
        if found:
            wrong.append(name)
            questions.append(_question(name, found[0], meanings.options))
    return replace(choices, **{name: getattr(_NOTHING, name) for name in wrong}), questions


def _is_said(choices: Choices, name: str) -> bool:
    return bool(getattr(choices, name) != getattr(_NOTHING, name))


def _said_of_columns(choices: Choices) -> list[Any]:
    return [meaning for meaning in choices.columns.values() if meaning != ""]


def unknown_sheet(sheet: str, sheets: Iterable[str]) -> Question:
    """Ask again for a sheet that the workbook does not have."""
    return _question("sheet", sheet, (*sheets, "*"))


def unknown_columns(columns: list[Column], choices: Choices) -> list[Question]:
    """Ask again about headings that something was said of and that the file does not have."""
    known = {name for column in columns for name in (column.heading, f"#{column.place + 1}")}
    lost = [name for name, meaning in choices.columns.items() if meaning and name not in known]
    return [_question("columns", lost[0], [column.heading for column in columns if column.heading])] if lost else []


def _question(name: str, value: Any, options: Iterable[str]) -> Question:
    return Question("bad_choice", name, tuple(options), {"choice": name, "value": shown(value)})
