"""The path on one screen: every (stage, move, role) triple is tried, and only what the table allows happens."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from assessments.models import Submission
from assessments.models.tasks import SubmissionState
from journal.models import Entry
from scoring.models import Assignment
from selection.models import Candidate, StageChange
from selection.models.candidates import MOVE_NAMES, ROLE_NAMES, STAGE_NAMES, AppealState
from selection.refusals import Kind, Refused
from selection.stages import MOVES, OPEN, Move, Role, Stage
from tests.cast import NOW, Cast, ask, bring_to, open_decisions, person


def test_the_table_names_every_stage_move_and_role() -> None:
    assert set(STAGE_NAMES) == set(Stage)
    assert set(MOVE_NAMES) == set(MOVES)
    assert set(ROLE_NAMES) == set(Role)


def test_every_stage_is_reached_and_every_open_one_is_left() -> None:
    assert {move.target for move in MOVES.values()} | {Stage.NOMINATED} == set(Stage)
    left = set().union(*(move.sources for move in MOVES.values()))
    assert left == OPEN | {Stage.DECLINED}


def test_only_two_roles_decide_and_they_differ() -> None:
    assert (MOVES["release"].role, MOVES["approve"].role) == (Role.LINE_MANAGER, Role.HEAD)
    assert {name for name, move in MOVES.items() if move.target is Stage.PROMOTED} == {"approve"}


@pytest.fixture
def people(cast: Cast) -> dict[Role, User]:
    """One person per role, none of whom has had a hand in the case; the candidate is Ania."""
    manager = person("mira", Role.LINE_MANAGER)
    boss = cast.agents["marat"]
    boss.user = manager
    boss.save(update_fields=["user"])
    return {
        Role.HR: person("helen", Role.HR),
        Role.LINE_MANAGER: manager,
        Role.HEAD: person("hector", Role.HEAD),
        Role.GRADER: cast.greta,
        Role.AUDITOR: cast.ada,
        Role.CANDIDATE: cast.ania,
    }


@pytest.fixture
def ready(cast: Cast, candidate: Candidate) -> Candidate:
    """Ania with all the work done, so that a move is refused for its stage or its role and nothing else."""
    assessed = bring_to(candidate, Stage.ASSESSED, cast=cast)
    open_decisions(assessed.round, by=cast.hanna)
    return Candidate.objects.select_related("round", "agent").get(pk=assessed.pk)


def put_at(candidate: Candidate, stage: Stage) -> None:
    """Set a stage by hand, with what the way there would have left; only these tests may."""
    Candidate.objects.filter(pk=candidate.pk).update(stage=stage)
    candidate.stage = stage
    if stage is Stage.NOMINATED:
        candidate.invitation.delete()
    elif stage is Stage.TASK:
        submission = candidate.invitation.submission
        assert submission
        submission.gradings.all().delete()
        Submission.objects.filter(pk=submission.pk).update(state=SubmissionState.SUBMITTED)
    elif stage is Stage.DECLINED:
        StageChange.objects.create(candidate=candidate, move="decline", to_stage=stage, from_stage="assessed", at=NOW)
        candidate.appeals.create(text="x", state=AppealState.UPHELD, made_at=NOW, answered_at=NOW)


def outcome(candidate: Candidate, name: str, actor: User) -> Kind | None:
    """Try a move and undo it: None when it was made whole, with one entry of its own; else why it was refused."""
    before, stage = Entry.objects.count(), candidate.stage
    try:
        with transaction.atomic():
            change = ask(candidate, name, actor)
            mine = Entry.objects.filter(verb=name, subject_id=str(candidate.pk), sequence__gt=before)
            assert (mine.count(), change.to_stage) == (1, MOVES[name].target)
            transaction.set_rollback(True)
    except Refused as refused:
        assert (Candidate.objects.get(pk=candidate.pk).stage, Entry.objects.count()) == (stage, before)
        return refused.kind
    candidate.stage = stage
    return None


def expected(stage: Stage, move: Move, role: Role) -> Kind | None:
    """What the table says: the role is asked first, then the stage."""
    if role is not move.role:
        return Kind.NOT_ALLOWED
    return None if stage in move.sources else Kind.NOT_NOW


@pytest.mark.parametrize("stage", Stage)
def test_every_move_of_every_role_at_every_stage(ready: Candidate, people: dict[Role, User], stage: Stage) -> None:
    put_at(ready, stage)
    table = {(name, role): expected(stage, move, role) for name, move in MOVES.items() for role in Role}
    assert {(name, role): outcome(ready, name, people[role]) for name, role in table} == table


def test_the_seat_that_makes_a_manager_is_todays(ready: Candidate, people: dict[Role, User]) -> None:
    put_at(ready, Stage.PROPOSED)
    Assignment.objects.filter(agent=ready.agent).update(ends_on=NOW.date().replace(day=1))
    with pytest.raises(Refused, match="Only the line manager may do this"):
        ask(ready, "release", people[Role.LINE_MANAGER])
