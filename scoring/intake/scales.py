"""On which scale a file's marks are: kept as the instrument that was asked, never squeezed onto another one."""

import re
from collections.abc import Sequence
from typing import Any

from scoring.intake.cells import bare, is_nothing, plain, real
from scoring.intake.profiles import INSTRUMENTS
from scoring.intake.refusals import Question

CSAT5, THUMBS, THREE_POINT, NPS = "csat5", "thumbs", "three_point", "nps"
# The last mark of a scale that a heading names: (1-10), 0…100, out of 7, из 10.
_TOP = re.compile(
    r"(?<!\d)(?P<low>[01])\s?(?:-|–|—|…|\.\.+|to|до)\s?(?P<range>\d{1,3})(?!\d)"
    r"|(?:out of|из|макс\.?|max\.?)\s?(?P<of>\d{1,3})(?!\d)"
)
# Fewer marks do not show a scale: some of them may be errors.
MANY = 20

_GOOD = (
    "good|positive|like|liked|thumbs up|thumbs_up|thumbsup|up|👍|хорошо|нравится|лайк|положительно|"
    "положительная|satisfied|happy"
)
_BAD = (
    "bad|negative|dislike|disliked|thumbs down|thumbs_down|thumbsdown|down|👎|плохо|не нравится|"
    "дизлайк|отрицательно|отрицательная|unsatisfied|dissatisfied|unhappy"
)
_MIDDLE = "okay|ok|neutral|not bad|average|нормально|нейтрально|так себе|😐"
_GREAT = f"great|{_GOOD}|😀|🙂"
_NOT_GOOD = f"not good|{_BAD}|🙁|😞"

WORDS: dict[str, dict[str, int]] = {
    CSAT5: {},
    NPS: {},
    THUMBS: dict.fromkeys(_GOOD.split("|"), 1) | dict.fromkeys(_BAD.split("|"), 0) | {"true": 1, "false": 0},
    THREE_POINT: dict.fromkeys(_GREAT.split("|"), 1)
    | dict.fromkeys(_MIDDLE.split("|"), 0)
    | dict.fromkeys(_NOT_GOOD.split("|"), -1),
}


def instrument_of(cells: Sequence[Any], heading: str) -> tuple[str, Question | None]:
    """Tell the instrument from sampled marks: (instrument, None), or (best guess, the question to ask)."""
    if found := _named_scale(heading):
        return found, _question(heading, sorted({plain(cell).strip() for cell in cells if not is_nothing(cell)})[:12])
    filled = [cell for cell in cells if not is_nothing(cell)]
    marks = [number for number in map(real, filled) if isinstance(number, float)]
    words = [bare(plain(cell).strip()).lower() for cell in filled if not isinstance(real(cell), float)]
    if len(words) > len(filled) / 2:
        return _by_words(words, heading)
    return _by_numbers(marks, heading)


def _named_scale(heading: str) -> str:
    """Guess the scale from a heading that names another one than 1 to 5 ('Rating (1-10)'); '' when it names none."""
    found = _TOP.search(heading.casefold())
    top = int(found["range"] or found["of"]) if found else 5
    if "nps" in heading.casefold().split() or top > 5:
        return NPS
    from_nought = found is not None and found["low"] == "0"
    return "" if top == 5 and not from_nought else THREE_POINT if top == 3 else CSAT5


def _by_words(words: Sequence[str], heading: str) -> tuple[str, Question | None]:
    for instrument in (THUMBS, THREE_POINT):
        known = sum(word in WORDS[instrument] for word in words)
        if known > len(words) / 2:
            # Words of another make among them tell of a longer scale, on which "good" means something else.
            strange = len(set(words) - set(WORDS[instrument])) and known < 0.9 * len(words)
            return instrument, _question(heading, sorted(set(words))[:5]) if strange else None
    return CSAT5, _question(heading, sorted(set(words))[:5])


def _by_numbers(marks: Sequence[float], heading: str) -> tuple[str, Question | None]:
    shown = [f"{mark:g}" for mark in sorted(set(marks))[:12]]
    if marks and set(marks) <= {0.0, 1.0} and 0.0 in marks:
        return THUMBS, _question(heading, shown)
    if marks and set(marks) <= {-1.0, 0.0, 1.0} and -1.0 in marks:
        return THREE_POINT, _question(heading, shown)
    if marks and set(marks) <= {0.0, 1.0, 2.0, 3.0, 4.0} and 0.0 in marks:
        # Five steps from nought: each would be taken for the one below it.
        return CSAT5, _question(heading, shown)
    outside = [mark for mark in marks if not 1 <= mark <= 5]
    if _is_longer(marks, outside):
        return CSAT5, _question(heading, shown)
    if len(outside) * 5 < len(marks) or not outside:
        return CSAT5, None
    if all(0 <= mark <= 10 and mark.is_integer() for mark in marks):
        return NPS, _question(heading, shown)
    # A few wild marks among good ones are refused one by one; a scale of their own is asked for.
    return CSAT5, _question(heading, shown) if len(outside) > len(marks) * 0.6 else None


def _is_longer(marks: Sequence[float], outside: Sequence[float]) -> bool:
    """Whether marks beyond the five come too often and too regularly to be errors: 0 to 5 is a scale, so is 1 to 6."""
    regular = all(0 <= mark <= 10 and mark.is_integer() for mark in outside)
    return len(marks) >= MANY and regular and len(outside) * 20 >= len(marks)


def _question(heading: str, shown: list[str]) -> Question:
    return Question("ambiguous_scale", "instrument", tuple(INSTRUMENTS), {"column": heading, "values": shown})
