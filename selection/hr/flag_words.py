"""What was noticed about a file, in a sentence that says what to look at."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.models import IntegrityFlag
from scoring.models.flags import FlagCode
from selection.numbers import percent


def flag_sentence(flag: IntegrityFlag) -> str:
    """Word one flag from its numbers."""
    return SENTENCES[FlagCode(flag.code)](flag.detail)


def _burst(found: dict[str, Any]) -> str:
    told = _(
        "%(n)d top ratings between %(start)s and %(end)s; in an hour with ratings this agent usually has %(usual)s. "
        "Look whether the chats took place, and whether they come from one place."
    )
    times = {name: _moment(found[name]) for name in ("start", "end")}
    return told % {"n": found["count"], "usual": formats.number_format(found["usual"], 1), **times}


def _identical(found: dict[str, Any]) -> str:
    told = _(
        "The comment “%(text)s” came %(n)d times for this agent and %(elsewhere)d times for all others. "
        "Look who wrote it."
    )
    return told % {"text": found["text"], "n": found["count"], "elsewhere": found["elsewhere"]}


def _backdated(found: dict[str, Any]) -> str:
    told = ngettext(
        "%(n)d rating is from long before the rest of the file, which begins on %(day)s. Ask where it comes from.",
        "%(n)d ratings are from long before the rest of the file, which begins on %(day)s. Ask where they come from.",
        found["count"],
    )
    return told % {"n": found["count"], "day": _day(found["before"])}


def _closed_period(found: dict[str, Any]) -> str:
    told = ngettext(
        "%(n)d rating was added to months that earlier files had reported: %(months)s. Ask why it came late.",
        "%(n)d ratings were added to months that earlier files had reported: %(months)s. Ask why they came late.",
        found["count"],
    )
    return told % {"n": found["count"], "months": _months(found["months"])}


def _response_rate(found: dict[str, Any]) -> str:
    told = _(
        "%(rate)s of %(offered)d surveys were answered, where colleagues on the same work have %(expected)s. "
        "Look whether everybody is asked."
    )
    shares = {name: percent(found[name]) for name in ("rate", "expected")}
    return told % {"offered": found["offered"], **shares}


def _coverage_gap(found: dict[str, Any]) -> str:
    return _("This source has no ratings in %(months)s. Ask whether a file is missing.") % {
        "months": _months(found["months"])
    }


def _missing_numbers(found: dict[str, Any]) -> str:
    told = ngettext(
        "%(n)d number is left out among %(present)d numbered chats; the longest hole has %(longest)d. "
        "Ask what became of it.",
        "%(n)d numbers are left out among %(present)d numbered chats; the longest hole has %(longest)d. "
        "Ask what became of them.",
        found["missing"],
    )
    return told % {"n": found["missing"], "present": found["present"], "longest": found["longest"]}


def _disputed_before(found: dict[str, Any]) -> str:
    told = ngettext(
        "%(n)d rating was disputed with success in an earlier file and has come back with this one. "
        "The agent may object again.",
        "%(n)d ratings were disputed with success in an earlier file and have come back with this one. "
        "The agent may object again.",
        found["count"],
    )
    return told % {"n": found["count"]}


def _moment(text: str) -> str:
    return formats.date_format(timezone.localtime(datetime.fromisoformat(text)), "SHORT_DATETIME_FORMAT")


def _day(text: str) -> str:
    return formats.date_format(date.fromisoformat(text), "DATE_FORMAT")


def _months(texts: list[str]) -> str:
    return ", ".join(formats.date_format(date.fromisoformat(text), "F Y") for text in texts)


SENTENCES: dict[FlagCode, Callable[[dict[str, Any]], str]] = {
    FlagCode.BURST: _burst,
    FlagCode.IDENTICAL_TEXTS: _identical,
    FlagCode.BACKDATED: _backdated,
    FlagCode.CLOSED_PERIOD: _closed_period,
    FlagCode.RESPONSE_RATE: _response_rate,
    FlagCode.COVERAGE_GAP: _coverage_gap,
    FlagCode.MISSING_NUMBERS: _missing_numbers,
    FlagCode.DISPUTED_BEFORE: _disputed_before,
}
