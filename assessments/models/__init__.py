"""Tests, tasks and gradings. Nothing here knows whose work it is: a sitting or a submission carries only a code."""

from assessments.models.gradings import Grading, Mark
from assessments.models.knowledge import Answer, KnowledgeTest, Option, Question, Sitting, SittingQuestion, Topic
from assessments.models.tasks import Rubric, RubricCriterion, RubricLevel, Submission, TestTask

__all__ = [
    "Answer",
    "Grading",
    "KnowledgeTest",
    "Mark",
    "Option",
    "Question",
    "Rubric",
    "RubricCriterion",
    "RubricLevel",
    "Sitting",
    "SittingQuestion",
    "Submission",
    "TestTask",
    "Topic",
]
