"""The published JSON Schema: current, agrees with the presets, and refuses what it can refuse."""

import tomllib
from pathlib import Path

import pytest

from scoring.policy import schema, schema_text

ROOT = Path(__file__).parents[3]
BROKEN = Path(__file__).parent / "broken"
PRESETS = sorted((ROOT / "fixtures" / "policies").glob("*.toml"))
BY_SHAPE = [
    *("unknown_key_of_a_criterion", "unknown_section", "places_in_words", "cut_in_quotes", "no_quality", "no_places"),
    *("unknown_role", "forbidden_age", "forbidden_key", "gate_without_cut", "weight_on_a_gate", "nobody_approves"),
    *("excluded_for_ever", "unknown_quality", "name_with_a_space", "endless_why", "one_approver_twice"),
]

jsonschema = pytest.importorskip("jsonschema")


def faults(text: str) -> list[str]:
    return [fault.message for fault in jsonschema.Draft202012Validator(schema()).iter_errors(tomllib.loads(text))]


def test_the_published_schema_is_current() -> None:
    published = (ROOT / "docs" / "policy.schema.json").read_text(encoding="utf-8")

    assert published == schema_text(), "write scoring.policy.schema_text() to docs/policy.schema.json"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("preset", PRESETS, ids=lambda file: file.stem)
def test_a_preset_agrees_with_the_schema_and_points_to_it(preset: Path) -> None:
    text = preset.read_text(encoding="utf-8")

    assert faults(text) == []
    assert text.startswith("#:schema ../../docs/policy.schema.json\n")


@pytest.mark.parametrize("name", BY_SHAPE)
def test_the_schema_refuses_what_an_editor_should_underline(name: str) -> None:
    assert faults((BROKEN / f"{name}.toml").read_text(encoding="utf-8"))
