"""Reads of a rubric: what a grader chooses from, and what the consensus weighs by."""

from assessments.consensus import Scale
from assessments.models.tasks import Rubric, RubricCriterion


def criteria_of(rubric: Rubric) -> list[RubricCriterion]:
    """The criteria in their order, with their levels."""
    return list(rubric.criteria.prefetch_related("levels"))


def scales_of(rubric: Rubric) -> dict[str, Scale]:
    """Weight, lowest and highest described level by the criterion's code."""
    return {criterion.code: _scale(criterion) for criterion in criteria_of(rubric)}


def _scale(criterion: RubricCriterion) -> Scale:
    levels = [level.level for level in criterion.levels.all()]
    return Scale(weight=criterion.weight, lowest=min(levels), highest=max(levels))
