"""The promotion path: where a candidate can stand, and every legal move, on one screen. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where a candidate stands in a round."""

    NOMINATED = "nominated"
    INVITED = "invited"
    TEST = "test"
    TASK = "task"
    GRADING = "grading"
    ASSESSED = "assessed"
    PROPOSED = "proposed"
    RELEASED = "released"
    PROMOTED = "promoted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """Who a person is towards one candidate; the values name the groups where there is one."""

    HR = "hr"
    LINE_MANAGER = "line_manager"
    HEAD = "head_of_public_communications"
    GRADER = "grader"
    AUDITOR = "auditor"
    CANDIDATE = "candidate"


@dataclass(frozen=True, kw_only=True)
class Move:
    """A legal change of stage: from where, to where, by whom, and whether a written reason is required."""

    name: str
    sources: frozenset[Stage]
    target: Stage
    role: Role
    needs_reason: bool = False


OPEN = frozenset(Stage) - {Stage.PROMOTED, Stage.DECLINED, Stage.WITHDRAWN}


def _move(name: str, source: Stage, target: Stage, role: Role, *, needs_reason: bool = False) -> Move:
    return Move(name=name, sources=frozenset({source}), target=target, role=role, needs_reason=needs_reason)


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        _move("invite", Stage.NOMINATED, Stage.INVITED, Role.HR),
        _move("accept", Stage.INVITED, Stage.TEST, Role.CANDIDATE),
        _move("finish_test", Stage.TEST, Stage.TASK, Role.CANDIDATE),
        _move("hand_in", Stage.TASK, Stage.GRADING, Role.CANDIDATE),
        _move("take_results", Stage.GRADING, Stage.ASSESSED, Role.HR),
        _move("propose", Stage.ASSESSED, Stage.PROPOSED, Role.HR, needs_reason=True),
        _move("release", Stage.PROPOSED, Stage.RELEASED, Role.LINE_MANAGER, needs_reason=True),
        _move("approve", Stage.RELEASED, Stage.PROMOTED, Role.HEAD, needs_reason=True),
        _move("refuse_release", Stage.PROPOSED, Stage.DECLINED, Role.LINE_MANAGER, needs_reason=True),
        _move("refuse_approval", Stage.RELEASED, Stage.DECLINED, Role.HEAD, needs_reason=True),
        Move(
            name="decline",
            sources=frozenset({Stage.NOMINATED, Stage.INVITED, Stage.TEST, Stage.TASK, Stage.ASSESSED}),
            target=Stage.DECLINED,
            role=Role.HR,
            needs_reason=True,
        ),
        Move(name="withdraw", sources=OPEN, target=Stage.WITHDRAWN, role=Role.CANDIDATE),
        _move("reopen", Stage.DECLINED, Stage.ASSESSED, Role.HR, needs_reason=True),
    )
}
