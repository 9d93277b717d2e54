"""Read the records of an understood file: typed chunks in file order, whatever its length, in bounded memory."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.intake.agents import agents, cross_problems, managers_resolved
from scoring.intake.held import Held, Places, picked
from scoring.intake.integrity import Watch
from scoring.intake.ledger import CONFLICT, DUPLICATE, REPLACED, UNIQUE, Ledger
from scoring.intake.limits import Limits
from scoring.intake.meanings import AGENTS, RATINGS, VIRAL
from scoring.intake.ratings import ratings
from scoring.intake.records import WAITING, Chunk, Setting
from scoring.intake.refusals import Note, Problem, Refusal, Rejected, shown
from scoring.intake.restoring import restored
from scoring.intake.roster import Roster
from scoring.intake.tables import Block, Counts, blocks, opened
from scoring.intake.understanding import Understanding
from scoring.intake.virals import virals

# Beyond this, the order in which rows reach the index costs more than reading and storing at once would save.
SPREAD_BYTES = 256 * 1024 * 1024
_CONVERSIONS: dict[str, Callable[[Block, Setting], Chunk]] = {RATINGS: ratings, VIRAL: virals, AGENTS: agents}


@dataclass(slots=True)
class Tally:
    """Counts of one reading; complete when the last chunk has been taken."""

    records: int = 0
    accepted: int = 0
    duplicates: int = 0
    replaced: int = 0
    unanswered: int = 0
    waiting: int = 0
    refused: int = 0
    ignored: int = 0
    notes: list[Note] = field(default_factory=list)


class Reading:
    """Iterate once over the chunks of a file; `tally` fills while reading.

    Repeats of a record inside the file are dropped and counted, contradicting records are refused, all of them; where
    customers may change their answers (`updates`) the latest one stands instead, if its time tells which that is. All
    this can only be known at the end, so chunks are held (on disk when there are many) until the file has been seen.

    Of every `gives`-th chunk (0: of none) the records whose key is met for the first time are given at once; what has
    been given and is contradicted after all comes once more in a chunk that is `recalled`. Of very long files, what was
    held comes in the order of its keys (`spreads`).
    """

    def __init__(self, path: Path, setting: Setting) -> None:
        self.path, self.setting = path, setting
        self.tally = Tally(notes=list(setting.seen.notes))
        self.gives = 0
        self.spreads = setting.seen.kind == RATINGS and path.stat().st_size > SPREAD_BYTES
        self.tick: Callable[[], None] | None = None
        """Called for each block that was read, so that whoever reads can show signs of life."""

    def __iter__(self) -> Generator[Chunk, None, None]:
        with TemporaryDirectory(prefix="rostrum-intake-") as folder:
            ordered = self.setting.seen.updates and self.setting.seen.kind == RATINGS
            ledger, held = Ledger(Path(folder), ordered=ordered), Held(Path(folder), spreads=self.spreads)
            waits: list[NDArray[np.bool_]] = []
            watch, counts = Watch(), Counts()
            with closing(self._converted(counts)) as converted:
                for number, chunk in enumerate(converted):
                    start = ledger.size
                    said = _said(chunk) if ordered else None
                    met = ledger.add(chunk.columns["key"], _contents(chunk, self.setting.seen), said)
                    watch.look(chunk)
                    held.learn(chunk.columns["key"])
                    gives = self.gives and number % self.gives == 0
                    now, later = _parted(chunk, met) if gives else (None, chunk)
                    waits.append(met if gives else np.ones_like(met))
                    if now is not None:
                        yield self._counted(now)
                    if later is not None:
                        held.add(start + np.flatnonzero(waits[-1]), later)
            self._note(watch, counts)
            yield from self._ending(ledger.verdicts(), waits, held)

    def _ending(
        self, verdicts: NDArray[np.uint8], waits: list[NDArray[np.bool_]], held: Held
    ) -> Generator[Chunk, None, None]:
        for places, chunk in held:
            yield self._judged(chunk, verdicts[places])
        if self.gives and waits:
            verdicts[np.concatenate(waits)] = UNIQUE
            given = np.flatnonzero(verdicts == CONFLICT)
            if len(given):
                yield from self._recalled(given)

    def _recalled(self, contradicted: Places) -> Generator[Chunk, None, None]:
        """Read the file once more for records that were given and should not have been."""
        start = 0
        for chunk in self._converted(Counts()):
            places = contradicted[(contradicted >= start) & (contradicted < start + len(chunk))] - start
            start += len(chunk)
            if len(places):
                yield self._taken_back(chunk, set(places.tolist()))

    def _taken_back(self, chunk: Chunk, places: set[int]) -> Chunk:
        back = _without(replace(chunk, refusals=[], waiting=[]), set(range(len(chunk))) - places)
        conflicts = {place: ("key", Problem("conflict_id")) for place in range(len(back))}
        refusals = _refusing(back, conflicts, self.setting.seen).refusals
        self.tally.accepted -= len(back)
        self.tally.refused += len(refusals)
        self.tally.unanswered -= back.columns["value"].count(None)
        return replace(back, refusals=refusals, recalled=True)

    def _converted(self, counts: Counts) -> Generator[Chunk, None, None]:
        seen, limits = self.setting.seen, self.setting.limits
        convert = _CONVERSIONS[seen.kind]
        with opened(self.path, limits, seen.workbook) as source:
            read = blocks(source, seen, limits, counts)
            for block in [_whole(list(read))] if seen.kind == AGENTS else read:
                if self.tick:
                    self.tick()
                chunk = convert(block, self.setting)
                counts.ignored += len(block.records) - len(chunk) - len(chunk.refusals) + len(block.refusals)
                yield self._cross_checked(chunk) if seen.kind == AGENTS else chunk

    def _cross_checked(self, chunk: Chunk) -> Chunk:
        repeats = _repeats(chunk, self.setting.seen)
        chunk = managers_resolved(chunk, self.setting.roster or Roster())
        problems = cross_problems(_without(chunk, repeats), self.setting.roster)
        places = [place for place in range(len(chunk)) if place not in repeats]
        return _refusing(chunk, {places[at]: found for at, found in problems.items()}, self.setting.seen)

    def _judged(self, chunk: Chunk, verdicts: Any) -> Chunk:
        conflicts = {place: ("key", Problem("conflict_id")) for place in np.flatnonzero(verdicts == CONFLICT).tolist()}
        self.tally.duplicates += int((verdicts == DUPLICATE).sum())
        self.tally.replaced += int((verdicts == REPLACED).sum())
        if verdicts.any():
            chunk = _refusing(chunk, conflicts, self.setting.seen, keep=(verdicts == UNIQUE).tolist())
        return self._counted(chunk)

    def _counted(self, chunk: Chunk) -> Chunk:
        self.tally.accepted += len(chunk)
        self.tally.refused += len(chunk.refusals)
        self.tally.waiting += sum(one.code == WAITING for one in chunk.refusals)
        if chunk.kind == RATINGS:
            self.tally.unanswered += chunk.columns["value"].count(None)
        return chunk

    def _note(self, watch: Watch, counts: Counts) -> None:
        notes = self.tally.notes
        self.tally.ignored, self.tally.records = counts.ignored, counts.records - counts.ignored
        if counts.totals:
            notes.append(Note("totals_row_skipped", {"count": counts.totals}))
        if counts.ignored:
            notes.append(Note("ignored_rows", {"count": counts.ignored}))
        notes.extend(watch.notes())

    def closing_notes(self) -> list[Note]:
        """Everything worth saying about the file, once it has been read to its end."""
        extra = []
        if self.tally.duplicates:
            extra.append(Note("duplicate_row", {"count": self.tally.duplicates}))
        if self.tally.replaced:
            extra.append(Note("changed_answer", {"count": self.tally.replaced}))
        if self.tally.unanswered:
            extra.append(Note("unanswered", {"count": self.tally.unanswered}))
        return [*self.tally.notes, *extra]


def _parted(chunk: Chunk, doubted: NDArray[np.bool_]) -> tuple[Chunk | None, Chunk | None]:
    """Part a chunk: records that may be given at once, and those that have to wait."""
    if not doubted.any():
        return chunk, None
    if doubted.all():
        return None, chunk
    later = _kept(replace(chunk, refusals=[], waiting=[]), doubted.tolist())
    return _kept(chunk, (~doubted).tolist()), later


def _said(chunk: Chunk) -> NDArray[np.int64]:
    """When each rating was given, to be compared: at one time, an answer comes after what was only offered."""
    answered = np.fromiter((value is not None for value in chunk.columns["value"]), np.int64, len(chunk))
    moments: NDArray[np.int64] = chunk.columns["rated_at"].astype("datetime64[us]").view(np.int64)
    return moments * 2 + answered


def _contents(chunk: Chunk, seen: Understanding) -> Iterator[int]:
    """Hash what each record says; columns that the file does not have say nothing and are left out."""
    said = {*seen.places(), "value", "agent_ref"} - {"key", "agent"}
    columns = [
        values.view(np.int64).tolist() if isinstance(values, np.ndarray) else values
        for name, values in chunk.columns.items()
        if name in said
    ]
    return map(hash, zip(*columns, strict=True))


def _whole(read: list[Block]) -> Block:
    """Join the blocks of a small file into one."""
    first = read[0] if read else Block({}, [])
    for block in read[1:]:
        for name, values in block.columns.items():
            first.columns[name].extend(values)
        first.records.extend(block.records)
        first.refusals.extend(block.refusals)
    return first


def _repeats(chunk: Chunk, seen: Understanding) -> set[int]:
    """Places of rows that say again what an earlier row said; they must not count as a second person."""
    met: set[int] = set()
    repeats = set()
    said = zip(chunk.columns["key"], _contents(chunk, seen), strict=True)
    for place, content in enumerate(map(hash, said)):
        if content in met:
            repeats.add(place)
        met.add(content)
    return repeats


def _without(chunk: Chunk, places: set[int]) -> Chunk:
    kept = [place not in places for place in range(len(chunk))]
    return _kept(chunk, kept)


def _kept(chunk: Chunk, keep: list[bool]) -> Chunk:
    return picked(chunk, np.flatnonzero(keep))


def _refusing(
    chunk: Chunk, problems: dict[int, tuple[str, Problem]], seen: Understanding, keep: list[bool] | None = None
) -> Chunk:
    if not problems and keep is None:
        return chunk
    refusals = [_refusal(chunk, place, meaning, problem, seen) for place, (meaning, problem) in problems.items()]
    standing = [place not in problems for place in range(len(chunk))]
    kept = _kept(chunk, [one and other for one, other in zip(standing, keep or standing, strict=True)])
    kept.refusals = sorted([*chunk.refusals, *refusals], key=lambda one: one.record)
    return kept


def _refusal(chunk: Chunk, place: int, meaning: str, problem: Problem, seen: Understanding) -> Refusal:
    headings = seen.headings()
    # A key may be made of several columns; then the chat's heading names it best.
    heading = headings.get(meaning) or headings.get("chat_id") or headings.get("staff_number", meaning)
    value = shown(chunk.columns[meaning][place])
    row = restored(chunk, place, seen)
    return Refusal(chunk.records[place], problem.code, heading, value, problem.params, chunk.sheet, row)


def read(path: Path, seen: Understanding, *, as_of: datetime, limits: Limits, roster: Roster | None = None) -> Reading:
    """Read the records of a file that was understood without questions.

    `as_of` is the clock of the checks (aware); `roster` makes agents known, without it references stay unresolved.
    Iterating raises Rejected when the file turns out to be unreadable after all; nothing may be kept of it then.
    """
    if seen.action:
        raise Rejected("not_understood", action=seen.action)
    return Reading(path, Setting(seen, as_of, limits, roster))
