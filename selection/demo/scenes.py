"""The script of the demo: four rounds, one in each phase, how far each candidate went, and what referees said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from selection.demo.references import DECLINES, Given, Reply
from selection.models.rounds import RoundPhase
from selection.stages import Stage

DAYS = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One demo round: when it opened, and how far each of its candidates went, in order of rank.

    references: by the candidate's number in `stages`, what the line manager and two colleagues reply. held_back: the
    staff number of somebody nominated last of all against the verdict.
    """

    title: str
    opened_ago: timedelta
    assessments_in: timedelta
    decisions_in: timedelta
    places: int
    phase: RoundPhase
    stages: tuple[Stage, ...]
    references: Mapping[int, tuple[Reply, ...]] = field(default_factory=dict)
    held_back: str = ""


def _given(*levels: tuple[int, int]) -> tuple[Reply, ...]:
    return tuple(Given(involvement=involvement, culture=culture) for involvement, culture in levels)


SCENES = (
    Scene(
        title="Весна 2026 / Spring 2026",
        opened_ago=150 * DAYS,
        assessments_in=14 * DAYS,
        decisions_in=28 * DAYS,
        places=2,
        phase=RoundPhase.CLOSED,
        stages=(Stage.PROMOTED, Stage.PROMOTED, Stage.DECLINED, Stage.WITHDRAWN),
        references={
            0: _given((4, 4), (4, 4), (3, 3)),
            1: _given((3, 3), (3, 4), (3, 3)),
            2: _given((2, 2), (2, 2), (1, 1)),
        },
    ),
    Scene(
        title="Лето 2026 / Summer 2026",
        opened_ago=30 * DAYS,
        assessments_in=20 * DAYS,
        decisions_in=45 * DAYS,
        places=3,
        phase=RoundPhase.DECISION,
        stages=(Stage.PROMOTED, Stage.RELEASED, Stage.PROPOSED, Stage.ASSESSED, Stage.DECLINED),
        references={
            0: _given((4, 3), (4, 4), (3, 3)),
            1: _given((3, 3), (3, 3), (4, 3)),
            2: (*_given((4, 3), (3, 3)), None),
            3: (*_given((2, 3)), None, None),
        },
    ),
    Scene(
        title="Осень 2026 / Autumn 2026",
        opened_ago=5 * DAYS,
        assessments_in=12 * DAYS,
        decisions_in=26 * DAYS,
        places=4,
        phase=RoundPhase.ASSESSMENT,
        stages=(
            Stage.INVITED,
            Stage.TEST,
            Stage.TASK,
            Stage.GRADING,
            Stage.GRADING,
            Stage.ASSESSED,
            Stage.NOMINATED,
        ),
        references={
            0: (None, None, None),
            3: (*_given((3, 3)), DECLINES, None),
            5: _given((4, 2), (2, 3), (2, 4)),
        },
    ),
    Scene(
        title="Зима 2027 / Winter 2027",
        opened_ago=1 * DAYS,
        assessments_in=30 * DAYS,
        decisions_in=45 * DAYS,
        places=6,
        phase=RoundPhase.NOMINATION,
        stages=(Stage.NOMINATED, Stage.NOMINATED),
        held_back="K-1019",
    ),
)
MARATS_SCENE, ANIAS_SCENE = 1, 2
# The ranking is asked for the places of all rounds of the year together.
PLACES_OF_THE_YEAR = sum(scene.places for scene in SCENES)
