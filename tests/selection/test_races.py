"""Sixteen heads approve sixteen candidates for one place in the same moment: one of them is placed.

The negative controls switch the protection off and must then see more than one, or the test would prove nothing.
SQLite's tests live in memory, where threads share one connection's locks; so these run on a copy in a file.
"""

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections

from journal.models import Entry
from selection import workflow
from selection.dossier import dossier_hash
from selection.gates import MoveRequest, check
from selection.models import Candidate, Placement, Round
from selection.refusals import Refused
from selection.stages import MOVES, Move, Role, Stage
from tests.cast import (
    NOW,
    REASON,
    agent,
    build_cast,
    build_round,
    build_score,
    nominate_agent,
    open_decisions,
    person,
)

RIVALS = 16
# Long enough for every thread to pass its check before the first one writes.
PAUSE = 0.05

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rivals() -> list[tuple[int, int]]:
    """Released candidates and the heads who will approve them, as keys; one place for all."""
    cast = build_cast()
    opened = build_round(cast)
    assert opened.run
    pairs = []
    for number in range(RIVALS):
        worker = agent(f"Rival {number}", number=f"R-{number}")
        build_score(opened.run, worker, rank=10 + number)
        candidate = nominate_agent(opened, worker, by=cast.hanna)
        Candidate.objects.filter(pk=candidate.pk).update(stage=Stage.RELEASED)
        pairs.append((candidate.pk, person(f"head{number}", Role.HEAD).pk))
    open_decisions(opened, by=cast.hanna)
    return pairs


@pytest.fixture
def shared(rivals: list[tuple[int, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let threads meet in one database as processes do: PostgreSQL as it is, SQLite as a copy in a file."""
    if connection.vendor == "sqlite":
        copy = tmp_path / "copy.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
        monkeypatch.setitem(connections.settings["default"], "NAME", str(copy))


def slowly(candidate: Candidate, request: MoveRequest) -> Move:
    """The check with a pause after it, so that a check that is not under the lock is overtaken."""
    found = check(candidate, request)
    time.sleep(PAUSE)
    return found


def with_the_others(rivals: int) -> Callable[[Candidate, MoveRequest], Move]:
    """The check that goes on only when every rival has passed it too: the race as it happens without a lock."""
    passed = threading.Barrier(rivals)

    def check_and_wait(candidate: Candidate, request: MoveRequest) -> Move:
        found = check(candidate, request)
        passed.wait(timeout=60)
        return found

    return check_and_wait


def approve(candidate_pk: int, head_pk: int, start: threading.Barrier) -> str:
    candidate = Candidate.objects.select_related("round__policy_version", "agent").get(pk=candidate_pk)
    request = MoveRequest(
        name="approve",
        actor=User.objects.get(pk=head_pk),
        at=NOW,
        reason=REASON,
        effective_on=NOW.date(),
        dossier_hash=dossier_hash(candidate),
    )
    start.wait(timeout=30)
    return approve_now(candidate, request)


def approve_now(candidate: Candidate, request: MoveRequest) -> str:
    try:
        workflow.move(candidate=candidate, request=request, rng=random.Random(1))
    except Refused as refused:
        return refused.sentence
    return "promoted"


def all_at_once(rivals: list[tuple[int, int]]) -> Counter[str]:
    start = threading.Barrier(len(rivals))

    def run(pair: tuple[int, int]) -> str:
        try:
            return approve(*pair, start)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(rivals)) as pool:
        return Counter(pool.map(run, rivals))


def counted() -> tuple[int, int, int]:
    """How many stand promoted, hold a placement and are in the journal, in the database that the threads shared."""

    def count() -> tuple[int, int, int]:
        try:
            promoted = Candidate.objects.filter(stage=Stage.PROMOTED).count()
            return promoted, Placement.objects.count(), Entry.objects.filter(verb="approve").count()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(count).result()


def switch_the_lock_off(monkeypatch: pytest.MonkeyPatch, rivals: int) -> None:
    """PostgreSQL: the round's row is read without a lock. SQLite locks with BEGIN, so there the check comes before."""
    check_and_wait = with_the_others(rivals)
    if connection.vendor == "postgresql":
        monkeypatch.setattr(workflow, "check", check_and_wait)
        monkeypatch.setattr(Round.objects, "select_for_update", Round.objects.all)
        return
    plainly = approve_now
    monkeypatch.setattr(workflow, "check", lambda candidate, request: MOVES[request.name])

    def check_first(candidate: Candidate, request: MoveRequest) -> str:
        check_and_wait(candidate, request)
        return plainly(candidate, request)

    monkeypatch.setattr(sys.modules[__name__], "approve_now", check_first)


def test_sixteen_approvals_for_one_place_make_one_placement(
    rivals: list[tuple[int, int]], shared: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "check", slowly)
    answers = all_at_once(rivals)
    assert answers == {"promoted": 1, "All places of the round are taken (1). Open a new round.": RIVALS - 1}
    assert counted() == (1, 1, 1)


def test_with_the_lock_switched_off_more_than_one_is_placed(
    rivals: list[tuple[int, int]], shared: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_the_lock_off(monkeypatch, len(rivals))
    answers = all_at_once(rivals)
    assert answers["promoted"] > 1
    assert counted() == (answers["promoted"],) * 3


def test_sixteen_heads_for_one_candidate_leave_one_decision(
    rivals: list[tuple[int, int]], shared: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "check", slowly)
    candidate_pk = rivals[0][0]
    answers = all_at_once([(candidate_pk, head_pk) for _, head_pk in rivals])
    assert answers["promoted"] == 1
    assert counted() == (1, 1, 1)
