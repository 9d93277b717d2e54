"""What intake says instead of raising: refusals of records, rejections of files, questions and notes.

Here they are codes and parameters; `scoring.intake.sentences` puts them into words.
"""

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

SHOWN_CHARS = 120
KEPT_CHARS = 20_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)

Parameters: TypeAlias = dict[str, Any]


def shown(value: object) -> str:
    """Shorten a value for a report and write its unprintable characters as escapes, so that no log or page obeys it."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    cut = text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", cut)


def kept(value: str) -> str:
    """Keep a cell of a refused record as it stands; only what no database takes is written as an escape."""
    cut = value if len(value) <= KEPT_CHARS else value[: KEPT_CHARS - 1] + "…"
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", cut)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record that is not taken: `record` is the 1-based data record, `column` the heading in the file.

    `cells` are its cells by heading, whole (`kept`), so that it can be corrected and sent again.
    """

    record: int
    code: str
    column: str = ""
    value: str = ""
    params: Parameters = field(default_factory=dict)
    sheet: str = ""
    cells: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one cell cannot be used; becomes a Refusal once record and column are known."""

    code: str
    params: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """A warning about the whole file: nothing is refused for it, but nobody shall be surprised."""

    code: str
    params: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason why the whole file is turned away."""

    code: str
    params: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that the file does not decide; `choice` names the field of Choices that answers it."""

    code: str
    choice: str
    options: tuple[str, ...] = ()
    params: Parameters = field(default_factory=dict)


class Rejected(Exception):
    """Raised inside intake when a file cannot be read at all; carries the one reason."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.rejection = Rejection(code, params)
