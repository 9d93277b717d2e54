"""Every verb that the code writes into the journal has a name that people read."""

import ast
from collections.abc import Iterator
from pathlib import Path

from selection.hr.journal_words import VERBS
from tests.architecture import modules

ROOT = Path(__file__).resolve().parents[3]


def verbs_written() -> Iterator[str]:
    for module in modules(ROOT):
        for call in (node for node in ast.walk(module.tree) if isinstance(node, ast.Call)):
            for keyword in call.keywords:
                if keyword.arg == "verb" and isinstance(keyword.value, ast.Constant):
                    yield str(keyword.value.value)


def test_every_verb_has_a_name() -> None:
    assert set(verbs_written()) - set(VERBS) == set()


def test_control_there_are_verbs_to_name() -> None:
    assert len(set(verbs_written())) > 30
