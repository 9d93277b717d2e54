"""Is every key known, present, of the right kind and within its bounds? One field at a time, nothing across fields."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scoring.policy.document import Effect, Measure, Quality, Text
from scoring.policy.fields import CRITERION, HEADING, SECTIONS, Field, Kind
from scoring.policy.forbidden import forbidden_ground
from scoring.policy.problems import Findings, Path

Values = dict[str, Any]

_LANGUAGES = ("en", "ru")
_MOST_BLOCKS = 40
# Choices whose refusal has a sentence of its own.
_OWN_SENTENCE = {Measure: "unknown_criterion", Quality: "unknown_quality", Effect: "automatic_exclusion"}


def shaped(tree: Mapping[str, Any], findings: Findings) -> Values:
    """The values of the document, each checked by itself and turned into its type; faults go to `findings`.

    A value that has a fault is left out of the answer, so the answer is complete only if there are no findings.
    """
    values = _table(tree, HEADING, (), findings, also=(*SECTIONS, "criteria"))
    for name, fields in SECTIONS.items():
        values[name] = _section(tree, name, fields, findings)
    values["criteria"] = _blocks(tree.get("criteria", []), findings)
    return values


def _section(tree: Mapping[str, Any], name: str, fields: tuple[Field, ...], findings: Findings) -> Values:
    if name not in tree:
        findings.add("missing_key", (name,), key=f"[{name}]", kind=Kind.TABLE.name, about="", choices="")
        return {}
    if not isinstance(tree[name], dict):
        _wrong(tree[name], (name,), Kind.TABLE, findings)
        return {}
    return _table(tree[name], fields, (name,), findings)


def _blocks(value: object, findings: Findings) -> list[Values]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        _wrong(value, ("criteria",), Kind.BLOCKS, findings)
        return []
    if len(value) > _MOST_BLOCKS:
        findings.add("out_of_range", ("criteria",), key="criteria", value=len(value), low=0, high=_MOST_BLOCKS)
        return []
    return [_table(block, CRITERION, ("criteria", index), findings) for index, block in enumerate(value)]


def _table(
    table: Mapping[str, Any], fields: tuple[Field, ...], path: Path, findings: Findings, also: tuple[str, ...] = ()
) -> Values:
    _refuse_unknown(table, [*(field.key for field in fields), *also], path, findings)
    values: Values = {}
    for field in fields:
        if field.key in table:
            values[field.key] = _CHECKS[field.kind](table[field.key], field, (*path, field.key), findings)
        elif field.required:
            _missing(field, path, findings)
    return values


def _missing(field: Field, path: Path, findings: Findings) -> None:
    section = str(path[0]) if path else ""
    choices = ", ".join(field.choices or ())
    about = {"kind": field.kind.name, "about": f"{section}.{field.key}", "choices": choices}
    findings.add("missing_key", (*path, field.key), key=field.key, **about)


def _refuse_unknown(table: Mapping[str, Any], known: list[str], path: Path, findings: Findings) -> None:
    for key in table:
        if key in known:
            continue
        if ground := forbidden_ground(key):
            findings.add("forbidden_criterion", (*path, key), value=key, ground=ground)
        else:
            findings.add("unknown_key", (*path, key), key=key, known=", ".join(known), guess=_nearest(key, known))


def _whole(value: object, field: Field, path: Path, findings: Findings) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        _wrong(value, path, field.kind, findings)
        return None
    if path == ("format",) and value != field.low:
        findings.add("unknown_format", path, value=value, known=int(field.low))
        return None
    return value if _within(value, field, path, findings) else None


def _number(value: object, field: Field, path: Path, findings: Findings) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        _wrong(value, path, field.kind, findings)
        return None
    return float(value) if _within(value, field, path, findings) else None


def _within(value: float, field: Field, path: Path, findings: Findings) -> bool:
    if field.low <= value <= field.high:
        return True
    bounds = {"low": _plain(field.low), "high": _plain(field.high)}
    findings.add("out_of_range", path, key=field.key, value=value, **bounds)
    return False


def _flag(value: object, field: Field, path: Path, findings: Findings) -> bool | None:
    if isinstance(value, bool):
        return value
    _wrong(value, path, field.kind, findings)
    return None


def _slug(value: object, field: Field, path: Path, findings: Findings) -> str | None:
    if not isinstance(value, str):
        _wrong(value, path, field.kind, findings)
        return None
    if not re.fullmatch(field.pattern, value):
        findings.add("bad_name", path, value=value, key=field.key)
        return None
    return value


def _words(value: object, field: Field, path: Path, findings: Findings) -> Text | None:
    if not isinstance(value, dict):
        _wrong(value, path, field.kind, findings)
        return None
    _refuse_unknown(value, list(_LANGUAGES), path, findings)
    written = [_sentence(value.get(language), field, (*path, language), findings) for language in _LANGUAGES]
    return Text(*written) if all(written) else None


def _sentence(value: object, field: Field, path: Path, findings: Findings) -> str:
    """The words on one line, or "" after a fault."""
    key = f"{field.key}.{path[-1]}"
    if value is None:
        findings.add("missing_key", path, key=key, kind=Kind.SENTENCE.name, about="", choices="")
    elif not isinstance(value, str):
        _wrong(value, path, Kind.SENTENCE, findings)
    else:
        return _readable(" ".join(unicodedata.normalize("NFC", value).split()), key, field, path, findings)
    return ""


def _readable(text: str, key: str, field: Field, path: Path, findings: Findings) -> str:
    hidden = next((letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co")), "")
    if hidden:
        findings.add("hidden_character", path, key=key, value=f"U+{ord(hidden):04X}")
    elif not text:
        findings.add("empty_text", path, key=key)
    elif len(text) > field.high:
        findings.add("too_long", path, key=key, size=len(text), most=int(field.high))
    else:
        return text
    return ""


def _choice(value: object, field: Field, path: Path, findings: Findings) -> object:
    if not isinstance(value, str):
        _wrong(value, path, field.kind, findings)
        return None
    assert field.choices is not None
    known = [str(one) for one in field.choices]
    if value in known:
        return field.choices(value)
    if ground := forbidden_ground(value):
        findings.add("forbidden_criterion", path, value=value, ground=ground)
        return None
    code = _OWN_SENTENCE.get(field.choices, "unknown_word")
    guess = _nearest(value, known)
    findings.add(code, path, value=value, key=field.key, known=", ".join(known), guess=guess)
    return None


def _choices(value: object, field: Field, path: Path, findings: Findings) -> object:
    assert field.choices is not None
    if not isinstance(value, list):
        _wrong(value, path, field.kind, findings)
        return None
    if not value:
        findings.add("nobody_decides", path, known=", ".join(field.choices))
    for word in sorted({one for one in value if isinstance(one, str) and value.count(one) > 1}):
        findings.add("repeated_word", path, value=word, key=field.key)
    chosen = [_choice(one, field, path, findings) for one in value]
    return tuple(one for one in field.choices if one in chosen)


def _wrong(value: object, path: Path, kind: Kind, findings: Findings) -> None:
    findings.add("wrong_type", path, key=str(path[-1]), value=_quoted(value), kind=kind.name)


def _quoted(value: object) -> object:
    """A value as it looks in the text; the inside of tables and lists is left out."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{…}"
    return "[…]" if isinstance(value, list) else value


def _nearest(word: str, known: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(word.casefold(), list(known), n=1)), "")


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else number


_CHECKS: dict[Kind, Callable[[Any, Field, Path, Findings], object]] = {
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.SLUG: _slug,
    Kind.WORDS: _words,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
}
