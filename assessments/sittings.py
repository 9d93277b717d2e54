"""The verbs of a knowledge test: prepare, start, answer, submit, close; and the result.

Each verb writes one journal entry, except `save_answer`: an autosave is evidence of work in progress, kept in its own
row with its own time. The one being judged stays out of the journal: their doors pass no actor. `ticks` is the
server's `time.monotonic()`; leave it out where several machines answer.
"""

import random
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from assessments.attempts import (
    BEGUN_FIELDS,
    begin,
    finished,
    fresh_code,
    judge,
    locked,
    not_started,
    require_time,
    require_writer,
)
from assessments.drawing import draw_questions
from assessments.marking import MarkedQuestion, TestResult, is_right, mark
from assessments.models.knowledge import (
    Answer,
    KnowledgeTest,
    Question,
    QuestionKind,
    Sitting,
    SittingQuestion,
    SittingState,
    Topic,
)
from assessments.refusals import Incomplete, NotNow
from assessments.timing import Reading, Timing
from journal.record import record


@dataclass(frozen=True, kw_only=True)
class ShownOption:
    """An option at the place where the candidate sees it, counted from 1. Whether it is right stays here."""

    position: int
    text: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class ShownQuestion:
    """A question as a candidate may see it, in the active language."""

    position: int
    topic: str
    text: str
    has_several_answers: bool
    options: tuple[ShownOption, ...]

    @property
    def is_answered(self) -> bool:
        """Whether anything is chosen."""
        return any(option.is_chosen for option in self.options)


def prepare_sitting(
    *, test: KnowledgeTest, at: datetime, rng: random.Random, actor: models.Model | None, extra_minutes: int = 0
) -> Sitting:
    """Draw the questions, balanced over the topics, and shuffle their options; nobody's name is asked for.

    Raises NotNow when the bank has too few questions for the test.
    """
    with transaction.atomic():
        chosen = _draw(test, rng)
        sitting = Sitting.objects.create(
            code=fresh_code(Sitting, rng),
            test=test,
            prepared_at=at,
            extra_minutes=extra_minutes,
            state=SittingState.PREPARED,
        )
        SittingQuestion.objects.bulk_create(
            SittingQuestion(sitting=sitting, question=question, position=place, option_order=_shuffled(question, rng))
            for place, question in enumerate(chosen, start=1)
        )
        detail = {"test": test.pk, "questions": [f"{question.code}/{question.version}" for question in chosen]}
        record(actor=actor, verb="prepare_sitting", subject=sitting, at=at, detail=detail)
    return sitting


def start(
    *, sitting: Sitting, writer: str, at: datetime, ticks: float | None = None, actor: models.Model | None = None
) -> Sitting:
    """Start the clock, or go on in another tab: the same questions, the same deadline, the new tab writes.

    Opening the same tab again changes nothing. Raises NotNow when it is over, TooLate after the grace.
    """
    now = Reading(at=at, ticks=ticks)
    with transaction.atomic():
        held = locked(sitting)
        if held.state == SittingState.PREPARED:
            held.state = SittingState.RUNNING
            begin(held, writer=writer, minutes=held.test.minutes, now=now)
            held.save(update_fields=BEGUN_FIELDS)
            record(actor=actor, verb="start_sitting", subject=held, at=at, detail={"deadline": held.deadline_at})
            return held
        require_time(_judge(held, now))
        if held.writer != writer:
            held.writer = writer
            held.save(update_fields=["writer"])
            record(actor=actor, verb="resume_sitting", subject=held, at=at)
    return held


def save_answer(
    *,
    sitting: Sitting,
    writer: str,
    position: int,
    option: int | Collection[int],
    at: datetime,
    ticks: float | None = None,
) -> Sitting:
    """Save what is chosen for the question at `position`; both count from 1, as shown. No option takes it back.

    Not journaled: see the module. Raises NotNow before the start and after the end, TooLate after the grace, Stale
    from another tab, Incomplete for a question or an option that was not shown.
    """
    with transaction.atomic():
        held = locked(sitting)
        require_time(_judge(held, Reading(at=at, ticks=ticks)))
        require_writer(held, writer)
        drawn = _drawn(held, position)
        chosen = _bank_positions(drawn, {option} if isinstance(option, int) else set(option))
        options = [row for row in drawn.question.options.all() if row.position in chosen]
        drawn.answers.exclude(option__in=options).delete()
        kept = set(drawn.answers.values_list("option_id", flat=True))
        Answer.objects.bulk_create(Answer(drawn=drawn, option=o, saved_at=at) for o in options if o.pk not in kept)
    return held


def submit(
    *, sitting: Sitting, writer: str, at: datetime, ticks: float | None = None, actor: models.Model | None = None
) -> Sitting:
    """End the sitting with the answers that were saved.

    After the grace the clock ends it instead, with what was saved until then, and nothing is refused. Raises NotNow
    before the start and after the end, Stale from another tab.
    """
    with transaction.atomic():
        held = locked(sitting)
        if _judge(held, Reading(at=at, ticks=ticks)) is Timing.LATE:
            return _close(held, at)
        require_writer(held, writer)
        return _finish(held, state=SittingState.SUBMITTED, finished_at=at, verb="submit_sitting", at=at, actor=actor)


def close_overdue(*, at: datetime, ticks: float | None = None) -> list[Sitting]:
    """Close the sittings that nobody came back to, with the answers saved; each in a transaction of its own."""
    now = Reading(at=at, ticks=ticks)
    overdue = Sitting.objects.filter(state=SittingState.RUNNING, deadline_at__lt=at).order_by("pk")
    return [closed for sitting in overdue if (closed := _close_if_late(sitting, now)) is not None]


def paper(*, sitting: Sitting) -> list[ShownQuestion]:
    """The questions as the candidate sees them, in the active language; the key is not in it."""
    drawn = sitting.questions.select_related("question").prefetch_related("question__options", "answers__option")
    names = topic_names()
    return [_shown(row, names) for row in drawn]


def topic_names() -> dict[str, str]:
    """The names of the topics in the active language, by code; a topic without a name is called by its code."""
    return {topic.code: topic.name or topic.code for topic in Topic.objects.all()}


def result(*, sitting: Sitting) -> TestResult:
    """Mark a finished sitting against the question versions that were drawn; raises NotNow while it is open."""
    if sitting.state not in {SittingState.SUBMITTED, SittingState.CLOSED}:
        raise NotNow("not_finished", _("The knowledge test is not finished. Finish it first."))
    return _mark(sitting)


def _draw(test: KnowledgeTest, rng: random.Random) -> list[Question]:
    # Held until the draw is written, so that no import changes a question in place meanwhile.
    KnowledgeTest.objects.select_for_update().get(pk=test.pk)
    bank = Question.objects.filter(is_active=True).prefetch_related("options").order_by("code")
    by_key = {question.pk: question for question in (bank.filter(topic__in=test.topics) if test.topics else bank)}
    by_topic: dict[str, list[int]] = defaultdict(list)
    for key, question in by_key.items():
        by_topic[question.topic].append(key)
    if len(by_key) < test.question_count:
        raise NotNow(
            "bank_too_small",
            _("The test asks %(wanted)s questions, the bank has %(found)s. Import more, or ask fewer.")
            % {"wanted": test.question_count, "found": len(by_key)},
        )
    return [by_key[key] for key in draw_questions(by_topic, count=test.question_count, rng=rng)]


def _shuffled(question: Question, rng: random.Random) -> list[int]:
    positions = sorted(option.position for option in question.options.all())
    return rng.sample(positions, len(positions))


def _judge(held: Sitting, now: Reading) -> Timing:
    if held.state == SittingState.PREPARED:
        raise not_started()
    if held.state != SittingState.RUNNING:
        raise finished()
    return judge(held, now=now, grace_seconds=held.test.grace_seconds)


def _drawn(held: Sitting, position: int) -> SittingQuestion:
    drawn = held.questions.select_related("question").filter(position=position).first()
    if drawn is None:
        raise Incomplete("no_such_question", _("There is no question %(number)s. Reload.") % {"number": position})
    return drawn


def _bank_positions(drawn: SittingQuestion, shown: set[int]) -> set[int]:
    if not shown <= set(range(1, len(drawn.option_order) + 1)):
        raise Incomplete("no_such_option", _("Choose one of the options that are shown."))
    if len(shown) > 1 and drawn.question.kind == QuestionKind.SINGLE:
        raise Incomplete("too_many_options", _("This question has one right answer. Choose one option."))
    return {drawn.option_order[place - 1] for place in shown}


def _close_if_late(sitting: Sitting, now: Reading) -> Sitting | None:
    with transaction.atomic():
        held = locked(sitting)
        if held.state != SittingState.RUNNING or _judge(held, now) is not Timing.LATE:
            return None
        return _close(held, now.at)


def _close(held: Sitting, at: datetime) -> Sitting:
    assert held.deadline_at is not None
    return _finish(
        held, state=SittingState.CLOSED, finished_at=held.deadline_at, verb="close_sitting", at=at, actor=None
    )


def _finish(
    held: Sitting, *, state: SittingState, finished_at: datetime, verb: str, at: datetime, actor: models.Model | None
) -> Sitting:
    held.state = state
    held.finished_at = finished_at
    held.right_count = _mark(held).right
    held.save(update_fields=["state", "finished_at", "right_count"])
    answered = held.questions.filter(answers__isnull=False).distinct().count()
    record(actor=actor, verb=verb, subject=held, at=at, detail={"answered": answered, "right": held.right_count})
    return held


def _mark(sitting: Sitting) -> TestResult:
    drawn = sitting.questions.select_related("question").prefetch_related("question__options", "answers")
    return mark([_marked(row) for row in drawn])


def _marked(drawn: SittingQuestion) -> MarkedQuestion:
    key = {option.pk for option in drawn.question.options.all() if option.is_right}
    chosen = {answer.option_id for answer in drawn.answers.all()}
    question = drawn.question
    return MarkedQuestion(topic=question.topic, weight=question.weight, is_right=is_right(chosen=chosen, key=key))


def _shown(drawn: SittingQuestion, names: dict[str, str]) -> ShownQuestion:
    texts = {option.position: option.text for option in drawn.question.options.all()}
    chosen = {answer.option.position for answer in drawn.answers.all()}
    options = tuple(
        ShownOption(position=place, text=texts[bank], is_chosen=bank in chosen)
        for place, bank in enumerate(drawn.option_order, start=1)
    )
    question = drawn.question
    return ShownQuestion(
        position=drawn.position,
        topic=names.get(question.topic, question.topic),
        text=question.text,
        has_several_answers=question.kind == QuestionKind.MULTI,
        options=options,
    )
