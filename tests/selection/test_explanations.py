"""An explanation can be made again byte for byte, whatever has come in since."""

import json
import random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from scoring.models import Batch, Rating, Score, ScoreRun
from scoring.policies import draft, publish
from scoring.runs import execute_run, request_run
from scoring.score_writing import stored_hash
from selection.explanations import explanation, explanation_bytes
from selection.pushes import Evidence, push
from tests.cast import NOW, POLICY, Cast, agent, seat

IMPORTS = 200
LANGUAGES = ("en", "ru")


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    """What is pushed in a test stays with the test."""
    settings.EVIDENCE_DIR = tmp_path / "evidence"


def rated(numbers: range, chance: random.Random) -> Evidence:
    """Ratings of the chats of four agents."""
    records = [
        {
            "rating_id": f"r-{number}",
            "chat_id": f"c-{number}",
            "agent_id": ("S-15", "S-16", "S-20", "S-21")[number % 4],
            "rating": chance.choice((3, 4, 5, 5)),
            "rated_at": f"2026-{1 + number % 10:02d}-{1 + number % 28:02d}T10:00:00Z",
            "channel": "chat",
            "topic": ("roaming", "billing")[number % 3 == 0],
        }
        for number in numbers
    ]
    return Evidence(kind="ratings", records=records, instrument="csat5")


@pytest.fixture
def run(cast: Cast) -> ScoreRun:
    """A real run over four agents with 200 ratings."""
    team = cast.agents["ania"].assignments.get().team
    for number in (20, 21):
        seat(agent(f"Agent {number}", number=f"S-{number}"), team=team, manager=cast.agents["marat"])
    push(evidence=rated(range(200), random.Random(1)), actor=cast.hanna, at=NOW)
    version = publish(version=draft(text=POLICY, actor=cast.hanna, at=NOW), actor=cast.pavel, at=NOW)
    asked = request_run(policy_version=version, as_of=NOW.date(), actor=cast.hanna, at=NOW)
    return execute_run(run=asked, at=NOW)


def made(run: ScoreRun, client: Client) -> dict[str, bytes]:
    """Every explanation of a run in both languages, from the verb and from the page."""
    found: dict[str, bytes] = {}
    for score in Score.objects.filter(run=run).select_related("agent", "run__policy_version"):
        for language in LANGUAGES:
            with override(language):
                found[f"{score.pk}-{language}"] = explanation_bytes(score)
            client.cookies["django_language"] = language
            found[f"{score.pk}-{language}-page"] = client.get(reverse("hr:explanation", args=[score.pk])).content
    return found


def test_after_two_hundred_imports_it_is_the_same_to_the_byte(cast: Cast, run: ScoreRun) -> None:
    client = Client()
    client.force_login(cast.hanna)
    before, hash_before = made(run, client), run.result_hash
    assert len(before) == 4 * 2 * 2
    chance = random.Random(2)
    for number in range(IMPORTS):
        report = push(evidence=rated(range(1000 + number * 4, 1004 + number * 4), chance), actor=cast.hanna, at=NOW)
        assert report["accepted"] == 4
    newer = draft(text=POLICY.replace("cut = 6", "cut = 9"), actor=cast.hanna, at=NOW)
    publish(version=newer, actor=cast.pavel, at=NOW)
    execute_run(run=request_run(policy_version=newer, as_of=NOW.date(), actor=cast.hanna, at=NOW), at=NOW)
    cast.agents["ania"].assignments.update(position="senior")
    type(cast.agents["ania"]).objects.filter(pk=cast.agents["ania"].pk).update(full_name="Ania Vetrova")
    again = ScoreRun.objects.get(pk=run.pk)
    assert Batch.objects.count() == IMPORTS + 1
    assert Rating.objects.count() == 200 + 4 * IMPORTS
    assert made(again, client) == before
    assert stored_hash(again) == again.result_hash == hash_before


def test_control_a_new_run_says_something_else(cast: Cast, run: ScoreRun) -> None:
    push(evidence=rated(range(1000, 1200), random.Random(3)), actor=cast.hanna, at=NOW)
    asked = request_run(policy_version=run.policy_version, as_of=NOW.date(), actor=cast.hanna, at=NOW)
    other = execute_run(run=asked, at=NOW)
    first, second = (one.scores.get(agent=cast.agents["ania"]) for one in (run, other))
    assert explanation(first)["score"] != explanation(second)["score"]


def test_an_explanation_says_under_which_rules_and_in_words(cast: Cast, run: ScoreRun) -> None:
    score = run.scores.select_related("agent", "run__policy_version").get(agent=cast.agents["ania"])
    with override("ru"):
        told = json.loads(explanation_bytes(score))
    assert told["agent"] == "S-15"
    assert told["policy"]["hash"] == run.policy_version.document_hash
    assert told["run"]["result_hash"] == run.result_hash
    assert told["words"]["conditions"]
    assert "Sokolova" not in json.dumps(told)


def test_only_hr_and_auditors_take_it_along(cast: Cast, run: ScoreRun) -> None:
    address = reverse("hr:explanation", args=[Score.objects.filter(run=run).latest("pk").pk])
    for who, status in ((cast.hanna, 200), (cast.ada, 200), (cast.ania, 403), (cast.greta, 403)):
        client = Client()
        client.force_login(who)
        assert client.get(address).status_code == status
