"""What waits for whom: the list agrees with the gates, and a circle in the roster does not hang it."""

import pytest

from scoring.models import Assignment
from selection.models import Candidate
from selection.roles import person_of
from selection.stages import Role, Stage
from selection.waiting import everybody_below, visible_to, waiting_for
from selection.workflow import possible_moves
from tests.cast import NOW, Cast, agent, bring_to, open_decisions, person, seat


@pytest.fixture
def proposed(cast: Cast, candidate: Candidate) -> Candidate:
    """Ania, proposed, in the decision phase."""
    found = bring_to(candidate, Stage.PROPOSED, cast=cast)
    open_decisions(found.round, by=cast.hanna)
    return Candidate.objects.get(pk=found.pk)


@pytest.mark.parametrize("stage", [Stage.PROPOSED, Stage.RELEASED, Stage.PROMOTED])
@pytest.mark.parametrize("who", ["hanna", "pavel", "marat", "hugo", "greta", "ania", "boris", "ada"])
def test_what_waits_is_what_can_be_decided(cast: Cast, proposed: Candidate, stage: Stage, who: str) -> None:
    case = bring_to(proposed, stage, cast=cast)
    user = getattr(cast, who)
    deciding = {"release", "approve"} & set(possible_moves(case, actor=user, at=NOW))
    assert waiting_for(person_of(user), NOW).filter(pk=case.pk).exists() == bool(deciding)


def test_nothing_waits_before_the_decision_phase(cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.PROPOSED, cast=cast)
    assert not waiting_for(person_of(cast.marat), NOW).exists()


def test_below_reaches_all_the_way_down_and_survives_a_circle(cast: Cast) -> None:
    boss = agent("Oleg", number="S-31", user=person("oleg", Role.LINE_MANAGER))
    Assignment.objects.filter(agent=cast.agents["marat"]).update(manager=boss)
    below = {cast.agents["marat"].pk, cast.agents["ania"].pk}
    assert everybody_below(boss, NOW.date()) == below
    seat(boss, team=cast.agents["boris"].assignments.get().team, manager=cast.agents["ania"])
    assert everybody_below(boss, NOW.date()) == below


def test_a_manager_without_a_seat_on_the_roster_sees_nobody(cast: Cast, candidate: Candidate) -> None:
    lost = person_of(person("lost", Role.LINE_MANAGER))
    assert not visible_to(lost, NOW).exists()
    assert not waiting_for(lost, NOW).exists()
    assert visible_to(person_of(cast.ada), NOW).get() == candidate
