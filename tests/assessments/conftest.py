"""What the tests of the anonymous work share: a bank, a task, graders, and a source of chance that repeats itself."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User

from assessments import grading, sittings, submissions
from assessments.models import Grading, KnowledgeTest, Sitting, Submission, TestTask
from tests.cast import build_task, build_test

TAB = "tab-1"
ANSWER = "We are sorry. The cable is cut, the crew works on it, news at half past eleven."


@pytest.fixture
def rng() -> random.Random:
    """Chance that repeats itself."""
    return random.Random(2014)


@pytest.fixture
def knowledge_test(db: None) -> KnowledgeTest:
    """Six questions in 25 minutes with 30 seconds of grace; the first option in the bank is right."""
    return build_test(questions=6, minutes=25)


@pytest.fixture
def sitting(knowledge_test: KnowledgeTest, now: datetime, rng: random.Random) -> Sitting:
    """A prepared sitting."""
    return sittings.prepare_sitting(test=knowledge_test, at=now, rng=rng, actor=None)


@pytest.fixture
def task(db: None) -> TestTask:
    """An angry thread; 40 minutes, 250 words, criteria tone (40) and facts (60) with levels 0 to 3."""
    return build_task()


@pytest.fixture
def submission(task: TestTask, now: datetime, rng: random.Random) -> Submission:
    """A prepared submission."""
    return submissions.prepare_submission(task=task, language="ru", at=now, rng=rng, actor=None)


@pytest.fixture
def handed_in(submission: Submission, now: datetime) -> Submission:
    """A submission that waits for graders."""
    return write_and_hand_in(submission, now)


@pytest.fixture
def graders(db: None) -> list[User]:
    """Greta, Gleb and Galina."""
    return [make_grader(name) for name in ("greta", "gleb", "galina")]


@pytest.fixture
def assigned(handed_in: Submission, graders: list[User], now: datetime, rng: random.Random) -> list[Grading]:
    """The two gradings of one submission; the third grader is free."""
    return grading.assign(submission=handed_in, graders=graders, rng=rng, at=now, actor=None)


@pytest.fixture
def mark(now: datetime, rng: random.Random) -> Callable[..., Grading]:
    """Hand in marks: `mark(grading, tone=2, facts=3, veto=False)`."""

    def hand_in(of: Grading, *, tone: int = 2, facts: int = 2, veto: bool = False) -> Grading:
        return grading.mark(
            grading=of,
            grader=of.grader,
            levels={"tone": tone, "facts": facts},
            veto=veto,
            reason="PC-1: repeats a phone number." if veto else "",
            comment="",
            at=now + timedelta(hours=1),
            rng=rng,
        )

    return hand_in


def make_grader(name: str) -> User:
    """A login in the group of graders."""
    user = User.objects.create(username=name)
    user.groups.add(Group.objects.get_or_create(name=grading.GRADER_GROUP)[0])
    return user


def write_and_hand_in(submission: Submission, at: datetime, text: str = ANSWER) -> Submission:
    """Start, and hand in ten minutes later."""
    submissions.start(submission=submission, writer=TAB, at=at)
    return submissions.hand_in(submission=submission, writer=TAB, text=text, at=at + timedelta(minutes=10))
