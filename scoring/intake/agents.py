"""Agent records: a roster file is small and its rows refer to each other, so it is checked as a whole."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from scoring.intake.cells import bare
from scoring.intake.records import Chunk, Conversion, Setting
from scoring.intake.refusals import Problem
from scoring.intake.roster import Person, Roster, folded_name, looked_alike
from scoring.intake.stamps import instants
from scoring.intake.tables import Block
from scoring.intake.zones import zone_of

LONGEST_STAFF_NUMBER = 60
OLDEST_HIRE = date(1950, 1, 1)
LATEST_LEAVE = timedelta(days=366)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")
_OFFSET = re.compile(
    r"(?P<clock>\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?)\s*(?:Z|(?:UTC|GMT)?(?P<offset>[+-]\d\d(?::?\d\d)?)?)$"
)


def agents(block: Block, setting: Setting) -> Chunk:
    """Turn a whole file into agent records with the fields

    key (the staff number), staff_number, full_name, email, position, team, manager (a staff number or ''), hired_on,
    left_on (dates or None).
    """
    work = Conversion(block, setting)
    fields = work.fields
    fields["staff_number"] = work.identifier("staff_number", LONGEST_STAFF_NUMBER, required=True)
    fields["key"] = fields["staff_number"]
    fields["full_name"] = work.name("full_name", 200, required=True)
    fields["hired_on"] = _dates(work, "hired_on", required=True)
    fields["team"] = work.name("team", 120, required=True)
    fields["manager"] = work.name("manager", 200)
    fields["email"] = _emails(work)
    fields["position"] = work.name("position", 120)
    fields["left_on"] = _dates(work, "left_on")
    _check_periods(work)
    return work.chunk("agents")


def _dates(work: Conversion, meaning: str, *, required: bool = False) -> list[date | None]:
    """Read plain days: no time zone moves them. Midnight with an offset is that day; another hour, the day here."""
    raw = work.raw(meaning)
    found, problems = instants(raw, replace(work.rule, zone="UTC"))
    work.blame(meaning, problems)
    days = [
        None if np.isnat(value) else _day(value, cell, work.rule.zone) for value, cell in zip(found, raw, strict=True)
    ]
    if required:
        missing = {
            place: Problem("missing_value") for place, day in enumerate(days) if day is None and place not in problems
        }
        work.blame(meaning, missing)
    return days


def _day(moment: np.datetime64, cell: Any, zone: str) -> date:
    utc: datetime = moment.astype("datetime64[us]").item()
    written = _OFFSET.search(cell) if isinstance(cell, str) else None
    if not written or not (written["offset"] or written[0].endswith(("Z", "UTC", "GMT"))):
        return utc.date()
    there = utc.replace(tzinfo=UTC).astimezone(zone_of(written["offset"] or "UTC"))
    return there.date() if there.time() == time() else there.astimezone(zone_of(zone)).date()


def _emails(work: Conversion) -> list[str]:
    found = work.identifier("email", 254)
    bad = {place: Problem("bad_email") for place, text in enumerate(found) if text and not _EMAIL.fullmatch(text)}
    work.blame("email", bad)
    return found


def _check_periods(work: Conversion) -> None:
    today = (work.setting.as_of + timedelta(hours=work.setting.limits.future_tolerance_hours)).date()
    hired, left = work.fields["hired_on"], work.fields["left_on"]
    for place, (start, end) in enumerate(zip(hired, left, strict=True)):
        if start and start < OLDEST_HIRE:
            work.blame("hired_on", {place: Problem("bad_date")})
        elif start and start > today:
            work.blame("hired_on", {place: Problem("future_date")})
        if start and end and end < start:
            work.blame("left_on", {place: Problem("left_before_hired")})
        elif end and end > today + LATEST_LEAVE:
            work.blame("left_on", {place: Problem("future_date")})


def cross_problems(chunk: Chunk, roster: Roster | None) -> dict[int, tuple[str, Problem]]:
    """Check rows against each other and the roster: e-mails, protected dates, managers. Places are those of the chunk.

    A refused row cannot be anyone's manager, so managers are checked until nothing more is refused.
    """
    known = roster or Roster()
    problems: dict[int, tuple[str, Problem]] = {}
    _check_twins(chunk, known, problems)
    _check_emails(chunk, known, problems)
    _check_protected(chunk, known, problems)
    while found := _manager_problems(chunk, known, problems):
        problems |= found
    return problems


def _rows(chunk: Chunk, *names: str) -> Any:
    return zip(*(chunk.columns[name] for name in names), strict=True)


def _check_twins(chunk: Chunk, roster: Roster, problems: dict[int, tuple[str, Problem]]) -> None:
    """Two numbers that look the same on the page (A-1 in two alphabets, or a-1) would make one person two."""
    stored = {looked_alike(number): number for number in roster.people}
    here: dict[str, set[str]] = {}
    for number in chunk.columns["staff_number"]:
        here.setdefault(looked_alike(number), set()).add(number)
    for place, number in enumerate(chunk.columns["staff_number"]):
        if number in roster.people:
            continue
        others = sorted({stored.get(looked_alike(number), ""), *here[looked_alike(number)]} - {number, ""})
        if others:
            problems[place] = ("staff_number", Problem("lookalike", {"similar": others[0]}))


def _check_emails(chunk: Chunk, roster: Roster, problems: dict[int, tuple[str, Problem]]) -> None:
    # One person twice is a repeat or a contradiction, and judged as such.
    counts = Counter(text.lower() for _, text in set(_rows(chunk, "staff_number", "email")) if text)
    for place, (number, text) in enumerate(_rows(chunk, "staff_number", "email")):
        owner = roster.by_email(text) if text else None
        if counts[text.lower()] > 1 or (owner and owner.staff_number != number):
            problems.setdefault(
                place, ("email", Problem("duplicate_email", {"owner": owner.staff_number if owner else ""}))
            )


def _check_protected(chunk: Chunk, roster: Roster, problems: dict[int, tuple[str, Problem]]) -> None:
    """A routine file moves neither a hire date nor a recorded departure: tenure depends on them."""
    for place, (number, hired, left) in enumerate(_rows(chunk, "staff_number", "hired_on", "left_on")):
        person = roster.people.get(number)
        if person is None:
            continue
        if person.hired_on and hired != person.hired_on:
            problems.setdefault(place, ("hired_on", Problem("protected_change", {"stored": str(person.hired_on)})))
        elif person.left_on and left != person.left_on:
            problems.setdefault(place, ("left_on", Problem("protected_change", {"stored": str(person.left_on)})))


def managers_resolved(chunk: Chunk, roster: Roster) -> Chunk:
    """Write managers as staff numbers: they may be given by a full name that only one person has, here or there."""
    numbers: dict[str, set[str]] = {}
    for number, name in _rows(chunk, "staff_number", "full_name"):
        numbers.setdefault(folded_name(name), set()).add(number)
    known = {*chunk.columns["staff_number"], *roster.people}
    resolved = [_resolved(text, known, numbers, roster) for text in chunk.columns["manager"]]
    return replace(chunk, columns={**chunk.columns, "manager": resolved})


def _resolved(text: str, known: set[str], numbers: dict[str, set[str]], roster: Roster) -> str:
    for one in (text, bare(text)):
        if not one or one in known:
            return one
        # Who is renamed by this very file is no longer known by the old name.
        stored = {person.staff_number for person in roster.named(one)} - set().union(*numbers.values())
        named = numbers.get(folded_name(one), set()) | stored
        if len(named) == 1:
            return named.pop()
    return text


def _manager_problems(
    chunk: Chunk, roster: Roster, refused: dict[int, tuple[str, Problem]]
) -> dict[int, tuple[str, Problem]]:
    standing = {
        number: manager
        for place, (number, manager) in enumerate(_rows(chunk, "staff_number", "manager"))
        if place not in refused
    }
    chain = {person.staff_number: person.manager for person in roster.people.values()} | standing
    found: dict[int, tuple[str, Problem]] = {}
    for place, (number, manager) in enumerate(_rows(chunk, "staff_number", "manager")):
        if place in refused or not manager:
            continue
        problem = _manager_problem(number, manager, chain)
        if problem:
            found[place] = ("manager", problem)
    return found


def _manager_problem(number: str, manager: str, chain: dict[str, str]) -> Problem | None:
    if manager == number:
        return Problem("self_manager")
    if manager not in chain:
        return Problem("missing_ref")
    above, seen = manager, {number}
    while above and above not in seen:
        seen.add(above)
        above = chain.get(above, "")
    return Problem("cycle", {"chain": [number, manager]}) if above == number else None


def as_people(chunk: Chunk) -> list[Person]:
    """The accepted rows as roster entries (id 0), for checking a later file of the same load."""
    names = ("staff_number", "full_name", "email", "hired_on", "left_on", "manager")
    return [Person(0, *row) for row in _rows(chunk, *names)]
