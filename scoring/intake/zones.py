"""Time zones by their names: a place, an offset, the abbreviation of one place; nothing that depends on a machine."""

import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(0?\d|1[0-4])(?::?([0-5]\d))?")
_ABBREVIATIONS = {"MSK": "Europe/Moscow", "МСК": "Europe/Moscow", "Z": "UTC"}


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo | None:
    """Find a time zone by its IANA name, an offset, or an abbreviation of one place; None when there is none."""
    offset = _OFFSET.fullmatch(name)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    known = _zone_names().get(_ABBREVIATIONS.get(name.upper(), name).lower())
    return ZoneInfo(known) if known else None


@lru_cache(maxsize=1)
def _zone_names() -> dict[str, str]:
    """Names of places by lower case; files that stand for this very machine are none."""
    return {name.lower(): name for name in available_timezones() if name not in {"localtime", "Factory", "posixrules"}}
