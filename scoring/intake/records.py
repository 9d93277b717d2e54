"""Blocks of cells become typed records: what all kinds of evidence share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import numpy as np

import scoring.intake.cells as cells
from scoring.intake.limits import Limits
from scoring.intake.refusals import Problem, Refusal, Rejected, kept, shown
from scoring.intake.roster import Person, Roster
from scoring.intake.stamps import EARLIEST, Instants, Rule, instants
from scoring.intake.tables import Block
from scoring.intake.understanding import Understanding

WAITING = "unknown_agent"
_NO_AGENT: tuple[None, str] = (None, "")


@dataclass(slots=True)
class Chunk:
    """Some accepted records in file order: `columns` holds a sequence per field, `records` their numbers.

    Times are numpy datetime64[us] in UTC (NaT for none), everything else plain lists. `waiting` are otherwise good
    records about agents that nobody knows; they stand among `refusals` too.
    """

    kind: str
    columns: Mapping[str, Any]
    records: list[int]
    refusals: list[Refusal] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    sheet: str = ""
    instrument: str = ""
    key_heading: str = ""
    present: frozenset[str] = frozenset()
    recalled: bool = False
    """Whether these records were given before and are contradicted after all: they must be taken back."""
    prepared: Any = None
    """What a reading process made of the records for whoever stores them."""

    def __len__(self) -> int:
        return len(self.records)

    def says(self, meaning: str) -> bool:
        """Whether the file has a column with this meaning; records that come from no file say everything."""
        return not self.present or meaning in self.present


@dataclass(frozen=True, slots=True)
class Setting:
    """What converting needs to know: the file, the clock, the limits, who is known."""

    seen: Understanding
    as_of: datetime
    limits: Limits
    roster: Roster | None = None


class Conversion:
    """One block on its way to records: gathers values by field and the first problem of each record."""

    def __init__(self, block: Block, setting: Setting) -> None:
        self.block, self.setting, self.seen = block, setting, setting.seen
        self.size = len(block.records)
        self.problems: dict[int, tuple[str, Problem]] = {}
        self.fields: dict[str, Any] = {}
        self.headings = self.seen.headings()
        self.rule = Rule(self.seen.zone, self.seen.date_order or "dmy", self.seen.epoch, self.seen.since_1904)

    def raw(self, meaning: str) -> Sequence[Any]:
        """Cells of the column with this meaning; empty cells when the file has none."""
        return self.block.columns.get(meaning) or [""] * self.size

    def has(self, meaning: str) -> bool:
        """Whether the file has a column with this meaning."""
        return meaning in self.block.columns

    def blame(self, meaning: str, problems: dict[int, Problem]) -> None:
        """Note problems; the first of a record stands, but only an otherwise good record waits for its agent."""
        for place, problem in problems.items():
            known = self.problems.get(place)
            if known is None or known[1].code == WAITING:
                self.problems[place] = meaning, problem

    def require(self, meaning: str, values: Sequence[Any]) -> None:
        """Blame records that have no value where one is needed."""
        if not all(values):
            missing = {place: Problem("missing_value") for place, value in enumerate(values) if value in ("", None)}
            self.blame(meaning, missing)

    def identifier(self, meaning: str, longest: int, *, required: bool = False) -> list[str]:
        """Read a column of identifiers."""
        if not self.has(meaning) and not required:
            return [""] * self.size
        values, problems = cells.identifiers(self.raw(meaning), longest=longest, unclean=self.seen.unclean)
        return self._taken(meaning, values, problems, required=required)

    def name(self, meaning: str, longest: int, *, required: bool = False) -> list[str]:
        """Read a column of names and short words."""
        if not self.has(meaning) and not required:
            return [""] * self.size
        values, problems = cells.names(self.raw(meaning), longest=longest, unclean=self.seen.unclean)
        return self._taken(meaning, values, problems, required=required)

    def text(self, meaning: str) -> list[str]:
        """Read a column of free text, kept as it stands."""
        if not self.has(meaning):
            return [""] * self.size
        longest = min(self.setting.limits.comment_chars, self.setting.limits.field_chars)
        values, problems = cells.texts(self.raw(meaning), longest=longest, unclean=self.seen.unclean, verbatim=True)
        return self._taken(meaning, values, problems)

    def values(self, meaning: str, convert: Callable[[Any], Any], *, required: bool = False) -> list[Any]:
        """Read a column through a converter of single cells."""
        if not self.has(meaning):
            return [None] * self.size
        found, problems = cells.converted(self.raw(meaning), convert)
        self.blame(meaning, problems)
        if required and None in found:
            empty = {place: Problem("missing_value") for place, value in enumerate(found) if value is None}
            self.blame(meaning, empty)
        return found

    def _taken(
        self, meaning: str, values: list[str], problems: dict[int, Problem], *, required: bool = False
    ) -> list[str]:
        self.blame(meaning, problems)
        if required:
            self.require(meaning, values)
        return values

    def moments(self, meaning: str, *, required: bool = False, clock: str = "") -> Instants:
        """Read a column of times as UTC instants, refusing those before 2000 and in the future.

        `clock` names a second column with the time of day.
        """
        if not self.has(meaning) and not required:
            return np.full(self.size, np.datetime64("NaT"), dtype="datetime64[us]")
        raw = self.raw(meaning)
        if clock and self.has(clock):
            raw = [_joined(day, hour) for day, hour in zip(raw, self.raw(clock), strict=True)]
        zones = self.name("tz", 64) if self.has("tz") else None
        found, problems = instants(raw, self.rule, zones=zones)
        self.blame(meaning, problems)
        missing = np.isnat(found)
        if required and missing.any():
            empty = {place: Problem("missing_value") for place in np.flatnonzero(missing).tolist()}
            self.blame(meaning, {place: problem for place, problem in empty.items() if place not in problems})
        self._bound(meaning, found)
        if not self.seen.ended and meaning in self.headings:
            self._cut_off(meaning, raw)
        return found

    def _cut_off(self, meaning: str, raw: Sequence[Any]) -> None:
        """Blame a date at the end of a file without its last line end when it is a piece of what dates are here."""
        lengths = {len(cell) for cell in raw[:-1] if isinstance(cell, str) and cell}
        is_last = self.seen.places()[meaning] == len(self.seen.columns) - 1
        if is_last and len(raw) > 2 and len(lengths) == 1 and 0 < len(str(raw[-1])) < min(lengths):
            self.blame(meaning, {len(raw) - 1: Problem("cut_off")})

    def _bound(self, meaning: str, found: Instants) -> None:
        latest = self.setting.as_of + timedelta(hours=self.setting.limits.future_tolerance_hours)
        ceiling = np.datetime64(latest.replace(tzinfo=None), "us")
        self.blame(meaning, {place: Problem("bad_date") for place in np.flatnonzero(found < EARLIEST).tolist()})
        self.blame(meaning, {place: Problem("future_date") for place in np.flatnonzero(found > ceiling).tolist()})

    def agents(self, meaning: str = "agent") -> list[Person | None]:
        """Find whom each record is about; unknown agents are blamed when a roster was given."""
        roster, how = self.setting.roster, self.seen.agent_by
        references = _without_marks(self.name(meaning, 200, required=True), roster, how)
        found = {text: roster.find(text, how) if roster else _NO_AGENT for text in set(references)}
        self.fields["agent_ref"] = references
        ways = {text: way for text, (_, way) in found.items()}
        self.fields["agent_by"] = list(map(ways.__getitem__, references))
        if roster:
            unknown = {text: roster.similar(text) for text, (person, _) in found.items() if text and person is None}
            if unknown:
                self.blame(meaning, self._unknown(references, unknown, roster))
        people = {text: person for text, (person, _) in found.items()}
        return list(map(people.__getitem__, references))

    def _unknown(self, references: list[str], unknown: dict[str, str], roster: Roster) -> dict[int, Problem]:
        problems = {}
        for place, text in enumerate(references):
            if text in unknown:
                left_out = roster.matches.get(text) == ""
                code = "ignored_agent" if left_out else WAITING
                problems[place] = Problem(code, {"similar": unknown[text]} if unknown[text] else {})
        return problems

    def chunk(self, kind: str, *, dropped: Sequence[int] = ()) -> Chunk:
        """Close the block: records without problems go on, the others become refusals."""
        gone = set(dropped)
        refusals = [
            *self.block.refusals,
            *(self._refusal(at, *self.problems[at]) for at in sorted(self.problems) if at not in gone),
        ]
        waiting = [self._waiting(at) for at, (_, problem) in sorted(self.problems.items()) if problem.code == WAITING]
        records = self.block.records
        if self.problems or gone:
            kept = [place for place in range(self.size) if place not in self.problems and place not in gone]
            self.fields = {name: values_at(values, kept) for name, values in self.fields.items()}
            records = values_at(records, kept)
        present = frozenset(self.block.columns)
        key = self.headings.get("key") or self.headings.get("chat_id", "")
        return Chunk(
            kind, self.fields, records, refusals, waiting, self.block.sheet, self.seen.instrument, key, present
        )

    def _refusal(self, place: int, meaning: str, problem: Problem) -> Refusal:
        """Word the problem of one record. Raises Rejected when the record is no record but headings once more."""
        cell = self.raw(meaning)[place] if self.has(meaning) else ""
        row = {self.headings[name]: kept(cells.plain(column[place])) for name, column in self.block.columns.items()}
        heading = self.headings.get(meaning, meaning)
        if _are_headings(row):
            raise Rejected("second_header", record=self.block.records[place])
        value = shown(cells.plain(cell))
        return Refusal(self.block.records[place], problem.code, heading, value, problem.params, self.block.sheet, row)

    def _waiting(self, place: int) -> dict[str, Any]:
        row = {name: _storable(values[place]) for name, values in self.fields.items()}
        return {"record": self.block.records[place], "reference": self.fields["agent_ref"][place], "payload": row}


def _without_marks(references: list[str], roster: Roster | None, how: str) -> list[str]:
    """Take Excel's mark of a text off references, unless somebody is known with it, or it may begin a name."""
    marked = {text for text in references if text.startswith("'")}
    by_name = how in {"name", "name_email"}

    def meant(text: str) -> str:
        if roster and (roster.knows(text, how) or (by_name and not roster.knows(cells.bare(text), how))):
            return text
        return text if by_name and not roster else cells.bare(text)

    better = {text: meant(text) for text in marked}
    return [better.get(text, text) for text in references] if marked else references


def _are_headings(row: dict[str, str]) -> bool:
    """Whether cells are the headings of other columns: two tables one after the other, the columns in another order."""
    return sum(value in row for value in row.values() if value) * 2 > max(4, len(row))


def _joined(day: Any, hour: Any) -> str:
    """Join a cell with a date and one with a time of day into one text."""
    date_text = cells.plain(day).strip()
    if isinstance(day, datetime):
        date_text = day.date().isoformat()
    clock = cells.plain(hour).strip().split(" ")[-1]
    return f"{date_text} {clock}".strip()


def values_at(column: Any, places: list[int]) -> Any:
    """The values of a column at these places, in their order."""
    if isinstance(column, np.ndarray):
        return column[places]
    # For a single place itemgetter gives the value itself, not a tuple.
    return list(itemgetter(*places)(column)) if len(places) > 1 else [column[place] for place in places]


def _storable(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else f"{value.astype('datetime64[us]').item().isoformat()}+00:00"
    return value
