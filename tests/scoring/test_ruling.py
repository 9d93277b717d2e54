"""From a policy to the rules of the formula: units, cuts, evidence needed, and what follows when it is missing."""

from typing import Any

import pytest

from scoring.formula import AnyOf, Gate, Veto, Weight
from scoring.ruling import in_measure, measure_name, rule
from tests.scoring import worlds
from tests.scoring.worlds import HOLD, RATING, SUPPORT, TASK, TENURE

DOOR = RATING | {"role": "any_of", "group": "valued", "cut": 0.8, "unit": "share", "when_missing": "not_met"}
DOOR.pop("weight")
VIRAL = {
    "criterion": "viral_chats", "role": "any_of", "group": "valued", "cut": 1, "unit": "chats", "evidence_needed": 1,
    "when_missing": "not_met", "requirement": "public_communication", "quality": "qualification",
}  # fmt: skip
KNOWLEDGE = TASK | {"criterion": "knowledge_test", "cut": 0.7, "unit": "probability", "evidence_needed": 1}
CULTURE = TASK | {"criterion": "culture", "cut": 4, "unit": "level", "evidence_needed": 3}


def test_each_role_becomes_its_rule() -> None:
    ruling = rule(worlds.policy(TENURE, TASK, HOLD, DOOR, VIRAL, RATING))
    assert ruling.rules.gates == (
        Gate("tenure", at_least=6.0, missing="incomplete"),
        Gate("test_task|2", at_least=60.0, missing="wait"),
    )
    assert ruling.rules.any_of == (
        AnyOf(
            "valued",
            (
                Gate("customer_rating.share|30", at_least=0.8, missing="incomplete"),
                Gate("viral_chats.chats", at_least=1.0, missing="incomplete"),
            ),
        ),
    )
    assert ruling.rules.vetoes == (Veto("viral_chats.severity", at_least=3.0),)
    assert ruling.rules.weights == (Weight("customer_rating", 100.0, missing="prior", minimum_count=30.0),)


def test_every_gate_leads_back_to_the_document() -> None:
    ruling = rule(worlds.policy(TENURE, TASK, DOOR, VIRAL, RATING))
    labels = [gate.label for gate in ruling.rules.gates] + [group.label for group in ruling.rules.any_of]
    assert {label: [one.key for one in ruling.sources[label]] for label in labels} == {
        "tenure": ["tenure.gate"],
        "test_task|2": ["test_task.gate"],
        "valued": ["customer_rating.any_of", "viral_chats.any_of"],
    }


@pytest.mark.parametrize(
    ("entry", "cut", "probability"),
    [(TENURE, 6.0, 0.5), (TASK, 60.0, 0.5), (KNOWLEDGE, 60.0, 0.7), (CULTURE, 75.0, 0.5)],
    ids=["months", "percent", "probability of passing", "a level of five"],
)
def test_cuts_are_put_in_the_unit_of_the_measure(entry: dict[str, Any], cut: float, probability: float) -> None:
    (one,) = worlds.policy(entry, RATING).gates
    assert in_measure(one) == (cut, probability)


def test_the_reliability_of_the_policy_is_that_of_the_rules() -> None:
    assert rule(worlds.policy(RATING, reliability=0.45)).rules.minimum_reliability == 0.45


def test_a_weight_without_a_stand_in_needs_its_pieces() -> None:
    strict = RATING | {"when_missing": "incomplete"}
    (one,) = worlds.policy(strict).weights
    assert measure_name(one) == "customer_rating|30"
    assert rule(worlds.policy(strict)).rules.weights[0].missing == "incomplete"


def test_gates_and_weights_on_one_thing_are_one_measure() -> None:
    """Drawn once, so that the chance of a place does not take them for independent."""
    half = RATING | {"weight": 50}
    task = TASK | {"role": "weight", "weight": 50, "when_missing": "incomplete"}
    task = {key: value for key, value in task.items() if key not in ("cut", "unit")}
    rules = rule(worlds.policy(TASK, SUPPORT, half, task)).rules
    assert rules.gates[1].criterion == "test_task|2"
    assert rules.weights[0].criterion == "test_task|2"


def test_a_lot_has_no_rules() -> None:
    assert rule(worlds.policy(order="lot")).rules.criteria == ()
