"""Reads of the grader's desk: only what is theirs, and nothing that tells whose work it is."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from assessments.grading import GRADER_GROUP
from assessments.models.gradings import Grading, GradingState
from assessments.refusals import NotYours


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What lies on a grader's desk, by alias: an order made by chance."""

    waiting: list[Grading]
    done: list[Grading]

    @property
    def total(self) -> int:
        """All pieces of work, for the progress."""
        return len(self.waiting) + len(self.done)


def is_grader(user: User) -> bool:
    """Whether this person grades: the group decides, not the rank; an administrator is not a grader."""
    return user.groups.filter(name=GRADER_GROUP).exists()


def desk_of(grader: User, *, at: datetime) -> Desk:
    """The work of one grader: what waits, within its lease, and what is handed in."""
    own = Grading.objects.filter(grader=grader).select_related("submission__task").order_by("alias")
    waiting = own.filter(state=GradingState.ASSIGNED, lease_until__gte=at)
    return Desk(waiting=list(waiting), done=list(own.filter(state=GradingState.SUBMITTED)))


def own_grading(grader: User, alias: str) -> Grading:
    """The grading that this grader knows by `alias`; raises NotYours for everybody else, as if it did not exist."""
    own = Grading.objects.filter(grader=grader, alias=alias).select_related("submission__task__rubric").first()
    if own is None:
        raise NotYours("not_yours", _("There is no such work on your desk. Take the next one from your list."))
    return own


def marks_of(grading: Grading) -> list[tuple[str, str]]:
    """What this grader chose, as name and descriptor, in the rubric's order."""
    marks = grading.marks.select_related("criterion").prefetch_related("criterion__levels")
    return [
        (mark.criterion.name, next(row.text for row in mark.criterion.levels.all() if row.level == mark.level))
        for mark in marks.order_by("criterion__position")
    ]
