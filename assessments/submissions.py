"""The verbs of a test task: prepare, start, write, hand in, close; and the result.

Each verb writes one journal entry, except `save_draft`: an autosave is evidence of work in progress. The one being
judged stays out of the journal: their doors pass no actor. `ticks` is the server's `time.monotonic()`; leave it out
where several machines answer.
"""

import random
import re
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
from assessments.models.gradings import GradingState
from assessments.models.tasks import Submission, SubmissionState, TestTask
from assessments.refusals import Incomplete, NotNow
from assessments.timing import Reading, Timing
from journal.record import record

# A draft may be longer than the answer; this only keeps a stuck key from filling the disk.
DRAFT_CHARACTERS = 50_000
WORD = re.compile(r"\w+(?:[-’'.,:@/]\w+)*")


@dataclass(frozen=True, kw_only=True)
class TaskResult:
    """What the graders found: `share` 0 to 1, the standard error of it, how many graded, and whether a veto holds."""

    share: float
    standard_error: float
    gradings: int
    is_vetoed: bool


def word_count(text: str) -> int:
    """Count words as the limit means them: `Wi-Fi`, `3.5` and an address are one word each."""
    return len(WORD.findall(text))


def prepare_submission(
    *,
    task: TestTask,
    language: str,
    at: datetime,
    rng: random.Random,
    actor: models.Model | None,
    extra_minutes: int = 0,
) -> Submission:
    """Make a place for one answer in `language` ("ru" or "en"); nobody's name is asked for."""
    with transaction.atomic():
        submission = Submission.objects.create(
            code=fresh_code(Submission, rng), task=task, language=language, prepared_at=at, extra_minutes=extra_minutes
        )
        record(actor=actor, verb="prepare_submission", subject=submission, at=at, detail={"task": task.code})
    return submission


def start(
    *, submission: Submission, writer: str, at: datetime, ticks: float | None = None, actor: models.Model | None = None
) -> Submission:
    """Start the clock, or go on in another tab: the same draft, the same deadline, the new tab writes.

    Opening the same tab again changes nothing. Raises NotNow when it is over, TooLate after the grace.
    """
    now = Reading(at=at, ticks=ticks)
    with transaction.atomic():
        held = locked(submission)
        if held.state == SubmissionState.PREPARED:
            held.state = SubmissionState.WRITING
            begin(held, writer=writer, minutes=held.task.minutes, now=now)
            held.save(update_fields=BEGUN_FIELDS)
            record(actor=actor, verb="start_submission", subject=held, at=at, detail={"deadline": held.deadline_at})
            return held
        require_time(_judge(held, now))
        if held.writer != writer:
            held.writer = writer
            held.save(update_fields=["writer"])
            record(actor=actor, verb="resume_submission", subject=held, at=at)
    return held


def save_draft(
    *, submission: Submission, writer: str, text: str, at: datetime, ticks: float | None = None
) -> Submission:
    """Keep the text as it stands, over the word limit too. Not journaled: see the module.

    Raises NotNow before the start and after the end, TooLate after the grace, Stale from another tab.
    """
    with transaction.atomic():
        held = locked(submission)
        require_time(_judge(held, Reading(at=at, ticks=ticks)))
        require_writer(held, writer)
        _keep(held, text, at)
    return held


def hand_in(
    *,
    submission: Submission,
    writer: str,
    text: str,
    at: datetime,
    ticks: float | None = None,
    actor: models.Model | None = None,
) -> Submission:
    """Hand in `text`. After the grace the clock hands in the last saved draft instead, and nothing is refused.

    Raises Incomplete when it is empty or too long, NotNow before the start and after the end, Stale from another tab.
    """
    with transaction.atomic():
        held = locked(submission)
        if _judge(held, Reading(at=at, ticks=ticks)) is Timing.LATE:
            return _close(held, at)
        require_writer(held, writer)
        _require_words(text, held.task.word_limit)
        _keep(held, text, at)
        return _finish(held, finished_at=at, verb="hand_in", at=at, actor=actor)


def close_overdue(*, at: datetime, ticks: float | None = None) -> list[Submission]:
    """Hand in the last drafts of those who did not come back, empty ones too: a person judges, not the clock."""
    now = Reading(at=at, ticks=ticks)
    overdue = Submission.objects.filter(state=SubmissionState.WRITING, deadline_at__lt=at).order_by("pk")
    return [closed for submission in overdue if (closed := _close_if_late(submission, now)) is not None]


def result(*, submission: Submission) -> TaskResult:
    """The consensus of the graders; raises NotNow before it is there."""
    if submission.share is None or submission.standard_error is None:
        raise NotNow("not_graded", _("The graders are not done. Wait for the last grading."))
    return TaskResult(
        share=submission.share,
        standard_error=submission.standard_error,
        gradings=submission.gradings.filter(state=GradingState.SUBMITTED).count(),
        is_vetoed=submission.is_vetoed,
    )


def _judge(held: Submission, now: Reading) -> Timing:
    if held.state == SubmissionState.PREPARED:
        raise not_started()
    if held.state != SubmissionState.WRITING:
        raise finished()
    return judge(held, now=now, grace_seconds=held.task.grace_seconds)


def _require_words(text: str, limit: int) -> None:
    words = word_count(text)
    if not words:
        raise Incomplete("empty", _("The answer is empty. Write it first; what you write is saved by itself."))
    if words > limit:
        raise Incomplete(
            "too_long",
            _("The answer has %(words)s words, the limit is %(limit)s. Shorten it and hand it in again.")
            % {"words": words, "limit": limit},
        )


def _keep(held: Submission, text: str, at: datetime) -> None:
    if len(text) > DRAFT_CHARACTERS:
        raise Incomplete(
            "too_long", _("A draft may have %(limit)s characters. Shorten it.") % {"limit": DRAFT_CHARACTERS}
        )
    # PostgreSQL keeps no NUL in a text, and browsers send CRLF.
    held.text = text.replace("\x00", "").replace("\r\n", "\n")
    held.saved_at = at
    held.save(update_fields=["text", "saved_at"])


def _close_if_late(submission: Submission, now: Reading) -> Submission | None:
    with transaction.atomic():
        held = locked(submission)
        if held.state != SubmissionState.WRITING or _judge(held, now) is not Timing.LATE:
            return None
        return _close(held, now.at)


def _close(held: Submission, at: datetime) -> Submission:
    assert held.deadline_at is not None
    return _finish(held, finished_at=held.deadline_at, verb="close_submission", at=at, actor=None)


def _finish(
    held: Submission, *, finished_at: datetime, verb: str, at: datetime, actor: models.Model | None
) -> Submission:
    held.state = SubmissionState.SUBMITTED
    held.finished_at = finished_at
    held.save(update_fields=["state", "finished_at"])
    record(actor=actor, verb=verb, subject=held, at=at, detail={"words": word_count(held.text)})
    return held
