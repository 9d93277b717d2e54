"""What candidates do with their own test and task. Only here does a person meet the anonymous work they write.

The journal of the work names nobody: these verbs pass no actor down. What the work refuses is refused here in the
same sentence.
"""

import random
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments import sittings, submissions
from assessments.models import Sitting, Submission
from assessments.models.knowledge import SittingState
from assessments.models.tasks import SubmissionState
from selection.gates import MoveRequest, require_time_left
from selection.models import Candidate
from selection.models.candidates import STAGE_NAMES
from selection.models.rounds import RoundPhase
from selection.refusals import Kind, Refused, refusals_of_work
from selection.roles import is_self, person_of
from selection.stages import Stage
from selection.workflow import move


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One open tab of one candidate at one instant: `writer` is its token, `ticks` the server's monotonic clock."""

    candidate: Candidate
    actor: User
    writer: str
    at: datetime
    ticks: float | None = None


def begin_test(tab: Tab) -> Sitting:
    """Start the clock of the test, or go on in this tab. Not begun work cannot begin after the round's deadline."""
    sitting = _sitting(tab)
    if sitting.state == SittingState.PREPARED:
        require_time_left(tab.candidate, tab.at)
    with refusals_of_work():
        return sittings.start(sitting=sitting, writer=tab.writer, at=tab.at, ticks=tab.ticks)


def save_answers(tab: Tab, chosen: dict[int, set[int]]) -> None:
    """Save what is chosen, by the position of the question as shown: all of it or nothing."""
    sitting = _sitting(tab)
    with refusals_of_work(), transaction.atomic():
        for position, options in chosen.items():
            sittings.save_answer(
                sitting=sitting, writer=tab.writer, position=position, option=options, at=tab.at, ticks=tab.ticks
            )


def end_test(tab: Tab, rng: random.Random) -> None:
    """Finish the test with the answers saved and go on to the task. A test that the clock has closed only goes on."""
    sitting = _sitting(tab)
    with refusals_of_work(), transaction.atomic():
        if sitting.state not in {SittingState.SUBMITTED, SittingState.CLOSED}:
            sittings.submit(sitting=sitting, writer=tab.writer, at=tab.at, ticks=tab.ticks)
        _go_on("finish_test", tab, rng)


def begin_task(tab: Tab) -> Submission:
    """Start the clock of the task, or go on in this tab. Not begun work cannot begin after the round's deadline."""
    submission = _submission(tab)
    with refusals_of_work(), transaction.atomic():
        if submission.state == SubmissionState.PREPARED:
            require_time_left(tab.candidate, tab.at)
            _write_in_the_writers_language(submission)
        return submissions.start(submission=submission, writer=tab.writer, at=tab.at, ticks=tab.ticks)


def save_draft(tab: Tab, text: str) -> None:
    """Keep the text of the task as it stands."""
    with refusals_of_work():
        submissions.save_draft(submission=_submission(tab), writer=tab.writer, text=text, at=tab.at, ticks=tab.ticks)


def hand_in(tab: Tab, text: str, rng: random.Random) -> None:
    """Hand the answer in and have graders drawn. After the time it is the last saved draft that is handed in."""
    submission = _submission(tab)
    with refusals_of_work(), transaction.atomic():
        if submission.state != SubmissionState.SUBMITTED:
            submissions.hand_in(submission=submission, writer=tab.writer, text=text, at=tab.at, ticks=tab.ticks)
        _go_on("hand_in", tab, rng)


def _sitting(tab: Tab) -> Sitting:
    _require_own(tab, Stage.TEST)
    sitting = tab.candidate.invitation.sitting
    assert sitting is not None
    sitting.refresh_from_db()
    return sitting


def _submission(tab: Tab) -> Submission:
    _require_own(tab, Stage.TASK)
    submission = tab.candidate.invitation.submission
    assert submission is not None
    submission.refresh_from_db()
    return submission


def _require_own(tab: Tab, stage: Stage) -> None:
    now = Candidate.objects.select_related("round").get(pk=tab.candidate.pk)
    if not is_self(person_of(tab.actor), now):
        raise Refused(Kind.NOT_ALLOWED, _("Only the candidate may do this. Log in as the candidate."))
    if now.stage != stage:
        raise Refused(
            Kind.NOT_NOW,
            _("Possible only at the stage “%(stage)s”. Open your path to see where you stand.")
            % {"stage": STAGE_NAMES[stage]},
        )
    if now.round.phase == RoundPhase.CLOSED:
        raise Refused(Kind.NOT_NOW, _("The round is closed. Open a new round."))


def _write_in_the_writers_language(submission: Submission) -> None:
    # It was prepared in the language of whoever invited; graders read the thread as the candidate saw it.
    submission.language = (get_language() or submission.language)[:2]
    submission.save(update_fields=["language"])


def _go_on(name: str, tab: Tab, rng: random.Random) -> None:
    move(candidate=tab.candidate, request=MoveRequest(name=name, actor=tab.actor, at=tab.at), rng=rng)
