"""From a policy to a text again: the canonical bytes that are hashed, and the document that people read."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from scoring.policy.describe import rule
from scoring.policy.document import Criterion, Policy, Text
from scoring.policy.fields import CRITERION, HEADING, SECTIONS, Field, Kind
from scoring.policy.reading import criterion_dict, plain, to_dict

_TOP = Text(
    "A policy of Rostrum. Lines that begin with # are comments and change nothing.",
    "Политика Rostrum. Строки с # — комментарии, они ничего не меняют.",
)
_BLOCKS = Text(
    "The criteria, one block each. The keys of a block:",
    "Критерии, по блоку на каждый. Ключи блока:",
)


def canonical(policy: Policy) -> bytes:
    """The one form of the policy that is hashed: UTF-8 JSON with sorted keys and no spaces."""
    return json.dumps(to_dict(policy), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def policy_hash(policy: Policy) -> str:
    """SHA-256 of the canonical form, in 64 hexadecimal digits. Equal policies and only they share it."""
    return hashlib.sha256(canonical(policy)).hexdigest()


def render(policy: Policy, language: str = "en") -> str:
    """The policy as a TOML document with comments in "en" or "ru"; parse(render(p)) == p in either."""
    lines = [*_heading(to_dict(policy), language), "", *_keys(language), *_criteria(policy, language)]
    return "\n".join(lines) + "\n"


def skeleton(language: str = "en") -> str:
    """A document with every key of the heading and nothing said in it yet, for somebody who writes by hand."""
    data: dict[str, Any] = {field.key: _nothing(field) for field in HEADING}
    data |= {name: {field.key: _nothing(field) for field in fields} for name, fields in SECTIONS.items()}
    return "\n".join([*_heading(data, language), "", *_keys(language)]) + "\n"


def _heading(data: Mapping[str, Any], language: str) -> Iterator[str]:
    yield from (f"# {_TOP.within(language)}", "")
    for field in HEADING:
        yield from (f"# {field.hint.within(language)}", *_pairs(field.key, data[field.key]))
    for name, fields in SECTIONS.items():
        yield from ("", f"[{name}]")
        for field in fields:
            yield from (f"# {field.hint.within(language)}", *_pairs(field.key, data[name][field.key]))


def _keys(language: str) -> Iterator[str]:
    yield f"# {_BLOCKS.within(language)}"
    for field in CRITERION:
        yield f"#   {field.key} - {field.hint.within(language)}"


def _nothing(field: Field) -> object:
    empty = {Kind.WORDS: {"en": "", "ru": ""}, Kind.SLUG: "", Kind.CHOICE: "", Kind.CHOICES: [], Kind.FLAG: False}
    return empty.get(field.kind, plain(field.low))


def _criteria(policy: Policy, language: str) -> Iterator[str]:
    for one in policy.criteria:
        yield from _block(one, language)


def _block(one: Criterion, language: str) -> Iterator[str]:
    yield from ("", f"# {rule(one, language)}", "[[criteria]]")
    for key, value in criterion_dict(one).items():
        yield from _pairs(key, value)


def _pairs(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for language, words in value.items():
            yield f"{key}.{language} = {_value(words)}"
    else:
        yield f"{key} = {_value(value)}"


def _value(value: object) -> str:
    """A TOML value. Texts hold no control characters, so that a JSON string is a TOML string too."""
    return json.dumps(value, ensure_ascii=False)
