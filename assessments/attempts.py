"""What a sitting and a submission share: they begin once, one tab writes, the server's clock ends them."""

import random
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from assessments.drawing import draw_code
from assessments.models.timed import TimedWork
from assessments.refusals import Incomplete, NotNow, Stale, TooLate
from assessments.timing import Reading, Timing, fair_instant, is_stepped, timing
from journal.record import record

Work = TypeVar("Work", bound=TimedWork)
BEGUN_FIELDS = ("state", "writer", "started_at", "started_ticks", "deadline_at")


def locked(work: Work) -> Work:
    """Read the row again and hold it until the transaction ends; what the caller holds may be old."""
    return type(work)._default_manager.select_for_update().get(pk=work.pk)


def fresh_code(kind: type[TimedWork], rng: random.Random) -> str:
    """Draw a code that no other work of this kind has, even when a seed is used twice."""
    code = draw_code(rng)
    while kind._default_manager.filter(code=code).exists():
        code = draw_code(rng)
    return code


def begin(work: TimedWork, *, writer: str, minutes: int, now: Reading) -> None:
    """Set the clock of work that begins; the caller saves BEGUN_FIELDS."""
    work.writer = writer
    work.started_at = now.at
    work.started_ticks = now.ticks
    work.deadline_at = now.at + timedelta(minutes=minutes + work.extra_minutes)


def judge(work: TimedWork, *, now: Reading, grace_seconds: int) -> Timing:
    """Say how `now` lies to the deadline of running work, and flag the work when the clock was set meanwhile."""
    assert work.started_at is not None
    assert work.deadline_at is not None
    start = Reading(at=work.started_at, ticks=work.started_ticks)
    if is_stepped(start=start, now=now) and not work.clock_stepped:
        work.clock_stepped = True
        work.save(update_fields=["clock_stepped"])
    instant = fair_instant(start=start, now=now)
    return timing(at=instant, deadline=work.deadline_at, grace=timedelta(seconds=grace_seconds))


def require_time(found: Timing) -> None:
    """Refuse whoever writes after the grace."""
    if found is Timing.LATE:
        raise TooLate("time_over", _("The time is over. What was saved before counts; hand it in with the button."))


def require_writer(work: TimedWork, writer: str) -> None:
    """Refuse a tab that is not the one that writes; the words stay in that tab, nothing saved is touched."""
    if writer != work.writer:
        raise Stale(
            "stale_tab",
            _("This work was opened in another tab or device, and only the newest one writes. Go on there, or reload."),
        )


def not_started() -> NotNow:
    """Refusal of an act on work that was not begun."""
    return NotNow("not_started", _("It has not been started yet. Press the start button first."))


def finished() -> NotNow:
    """Refusal of an act on work that is over."""
    return NotNow(
        "finished", _("It was handed in already and can no longer be changed. Open the page of your results.")
    )


def grant_extra_time(*, work: Work, minutes: int, reason: str, actor: models.Model, at: datetime) -> Work:
    """Lengthen the time of one person's work, before or while it runs. Graders and rankings never show it.

    Journaled once, with the reason. Raises Incomplete without a reason, NotNow when the work is over.
    """
    if not reason.strip() or minutes < 1:
        raise Incomplete("no_reason", _("Give the minutes to add (1 or more) and the reason."))
    with transaction.atomic():
        held = locked(work)
        if held.finished_at is not None:
            raise finished()
        held.extra_minutes += minutes
        if held.deadline_at is not None:
            held.deadline_at += timedelta(minutes=minutes)
        held.save(update_fields=["extra_minutes", "deadline_at"])
        detail = {"minutes": minutes, "reason": reason.strip()}
        record(actor=actor, verb="grant_extra_time", subject=held, at=at, detail=detail)
    return held
