"""Rating records: one survey about one chat and one agent, answered or only offered."""

from collections.abc import Sequence
from typing import Any

import numpy as np

import scoring.intake.cells as cells
from scoring.intake.profiles import INSTRUMENTS
from scoring.intake.records import Chunk, Conversion, Setting
from scoring.intake.refusals import Problem
from scoring.intake.roster import Person, looked_alike
from scoring.intake.scales import WORDS
from scoring.intake.stamps import Instants
from scoring.intake.tables import Block
from scoring.intake.understanding import Understanding

LONGEST_KEY = 120
LONGEST_LINK = 500
GRACE_DAYS = 31
"""A survey may be answered some time after the agent has left."""
_IGNORED = Problem("ignored_rating")


def ratings(block: Block, setting: Setting) -> Chunk:
    """Turn one block into rating records with the fields

    key, chat_id, agent (roster id or None), agent_ref, agent_by, value (int on the instrument's scale, None when the
    survey was offered and not answered), rated_at, channel, topic, comment, rater, chat_started_at, handling_seconds,
    answer_seconds, resolved (bool or None), share (of the chat, above 0 up to 1).
    """
    work = Conversion(block, setting)
    fields, seen = work.fields, setting.seen
    fields["chat_id"] = work.identifier(
        "chat_id", LONGEST_LINK if seen.chat_in_link else LONGEST_KEY, required=work.has("chat_id")
    )
    if seen.chat_in_link:
        fields["chat_id"] = [link.rstrip("/").rsplit("/", 1)[-1] for link in fields["chat_id"]]
    people = work.agents()
    fields["agent"] = [person.id if person else None for person in people]
    fields["value"], ignored = _marks(work, seen)
    fields["rated_at"] = work.moments("rated_at", required=True, clock="rated_time")
    fields["key"] = _keys(work, seen)
    fields["comment"] = work.text("comment")
    fields["channel"] = _channels(work, seen)
    fields["topic"] = work.name("topic", 120)
    fields["rater"] = work.identifier("rater", 120)
    fields["chat_started_at"] = work.moments("chat_started_at")
    fields["handling_seconds"] = work.values("handling_seconds", cells.seconds)
    fields["answer_seconds"] = work.values("answer_seconds", cells.seconds)
    fields["resolved"] = work.values("resolved", cells.flag)
    fields["share"] = [1.0 if part is None else part for part in work.values("share", cells.share)]
    _check_story(work, people)
    return work.chunk("ratings", dropped=ignored)


def _marks(work: Conversion, seen: Understanding) -> tuple[list[Any], list[int]]:
    """Read the marks; say which records are no surveys at all."""
    low, high = INSTRUMENTS[seen.instrument]
    convert = cells.score(low, high, WORDS[seen.instrument] | seen.values)
    # Where a source writes marks as codes of its own (103 for good), a 1 is none of them.
    coded = bool(seen.values) and all(isinstance(cells.real(text), float) for text in seen.values)
    offered = set(seen.unanswered)
    ignored = set(seen.ignored)

    def mark(cell: Any) -> Any:
        text = cells.bare(cells.plain(cell).strip()).lower() if offered or ignored else ""
        if text and text in ignored:
            return _IGNORED
        if text and text in offered:
            return None
        if coded and isinstance(cells.real(cell), float) and cells.bare(cells.plain(cell).strip()) not in seen.values:
            return Problem("unknown_code", {"codes": list(seen.values)})
        return convert(cell)

    column, problems = cells.converted(work.raw("rating"), mark)
    left_out = [place for place, problem in problems.items() if problem is _IGNORED]
    work.blame("rating", {place: problem for place, problem in problems.items() if problem is not _IGNORED})
    if seen.empty_rating == "refuse" and None in column:
        empty = [place for place, value in enumerate(column) if value is None and place not in problems]
        raw = work.raw("rating")
        work.blame("rating", {place: _lack(raw[place]) for place in empty if not _is_offered(raw[place], offered)})
    return column, left_out


def _lack(cell: Any) -> Problem:
    """An empty cell lacks a mark; a dash or N/A is there, and is none."""
    return Problem("missing_value" if cells.is_empty(cell) else "not_a_number")


def _is_offered(cell: Any, offered: set[str]) -> bool:
    return cells.bare(cells.plain(cell).strip()).lower() in offered


def _keys(work: Conversion, seen: Understanding) -> list[str]:
    longest = LONGEST_KEY - len(seen.key_prefix)
    if seen.key in {("key",), ()}:
        keys = work.identifier("key", longest, required=True)
    elif seen.key == ("chat_id",):
        keys = work.fields["chat_id"]
    else:
        parts = [_key_part(work, meaning) for meaning in seen.key]
        keys = ["|".join(part) for part in zip(*parts, strict=True)]
        too_long = {
            place: Problem("too_long", {"length": len(key), "limit": longest})
            for place, key in enumerate(keys)
            if len(key) > longest
        }
        work.blame(seen.key[0], too_long)
    if work.has("share"):
        # One chat of several agents is one record per agent.
        keys = [f"{key}/{name}" for key, name in zip(keys, work.fields["agent_ref"], strict=True)]
    return [seen.key_prefix + key for key in keys] if seen.key_prefix else keys


def _key_part(work: Conversion, meaning: str) -> Sequence[str]:
    if meaning == "rated_at":
        return [str(value) for value in work.fields["rated_at"].astype("datetime64[s]").tolist()]
    if meaning == "agent":
        return list(work.fields["agent_ref"])
    return (
        list(work.fields["chat_id"]) if meaning == "chat_id" else work.identifier(meaning, LONGEST_KEY, required=True)
    )


def _channels(work: Conversion, seen: Understanding) -> list[str]:
    found = work.name("channel", 60)
    return [text or seen.channel for text in found] if seen.channel else found


def _check_story(work: Conversion, people: list[Person | None]) -> None:
    """Refuse what cannot have happened: rated before the chat, by the agent, or outside the employment."""
    rated, started = work.fields["rated_at"], work.fields["chat_started_at"]
    early = np.flatnonzero(started > rated).tolist()
    work.blame("rated_at", {place: Problem("before_chat") for place in early})
    if work.has("rater"):
        work.blame("rater", {place: Problem("self_rating") for place in _own_marks(work, people)})
    _check_employment(work, people, rated)


def _own_marks(work: Conversion, people: list[Person | None]) -> list[int]:
    """Places of ratings given under the agent's own number, e-mail or full name, look-alike letters included."""
    known: dict[str, set[str]] = {}
    own = []
    for place, (rater, person) in enumerate(zip(work.fields["rater"], people, strict=True)):
        if rater:
            reference = work.fields["agent_ref"][place]
            if reference not in known:
                known[reference] = set(map(looked_alike, _signs(person) or [reference]))
            if looked_alike(rater) in known[reference]:
                own.append(place)
    return own


def _signs(person: Person | None) -> list[str]:
    if person is None:
        return []
    name = person.full_name if " " in person.full_name else ""
    return [text for text in (person.staff_number, person.email, name) if text]


def _check_employment(work: Conversion, people: list[Person | None], rated: Instants) -> None:
    dated = {one.id: one for one in people if one is not None and (one.hired_on or one.left_on)} if any(people) else {}
    if not dated:
        return
    none = np.datetime64("NaT")
    hired = np.array([one.hired_on if one and one.hired_on else none for one in people], dtype="datetime64[D]")
    left = np.array([one.left_on if one and one.left_on else none for one in people], dtype="datetime64[D]")
    # A day of grace for time zones: dates of employment are local, instants are UTC.
    days = rated.astype("datetime64[D]")
    before = np.flatnonzero(days < hired - np.timedelta64(1, "D")).tolist()
    after = np.flatnonzero(days > left + np.timedelta64(GRACE_DAYS, "D")).tolist()
    work.blame("rated_at", {place: Problem("before_hire", {"hired_on": str(hired[place])}) for place in before})
    work.blame("rated_at", {place: Problem("after_leaving", {"left_on": str(left[place])}) for place in after})
