"""The document's JSON Schema, for editors that complete and check while somebody types."""

import json
from collections.abc import Callable
from typing import Any

from scoring.policy.document import Role
from scoring.policy.fields import CRITERION, HEADING, OPTIONAL_KEYS, ROLE_KEYS, SECTIONS, Field, Kind

_Schema = dict[str, Any]


def schema() -> _Schema:
    """JSON Schema (draft 2020-12) of the document: keys, types, bounds, and which keys go with which role.

    What it cannot say (weights that add up, gates that can be met) only `parse` checks.
    """
    sections = {name: _table(fields) for name, fields in SECTIONS.items()}
    top = _table(HEADING)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rostrum policy",
        **top,
        "properties": {**top["properties"], **sections, "criteria": {"type": "array", "items": _block()}},
        "required": [*top["required"], *sections],
    }


def schema_text() -> str:
    """The schema as it stands in docs/policy.schema.json."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def _table(fields: tuple[Field, ...]) -> _Schema:
    return {
        "type": "object",
        "properties": {field.key: {"description": field.hint.en, **_TYPES[field.kind](field)} for field in fields},
        "required": [field.key for field in fields if field.required],
        "additionalProperties": False,
    }


def _block() -> _Schema:
    return {**_table(CRITERION), "allOf": [_for_role(role) for role in Role]}


def _for_role(role: Role) -> _Schema:
    others = [key for key in OPTIONAL_KEYS if key not in ROLE_KEYS[role]]
    return {
        "if": {"properties": {"role": {"const": str(role)}}},
        "then": {"required": list(ROLE_KEYS[role]), "properties": dict.fromkeys(others, False)},
    }


def _between(kind: str) -> Callable[[Field], _Schema]:
    return lambda field: {"type": kind, "minimum": field.low, "maximum": field.high}


def _words(field: Field) -> _Schema:
    text = {"type": "string", "minLength": 1, "maxLength": int(field.high)}
    return {
        "type": "object",
        "properties": {"en": text, "ru": text},
        "required": ["en", "ru"],
        "additionalProperties": False,
    }


def _choice(field: Field) -> _Schema:
    return {"enum": [str(one) for one in field.choices or ()]}


_TYPES: dict[Kind, Callable[[Field], _Schema]] = {
    Kind.WHOLE: _between("integer"),
    Kind.NUMBER: _between("number"),
    Kind.FLAG: lambda field: {"type": "boolean"},
    Kind.SLUG: lambda field: {"type": "string", "pattern": field.pattern},
    Kind.WORDS: _words,
    Kind.CHOICE: _choice,
    Kind.CHOICES: lambda field: {"type": "array", "items": _choice(field), "minItems": 1, "uniqueItems": True},
}
