"""A sitting: drawn by chance, written by one tab, ended by the server's clock."""

import json
import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from assessments import sittings
from assessments.attempts import grant_extra_time
from assessments.models import Answer, KnowledgeTest, Option, Question, Sitting
from assessments.models.knowledge import QuestionKind, SittingState
from assessments.refusals import Incomplete, NotNow, Refused, Stale, TooLate
from journal.models import Entry
from tests.assessments.conftest import TAB
from tests.cast import TOPICS

pytestmark = pytest.mark.django_db
MINUTES, GRACE = 25, 30


def key_of(sitting: Sitting, position: int) -> int:
    """Where the right option of a question is shown."""
    drawn = sitting.questions.get(position=position)
    order: list[int] = drawn.option_order
    return order.index(drawn.question.options.get(is_right=True).position) + 1


def answer(sitting: Sitting, at: datetime, position: int = 1, option: int | None = None, tab: str = TAB) -> None:
    chosen = key_of(sitting, position) if option is None else option
    sittings.save_answer(sitting=sitting, writer=tab, position=position, option=chosen, at=at)


def verbs() -> list[str]:
    return list(Entry.objects.order_by("sequence").values_list("verb", flat=True))


# What is drawn


def test_the_questions_are_balanced_over_topics_and_their_options_shuffled(sitting: Sitting) -> None:
    topics = Counter(drawn.question.topic for drawn in sitting.questions.all())
    assert topics == dict.fromkeys(TOPICS, 2)
    orders = [drawn.option_order for drawn in sitting.questions.all()]
    assert all(sorted(order) == [0, 1, 2, 3] for order in orders)
    assert len({tuple(order) for order in orders}) > 1


def test_two_sittings_differ_and_a_seed_repeats_one(knowledge_test: KnowledgeTest, now: datetime) -> None:
    def draw(seed: int) -> list[tuple[str, tuple[int, ...]]]:
        made = sittings.prepare_sitting(test=knowledge_test, at=now, rng=random.Random(seed), actor=None)
        return [(d.question.code, tuple(d.option_order)) for d in made.questions.select_related("question")]

    first = draw(1)
    Sitting.objects.all().delete()  # its code is drawn by chance too, and would be drawn anew
    assert draw(1) == first
    assert draw(2) != first


def test_only_the_topics_of_the_test_are_asked(knowledge_test: KnowledgeTest, now: datetime) -> None:
    knowledge_test.topics, knowledge_test.question_count = ["eSIM"], 2
    made = sittings.prepare_sitting(test=knowledge_test, at=now, rng=random.Random(1), actor=None)
    assert {drawn.question.topic for drawn in made.questions.all()} == {"eSIM"}


def test_a_small_bank_is_refused_with_both_numbers(knowledge_test: KnowledgeTest, now: datetime) -> None:
    Question.objects.filter(code="q-0").update(is_active=False)
    with pytest.raises(NotNow, match="asks 6 questions, the bank has 5"):
        sittings.prepare_sitting(test=knowledge_test, at=now, rng=random.Random(1), actor=None)
    assert Sitting.objects.count() == 0


def test_the_paper_is_in_the_readers_language_and_without_the_key(sitting: Sitting) -> None:
    with translation.override("ru"):
        first = sittings.paper(sitting=sitting)[0]
    assert first.text.startswith("Вопрос")
    assert len(first.options) == 4
    assert not first.is_answered
    assert "is_right" not in json.dumps([vars(option) for option in first.options])


# The clock. Every row: seconds after the deadline, whether an answer is taken, the state and end after a submit.
CLOCK = [
    ("at once", -MINUTES * 60, True, SittingState.SUBMITTED, -MINUTES * 60),
    ("in time", -1, True, SittingState.SUBMITTED, -1),
    ("at the deadline", 0, True, SittingState.SUBMITTED, 0),
    ("half a second late", 0.5, True, SittingState.SUBMITTED, 0.5),
    ("at the end of grace", GRACE, True, SittingState.SUBMITTED, GRACE),
    ("after grace", GRACE + 0.001, False, SittingState.CLOSED, 0),
    ("an hour late", 3600, False, SittingState.CLOSED, 0),
    ("a year late", 31_536_000, False, SittingState.CLOSED, 0),
]


@pytest.mark.parametrize(("case", "late", "taken", "state", "ended"), CLOCK, ids=[row[0] for row in CLOCK])
def test_the_servers_clock_decides(
    sitting: Sitting, now: datetime, case: str, late: float, taken: bool, state: str, ended: float
) -> None:
    deadline = now + timedelta(minutes=MINUTES)
    at = deadline + timedelta(seconds=late)
    sittings.start(sitting=sitting, writer=TAB, at=now)
    answer(sitting, now)
    if taken:
        answer(sitting, at, position=2)
    else:
        with pytest.raises(TooLate, match="What was saved before counts"):
            answer(sitting, at, position=2)
    done = sittings.submit(sitting=sitting, writer=TAB, at=at)
    assert (done.state, done.finished_at) == (state, deadline + timedelta(seconds=ended))
    assert done.right_count == (2 if taken else 1)


def test_nothing_is_taken_before_the_start(sitting: Sitting, now: datetime) -> None:
    for act in (
        lambda: answer(sitting, now),
        lambda: sittings.submit(sitting=sitting, writer=TAB, at=now),
        lambda: sittings.result(sitting=sitting),
    ):
        with pytest.raises(NotNow):
            act()
    assert verbs() == ["prepare_sitting"]


def test_who_never_returns_is_closed_with_what_was_saved(sitting: Sitting, now: datetime) -> None:
    sittings.start(sitting=sitting, writer=TAB, at=now)
    answer(sitting, now + timedelta(minutes=3))
    deadline = now + timedelta(minutes=MINUTES)
    assert sittings.close_overdue(at=deadline + timedelta(seconds=GRACE)) == []
    closed = sittings.close_overdue(at=deadline + timedelta(hours=9))
    assert [(s.state, s.finished_at, s.right_count) for s in closed] == [(SittingState.CLOSED, deadline, 1)]
    assert sittings.close_overdue(at=deadline + timedelta(days=1)) == []
    assert verbs() == ["prepare_sitting", "start_sitting", "close_sitting"]


@pytest.mark.parametrize("jump", [-600, 600])
def test_a_clock_set_by_ten_minutes_fails_nobody_and_is_flagged(sitting: Sitting, now: datetime, jump: int) -> None:
    """The wall clock jumps in the 20th minute of 25; the monotonic clock says what really passed."""
    sittings.start(sitting=sitting, writer=TAB, at=now, ticks=100.0)
    wall, ticks = now + timedelta(minutes=20, seconds=jump), 100.0 + 20 * 60
    assert sittings.close_overdue(at=wall, ticks=ticks) == []
    sittings.save_answer(sitting=sitting, writer=TAB, position=1, option=key_of(sitting, 1), at=wall, ticks=ticks)
    done = sittings.submit(sitting=sitting, writer=TAB, at=wall, ticks=ticks)
    assert (done.state, done.clock_stepped, done.right_count) == (SittingState.SUBMITTED, True, 1)


def test_a_steady_clock_is_not_flagged(sitting: Sitting, now: datetime) -> None:
    sittings.start(sitting=sitting, writer=TAB, at=now, ticks=100.0)
    done = sittings.submit(sitting=sitting, writer=TAB, at=now + timedelta(minutes=20), ticks=1300.0)
    assert (done.state, done.clock_stepped) == (SittingState.SUBMITTED, False)


@pytest.mark.parametrize("when", ["before", "while it runs"])
def test_extra_time_moves_the_deadline_and_keeps_its_reason(
    sitting: Sitting, graders: list[User], now: datetime, when: str
) -> None:
    if when == "while it runs":
        sittings.start(sitting=sitting, writer=TAB, at=now)
    grant_extra_time(work=sitting, minutes=15, reason="A screen reader.", actor=graders[0], at=now)
    sittings.start(sitting=sitting, writer=TAB, at=now)
    answer(sitting, now + timedelta(minutes=MINUTES + 15))
    assert verbs().count("grant_extra_time") == 1
    assert Entry.objects.get(verb="grant_extra_time").detail == {"minutes": 15, "reason": "A screen reader."}


def test_extra_time_needs_a_reason_and_work_that_is_not_over(
    sitting: Sitting, graders: list[User], now: datetime
) -> None:
    with pytest.raises(Incomplete, match="the reason"):
        grant_extra_time(work=sitting, minutes=15, reason=" ", actor=graders[0], at=now)
    sittings.start(sitting=sitting, writer=TAB, at=now)
    sittings.submit(sitting=sitting, writer=TAB, at=now)
    with pytest.raises(NotNow, match="handed in already"):
        grant_extra_time(work=sitting, minutes=15, reason="A screen reader.", actor=graders[0], at=now)


# Tabs


def test_a_stale_tab_gets_a_sentence_and_takes_nothing_away(sitting: Sitting, now: datetime) -> None:
    sittings.start(sitting=sitting, writer="old", at=now)
    answer(sitting, now, tab="old")
    resumed = sittings.start(sitting=sitting, writer="new", at=now + timedelta(minutes=5))
    for act in (
        lambda: answer(sitting, now, option=2, tab="old"),
        lambda: sittings.submit(sitting=sitting, writer="old", at=now),
    ):
        with pytest.raises(Stale, match="opened in another tab") as refused:
            act()
        assert refused.value.status == 409
    assert resumed.deadline_at == now + timedelta(minutes=MINUTES)
    answer(sitting, now, position=2, tab="new")
    assert sittings.submit(sitting=sitting, writer="new", at=now).right_count == 2
    assert verbs() == ["prepare_sitting", "start_sitting", "resume_sitting", "submit_sitting"]


def test_reloading_the_same_tab_changes_nothing(sitting: Sitting, now: datetime) -> None:
    started = sittings.start(sitting=sitting, writer=TAB, at=now)
    again = sittings.start(sitting=sitting, writer=TAB, at=now + timedelta(minutes=10))
    assert again.deadline_at == started.deadline_at
    assert [q.text for q in sittings.paper(sitting=again)] == [q.text for q in sittings.paper(sitting=started)]
    assert verbs() == ["prepare_sitting", "start_sitting"]


# Answers


def test_an_answer_can_be_changed_and_taken_back(sitting: Sitting, now: datetime) -> None:
    sittings.start(sitting=sitting, writer=TAB, at=now)
    for option in (3, 1, 1):
        answer(sitting, now, option=option)
    assert [o.position for o in sittings.paper(sitting=sitting)[0].options if o.is_chosen] == [1]
    sittings.save_answer(sitting=sitting, writer=TAB, position=1, option=(), at=now)
    assert Answer.objects.count() == 0


@pytest.mark.parametrize(("position", "option"), [(7, 1), (0, 1), (1, 0), (1, 5), (1, -1)])
def test_only_what_is_shown_can_be_answered(sitting: Sitting, now: datetime, position: int, option: int) -> None:
    sittings.start(sitting=sitting, writer=TAB, at=now)
    with pytest.raises(Incomplete):
        answer(sitting, now, position=position, option=option)


def test_several_options_only_where_several_are_right(sitting: Sitting, now: datetime) -> None:
    sittings.start(sitting=sitting, writer=TAB, at=now)
    drawn = sitting.questions.get(position=1)
    with pytest.raises(Incomplete, match="one right answer"):
        sittings.save_answer(sitting=sitting, writer=TAB, position=1, option={1, 2}, at=now)
    Question.objects.filter(pk=drawn.question_id).update(kind=QuestionKind.MULTI)
    Option.objects.filter(question=drawn.question_id, position__lte=1).update(is_right=True)
    both = {drawn.option_order.index(position) + 1 for position in (0, 1)}
    sittings.save_answer(sitting=sitting, writer=TAB, position=1, option=both, at=now)
    assert sittings.submit(sitting=sitting, writer=TAB, at=now).right_count == 1


def test_an_end_is_an_end(sitting: Sitting, now: datetime) -> None:
    sittings.start(sitting=sitting, writer=TAB, at=now)
    sittings.submit(sitting=sitting, writer=TAB, at=now)
    for act in (
        lambda: sittings.start(sitting=sitting, writer="other", at=now),
        lambda: answer(sitting, now),
        lambda: sittings.submit(sitting=sitting, writer=TAB, at=now),
    ):
        with pytest.raises(Refused, match="handed in already"):
            act()
    assert verbs().count("submit_sitting") == 1


def test_the_result_has_the_share_its_error_and_the_topics(sitting: Sitting, now: datetime) -> None:
    sittings.start(sitting=sitting, writer=TAB, at=now)
    for position in (1, 2, 3):
        answer(sitting, now, position=position)
    done = sittings.submit(sitting=sitting, writer=TAB, at=now)
    result = sittings.result(sitting=done)
    assert (result.share, result.right, result.questions) == (0.5, 3, 6)
    assert result.standard_error == pytest.approx((3.5 * 3.5 / (49 * 8)) ** 0.5)
    assert sum(topic.questions for topic in result.topics) == 6


def test_the_candidate_stays_out_of_the_journal(sitting: Sitting, now: datetime) -> None:
    sittings.start(sitting=sitting, writer=TAB, at=now)
    sittings.submit(sitting=sitting, writer=TAB, at=now)
    assert set(Entry.objects.values_list("actor", flat=True)) == {"system"}
