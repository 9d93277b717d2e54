"""Callers of the API, and a world with one of everything that has an address."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from scoring.models import Agent, Batch, Comparison, PolicyVersion, Replacement, ScoreRun, ViralIncident
from selection.acknowledgements import acknowledge
from selection.models import Candidate, Override, Reference, Round, WhatIf
from selection.models.references import ReferenceState, Relation
from selection.references import Seen, hand_in
from selection.stages import Stage
from tests.cast import NOW, Cast, bring_to, open_decisions, person

Caller = Callable[[User | None], APIClient]


@dataclass(frozen=True, kw_only=True)
class World:
    """Ania is proposed in a round in its decision phase; Boris is on the roster only; Nick has a login and no role."""

    cast: Cast
    opened: Round
    candidate: Candidate
    people: dict[str, User | None]
    batch: Batch

    @property
    def ania(self) -> Agent:
        return self.cast.agents["ania"]

    @property
    def policy(self) -> PolicyVersion:
        return self.opened.policy_version

    @property
    def run(self) -> ScoreRun:
        assert self.opened.run is not None
        return self.opened.run

    @property
    def numbers(self) -> dict[str, int]:
        """The number of the thing behind each address that names one."""
        return {
            "agent": self.ania.pk,
            "batch": self.batch.pk,
            "batch_replacements": self.batch.pk,
            **dict.fromkeys(("replacement", "decide_replacement"), self.replacement.pk),
            "policy": self.policy.pk,
            "publish_policy": self.policy.pk,
            "retire_policy": self.policy.pk,
            "run": self.run.pk,
            "scores": self.run.pk,
            "round": self.opened.pk,
            "next_phase": self.opened.pk,
            "candidate": self.candidate.pk,
            "moves": self.candidate.pk,
            "acknowledgements": self.policy.pk,
            "acknowledge": self.policy.pk,
            "comparison": Comparison.objects.get().pk,
            "run_what_ifs": self.run.pk,
            "candidate_references": self.candidate.pk,
            **dict.fromkeys(("hand_in_reference", "decline_reference", "replace_reference"), self.open_reference.pk),
        }

    @property
    def replacement(self) -> Replacement:
        """What Pavel asks for."""
        return Replacement.objects.get()

    @property
    def open_reference(self) -> Reference:
        """What Boris is asked and has not answered."""
        return Reference.objects.get(state=ReferenceState.ASKED)

    def round_plan(self, **changes: Any) -> dict[str, Any]:
        """What opens a round."""
        plan = {
            "title": "Winter",
            "policy": self.policy.pk,
            "run": self.run.pk,
            "places": 2,
            "knowledge_test": self.opened.knowledge_test_id,
            "test_task": "angry-thread",
            "assessments_until": "2026-12-01T18:00:00+03:00",
            "decisions_until": "2026-12-08T18:00:00+03:00",
            "graders": ["greta", "gleb"],
        }
        return plan | changes


@pytest.fixture(autouse=True)
def _the_clock_stands() -> Iterator[None]:
    """The API reads the real clock; here it is the clock of the cast."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def api() -> Caller:
    """A client logged in as somebody, or as nobody."""

    def client(user: User | None) -> APIClient:
        made = APIClient()
        if user is not None:
            made.force_login(user)
        return made

    return client


def with_token(key: str) -> APIClient:
    """A machine: no cookie, and nothing forgiven."""
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def rating(number: int, **changes: Any) -> dict[str, Any]:
    """One rating of Ania's chats, as it is pushed."""
    told = {
        "rating_id": f"r-{number}",
        "chat_id": f"c-{number}",
        "agent_id": "S-15",
        "rating": 5,
        "rated_at": f"2026-10-{1 + number % 28:02d}T10:00:00Z",
        "channel": "chat",
        "topic": "roaming",
    }
    return told | changes


def incident(number: int, **changes: Any) -> dict[str, Any]:
    """One chat of Ania's that went public, as it is pushed."""
    told = {
        "chat_id": f"v-{number}",
        "agent_id": "S-15",
        "flagged_at": "2026-10-05T10:00:00Z",
        "is_viral": True,
        "sign": "positive",
        "severity": 2,
        "views": 120_000,
    }
    return told | changes


def one_batch(cast: Cast) -> Batch:
    """A batch that brought an incident and was refused a record."""
    batch = Batch.objects.create(kind="viral", state="published", file_name="posts.csv", refused=1, created_at=NOW)
    batch.refusals.create(record=2, code="missing_value", column="chat_id", cells={"agent": "S-15"})
    ViralIncident.objects.create(batch=batch, chat_id="v-0", agent=cast.agents["boris"], flagged_at=NOW)
    asked = Replacement.objects.create(batch=batch, reason="The export was wrong.", asked_by=cast.pavel, asked_at=NOW)
    before = {"agent_id": cast.agents["ania"].pk, "value": 1.0}
    asked.rows.create(
        record=1, key="r-1", stored_batch=batch, stored_record=1, before=before, after={**before, "value": 5.0}
    )
    return batch


def observed(level: int = 3) -> dict[str, dict[str, Any]]:
    """A reference, as it is handed in."""
    case = "In March five people wrote about one bill, and she filed it with engineering:"
    return {scale: {"level": level, "text": f"{case} {scale}."} for scale in ("involvement", "culture")}


def references_about(candidate: Candidate, cast: Cast) -> None:
    """Marat and Hugo have said what they have seen of Ania; Boris is asked and has not answered."""
    for name in ("marat", "hugo", "boris"):
        asked = Reference.objects.create(
            candidate=candidate,
            referee=cast.agents[name],
            relation=Relation.MANAGER if name == "marat" else Relation.COLLEAGUE,
            asked_by=cast.hanna,
            asked_at=NOW,
        )
        if name != "boris":
            seen = {scale: Seen(**given) for scale, given in observed().items()}
            hand_in(reference=asked, seen=seen, actor=getattr(cast, name), at=NOW)


def decisions_about(candidate: Candidate, cast: Cast) -> None:
    """Hanna has nominated against the verdict, has asked what another cut would do, and has compared; Ania has read."""
    policy, run = candidate.round.policy_version, candidate.round.run
    assert run is not None
    Override.objects.create(
        candidate=candidate, move="nominate", verdict="unlikely", was_eligible=True, code="need", text="Speaks Tatar.",
        actor=cast.hanna, at=NOW,
    )  # fmt: skip
    WhatIf.objects.create(
        run=run, round=candidate.round, actor=cast.hanna, at=NOW, changes={"tenure.gate": {"from": 6.0, "to": 12.0}},
        summary={"enters": [], "leaves": [candidate.agent_id], "eligible": [2, 1]},
    )  # fmt: skip
    Comparison.objects.create(
        before=policy, after=policy, as_of=NOW.date(), places=1, seed=1, evidence_fingerprint="0" * 64,
        code_version="test", result={"tau": 1.0}, made_by=cast.hanna, made_at=NOW,
    )  # fmt: skip
    acknowledge(version=policy, actor=cast.ania, at=NOW)


@pytest.fixture(autouse=True)
def _evidence_folder(settings: Any, tmp_path: Path) -> None:
    """What is pushed in a test stays with the test."""
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def world(cast: Cast, opened: Round, candidate: Candidate) -> World:
    """One of everything."""
    bring_to(candidate, Stage.PROPOSED, cast=cast)
    references_about(candidate, cast)
    decisions_about(candidate, cast)
    open_decisions(opened, by=cast.hanna)
    names = ("hanna", "ada", "marat", "hugo", "greta", "ania", "boris")
    return World(
        cast=cast,
        opened=Round.objects.get(pk=opened.pk),
        candidate=Candidate.objects.get(pk=candidate.pk),
        people={"anonymous": None, "nick": person("nick"), **{name: getattr(cast, name) for name in names}},
        batch=one_batch(cast),
    )
