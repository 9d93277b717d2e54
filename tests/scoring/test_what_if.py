"""What-ifs: sliders of a policy, and both lists at once from measures that stay in memory."""

import pytest

from scoring import what_if
from scoring.evaluation import NoEvidence
from scoring.models import ScoreRun
from scoring.policy import Role, Unit
from scoring.runs import execute_run, request_run
from scoring.what_if import EvidenceChanged, answer, changed, changes, levers
from tests.scoring import worlds
from tests.scoring.test_ruling import DOOR, VIRAL
from tests.scoring.worlds import DAY, NOW, RATING, SUPPORT, TASK, TENURE, policy

pytestmark = pytest.mark.django_db
DOORS = {"customer_rating.any_of", "viral_chats.any_of"}
TWO = (RATING | {"weight": 60}, {**RATING, "criterion": "efficiency", "weight": 40})


@pytest.fixture(autouse=True)
def nothing_in_memory() -> None:
    what_if._ground.cache_clear()


def run_of(*criteria: dict[str, object], places: int = 2) -> ScoreRun:
    version = worlds.publish(policy(*criteria, places=places))
    return execute_run(run=request_run(policy_version=version, as_of=DAY, actor=None, at=NOW), at=NOW)


def test_every_weight_and_every_cut_that_can_move_has_a_slider() -> None:
    found = {one.key: one for one in levers(policy(*TWO, TENURE, SUPPORT, TASK, DOOR, VIRAL))}
    assert set(found) == {*DOORS, "tenure.gate", "test_task.gate", "customer_rating.weight", "efficiency.weight"}
    weight, tenure, door = found["customer_rating.weight"], found["tenure.gate"], found["customer_rating.any_of"]
    assert (weight.unit, weight.value, weight.low, weight.high, weight.step) == (None, 60, 0, 100, 1)
    assert (tenure.unit, tenure.low, tenure.high, tenure.role) == (Unit.MONTHS, 1, 60, Role.GATE)
    assert (door.step, door.is_weight, weight.is_weight) == (0.01, False, True)


def test_a_value_is_drawn_onto_its_slider() -> None:
    share = next(one for one in levers(policy(RATING, TASK, DOOR, VIRAL)) if one.unit is Unit.SHARE)
    assert [share.nearest(value) for value in (0.504, 2.0, -1.0, 0.5051)] == [0.5, 0.99, 0.01, 0.51]


def test_only_what_was_moved_is_a_change() -> None:
    written = policy(*TWO, TENURE)
    moved = changes(written, {"tenure.gate": 12, "customer_rating.weight": 60, "unknown.gate": 3})
    assert moved == {"tenure.gate": {"from": 6.0, "to": 12.0}}
    assert changed(written, moved).gates[0].cut == 12.0
    assert changes(written, {}) == {}


def test_a_weight_of_nothing_leaves_the_score() -> None:
    lighter = changed(policy(*TWO), {"efficiency.weight": {"from": 40, "to": 0.0}})
    assert [one.criterion for one in lighter.weights] == ["customer_rating"]
    assert changed(lighter, {"customer_rating.weight": {"from": 60, "to": 0.0}}).weights == ()


def test_a_longer_service_turns_the_newcomer_away() -> None:
    best, *_others = worlds.staircase()
    best.employments.update(hired_on=worlds.date(2026, 2, 1))
    run = run_of(RATING, TENURE)
    as_it_is = answer(run, {})
    assert as_it_is.before is as_it_is.after
    found = answer(run, {"tenure.gate": {"from": 6, "to": 12}})
    assert found.eligible == (6, 5)
    ids = found.ground.agent_ids
    assert found.leaves == [ids[0]]
    assert found.enters == [ids[2]]
    assert found.after.place.tolist() == [6, 1, 2, 3, 4, 5]


def test_the_measures_stay_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    worlds.staircase()
    run = run_of(RATING, TENURE)
    first = answer(run, {})
    monkeypatch.setattr(what_if, "take_snapshot", lambda day: pytest.fail("The evidence is read again."))
    assert answer(run, {"tenure.gate": {"from": 6, "to": 40}}).ground is first.ground


def test_other_evidence_is_no_ground_for_the_list_of_a_run() -> None:
    best, *_others = worlds.staircase()
    run = run_of(RATING)
    worlds.rate(best, [1] * 10, month=worlds.date(2026, 10, 1))
    with pytest.raises(EvidenceChanged):
        answer(run, {})


def test_no_evidence_is_no_ground_either() -> None:
    run = ScoreRun(policy_version=worlds.publish(policy(RATING)), as_of=DAY, places=1, evidence_fingerprint="")
    with pytest.raises(NoEvidence):
        answer(run, {})


def test_all_weights_at_nothing_leave_everybody_level() -> None:
    worlds.staircase()
    found = answer(run_of(RATING), {"customer_rating.weight": {"from": 100, "to": 0.0}})
    assert found.after.held == pytest.approx([1 / 3] * 6)
    assert (found.enters, len(found.leaves)) == ([], 2)
