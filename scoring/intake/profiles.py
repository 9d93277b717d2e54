"""Known sources: a profile is a small TOML document naming columns, formats, instrument and defaults of one export."""

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scoring.intake.delimited import is_known as is_delimiter
from scoring.intake.encodings import is_known as is_encoding
from scoring.intake.meanings import KINDS, RATINGS, meanings_of
from scoring.intake.stamps import DMY, MDY, YMD
from scoring.intake.zones import zone_of

INSTRUMENTS: dict[str, tuple[int, int]] = {"csat5": (1, 5), "thumbs": (0, 1), "three_point": (-1, 1), "nps": (0, 10)}
AGENT_BY = ("auto", "staff_number", "email", "name", "name_email")
CREDITS = ("assigned", "equal", "messages", "last")
EMPTY_RATINGS = ("refuse", "not_answered")
SHAPES = ("", "chatwoot", "zendesk_survey_responses", "intercom", "livechat", "jivo")
DEFAULT = "default"


class ProfileError(ValueError):
    """A profile that cannot be used; `args` hold a code and the key it is about."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One known source.

    `columns` maps a meaning to the headings it may stand under; once given, other headings are not tried (except in
    profiles with `aliases = true`). `values` maps texts to marks on the instrument's own scale; `unanswered` lists
    texts of the rating column that mean offered but not answered, `ignored` those that mean no survey. `key` lists the
    meanings that make the natural key; `key_prefix` keeps keys of different sources apart; `chat_in_link` says that the
    chat is the last part of a link. `encoding`, `delimiter` and `date_order` hold for every file of the source that
    does not itself say otherwise: see `encodings.scan`, `delimited.sniff` and `ordering.judge_order`.
    """

    name: str
    title: str = ""
    kind: str = ""
    aliases: bool = False
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    date_order: str = ""
    zone: str = ""
    instrument: str = ""
    values: dict[str, int] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    agent_by: str = "auto"
    empty_rating: str = "refuse"
    credit: str = "assigned"
    epoch: bool = False
    key: tuple[str, ...] = ()
    key_prefix: str = ""
    channel: str = ""
    shape: str = ""
    updates: bool = False
    chat_in_link: bool = False
    footer: tuple[str, ...] = ()


_CHECKED = {
    "agent_by": AGENT_BY,
    "credit": CREDITS,
    "empty_rating": EMPTY_RATINGS,
    "shape": SHAPES,
    "date_order": ("", DMY, MDY, YMD),
    "instrument": ("", *INSTRUMENTS),
    "kind": ("", *KINDS),
}


def parse(document: str) -> Profile:
    """Read a profile. Raises ProfileError with a code (`not_toml`, `unknown_key`, `bad_value`) and the key at fault."""
    try:
        read = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError("not_toml", str(error)) from error
    known = Profile.__dataclass_fields__
    unknown = sorted(set(read) - set(known))
    if unknown or not isinstance(read.get("name"), str):
        raise ProfileError("unknown_key" if unknown else "bad_value", unknown[0] if unknown else "name")
    wrong = next((name for name, value in read.items() if not _fits(name, value)), "")
    if wrong:
        raise ProfileError("bad_value", wrong)
    profile = Profile(**{name: _shaped(name, value) for name, value in read.items()})
    _check(profile)
    return profile


def _fits(name: str, value: Any) -> bool:
    """Whether a value has the type of its field."""
    kind = Profile.__dataclass_fields__[name].type
    if kind in (str, bool):
        return isinstance(value, kind)
    if name == "columns":
        return isinstance(value, dict) and all(isinstance(one, str) or _is_texts(one) for one in value.values())
    return isinstance(value, dict) if name == "values" else _is_texts(value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _shaped(name: str, value: Any) -> Any:
    if name == "columns":
        return {meaning: (one,) if isinstance(one, str) else tuple(one) for meaning, one in value.items()}
    if name == "values":
        return {str(text).strip().lower(): mark for text, mark in value.items()}
    if isinstance(value, list):
        return tuple(str(one).lower() if name in {"unanswered", "ignored"} else str(one) for one in value)
    return value


def _check(profile: Profile) -> None:
    for name, allowed in _CHECKED.items():
        if getattr(profile, name) not in allowed:
            raise ProfileError("bad_value", name)
    for name, known in (("zone", zone_of), ("encoding", is_encoding), ("delimiter", is_delimiter)):
        if getattr(profile, name) and not known(getattr(profile, name)):
            raise ProfileError("bad_value", name)
    meanings = (
        set(meanings_of(profile.kind)) if profile.kind else {name for kind in KINDS for name in meanings_of(kind)}
    )
    if set(profile.columns) - meanings or set(profile.key) - meanings:
        raise ProfileError("bad_value", "columns" if set(profile.columns) - meanings else "key")
    if profile.values and profile.kind == RATINGS:
        low, high = INSTRUMENTS[profile.instrument or "csat5"]
        if not all(isinstance(mark, int) and low <= mark <= high for mark in profile.values.values()):
            raise ProfileError("bad_value", "values")


def write(profile: Profile) -> str:
    """Write a profile as TOML that `parse` reads back to an equal one; defaults are left out."""
    plain, tables = [], []
    for name, definition in Profile.__dataclass_fields__.items():
        value = getattr(profile, name)
        default = definition.default_factory() if callable(definition.default_factory) else definition.default
        if value == default:
            continue
        if isinstance(value, dict):
            rows = [f"{json.dumps(key, ensure_ascii=False)} = {_toml(one)}" for key, one in value.items()]
            tables.append(f"\n[{name}]\n" + "\n".join(rows))
        else:
            plain.append(f"{name} = {_toml(value)}")
    return "\n".join([*plain, *tables]) + "\n"


def _toml(value: Any) -> str:
    # JSON strings, numbers, booleans and lists are TOML as well.
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def shipped(folder: Path) -> dict[str, Profile]:
    """Read all profiles of a folder by name."""
    profiles = (parse(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml")))
    return {profile.name: profile for profile in profiles}
