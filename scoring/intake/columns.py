"""Which column holds what: headings first, values second, and a question when neither decides."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scoring.intake.cells import flag, is_empty, plain, real
from scoring.intake.grids import Row, Trouble
from scoring.intake.meanings import MEANINGS, PRIVILEGED, SENSITIVE, SENSITIVE_STEMS, Meaning
from scoring.intake.profiles import Profile
from scoring.intake.refusals import Problem, shown
from scoring.intake.scales import WORDS
from scoring.intake.stamps import Rule, moment
from scoring.intake.understanding import EMPTY, MAPPED, UNKNOWN, Choices, Column
from scoring.intake.understanding import PRIVILEGED as PRIVILEGED_STATE
from scoring.intake.understanding import SENSITIVE as SENSITIVE_STATE
from scoring.intake.zones import zone_of

HEADER_SEARCH_ROWS = 30
EXAMPLES = 5
LEAST_CONFIDENCE = 0.3
MOSTLY_MARKS = 0.8
_HIDDEN = "\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
_UNSEEN = re.compile(f"[{_HIDDEN}]")
_NOISE = re.compile(rf"[\s_\-–—./\\:;*?!№#()\[\]\"'«»\u00a0{_HIDDEN}]+")
_COUNTING = {"id", "number", "no", "uuid", "номер", "код"}
# Of several dates the one of the answer is wanted.
_BEST = {"rated_at": ("rate", "scor", "survey", "submit", "оцен", "отзыв")}
_SURNAMES = {"фамилия", "surname", "last name", "lastname", "family name"}
_FIRST_NAMES = {"имя", "name", "first name", "firstname", "given name"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DATA_LIKE = re.compile(r"[-+]?\d+(?:[.,]\d+)?%?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|[^@\s]+@[^@\s]+|\w{1,6}-\d+")


def normal(heading: Any) -> str:
    """Fold case, spaces, punctuation and ё, so that 'Дата  приёма:' and 'дата приема' are one heading."""
    text = unicodedata.normalize("NFC", plain(heading)).casefold()
    return _NOISE.sub(" ", text.replace("ё", "е")).strip()


def heading_text(heading: Any) -> str:
    """Write a heading on one line, without what nobody can see in it."""
    return shown(" ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", plain(heading))).split()))


def vocabulary(kind: str, profile: Profile) -> dict[str, str]:
    """Return the known headings of a kind, normalised, with their meanings; a profile's own headings win."""
    meanings = {one.name for one in MEANINGS[kind]}
    own = {
        normal(heading): meaning
        for meaning, headings in profile.columns.items()
        if meaning in meanings
        for heading in headings
    }
    if profile.columns and not profile.aliases:
        return own
    known = {normal(alias): one.name for one in MEANINGS[kind] for alias in one.aliases}
    return known | own


def known_headings(row: Sequence[Any], words: dict[str, str]) -> int:
    """Count different meanings whose headings stand in a row."""
    return len({words[normal(cell)] for cell in row if not is_empty(cell) and normal(cell) in words})


def header_place(rows: Sequence[Row], words: dict[str, str]) -> tuple[int, int]:
    """Find the heading row: (its index, how many rows it takes); (-1, 0) when the table has no headings.

    The row with most known headings wins; without any, the first full row of words above rows of another make.
    """
    searched = [row if not isinstance(row, Trouble) else [] for row in rows[:HEADER_SEARCH_ROWS]]
    counts = [known_headings(row, words) for row in searched]
    best = max(counts, default=0)
    if best >= 2:
        place = counts.index(best)
        return _merged(searched, place, words)
    return (_first_wordy(searched), 1) if _first_wordy(searched) >= 0 else (-1, 0)


def _merged(rows: Sequence[Sequence[Any]], place: int, words: dict[str, str]) -> tuple[int, int]:
    """Two heading rows, the upper one with merged cells, know more headings together than alone."""
    alone = known_headings(rows[place], words)
    if place + 1 < len(rows) and known_headings(joined_headings(rows[place], rows[place + 1]), words) > alone:
        return place, 2
    return place, 1


def joined_headings(upper: Sequence[Any], lower: Sequence[Any]) -> list[str]:
    """Join two heading rows: below a merged cell stands the finer heading, alone or with the upper one before it."""
    headings: list[str] = []
    group = ""
    width = max(len(upper), len(lower))
    for place in range(width):
        top = plain(upper[place]).strip() if place < len(upper) else ""
        below = plain(lower[place]).strip() if place < len(lower) else ""
        group = top or group
        headings.append(below or top)
    return headings


def _first_wordy(rows: Sequence[Sequence[Any]]) -> int:
    widths = Counter(sum(not is_empty(cell) for cell in row) for row in rows)
    widths.pop(0, None)
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    for place, row in enumerate(rows):
        filled = [plain(cell).strip() for cell in row if not is_empty(cell)]
        if len(filled) >= max(2, usual) and len(filled) >= 2:
            return -1 if any(map(_DATA_LIKE.fullmatch, filled)) or len(set(filled)) < len(filled) else place
    return -1


def columns_of(
    headings: Sequence[Any], rows: Sequence[Sequence[Any]], *, kind: str, profile: Profile, choices: Choices
) -> list[Column]:
    """Describe every column: mapped by a person, by the profile or by a known heading, else with a guess."""
    words = vocabulary(kind, profile)
    described = [_described(place, heading, rows) for place, heading in enumerate(headings)]
    if choices.columns:
        return [_chosen(column, choices) for column in described]
    mapped = _whole_names(_first_of_each([_by_heading(column, words) for column in described], profile))
    return _guessed(mapped, _free_meanings(kind, mapped), rows)


def _described(place: int, heading: Any, rows: Sequence[Sequence[Any]]) -> Column:
    text = heading_text(heading)
    state = _closed_state(normal(heading))
    values = [plain(row[place]).strip() for row in rows if place < len(row)]
    filled = [value for value in dict.fromkeys(values) if value]
    if not text and not filled:
        return Column(place, "", state=EMPTY)
    # Values of columns that nobody may see are not even shown as examples.
    examples = () if state else tuple(shown(value)[:60] for value in filled[:EXAMPLES])
    return Column(place, text or f"#{place + 1}", examples, state=state or UNKNOWN)


def _closed_state(name: str) -> str:
    if name in {normal(one) for one in PRIVILEGED}:
        return PRIVILEGED_STATE
    if name in {normal(one) for one in SENSITIVE} or any(stem in name for stem in SENSITIVE_STEMS):
        return SENSITIVE_STATE
    return ""


def _chosen(column: Column, choices: Choices) -> Column:
    meaning = choices.columns.get(column.heading, choices.columns.get(f"#{column.place + 1}", ""))
    closed = column.state in {PRIVILEGED_STATE, SENSITIVE_STATE, EMPTY}
    return column if closed or not meaning else _with(column, meaning)


def _with(column: Column, meaning: str) -> Column:
    return replace(column, meaning=meaning, guess=meaning, confidence=1.0, state=MAPPED)


def _by_heading(column: Column, words: dict[str, str]) -> Column:
    meaning = words.get(normal(column.heading), "")
    # A heading may be closed for one kind of file and needed for another: `score` is a mark in ratings.
    if not meaning or column.state in {SENSITIVE_STATE, EMPTY}:
        return column
    return _with(column, meaning)


def _first_of_each(columns: list[Column], profile: Profile) -> list[Column]:
    """Where a profile lists several headings for a meaning, the first of them that the file has is taken."""
    wanted: dict[str, str] = {}
    present = {normal(column.heading) for column in columns}
    for meaning, headings in profile.columns.items():
        wanted[meaning] = next((normal(one) for one in headings if normal(one) in present), "")
    return [
        replace(column, meaning="", guess="", confidence=0.0, state=UNKNOWN)
        if wanted.get(column.meaning) and wanted[column.meaning] != normal(column.heading)
        else column
        for column in columns
    ]


def _whole_names(columns: list[Column]) -> list[Column]:
    """Beside a column of surnames, one of names holds first names only: nobody is called by that alone."""
    if not _SURNAMES & {normal(column.heading) for column in columns}:
        return columns
    return [
        replace(column, meaning="", guess="", confidence=0.0, state=UNKNOWN)
        if column.meaning == "full_name" and normal(column.heading) in _FIRST_NAMES
        else column
        for column in columns
    ]


def _free_meanings(kind: str, columns: Sequence[Column]) -> list[Meaning]:
    taken = {column.meaning for column in columns if column.meaning}
    return [one for one in MEANINGS[kind] if one.name not in taken]


def _guessed(columns: list[Column], free: Sequence[Meaning], rows: Sequence[Sequence[Any]]) -> list[Column]:
    """Propose a meaning for each unknown column, the likeliest pair first, each meaning once."""
    rated = []
    for column in columns:
        if column.state == UNKNOWN:
            values = [row[column.place] for row in rows if column.place < len(row) and not is_empty(row[column.place])]
            rated += [
                (_likeness(column.heading, values, one), one.required, -column.place, -order, one.name)
                for order, one in enumerate(free)
            ]
    proposed: dict[int, tuple[str, float]] = {}
    for confidence, _, place, _, meaning in sorted(rated, reverse=True):
        if confidence >= LEAST_CONFIDENCE and -place not in proposed and meaning not in dict(proposed.values()):
            proposed[-place] = meaning, round(confidence, 2)
    return [_proposed(column, *proposed.get(column.place, ("", 0.0))) for column in columns]


def _proposed(column: Column, guess: str, confidence: float) -> Column:
    return replace(column, guess=guess, confidence=confidence) if guess else column


def _likeness(heading: str, values: Sequence[Any], meaning: Meaning) -> float:
    """Score a guess: up to 0.6 for the heading, up to 0.4 for the values; values that cannot fit forbid it."""
    tokens = normal(heading).split()
    hits = [
        any(token.startswith(stem) or (len(stem) > 4 and stem in token) for stem in meaning.stems) for token in tokens
    ]
    named = any(hits) and (meaning.name != "key" or not _COUNTING.isdisjoint(tokens))
    fit = _fit(values, meaning.shape)
    if values and fit < 0.5:
        return 0.0
    if meaning.name == "rater" and values and _fit(values, "mark") >= MOSTLY_MARKS:
        # Customers have longer numbers: a heading that names the customer may well be about their mark.
        return 0.0
    strict = meaning.shape in {"mark", "date", "email", "url", "time", "zone"}
    if meaning.name == "key" and len(set(map(plain, values))) < max(1, len(values)):
        return 0.0
    best = 0.05 if any(token.startswith(_BEST.get(meaning.name, ("\0",))) for token in tokens) else 0.0
    # The noun that a heading is about stands first in Russian and last in English.
    best += 0.1 if hits and hits[-1 if tokens[0].isascii() else 0] else 0.0
    # Anything fits a name or a word: their values count for less than those of a date or a mark.
    return (0.6 if named else 0.0) + ((0.4 if strict else 0.2) * fit + best if strict or named else 0.0)


def _fit(values: Sequence[Any], shape: str) -> float:
    if not values:
        return 0.25
    return sum(_fits(value, shape) for value in values) / len(values)


_WRITTEN = {"email": _EMAIL, "url": re.compile(r"https?://.*", re.S), "time": re.compile(r"\d{1,2}:\d\d(:\d\d)?")}


def _fits(value: Any, shape: str) -> bool:
    text = plain(value).strip()
    number = real(value)
    if shape == "name":
        # Nobody is called 2.1.
        return not isinstance(number, float) or number.is_integer()
    if shape == "mark":
        is_mark = isinstance(number, float) and 0 <= number <= 10 and number.is_integer()
        return is_mark or any(text.lower() in words for words in WORDS.values())
    if shape == "date":
        # A bare number may be a serial date, but says too little to guess from.
        return not isinstance(number, float) and not isinstance(moment(value, Rule("UTC")), Problem)
    if shape in {"number", "seconds"}:
        return isinstance(number, float) or re.fullmatch(r"\d+:\d\d(:\d\d)?", text) is not None
    if shape == "flag":
        return isinstance(flag(value), bool)
    if shape in _WRITTEN:
        return _WRITTEN[shape].fullmatch(text) is not None
    return shape != "zone" or zone_of(text) is not None
