"""A candidate's path as steps: what is done, what is next, how long it takes, until when, and who decides."""

from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timesince import timeuntil
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import sittings
from assessments.models.knowledge import SittingState
from assessments.models.tasks import SubmissionState
from scoring.queries import assignment_on
from selection.components import Step, StepState
from selection.models import Candidate, Invitation
from selection.portal.topics import topics_in_words
from selection.reasons import MET, gate_name, measured
from selection.stages import OPEN, Stage

ORDER = (
    Stage.NOMINATED,
    Stage.INVITED,
    Stage.TEST,
    Stage.TASK,
    Stage.GRADING,
    Stage.ASSESSED,
    Stage.PROPOSED,
    Stage.RELEASED,
    Stage.PROMOTED,
)
FACTS = frozenset({"tenure", "technical_support"})


def path_steps(candidate: Candidate, at: datetime) -> list[Step]:
    """The whole way on one screen, in the order in which it is gone."""
    invitation = Invitation.objects.select_related("sitting__test", "submission__task").filter(candidate=candidate)
    work = invitation.first()
    return [
        *_conditions(candidate),
        _invited(candidate, at),
        _test(candidate, work, at),
        _task(candidate, work, at),
        _grading(candidate),
        _decision(candidate, at),
    ]


def reached(candidate: Candidate) -> Stage:
    """The last stage on the way; for a declined or withdrawn candidate the one that they left."""
    if candidate.stage in ORDER:
        return Stage(candidate.stage)
    last = candidate.changes.order_by("at", "pk").last()
    return Stage(last.from_stage) if last else Stage.NOMINATED


def deadline_words(until: datetime, at: datetime) -> str:
    """A deadline in local time with the time that remains."""
    day = date_format(localtime(until), "DATETIME_FORMAT")
    if until < at:
        return _("ended on %(day)s") % {"day": day}
    return _("until %(day)s, %(left)s left") % {"day": day, "left": timeuntil(until, at, depth=1)}


def deciders(candidate: Candidate, at: datetime) -> str:
    """Who decides, by name where the roster knows it."""
    seat = assignment_on(candidate.agent, localdate(at))
    if seat is None or seat.manager is None:
        return _("Two people decide, not a program: your line manager and the head of public communications.")
    told = {"manager": seat.manager.full_name}
    return _("Two people decide, not a program: %(manager)s and the head of public communications.") % told


def _state(candidate: Candidate, *stages: Stage) -> StepState:
    here = ORDER.index(reached(candidate))
    if here > max(ORDER.index(stage) for stage in stages):
        return "done"
    return "current" if candidate.stage in stages else "upcoming"


def _conditions(candidate: Candidate) -> list[Step]:
    gates = candidate.score.gates if candidate.score else {}
    facts = {key: gate for key, gate in gates.items() if key.partition(".")[0] in FACTS}
    return [
        Step(
            title=gate_name(key),
            state="done" if gate["state"] == MET else "upcoming",
            text=_("%(value)s, needed %(cut)s")
            % {name: measured(gate[name], gate["scale"]) for name in ("value", "cut")},
        )
        for key, gate in facts.items()
    ]


def _invited(candidate: Candidate, at: datetime) -> Step:
    state = _state(candidate, Stage.NOMINATED, Stage.INVITED)
    title = _("Invitation")
    if candidate.stage == Stage.NOMINATED:
        return Step(title=title, state=state, text=_("You are nominated. HR decides whether to invite you."))
    if candidate.stage != Stage.INVITED:
        return Step(title=title, state=state, text=_("accepted") if state == "done" else "")
    return Step(
        title=title,
        state=state,
        text=_("Read what counts, then accept or decline. Declining has no consequences."),
        action_url=reverse("portal:invitation", args=[candidate.pk]),
        action_label=_("Read the invitation"),
        note=deadline_words(candidate.round.assessments_until, at),
    )


def _test(candidate: Candidate, work: Invitation | None, at: datetime) -> Step:
    state, title = _state(candidate, Stage.TEST), _("Knowledge test")
    if state == "done" and work and work.sitting:
        return Step(title=title, state=state, text=topics_in_words(sittings.result(sitting=work.sitting)))
    test = candidate.round.knowledge_test
    text = _("%(questions)s, up to %(minutes)s. Answers are saved as you give them.") % {
        "questions": ngettext("%(n)d question", "%(n)d questions", test.question_count) % {"n": test.question_count},
        "minutes": _minutes(test.minutes + (work.sitting.extra_minutes if work and work.sitting else 0)),
    }
    if state != "current" or work is None or work.sitting is None:
        return Step(title=title, state=state, text=text)
    begun = work.sitting.state != SittingState.PREPARED
    return Step(
        title=title,
        state=state,
        text=text,
        action_url=reverse("portal:test", args=[candidate.pk]),
        action_label=_("Go on with the test") if begun else _("To the test"),
        note=deadline_words(work.sitting.deadline_at or candidate.round.assessments_until, at),
    )


def _task(candidate: Candidate, work: Invitation | None, at: datetime) -> Step:
    state, title = _state(candidate, Stage.TASK), _("Test task")
    task = candidate.round.test_task
    extra = work.submission.extra_minutes if work and work.submission else 0
    text = _("One public thread, up to %(minutes)s. You may interrupt: the text saves itself.") % {
        "minutes": _minutes(task.minutes + extra)
    }
    if state == "done":
        return Step(title=title, state=state, text=_("handed in"))
    if state != "current" or work is None or work.submission is None:
        return Step(title=title, state=state, text=text)
    begun = work.submission.state != SubmissionState.PREPARED
    return Step(
        title=title,
        state=state,
        text=text,
        action_url=reverse("portal:task", args=[candidate.pk]),
        action_label=_("Go on with the task") if begun else _("To the task"),
        note=deadline_words(work.submission.deadline_at or candidate.round.assessments_until, at),
    )


def _grading(candidate: Candidate) -> Step:
    text = _("Two graders read your answer without knowing whose it is.")
    return Step(title=_("Grading"), state=_state(candidate, Stage.GRADING), text=text)


def _decision(candidate: Candidate, at: datetime) -> Step:
    state = _state(candidate, Stage.ASSESSED, Stage.PROPOSED, Stage.RELEASED)
    note = deadline_words(candidate.round.decisions_until, at) if candidate.stage in OPEN else ""
    return Step(title=_("Decision"), state=state, text=deciders(candidate, at), note=note)


def _minutes(count: int) -> str:
    return ngettext("%(n)d minute", "%(n)d minutes", count) % {"n": count}
