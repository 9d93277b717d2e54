"""What was understood of a file and what a person decided: both can be stored as JSON and read back."""

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from scoring.intake.refusals import Note, Question, Rejection

MAPPED, UNKNOWN, SENSITIVE, PRIVILEGED, EMPTY = "mapped", "unknown", "sensitive", "privileged", "empty"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided where the file does not: empty means undecided.

    `columns` maps a heading (or `#3` for the third column) to a meaning, '' to leave the column out; once it is given,
    nothing is guessed. `sheet` may be `*` for all sheets with the same headings. `unanswered` are words in
    small letters that stand in place of a mark where the customer gave none.
    """

    columns: dict[str, str] = field(default_factory=dict)
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0
    date_order: str = ""
    zone: str = ""
    instrument: str = ""
    agent_by: str = ""
    empty_rating: str = ""
    key: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give a plain dictionary for a JSON field."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Choices":
        """Read what `to_json` gave; unknown keys are left out."""
        known = {name: stored[name] for name in (one.name for one in fields(cls)) if name in stored}
        return cls(**{**known, **{name: tuple(known.get(name, ())) for name in ("key", "unanswered")}})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place (from 0), heading, first values, and what it was taken for.

    `guess` is a proposal with `confidence` (0 to 1) that only a person turns into a meaning.
    """

    place: int
    heading: str
    examples: tuple[str, ...] = ()
    meaning: str = ""
    guess: str = ""
    confidence: float = 0.0
    state: str = UNKNOWN


@dataclass(slots=True)
class Understanding:
    """Everything needed to read the file the same way again. `header_row` is 1-based, 0 when there is none.

    `ended` says that a line end closes the last line of a text; `order_is_told` that some date of the file itself shows
    the order of day and month.
    """

    kind: str
    file_name: str = ""
    profile: str = ""
    sha256: str = ""
    size: int = 0
    lines: int = 0
    container: str = ""
    packing: str = ""
    member: str = ""
    encoding: str = ""
    damaged: bool = False
    unclean: bool = True
    delimiter: str = ""
    escape: str = ""
    ended: bool = True
    skipped_lines: int = 0
    spaced: bool = False
    quote: str = '"'
    sheets: list[str] = field(default_factory=list)
    read_sheets: list[str] = field(default_factory=list)
    header_row: int = 0
    header_rows: int = 1
    row_width: int = 0
    columns: list[Column] = field(default_factory=list)
    date_order: str = "dmy"
    order_is_told: bool = False
    decimal: str = "."
    zone: str = ""
    instrument: str = ""
    agent_by: str = "auto"
    empty_rating: str = "refuse"
    credit: str = "assigned"
    shape: str = ""
    values: dict[str, int] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    key_prefix: str = ""
    channel: str = ""
    epoch: bool = False
    since_1904: bool = False
    updates: bool = False
    chat_in_link: bool = False
    footer: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    questions: list[Question] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rejection: Rejection | None = None
    workbook: Any = field(default=None, repr=False, compare=False)
    """The opened workbook, so that the same process need not load it twice; never stored."""

    @property
    def action(self) -> str:
        """Say `reject_file`, `needs_mapping`, or '' when the records may be read."""
        if self.rejection:
            return "reject_file"
        return "needs_mapping" if self.questions else ""

    def places(self) -> dict[str, int]:
        """Places of the mapped columns by meaning."""
        return {column.meaning: column.place for column in self.columns if column.meaning}

    def headings(self) -> dict[str, str]:
        """Headings of the mapped columns by meaning."""
        return {column.meaning: column.heading for column in self.columns if column.meaning}

    def to_json(self) -> dict[str, Any]:
        """Give a plain dictionary for a JSON field or a page."""
        stored = asdict(replace(self, workbook=None))
        del stored["workbook"]
        return {**stored, "action": self.action}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Understanding":
        """Read what `to_json` gave."""
        plain = {name: stored[name] for name in (one.name for one in fields(cls)) if name in stored}
        columns = [Column(**{**one, "examples": tuple(one["examples"])}) for one in plain.get("columns", [])]
        questions = [Question(**{**one, "options": tuple(one["options"])}) for one in plain.get("questions", [])]
        rejection = plain.get("rejection")
        read: dict[str, Any] = {
            "columns": columns,
            "questions": questions,
            "notes": [Note(**one) for one in plain.get("notes", [])],
            "rejection": Rejection(**rejection) if rejection else None,
            **{name: tuple(plain.get(name, ())) for name in ("key", "unanswered", "ignored", "footer")},
        }
        return cls(**{**plain, **read})
