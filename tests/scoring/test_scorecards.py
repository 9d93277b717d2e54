"""What a card says: parts that add up, gates by the written rules, and what would change it."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from scoring.formula import explain_score, nearest_flips, round_parts
from scoring.formula.flips import flip_table
from scoring.formula.rounding import round_rows
from scoring.models import CellSum
from scoring.models.evidence import ResultKind
from scoring.scorecards import scorecards
from tests.scoring import worlds
from tests.scoring.test_ruling import DOOR, KNOWLEDGE, VIRAL
from tests.scoring.worlds import HOLD, RATING, TASK, TENURE

pytestmark = pytest.mark.django_db
HALF = RATING | {"weight": 50}
TASK_WEIGHT = {key: value for key, value in TASK.items() if key not in ("cut", "unit")} | {
    "role": "weight", "weight": 30, "when_missing": "incomplete",
}  # fmt: skip
EFFICIENCY = RATING | {"criterion": "efficiency", "weight": 20, "requirement": "economic_efficiency"}
RISK = HOLD | {"criterion": "test_task", "cut": 1, "unit": "yes_no"}


def mixed_world() -> None:
    """Five agents with ratings and handling times; three of them have written the task."""
    for place, one in enumerate(worlds.staircase(5)):
        CellSum.objects.filter(agent=one).update(
            timed=80, seconds=80 * (300 + 40 * place), seconds_squares=80 * ((300 + 40 * place) ** 2 + 900)
        )
        if place < 3:
            worlds.result(one, ResultKind.TEST_TASK, 0.55 + 0.1 * place)


def test_the_shown_parts_add_up_to_the_shown_total() -> None:
    mixed_world()
    found = worlds.cards(worlds.policy(HALF, TASK_WEIGHT, EFFICIENCY))
    for card in found.values():
        points = [round(10 * one["points"]) for one in card.criteria.values()]
        assert sum(points) == round(10 * card.score)
        assert {name: one["maximum"] for name, one in card.criteria.items()} == {
            "customer_rating": 50.0, "test_task": 30.0, "efficiency": 20.0,
        }  # fmt: skip
    assert len({card.score for card in found.values()}) == 5


def test_cards_agree_with_the_explanation_of_one_agent() -> None:
    """The columns are a faster way to the same numbers."""
    mixed_world()
    evaluation = worlds.evaluated(worlds.policy(TENURE, HALF, TASK_WEIGHT, EFFICIENCY))
    for place, card in enumerate(scorecards(evaluation)):
        explained = explain_score(evaluation.composite, place)
        assert card.score == explained.total
        parts = {part.criterion.partition("|")[0]: part for part in explained.parts}
        assert {name: card.criteria[name]["points"] for name in parts} == {
            name: part.points for name, part in parts.items()
        }
        assert (card.rank, card.p_top) == (explained.place, round(explained.p_top, 6))


def test_flips_of_all_agents_are_those_of_each() -> None:
    mixed_world()
    composite = worlds.evaluated(worlds.policy(TENURE, HALF, TASK_WEIGHT, EFFICIENCY)).composite
    table = flip_table(composite)
    for place, nearest in enumerate(table.nearest(9).tolist()):
        told = [table.columns[which] for which in nearest if which >= 0]
        expected = nearest_flips(composite, place)
        assert [(one.kind, one.criterion[place]) for one in told] == [(one.kind, one.criterion) for one in expected]
        assert [one.needed[place] for one in told] == pytest.approx([one.needed for one in expected])


def test_rounding_all_rows_is_rounding_each() -> None:
    table = np.random.default_rng(3).dirichlet(np.ones(5), size=200) * 100
    parts, totals = round_rows(table)
    assert parts.tolist() == [round_parts(row).tolist() for row in table]
    assert totals.tolist() == pytest.approx([100.0] * 200)


def test_a_rating_is_explained_from_the_raw_mean_to_what_counts() -> None:
    worlds.staircase()
    best = worlds.cards(worlds.policy(RATING))["A-0"].criteria["customer_rating"]
    detail = best["detail"]
    assert detail["difference"] == pytest.approx(detail["raw_mean"] - detail["expected"], abs=2e-6)
    assert 0 < detail["shrunken"] < detail["adjusted"]
    assert detail["low"] < detail["shrunken"] < detail["high"]
    assert best["value"] == pytest.approx(detail["average"] + detail["shrunken"], abs=1e-6)
    assert (detail["answered"], detail["offered"], detail["response_rate"]) == (60, 80, 0.75)
    assert (best["observations"], best["scale"], best["enough"]) == (60, "rating_points", True)


def test_numbers_stay_on_their_scales() -> None:
    for number, mean in (("A", 5.0), ("B", 4.8), ("C", 1.0)):
        worlds.rate(worlds.agent(number), worlds.spread(mean, 40))
    for card in worlds.cards(worlds.policy(TASK, DOOR, VIRAL, RATING)).values():
        rating, share = card.criteria["customer_rating"], card.gates["customer_rating.any_of"]
        assert 1.0 <= rating["low"] <= rating["value"] <= rating["high"] <= 5.0
        assert 0.0 <= share["low"] <= share["value"] <= share["high"] <= 1.0


def doors(**viral: Any) -> dict[str, Any]:
    """The gates of an agent with twelve splendid ratings, among well-rated others."""
    worlds.staircase(4)
    few = worlds.agent("few", team="Technical support")
    worlds.rate(few, [5] * 12)
    if viral:
        worlds.incident(few, **viral)
    card = worlds.cards(worlds.policy(TASK, DOOR, VIRAL, RATING))["few"]
    return card.gates | {"card": card}


def test_twelve_ratings_do_not_open_a_door_that_asks_for_thirty() -> None:
    gates = doors()
    assert gates["customer_rating.any_of"]["state"] == "missed"
    assert gates["customer_rating.any_of"]["missing_rule"] == "not_met"
    assert gates["customer_rating.any_of"]["value"] is None
    assert gates["customer_rating.any_of"]["observations"] == 12
    assert gates["viral_chats.any_of"]["group_state"] == "missed"
    card = gates["card"]
    assert (card.is_eligible, card.verdict, card.p_top) == (False, "insufficient", 0.0)
    assert card.criteria["customer_rating"]["enough"] is False


def test_a_viral_chat_opens_the_other_door() -> None:
    gates = doors(severity=1)
    assert gates["customer_rating.any_of"]["state"] == "missed"
    assert gates["viral_chats.any_of"]["state"] == "met"
    assert {gates[key]["group_state"] for key in ("customer_rating.any_of", "viral_chats.any_of")} == {"met"}
    assert gates["card"].is_eligible


def test_a_task_not_yet_written_is_held_against_nobody() -> None:
    worlds.staircase(4)
    found = worlds.cards(worlds.policy(TASK, HALF, TASK_WEIGHT, EFFICIENCY))
    assert {card.is_eligible for card in found.values()} == {True}
    assert {card.gates["test_task.gate"]["state"] for card in found.values()} == {"waiting"}
    assert {card.criteria["test_task"]["maximum"] for card in found.values()} == {0.0}
    assert {card.criteria["test_task"]["missing_rule"] for card in found.values()} == {"wait"}
    assert {(card.gates_met, card.gates_total) for card in found.values()} == {(0, 1)}


def test_a_written_task_counts_from_the_first_result_on() -> None:
    first, second, *_others = worlds.staircase(4)
    worlds.result(first, ResultKind.TEST_TASK, 0.3)
    worlds.result(second, ResultKind.TEST_TASK, 0.9)
    found = worlds.cards(worlds.policy(TASK, HALF, TASK_WEIGHT, EFFICIENCY))
    assert [card.gates["test_task.gate"]["state"] for card in found.values()] == ["missed", "met", "waiting", "waiting"]
    assert [card.explanation["standing"] for card in found.values()] == ["failed"] + ["eligible"] * 3
    assert {card.criteria["test_task"]["maximum"] for card in found.values()} == {30.0}
    assert found["A-2"].criteria["test_task"]["points"] == 15.0


def test_one_grading_of_two_is_not_yet_a_result() -> None:
    first, *_others = worlds.staircase(3)
    worlds.result(first, ResultKind.TEST_TASK, 0.3, observations=1)
    assert worlds.cards(worlds.policy(TASK, RATING))["A-0"].gates["test_task.gate"]["state"] == "waiting"


@pytest.mark.parametrize(
    ("clear", "value", "state"),
    [(0.8, 0.62, "retest"), (0.7, 0.62, "met"), (0.8, 0.58, "retest"), (0.8, 0.5, "missed"), (0.8, 0.7, "met")],
)
def test_between_the_bounds_of_the_policy_people_look(clear: float, value: float, state: str) -> None:
    first, *_others = worlds.staircase(3)
    worlds.result(first, ResultKind.TEST_TASK, value, error=0.035)
    card = worlds.cards(worlds.policy(TASK, RATING, places=2, clear=clear))["A-0"]
    assert card.gates["test_task.gate"]["state"] == state
    assert card.is_eligible == (value > 0.6)
    assert card.verdict != "clear" or state == "met"


def test_the_cut_may_be_a_probability() -> None:
    first, second, *_others = worlds.staircase(3)
    for one, value in ((first, 0.62), (second, 0.8)):
        worlds.result(one, ResultKind.KNOWLEDGE_TEST, value, error=0.04, observations=25)
    found = worlds.cards(worlds.policy(KNOWLEDGE, RATING))
    assert [card.is_eligible for card in found.values()] == [False, True, True]
    assert found["A-0"].gates["knowledge_test.gate"]["p"] == pytest.approx(0.691, abs=0.001)


@pytest.mark.parametrize(
    ("severity", "sign", "stops"), [(2, "negative", False), (3, "negative", True), (4, "positive", False)]
)
def test_harm_holds_from_the_severity_of_the_policy_on(severity: int, sign: str, stops: bool) -> None:
    first, *_others = worlds.staircase(4)
    worlds.incident(first, sign=sign, severity=severity)
    card = worlds.cards(worlds.policy(TASK, HOLD, RATING))["A-0"]
    assert card.gates["viral_chats.veto"]["state"] == ("missed" if stops else "met")
    assert card.explanation["vetoed_by"] == ("viral_chats.veto" if stops else "")
    assert (card.is_eligible, card.verdict) == ((False, "unlikely") if stops else (True, "clear"))


def test_an_old_harm_holds_no_more() -> None:
    first, *_others = worlds.staircase(4)
    worlds.incident(first, sign="negative", severity=4, expires=date(2026, 11, 21))
    assert worlds.cards(worlds.policy(TASK, HOLD, RATING))["A-0"].is_eligible


@pytest.mark.parametrize("vetoed", [True, False])
def test_graders_stop_an_answer_that_would_harm(vetoed: bool) -> None:
    first, *_others = worlds.staircase(4)
    worlds.result(first, ResultKind.TEST_TASK, 0.9, vetoed=vetoed)
    card = worlds.cards(worlds.policy(TASK, RISK, RATING))["A-0"]
    assert card.explanation["vetoed_by"] == ("test_task.veto" if vetoed else "")
    assert card.is_eligible is not vetoed


def test_a_vetoed_agent_stands_behind_all_others() -> None:
    worlds.incident(worlds.staircase(4)[0], sign="negative", severity=4)
    found = worlds.cards(worlds.policy(TASK, HOLD, RATING))
    assert [card.rank for card in found.values()] == [4, 1, 2, 3]
    assert (found["A-0"].rank_low, found["A-0"].rank_high) == (4, 4)


def test_a_criterion_nobody_collects_is_held_against_nobody() -> None:
    worlds.staircase()
    found = worlds.cards(worlds.policy(RATING | {"weight": 80}, EFFICIENCY))
    assert {card.criteria["efficiency"]["points"] for card in found.values()} == {10.0}
    assert found["A-0"].verdict == "clear"


def test_what_is_incomplete_by_its_rule_is_not_placed() -> None:
    worlds.staircase(3)
    worlds.rate(worlds.agent("few"), [5] * 12)
    found = worlds.cards(worlds.policy(RATING | {"when_missing": "incomplete"}))
    assert found["few"].explanation["standing"] == "incomplete"
    assert found["few"].criteria["customer_rating"]["missing_rule"] == "incomplete"
    assert found["A-0"].criteria["customer_rating"]["missing_rule"] == ""


def test_facts_that_hold_are_no_advice() -> None:
    worlds.staircase()
    for card in worlds.cards(worlds.policy(TENURE, RATING)).values():
        assert "tenure" not in {flip["criterion"] for flip in card.explanation["flips"]}
    newcomer = worlds.agent("new", hired=date(2026, 9, 22))
    worlds.rate(newcomer, worlds.spread(4.0, 60))
    (flip,) = worlds.cards(worlds.policy(TENURE, RATING))["new"].explanation["flips"]
    assert (flip["kind"], flip["criterion"], flip["now"], flip["needed"]) == ("gate", "tenure", 2.0, 6.0)


def test_nobody_is_unlikely_while_a_condition_cannot_be_judged() -> None:
    support = {
        "criterion": "technical_support", "role": "gate", "cut": 1, "unit": "yes_no", "requirement": "policy",
        "quality": "qualification", "evidence_needed": 1, "when_missing": "incomplete",
    }  # fmt: skip
    level = {
        "criterion": "customer_rating", "role": "gate", "cut": 4.5, "unit": "level",
        "requirement": "public_communication", "quality": "productivity", "evidence_needed": 10,
        "when_missing": "incomplete",
    }  # fmt: skip
    worlds.rate(worlds.agent("no team"), worlds.spread(3.0, 60))
    worlds.rate(worlds.agent("support", team="Support"), worlds.spread(3.0, 60))
    found = worlds.cards(worlds.policy(support, level, RATING))
    assert {name: card.verdict for name, card in found.items()} == {"no team": "insufficient", "support": "unlikely"}
