"""Results in words: what is strong, what to repeat. A candidate learns more from that than from a number."""

from django.utils.translation import gettext as _

from assessments.marking import TestResult
from assessments.models import Submission
from assessments.models.gradings import GradingState
from assessments.sittings import topic_names

STRONG, WEAK, NAMED = 0.7, 0.6, 3


def strong_topics(result: TestResult) -> list[str]:
    """The names of up to three topics that stand out, strongest first."""
    return _named([one.topic for one in result.topics if one.strength >= STRONG])


def topics_to_repeat(result: TestResult) -> list[str]:
    """The names of up to three topics worth repeating, weakest first."""
    weak = [one.topic for one in reversed(result.topics) if one.strength < WEAK and one.right < one.questions]
    return _named(weak)


def _named(codes: list[str]) -> list[str]:
    names = topic_names()
    return [names.get(code, code) for code in codes[:NAMED]]


def topics_in_words(result: TestResult) -> str:
    """The result of a knowledge test in one line."""
    strong, repeat = ", ".join(strong_topics(result)), ", ".join(topics_to_repeat(result))
    if strong and repeat:
        return _("taken; strongest: %(strong)s; to repeat: %(repeat)s") % {"strong": strong, "repeat": repeat}
    if strong:
        return _("taken; strongest: %(strong)s") % {"strong": strong}
    return _("taken; to repeat: %(repeat)s") % {"repeat": repeat} if repeat else _("taken; even over all topics")


def rubric_in_words(submission: Submission) -> list[tuple[str, list[str]]]:
    """Per criterion of the rubric, what the graders saw: the descriptors of the levels they chose, each once."""
    marks = [
        (mark.criterion, mark.level)
        for grading in submission.gradings.filter(state=GradingState.SUBMITTED).prefetch_related("marks__criterion")
        for mark in grading.marks.all()
    ]
    criteria = submission.task.rubric.criteria.prefetch_related("levels")
    return [(one.name, [row.text for row in one.levels.all() if (one, row.level) in marks]) for one in criteria]
