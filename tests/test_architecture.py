"""The house keeps its floors; and each guard is seen to fail when an offence is planted."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

from tests import architecture

ROOT = Path(__file__).resolve().parent.parent
Guard = Callable[[Path], Iterator[str]]
PLANTS = [
    (architecture.floors, "scoring/planted.py", "from selection.models import Round\n"),
    (architecture.floors, "scoring/planted.py", "from assessments import grading\n"),
    (architecture.floors, "assessments/planted.py", "import scoring.models\n"),
    (architecture.floors, "journal/planted.py", "from scoring.models import Agent\n"),
    (architecture.purity, "scoring/formula/planted.py", "from django.conf import settings\n"),
    (architecture.purity, "scoring/formula/planted.py", "import random\n"),
    (architecture.purity, "scoring/policy/planted.py", "from datetime import datetime\nNOW = datetime.now()\n"),
    (architecture.purity, "assessments/marking.py", "from assessments.models import Answer\n"),
    (architecture.models_know_no_verbs, "selection/models/planted.py", "from selection.workflow import move\n"),
    (architecture.models_know_no_verbs, "scoring/models/planted.py", "from django.http import HttpRequest\n"),
    (architecture.verbs_know_no_web, "selection/planted.py", "from django.contrib.messages import error\n"),
    (architecture.verbs_know_no_web, "scoring/planted.py", "from rest_framework import serializers\n"),
    (architecture.doors_stand_apart, "selection/hr/planted.py", "from selection.gates import _person\n"),
    (architecture.doors_stand_apart, "selection/hr/planted.py", "from selection import settings\n"),
    (architecture.late_imports, "journal/planted.py", "def late() -> None:\n    import json\n"),
    (architecture.circles, "journal/chain.py", "from journal.record import record\n"),
    (architecture.too_long, "journal/planted.py", "def long() -> None:\n" + "    print()\n" * 46),
    (architecture.too_long, "journal/planted.py", "x = 1\n" * 351),
    (architecture.too_long, "selection/hr/planted.py", "def page(request: object) -> None:\n" + "    print()\n" * 19),
]
GUARDS = sorted({guard for guard, _place, _text in PLANTS}, key=lambda guard: guard.__name__)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_the_house_keeps_its_floors(guard: Guard) -> None:
    assert list(guard(ROOT)) == []


@pytest.mark.parametrize(("guard", "place", "text"), PLANTS, ids=[f"{g.__name__}-{p}" for g, p, _t in PLANTS])
def test_a_planted_offence_is_found(guard: Guard, place: str, text: str, tmp_path: Path) -> None:
    for package in architecture.PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    with (tmp_path / place).open("a", encoding="utf-8") as planted:
        planted.write(text)
    assert list(guard(tmp_path)) != []


def test_functions_are_short_at_the_median() -> None:
    assert 4 <= architecture.median_length(ROOT) <= 8


def reachable(start: type[Model]) -> set[type[Model]]:
    """Follow every relation, forward and backward, as a query could."""
    found, waiting = {start}, [start]
    while waiting:
        fields = waiting.pop()._meta.get_fields()
        related = {f.related_model for f in fields if f.is_relation and isinstance(f.related_model, type)}
        waiting.extend(related - found)
        found |= related
    return found


@pytest.mark.parametrize(
    "model", list(apps.get_app_config("assessments").get_models()), ids=lambda model: model.__name__
)
def test_anonymous_work_leads_to_nobody(model: type[Model]) -> None:
    barred = {"scoring.agent", "selection.candidate", "selection.invitation"}
    assert barred.isdisjoint(other._meta.label_lower for other in reachable(model))


def test_the_roof_does_lead_to_the_person() -> None:
    invitation = apps.get_model("selection", "Invitation")
    assert apps.get_model("scoring", "Agent") in reachable(invitation)
