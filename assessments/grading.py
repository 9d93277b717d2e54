"""The verbs of grading: assign, take up, mark, give back, void, and the queue of leases that ran out.

Each verb writes one journal entry; what follows from it in the same breath (a third grader, the consensus) stands in
that entry's detail. The submission is locked before its gradings, so that two graders who hand in together are seen
together.
"""

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from assessments.attempts import locked
from assessments.consensus import GRADERS_AT_MOST, Consensus, Marks, consensus, grading_share
from assessments.drawing import draw_alias, draw_graders
from assessments.models.gradings import Grading, GradingState, Mark
from assessments.models.tasks import Rubric, Submission, SubmissionState
from assessments.refusals import Incomplete, NotNow, NotYours, Refused, TooLate
from assessments.rubrics import criteria_of, scales_of
from journal.record import record

GRADER_GROUP = "grader"
LIVE = (GradingState.ASSIGNED, GradingState.SUBMITTED)
# The first lease runs unseen, so that its end does not tell when the work was handed in.
QUEUE_LEASE = timedelta(days=7)
DESK_LEASE = timedelta(days=3)


def assign(
    *,
    submission: Submission,
    graders: Iterable[User],
    rng: random.Random,
    at: datetime,
    actor: models.Model | None,
) -> list[Grading]:
    """Draw who grades a submission, at random among those with the least work, each under an alias of their own.

    `graders` are all who may: the roof leaves out those too close to the author. They are kept, for a third look and
    for leases that run out. Called again, it draws only who is missing. Raises NotNow when the work is not handed in
    or nobody is missing, Incomplete when there are too few graders.
    """
    with transaction.atomic():
        held = locked(submission)
        _require_gradable(held)
        held.graders.set(_active(graders))
        missing = held.wanted_gradings - held.gradings.filter(state__in=LIVE).count()
        if missing < 1:
            raise NotNow("already_assigned", _("All graders are assigned already. Wait for their marks."))
        drawn = _draw(held, missing, at, rng)
        if len(drawn) < missing:
            raise Incomplete(
                "too_few_graders",
                _("%(missing)s more graders are needed and %(found)s may grade this. Add graders to the round.")
                % {"missing": missing, "found": len(drawn)},
            )
        record(actor=actor, verb="assign_graders", subject=held, at=at, detail={"graders": _keys(drawn)})
    return drawn


def take_up(*, grading: Grading, grader: User, at: datetime) -> Grading:
    """Open a piece of work: from now on the lease is counted. Doing it again changes nothing.

    Raises NotYours, NotNow or TooLate as `mark` does.
    """
    with transaction.atomic():
        held = _held(grading, grader, at)
        if held.opened_at is None:
            held.opened_at = at
            held.lease_until = at + DESK_LEASE
            held.save(update_fields=["opened_at", "lease_until"])
            record(actor=grader, verb="take_up_grading", subject=held, at=at)
    return held


def mark(
    *,
    grading: Grading,
    grader: User,
    levels: Mapping[str, int],
    veto: bool,
    reason: str,
    comment: str,
    at: datetime,
    rng: random.Random,
) -> Grading:
    """Hand in one grader's marks; the last grading expected makes the consensus or calls a third grader.

    `levels` has a level for each criterion's code; a veto needs its `reason`. Raises NotYours for somebody else's
    grading, NotNow when it was handed in or taken away, TooLate when the lease ran out, Incomplete for missing
    criteria, levels outside the rubric or a veto without a reason.
    """
    with transaction.atomic():
        submission = locked(grading.submission)
        held = _held(grading, grader, at)
        _check_marks(submission.task.rubric, levels, veto=veto, reason=reason)
        _write_marks(held, submission.task.rubric, levels)
        held.is_vetoed = veto
        held.veto_reason = reason.strip() if veto else ""
        held.comment = comment.strip()
        held.state = GradingState.SUBMITTED
        held.submitted_at = at
        held.save(update_fields=["is_vetoed", "veto_reason", "comment", "state", "submitted_at", "share"])
        detail = {"levels": dict(levels), "veto": veto, **_conclude(submission, at, rng)}
        record(actor=grader, verb="mark", subject=held, at=at, detail=detail)
    return held


def skip(*, grading: Grading, grader: User, reason: str, at: datetime, rng: random.Random) -> Grading:
    """Give work back with a reason (the author is recognised, say); another grader is drawn when there is one.

    Raises Incomplete without a reason, and NotYours, NotNow or TooLate as `mark` does.
    """
    _require_reason(reason)
    with transaction.atomic():
        submission = locked(grading.submission)
        held = _held(grading, grader, at)
        _end(held, GradingState.SKIPPED, reason)
        detail = {"drawn": _keys(_draw(submission, 1, at, rng))}
        record(actor=grader, verb="skip_grading", subject=held, at=at, detail=detail)
    return held


def void(*, grading: Grading, reason: str, actor: models.Model, at: datetime, rng: random.Random) -> Grading:
    """Take a grading out of force (a conflict that was declared later) and draw another grader; its marks stay on file.

    A submission that was graded waits for graders again. Raises Incomplete without a reason, NotNow when the grading
    is not in force.
    """
    _require_reason(reason)
    with transaction.atomic():
        submission = locked(grading.submission)
        held = locked_grading(grading)
        if held.state not in LIVE:
            raise _not_in_force(held)
        _end(held, GradingState.VOIDED, reason)
        _reopen(submission)
        detail = {"drawn": _keys(_draw(submission, 1, at, rng)), "reason": reason.strip()}
        record(actor=actor, verb="void_grading", subject=held, at=at, detail=detail)
    return held


def requeue_expired(*, at: datetime, rng: random.Random) -> list[Grading]:
    """Take back gradings whose lease ran out and draw another grader; where there is none, the lease is renewed."""
    overdue = Grading.objects.filter(state=GradingState.ASSIGNED, lease_until__lt=at).order_by("alias")
    return [ended for grading in overdue if (ended := _requeue(grading, at, rng)) is not None]


def short_of_graders() -> list[Submission]:
    """Submissions that wait for a grader whom nobody could draw: HR calls `assign` with more people."""
    waiting = Submission.objects.filter(state=SubmissionState.SUBMITTED).annotate(
        live=Count("gradings", filter=models.Q(gradings__state__in=LIVE))
    )
    return list(waiting.filter(live__lt=models.F("wanted_gradings")).order_by("code"))


def locked_grading(grading: Grading) -> Grading:
    """Read the grading again and hold it until the transaction ends."""
    return Grading.objects.select_for_update().get(pk=grading.pk)


def _require_gradable(held: Submission) -> None:
    if held.state in {SubmissionState.PREPARED, SubmissionState.WRITING}:
        raise NotNow("not_handed_in", _("The test task is not handed in. Wait until it is."))
    if held.state == SubmissionState.GRADED:
        raise NotNow("graded", _("It is graded already. Void a grading first if one must not count."))


def _active(graders: Iterable[User]) -> list[User]:
    keys = [grader.pk for grader in graders]
    return list(User.objects.filter(pk__in=keys, is_active=True, groups__name=GRADER_GROUP).distinct())


def _draw(submission: Submission, count: int, at: datetime, rng: random.Random) -> list[Grading]:
    """Draw graders who never had this submission; fewer than `count` when there are not enough."""
    had = submission.gradings.values_list("grader_id", flat=True)
    free = submission.graders.filter(is_active=True, groups__name=GRADER_GROUP).exclude(pk__in=had)
    loads = {grader.pk: 0 for grader in free}
    busy = Grading.objects.filter(grader__in=loads, state__in=LIVE).order_by()
    loads.update(busy.values_list("grader").annotate(Count("pk")))
    return [_lease(submission, grader, at, rng) for grader in draw_graders(loads, count=count, rng=rng)]


def _lease(submission: Submission, grader: int, at: datetime, rng: random.Random) -> Grading:
    alias = draw_alias(rng)
    while Grading.objects.filter(alias=alias).exists():
        alias = draw_alias(rng)
    return Grading.objects.create(
        submission=submission, grader_id=grader, alias=alias, assigned_at=at, lease_until=at + QUEUE_LEASE
    )


def _keys(drawn: Iterable[Grading]) -> list[int]:
    return [grading.grader_id for grading in drawn]


def _held(grading: Grading, grader: User, at: datetime) -> Grading:
    held = locked_grading(grading)
    if held.grader_id != grader.pk:
        raise NotYours("not_yours", _("There is no such work on your desk. Take the next one from your list."))
    if held.state != GradingState.ASSIGNED:
        raise _not_in_force(held)
    if at > held.lease_until:
        raise TooLate("lease_over", _("Your time for this work ran out and it goes to another grader. Take the next."))
    return held


def _not_in_force(held: Grading) -> Refused:
    if held.state == GradingState.SUBMITTED:
        return NotNow("handed_in", _("These marks are handed in and stay as they are. Tell HR if they must be voided."))
    return NotNow("not_in_force", _("This work is no longer on your desk. Take the next one from your list."))


def _check_marks(rubric: Rubric, levels: Mapping[str, int], *, veto: bool, reason: str) -> None:
    criteria = {criterion.code: criterion for criterion in criteria_of(rubric)}
    if missing := [criterion.name for code, criterion in criteria.items() if code not in levels]:
        raise Incomplete("missing_criteria", _("Choose a level for: %(criteria)s.") % {"criteria": ", ".join(missing)})
    for code, level in levels.items():
        described = [row.level for row in criteria[code].levels.all()] if code in criteria else []
        if level not in described:
            raise Incomplete(
                "no_such_level",
                _("The rubric has no level %(level)s for “%(criterion)s”. Choose one of those shown.")
                % {"level": level, "criterion": code},
            )
    if veto and not reason.strip():
        raise Incomplete("no_veto_reason", _("A veto needs a reason: quote the words and name the rule."))


def _write_marks(held: Grading, rubric: Rubric, levels: Mapping[str, int]) -> None:
    held.share = grading_share(levels=levels, scales=scales_of(rubric))
    Mark.objects.bulk_create(
        Mark(grading=held, criterion=criterion, level=levels[criterion.code]) for criterion in criteria_of(rubric)
    )


def _conclude(submission: Submission, at: datetime, rng: random.Random) -> dict[str, Any]:
    done = list(submission.gradings.filter(state=GradingState.SUBMITTED).prefetch_related("marks__criterion"))
    if len(done) < submission.wanted_gradings:
        return {"outcome": "waiting"}
    found = consensus([_marks(grading) for grading in done], scales_of(submission.task.rubric))
    if found.further_look and submission.wanted_gradings < GRADERS_AT_MOST:
        submission.wanted_gradings = GRADERS_AT_MOST
        submission.save(update_fields=["wanted_gradings"])
        return {"outcome": "third_grader", "why": found.further_look, "drawn": _keys(_draw(submission, 1, at, rng))}
    _store(submission, found)
    return {"outcome": "graded", "share": found.share, "vetoes": found.vetoes}


def _marks(grading: Grading) -> Marks:
    levels = {mark.criterion.code: mark.level for mark in grading.marks.all()}
    return Marks(levels=levels, is_vetoed=grading.is_vetoed)


def _store(submission: Submission, found: Consensus) -> None:
    submission.share = found.share
    submission.standard_error = found.standard_error
    submission.is_vetoed = found.is_vetoed
    submission.state = SubmissionState.GRADED
    submission.save(update_fields=["share", "standard_error", "is_vetoed", "state"])


def _reopen(submission: Submission) -> None:
    submission.share = submission.standard_error = None
    submission.is_vetoed = False
    submission.state = SubmissionState.SUBMITTED
    submission.save(update_fields=["share", "standard_error", "is_vetoed", "state"])


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Incomplete("no_reason", _("Give the reason: it is kept, and HR reads it."))


def _end(held: Grading, state: GradingState, reason: str) -> None:
    held.state = state
    held.ending_reason = reason.strip()
    held.save(update_fields=["state", "ending_reason"])


def _requeue(grading: Grading, at: datetime, rng: random.Random) -> Grading | None:
    with transaction.atomic():
        submission = locked(grading.submission)
        held = locked_grading(grading)
        if held.state != GradingState.ASSIGNED or held.lease_until >= at:
            return None
        drawn = _draw(submission, 1, at, rng)
        if drawn:
            held.state = GradingState.EXPIRED
        else:
            held.opened_at, held.lease_until = None, at + QUEUE_LEASE
        held.save(update_fields=["state", "opened_at", "lease_until"])
        verb = "expire_grading" if drawn else "renew_lease"
        record(actor=None, verb=verb, subject=held, at=at, detail={"drawn": _keys(drawn)})
    return held
