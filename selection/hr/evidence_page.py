"""What the mapping page shows: the file as it would be read now, what is open, and every column with examples."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.forms import BoundField
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from scoring.intake import Choices, Column, Question
from scoring.intake.sentences import note_sentence, question_sentence, rejection_sentence
from scoring.intake.stamps import Rule, moment
from scoring.models import Batch
from scoring.uploads import MENDABLE, known_as, look_again, twins_of
from selection.components import Link
from selection.hr import evidence_words as words
from selection.hr.evidence_form import (
    CLOSED,
    MappingForm,
    field_of,
    layout_of,
    proposed,
    signature,
    stored,
)
from selection.hr.evidence_report import source_name

DATES = ("rated_at", "flagged_at", "hired_on", "left_on", "chat_started_at")
SHOWN_EXAMPLES = 3
QUITE_SURE = 0.8


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One open question: its sentence, why it matters, and the field that answers it (None: the columns)."""

    sentence: str
    why: str
    field: BoundField | None
    needed: list[tuple[str, str]]
    is_about_columns: bool


@dataclass(frozen=True, kw_only=True)
class ColumnRow:
    """One column: heading, examples, its select, and whether a person should look at it."""

    heading: str
    examples: list[str]
    field: BoundField | None
    note: str
    is_open: bool


class MappingPage:
    """One file as it would be read by what the form holds."""

    steps = words.STEPS

    def __init__(self, batch: Batch, data: Mapping[str, Any] | None = None) -> None:
        self.batch = batch
        kept = stored(Choices.from_json(batch.choices))
        self.base = look_again(batch, layout_of(kept if data is None else data))
        self.form = MappingForm(self._fresh(data), base=self.base, initial=self._initial(kept))
        self.choices = self._with_names(self.form.choices())
        self.seen = look_again(batch, self.choices) if self.base.columns else self.base
        self.form.tell(self.seen)
        self.form.spell(self.base)

    def _initial(self, kept: dict[str, Any]) -> dict[str, Any]:
        """What was kept earlier, or a proposal."""
        if self.batch.choices.get("columns"):
            return {**kept, "create_agents": self.batch.create_agents}
        return dict(proposed(self.base))

    def _with_names(self, choices: Choices) -> Choices:
        """Where nobody said how agents are named, the roster and the look of the names say it."""
        named = [one.examples for one in self.base.columns if choices.columns.get(f"#{one.place + 1}") == "agent"]
        if choices.agent_by or self.base.agent_by != "auto" or not named:
            return choices
        return replace(choices, agent_by=known_as(named[0]))

    def _fresh(self, data: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The form's data; what was said about other columns (another sheet, say) is replaced by a new proposal."""
        if data is None:
            return None
        plain = {name: data[name] for name in data}
        if plain.get("columns") == signature(self.base):
            return plain
        others = {name: value for name, value in plain.items() if not name.startswith("column-")}
        return {**others, **proposed(self.base), "columns": signature(self.base)}

    @property
    def is_settled(self) -> bool:
        """Whether nothing is open: the file may be checked."""
        return not self.seen.action and (not self.form.is_bound or self.form.is_valid())

    @cached_property
    def rejection(self) -> str:
        """Why the file cannot be read at all, in a sentence; '' when it can."""
        return rejection_sentence(self.seen.rejection) if self.seen.rejection else ""

    @property
    def is_mendable(self) -> bool:
        """Whether another choice on this page may help."""
        return self.seen.rejection is None or self.seen.rejection.code in MENDABLE

    @cached_property
    def questions(self) -> list[Asked]:
        """What is open, worded for people."""
        return [self._asked(question) for question in self.seen.questions]

    def _asked(self, question: Question) -> Asked:
        name = question.choice if question.choice in self.form.fields and question.choice != "columns" else ""
        is_key = "key" in self.form.fields and _is_about_key(question)
        needed = [(words.meaning_name(self.seen.kind, one), words.word(words.NEEDED, one)) for one in question.options]
        return Asked(
            sentence=self._sentence(question, [label for label, _why in needed]),
            why=words.word(words.WHY, "no_key" if is_key else question.code),
            field=self.form["key" if is_key else name] if is_key or name else None,
            needed=needed if question.code == "missing_column" else [],
            is_about_columns=question.choice == "columns",
        )

    def _sentence(self, question: Question, needed: list[str]) -> str:
        """The question with the names that this page uses instead of intake's codes."""
        if _is_about_key(question) and "key" in question.options:
            return str(words.QUESTIONS["no_key"])
        if question.code == "missing_column":
            return _("Which column holds: %(needed)s?") % {"needed": ", ".join(needed)}
        if question.code == "duplicate_meaning":
            meaning = words.meaning_name(self.seen.kind, str(question.params.get("meaning", "")))
            told = {"meaning": meaning, "columns": ", ".join(question.options)}
            return _("Several columns are said to hold “%(meaning)s”: %(columns)s. Keep one of them.") % told
        return str(words.QUESTIONS[question.code]) if question.code in words.QUESTIONS else question_sentence(question)

    @property
    def asked_fields(self) -> set[str]:
        """Names of the fields that stand among the questions."""
        return {asked.field.name for asked in self.questions if asked.field}

    @property
    def file_fields(self) -> list[BoundField]:
        """Fields about the whole file that are not asked about."""
        names = [name for name in self.form.fields if not name.startswith("column") and name != "create_agents"]
        return [self.form[name] for name in names if name not in self.asked_fields]

    @property
    def creating(self) -> BoundField | None:
        """The tick that lets the file create agents."""
        return self.form["create_agents"] if "create_agents" in self.form.fields else None

    @property
    def drop_url(self) -> str:
        """Where the file is dropped."""
        return reverse("hr:drop_file", args=[self.batch.pk])

    @cached_property
    def twins(self) -> list[Link]:
        """Published batches of the very same bytes."""
        return [Link(label=str(one), url=reverse("hr:batch", args=[one.pk])) for one in twins_of(self.batch)]

    @cached_property
    def columns(self) -> list[ColumnRow]:
        """Every column, those that a person should look at first."""
        rows = [self._row(column) for column in self.base.columns]
        return sorted(rows, key=lambda row: (not row.is_open, row.field is None))

    def _row(self, column: Column) -> ColumnRow:
        if column.state in CLOSED:
            return ColumnRow(heading=column.heading, examples=[], field=None, note=_closed(column), is_open=False)
        meaning = self.form.value(field_of(column))
        is_guess = bool(meaning) and meaning == column.guess != column.meaning
        is_wanted = not meaning and any(
            question.code in {"missing_column", "no_header"} for question in self.seen.questions
        )
        return ColumnRow(
            heading=column.heading,
            examples=list(self._examples(column, meaning)),
            field=self.form[field_of(column)],
            note=_guess_note(column) if is_guess else "",
            is_open=is_guess or is_wanted,
        )

    def _examples(self, column: Column, meaning: str) -> Iterator[str]:
        for text in column.examples[:SHOWN_EXAMPLES]:
            yield f"{text} → {read_as}" if meaning in DATES and (read_as := self._as_date(text)) else text

    def _as_date(self, text: str) -> str:
        found = moment(text, Rule(self.seen.zone, self.seen.date_order, self.seen.epoch))
        if not isinstance(found, datetime):
            return ""
        if timezone.is_aware(found):
            found = timezone.localtime(found)
        return formats.date_format(found, "DATETIME_FORMAT" if found.time() != found.min.time() else "DATE_FORMAT")

    @property
    def notes(self) -> list[str]:
        """What else was noticed."""
        return [note_sentence(note) for note in self.seen.notes if note.code != "unknown_column"]

    @property
    def marks(self) -> list[str]:
        """Examples of the marks, to hold against the scale."""
        place = self.seen.places().get("rating")
        return next((list(one.examples) for one in self.seen.columns if one.place == place), [])

    @property
    def source(self) -> list[tuple[str, str]]:
        """What kind of file it is."""
        told = [(_("File"), self.batch.file_name), (_("Format"), words.word(words.CONTAINERS, self.seen.container))]
        if self.seen.read_sheets:
            told.append((_("Sheet"), ", ".join(self.seen.read_sheets)))
        return [*told, (_("Read with the profile"), source_name(self.seen.profile))]


def _is_about_key(question: Question) -> bool:
    """Whether nothing is missing but what tells one rating from another: other columns together may do that."""
    return question.code == "missing_column" and set(question.options) <= {"key", "chat_id"}


def _closed(column: Column) -> str:
    if column.state == "empty":
        return _("empty, left out")
    return _("never read: it is about rights, passwords or sensitive personal data")


def _guess_note(column: Column) -> str:
    sure = column.confidence >= QUITE_SURE
    return _("our guess, quite sure: please confirm") if sure else _("our guess, not sure: please confirm")
