"""The commands of the bank and of the clock."""

import json
import random
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from assessments import grading, sittings, submissions
from assessments.models import Grading, Question, Sitting, Submission
from tests.assessments.conftest import TAB

pytestmark = pytest.mark.django_db
HEADER = "question_id,text,type,option_a,option_b,correct\n"
GOOD = "Q-1,Which?,single,yes,no,A\n"
BAD = "Q-2,Which?,single,yes,no,C\n"


def run(*args: object, **options: Any) -> str:
    out = StringIO()
    call_command(*map(str, args), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.csv"
    path.write_text(HEADER + GOOD + BAD, encoding="utf-8")
    return path


def test_questions_are_imported_and_refusals_told(file: Path) -> None:
    told = run("import_questions", file)
    assert "New: 1, changed: 0" in told
    assert "Record 2: “C” does not name the right answer." in told
    assert Question.objects.count() == 1


def test_a_dry_run_changes_nothing(file: Path) -> None:
    assert "Record 2" in run("import_questions", file, dry_run=True)
    assert Question.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "action", "accepted"),
    [
        (HEADER + GOOD, "accept", 1),
        (HEADER + GOOD + BAD, "accept_partial", 1),
        (HEADER + BAD, "reject_file", 0),
        ("a,b\n1,2\n", "needs_mapping", 0),
        ("", "reject_file", 0),
    ],
)
def test_the_report_for_machines(file: Path, content: str, action: str, accepted: int) -> None:
    file.write_text(content, encoding="utf-8")
    out = StringIO()
    if accepted:
        call_command("import_questions", str(file), json=True, stdout=out)
    else:
        with pytest.raises(CommandError, match="Nothing was imported"):
            call_command("import_questions", str(file), json=True, stdout=out)
    report = json.loads(out.getvalue())
    assert (report["action"], report["accepted"]) == (action, accepted)
    assert Question.objects.count() == accepted


def test_a_toml_bank_is_read_too(tmp_path: Path) -> None:
    bank = tmp_path / "bank.toml"
    words = 'text = "?"\noptions = ["1", "2"]\n'
    bank.write_text(f'[[question]]\nid = "a"\nkey = "B"\n[question.ru]\n{words}[question.en]\n{words}')
    assert "New: 1" in run("import_questions", bank)


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no file .*nowhere\.csv\. Check the path"):
        run("import_questions", tmp_path / "nowhere.csv")


def test_the_clock_closes_what_nobody_came_back_to(
    sitting: Sitting, submission: Submission, assigned: list[Grading], now: datetime
) -> None:
    """The answer of `submission` is graded already, so another one is left open."""
    other = submissions.prepare_submission(
        task=submission.task, language="en", at=now, rng=random.Random(3), actor=None
    )
    sittings.start(sitting=sitting, writer=TAB, at=now)
    submissions.start(submission=other, writer=TAB, at=now)
    with time_machine.travel(now + timedelta(minutes=5), tick=False):
        assert run("close_overdue") == "Closed: 0 sittings, 0 answers; taken back: 0 gradings.\n"
    with time_machine.travel(now + grading.QUEUE_LEASE + timedelta(days=1), tick=False):
        assert run("close_overdue") == "Closed: 1 sittings, 1 answers; taken back: 2 gradings.\n"
        assert run("close_overdue") == "Closed: 0 sittings, 0 answers; taken back: 0 gradings.\n"
