"""Scores in words."""

import pytest
from django.utils.translation import override

from scoring.models import Score
from selection.reasons import (
    chance,
    gate_lines,
    gates_in,
    measured,
    parts,
    parts_to_come,
    what_it_rests_on,
    what_would_change,
    why_rating_differs,
)

WEIGHT = {"role": "weight", "missing": False, "missing_rule": "", "observations": 264, "detail": {}}
SPEED = WEIGHT | {"points": 60.7, "maximum": 66.6, "value": -781.6, "low": -813.0, "high": -750.2, "scale": "seconds"}
TEST = WEIGHT | {"points": 0.0, "maximum": 0.0, "value": None, "low": None, "high": None, "scale": "percent"}
GATE = {"role": "gate", "state": "met", "value": 70.0, "cut": 60.0, "scale": "percent", "p": 0.9, "group": ""}


@pytest.mark.parametrize(
    ("value", "scale", "words"),
    [
        (None, "share", "unknown"),
        (0.834, "share", "83%"),
        (60.0, "percent", "60%"),
        (14.9, "months", "14 months"),
        (1.0, "months", "1 month"),
        (1.0, "yes_no", "yes"),
        (0.0, "yes_no", "no"),
        (-781.6, "seconds", "782 seconds"),
        (4.494, "rating_points", "4.49"),
        (3.0, "severity", "3"),
        (-0.34, "deviations", "−0.3 standard deviations"),
    ],
)
def test_values_have_units(value: float | None, scale: str, words: str) -> None:
    assert measured(value, scale) == words


@pytest.mark.parametrize(("p", "words"), [(0.0, "under 1%"), (0.5, "50%"), (0.999, "over 99%"), (1.0, "over 99%")])
def test_a_probability_is_never_certain(p: float, words: str) -> None:
    assert chance(p) == words


def test_a_shorter_time_reads_from_low_to_high() -> None:
    assert what_it_rests_on(SPEED) == "782 seconds, between 750 seconds and 813 seconds; from 264 observations"


def test_what_is_measured_in_a_round_is_named_and_not_drawn() -> None:
    score = Score(criteria={"efficiency": SPEED, "knowledge_test": TEST})
    assert [part.label for part in parts(score)] == ["Efficiency"]
    assert parts_to_come(score) == ["Knowledge test"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("met", "Test task: 70%, needed 60%. Met."),
        ("missed", "Test task: 70%, needed 60%. Not met."),
        ("incomplete", "Test task: not enough evidence yet, needed 60%."),
        ("waiting", "Test task: measured during a round, needed 60%."),
    ],
)
def test_conditions_are_sentences(state: str, words: str) -> None:
    assert [line.sentence for line in gate_lines({"test_task.gate": GATE | {"state": state}})] == [words]


def test_a_veto_stops_or_does_not() -> None:
    veto = GATE | {"role": "veto", "scale": "severity"}
    lines = gate_lines({"viral_chats.veto": veto, "test_task.veto": veto | {"state": "missed"}})
    assert [line.sentence for line in lines] == [
        "Viral chats: nothing stops.",
        "Test task: stops until people have looked.",
    ]


def test_one_door_of_a_group_is_enough() -> None:
    opened = {"role": "any_of", "group": "door", "group_state": "met"}
    gates = {
        "customer_rating.any_of": GATE | opened | {"state": "missed"},
        "viral_chats.any_of": GATE | opened,
        "tenure.gate": GATE | {"state": "missed"},
    }
    assert gates_in(gates, "missed") == ["Length of service"]
    assert [line.viral for line in gate_lines(gates)] == [False, True, False]


def test_a_fact_turns_into_its_opposite() -> None:
    flip = {"kind": "gate", "criterion": "technical_support", "now": 1.0, "needed": 1.0, "change": 0.0}
    assert what_would_change(Score(explanation={"flips": [flip]})) == ["Technical support: no instead of yes."]
    assert what_would_change(Score(explanation={})) == ["No single change would."]


@pytest.mark.parametrize(
    ("now", "needed", "words"),
    [
        (0.2, 0.4, "a weight of 33% instead of 20%, the others in proportion."),  # 0.4 of 1.2
        (0.2, 3.2, "a weight of 80% instead of 20%, the others in proportion."),  # 3.2 of 4
        (0.5, 0.504, "a weight of 50.2% instead of 50.0%, the others in proportion."),
        (0.2, 0.0, "a weight of 0% instead of 20%, the others in proportion."),
    ],
)
def test_another_weight_is_a_share_of_all_weights(now: float, needed: float, words: str) -> None:
    flip = {"kind": "weight", "criterion": "efficiency", "now": now, "needed": needed}
    assert what_would_change(Score(explanation={"flips": [flip]})) == [f"Efficiency: {words}"]


@pytest.mark.parametrize(("now", "needed"), [(1.0, 0.6), (0.1, 400.0)])
def test_a_weight_that_nobody_could_give_is_no_change(now: float, needed: float) -> None:
    flip = {"kind": "weight", "criterion": "efficiency", "now": now, "needed": needed}
    assert what_would_change(Score(explanation={"flips": [flip]})) == ["No single change would."]


def test_a_hair_is_called_the_smallest_change() -> None:
    flip = {"kind": "criterion", "criterion": "efficiency", "now": -781.61, "needed": -781.59, "change": 0.02}
    score = Score(explanation={"flips": [flip]}, criteria={"efficiency": SPEED})
    assert what_would_change(score) == ["Efficiency: the smallest change, from 782 seconds."]


def test_without_ratings_there_is_nothing_to_explain() -> None:
    assert why_rating_differs(Score(criteria={"customer_rating": WEIGHT})) == []


def test_names_and_numbers_follow_the_language() -> None:
    with override("ru"):
        assert parts(Score(criteria={"efficiency": SPEED}))[0].label == "Эффективность"
        assert measured(4.5, "rating_points") == "4,50"
