"""Races: exactly one of two wins. Each has its control: with the lock off, the same race shows the damage."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from assessments import grading, sittings, submissions
from assessments.bank.csv_file import read_csv
from assessments.bank.load import load_questions
from assessments.models import Grading, KnowledgeTest, Sitting, SittingQuestion, Submission
from assessments.models.gradings import GradingState
from assessments.models.tasks import SubmissionState
from assessments.models.timed import TimedWork
from assessments.refusals import NotNow
from journal.models import Entry
from journal.verify import problems
from tests.assessments.conftest import TAB
from tests.assessments.racing import Act, Arena, won

pytestmark = pytest.mark.django_db(transaction=True)


def entries(verb: str) -> int:
    return Entry.objects.filter(verb=verb).count()


def as_it_was_seen(work: TimedWork) -> TimedWork:
    """The lock taken off: what the caller read before the race is taken for what is."""
    return work


@pytest.fixture
def running(sitting: Sitting, now: datetime) -> Sitting:
    return sittings.start(sitting=sitting, writer=TAB, at=now)


def submit_twice(running: Sitting, now: datetime, arena: Arena) -> list[Any]:
    """Two clicks; each request has read the sitting for itself."""
    copies = [Sitting.objects.select_related("test").get(pk=running.pk) for _ in range(2)]
    return arena.run(*[lambda copy=copy: sittings.submit(sitting=copy, writer=TAB, at=now) for copy in copies])


def test_two_clicks_end_a_sitting_once(running: Sitting, now: datetime, tmp_path: Path) -> None:
    arena = Arena(tmp_path)
    results = submit_twice(running, now, arena)
    assert won(results) == 1
    assert [type(result) for result in results if isinstance(result, Exception)] == [NotNow]
    assert arena.ask(lambda: entries("submit_sitting")) == 1
    assert arena.ask(lambda: list(problems())) == []


def test_control_without_the_lock_it_ends_twice(
    running: Sitting, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sittings, "locked", as_it_was_seen)
    arena = Arena(tmp_path)
    assert won(submit_twice(running, now, arena)) == 2
    assert arena.ask(lambda: entries("submit_sitting")) == 2


def test_two_tabs_start_one_clock(sitting: Sitting, now: datetime, tmp_path: Path) -> None:
    arena = Arena(tmp_path)
    results = arena.run(
        lambda: sittings.start(sitting=sitting, writer="one", at=now),
        lambda: sittings.start(sitting=sitting, writer="two", at=now + timedelta(seconds=1)),
    )
    assert won(results) == 2
    assert arena.ask(lambda: (entries("start_sitting"), entries("resume_sitting"))) == (1, 1)
    assert results[0].deadline_at == results[1].deadline_at


def test_the_clock_and_the_writer_hand_in_once(submission: Submission, now: datetime, tmp_path: Path) -> None:
    """The server closes at the instant in which the writer, by the same clock, is too late: one of them does it."""
    submissions.start(submission=submission, writer=TAB, at=now)
    arena, late = Arena(tmp_path), now + timedelta(hours=1)
    arena.run(
        lambda: submissions.close_overdue(at=late),
        lambda: submissions.hand_in(submission=submission, writer=TAB, text="Late.", at=late),
    )
    assert arena.ask(lambda: entries("close_submission") + entries("hand_in")) == 1


def both_mark(assigned: list[Grading], now: datetime, arena: Arena, facts: tuple[int, int]) -> list[Any]:
    def act(one: Grading, level: int) -> Callable[[], Grading]:
        return lambda: grading.mark(
            grading=one,
            grader=one.grader,
            levels={"tone": 2, "facts": level},
            veto=False,
            reason="",
            comment="",
            at=now,
            rng=random.Random(level),
        )

    given = [Grading.objects.select_related("submission__task__rubric", "grader").get(pk=g.pk) for g in assigned]
    return arena.run(*[act(one, level) for one, level in zip(given, facts, strict=True)])


def test_two_graders_in_one_instant_make_one_consensus(
    assigned: list[Grading], handed_in: Submission, now: datetime, tmp_path: Path
) -> None:
    arena = Arena(tmp_path)
    assert won(both_mark(assigned, now, arena, (2, 3))) == 2
    found = arena.ask(lambda: Submission.objects.get(pk=handed_in.pk))
    assert (found.state, round(found.share, 6)) == (SubmissionState.GRADED, round(2.3 / 3, 6))


def test_two_graders_in_one_instant_call_one_third(
    assigned: list[Grading], graders: list[User], now: datetime, tmp_path: Path
) -> None:
    arena = Arena(tmp_path)
    assert won(both_mark(assigned, now, arena, (0, 3))) == 2
    assert arena.ask(Grading.objects.filter(state=GradingState.ASSIGNED).count) == 1


def test_one_grader_cannot_hand_in_twice_in_one_instant(assigned: list[Grading], now: datetime, tmp_path: Path) -> None:
    arena = Arena(tmp_path)
    results = both_mark([assigned[0], assigned[0]], now, arena, (1, 3))
    assert won(results) == 1
    assert arena.ask(lambda: entries("mark")) == 1


def test_assigning_twice_in_one_instant_draws_two_graders(
    handed_in: Submission, graders: list[User], now: datetime, tmp_path: Path
) -> None:
    arena = Arena(tmp_path)

    def assign(seed: int) -> Callable[[], list[Grading]]:
        return lambda: grading.assign(
            submission=handed_in, graders=graders, rng=random.Random(seed), at=now, actor=None
        )

    assert won(arena.run(assign(1), assign(2))) == 1
    assert arena.ask(Grading.objects.count) == 2


def test_an_import_and_a_draw_in_one_instant_do_not_block_each_other(
    knowledge_test: KnowledgeTest, now: datetime, tmp_path: Path
) -> None:
    header = "question_id,text,type,option_a,option_b,correct"
    rows = [f"q-{number},Changed {number}?,single,yes,no,A" for number in reversed(range(6))]
    found = read_csv("\n".join([header, *rows]).encode(), language="en")
    arena = Arena(tmp_path)

    def draw(seed: int) -> Act:
        return lambda: sittings.prepare_sitting(test=knowledge_test, at=now, rng=random.Random(seed), actor=None)

    assert won(arena.run(lambda: load_questions(found, at=now, actor=None), *map(draw, range(3)))) == 4
    drawn = arena.ask(
        lambda: list(SittingQuestion.objects.select_related("question").prefetch_related("question__options"))
    )
    assert all(sorted(d.option_order) == [o.position for o in d.question.options.all()] for d in drawn)
