"""Loading the bank: again the same file changes nothing, and what was used is followed, never rewritten."""

import random
from datetime import datetime
from pathlib import Path

import pytest

from assessments import sittings, submissions
from assessments.bank.csv_file import read_csv
from assessments.bank.load import Loaded, load_question_bank, load_questions, load_tasks
from assessments.models import KnowledgeTest, Question, RubricLevel, TestTask, Topic
from assessments.refusals import Incomplete, NotNow
from journal.models import Entry
from tests.assessments.conftest import TAB

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
HEADER = "question_id,text,type,option_a,option_b,correct,topic"


def load(*rows: str, at: datetime) -> Loaded:
    return load_questions(read_csv("\n".join([HEADER, *rows]).encode(), language="en"), at=at, actor=None)


def counts(loaded: Loaded) -> tuple[int, int, int, int]:
    return loaded.added, loaded.changed, loaded.replaced, loaded.unchanged


def test_the_demo_bank_loads_once(now: datetime) -> None:
    assert counts(load_question_bank(FIXTURES / "questions.toml", at=now, actor=None)) == (72, 0, 0, 0)
    assert counts(load_question_bank(FIXTURES / "questions.toml", at=now, actor=None)) == (0, 0, 0, 72)
    assert (Question.objects.count(), Topic.objects.count(), Entry.objects.count()) == (72, 12, 72)


def test_a_question_nobody_saw_is_corrected_in_place(now: datetime) -> None:
    load("Q-1,Which?,single,yes,no,A,eSIM", at=now)
    assert counts(load("Q-1,Which one?,single,yes,no,A,eSIM", at=now)) == (0, 1, 0, 0)
    question = Question.objects.get()
    assert (question.text_en, question.version, question.options.count()) == ("Which one?", 1, 2)


def test_a_question_that_was_drawn_gets_a_new_version_and_finished_work_keeps_its_result(
    now: datetime, rng: random.Random
) -> None:
    load("Q-1,Which?,single,yes,no,A,eSIM", at=now)
    test = KnowledgeTest.objects.create(name="One", question_count=1)
    done = sittings.prepare_sitting(test=test, at=now, rng=rng, actor=None)
    sittings.start(sitting=done, writer=TAB, at=now)
    yes = done.questions.get().option_order.index(1) + 1
    sittings.save_answer(sitting=done, writer=TAB, position=1, option=yes, at=now)
    done = sittings.submit(sitting=done, writer=TAB, at=now)
    assert counts(load("Q-1,Which?,single,yes,no,B,eSIM", at=now)) == (0, 0, 1, 0)
    assert list(Question.objects.values_list("version", "is_active")) == [(1, False), (2, True)]
    assert sittings.result(sitting=done).share == 1
    later = sittings.prepare_sitting(test=test, at=now, rng=rng, actor=None)
    assert later.questions.get().question.version == 2


def test_good_records_are_taken_beside_refused_ones(now: datetime) -> None:
    loaded = load("Q-1,Which?,single,yes,no,A,", "Q-2,Which?,single,yes,no,X,", at=now)
    assert (loaded.added, [refusal.record for refusal in loaded.refusals]) == (1, [2])


def test_an_unreadable_file_changes_nothing(now: datetime) -> None:
    with pytest.raises(Incomplete, match="“question_id” is missing"):
        load_questions(read_csv(b"a,b\n1,2"), at=now, actor=None)
    assert Question.objects.count() == Entry.objects.count() == 0


def test_the_demo_tasks_load_once(now: datetime) -> None:
    first = load_tasks(FIXTURES / "tasks.toml", at=now, actor=None)
    again = load_tasks(FIXTURES / "tasks.toml", at=now, actor=None)
    assert [task.pk for task in first] == [task.pk for task in again]
    assert (TestTask.objects.count(), RubricLevel.objects.count()) == (2, 20)
    verbs = sorted(Entry.objects.values_list("verb", flat=True))
    assert verbs == ["add_rubric", "add_task", "add_task"]


@pytest.mark.parametrize(
    ("find", "put", "sentence"),
    [("words = 180", "words = 200", "Give the changed task another key"), ("Rude, ", "Coarse, ", "another name")],
)
def test_what_people_worked_with_is_not_changed_under_them(
    now: datetime, rng: random.Random, tmp_path: Path, find: str, put: str, sentence: str
) -> None:
    changed = tmp_path / "tasks.toml"
    text = (FIXTURES / "tasks.toml").read_text(encoding="utf-8")
    changed.write_text(text.replace(find, put), encoding="utf-8")
    task = load_tasks(FIXTURES / "tasks.toml", at=now, actor=None)[0]
    load_tasks(changed, at=now, actor=None)  # nobody has worked with it yet
    load_tasks(FIXTURES / "tasks.toml", at=now, actor=None)
    submissions.prepare_submission(task=task, language="ru", at=now, rng=rng, actor=None)
    with pytest.raises(NotNow, match=sentence):
        load_tasks(changed, at=now, actor=None)


def test_broken_tasks_change_nothing(now: datetime, tmp_path: Path) -> None:
    broken = tmp_path / "tasks.toml"
    broken.write_text("[[task]]\nkey = 'a'", encoding="utf-8")
    with pytest.raises(Incomplete, match=r"task 1\.ru"):
        load_tasks(broken, at=now, actor=None)
    assert TestTask.objects.count() == 0
