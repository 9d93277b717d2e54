"""Two rules on the same measures: who enters and leaves, why, and the list at once."""

import numpy as np
import pytest

from scoring.formula import AnyOf, Gate, Measure, Rules, ShapeError, Veto, Weight, evaluate, fact, measured
from scoring.formula.comparing import Cause, Compared, Side, compare_sides, side_of
from scoring.formula.quick import quick_list


def side(rules: Rules, *measures: Measure, places: int = 1) -> Side:
    return side_of(evaluate(measures, rules, places=places, rng=np.random.default_rng(1), draws=100))


def compared(before: Rules, after: Rules, *measures: Measure, places: int = 1) -> Compared:
    return compare_sides(
        side(before, *measures, places=places), side(after, *measures, places=places), places=places
    )  # fmt: skip


FALLING, RISING = fact("a", [4, 3, 2, 1]), fact("b", [1, 2, 3, 4])
SERVES = fact("c", [1, 1, 1, 0])
BY_A, BY_B = Rules(weights=(Weight("a", 1),)), Rules(weights=(Weight("b", 1),))
ONLY_C = Gate("c", at_least=1)


def test_the_same_rules_change_nothing() -> None:
    found = compared(BY_A, BY_A, FALLING)
    assert list(found.kinds) == ["stays", "", "", ""]
    assert found.tau == pytest.approx(1.0)
    assert found.door == {"both": 4, "loses": 0, "gains": 0, "neither": 0}
    assert found.parts["a"] == pytest.approx(np.zeros(4))


def test_a_turned_weight_turns_the_list() -> None:
    found = compared(BY_A, BY_B, FALLING, RISING)
    assert list(found.kinds) == ["leaves", "", "", "enters"]
    assert found.tau == pytest.approx(-1.0)
    assert [found.cause(at).kind for at in range(4)] == ["score", "", "", "score"]


def test_changes_of_points_add_up_to_the_change_of_the_score() -> None:
    mixed = Rules(weights=(Weight("a", 80), Weight("b", 20)))
    found = compared(mixed, Rules(weights=(Weight("a", 30), Weight("b", 70))), FALLING, RISING)
    change = found.after.score - found.before.score
    assert sum(found.parts.values()) == pytest.approx(change)
    # z of 4 among 1 to 4 is 1.3416: from 80/20 to 30/70 the first loses 0.5 of it in a and -0.5 in b.
    assert change[0] == pytest.approx(-2 * 0.5 * 1.3416407865 * 100 / 6)


def test_who_is_barred_now_leaves_for_that_condition_and_the_next_enters_because_of_it() -> None:
    lacking = fact("c", [0, 1, 1, 1])
    found = compared(BY_A, Rules(gates=(ONLY_C,), weights=BY_A.weights), FALLING, lacking)
    assert list(found.kinds) == ["leaves", "enters", "", ""]
    assert found.cause(0) == Cause("condition", ("c",))
    assert found.cause(1) == Cause("others", ("c",))
    assert found.cause(2) == Cause("")
    assert found.door == {"both": 3, "loses": 1, "gains": 0, "neither": 0}


def test_who_was_barred_enters_for_that_condition_and_the_last_leaves_because_of_it() -> None:
    lacking = fact("c", [0, 1, 1, 1])
    found = compared(Rules(gates=(ONLY_C,), weights=BY_A.weights), BY_A, FALLING, lacking)
    assert found.cause(0) == Cause("condition", ("c",))
    assert found.cause(1) == Cause("others", ("c",))
    assert found.door["gains"] == 1


def test_new_weights_and_a_new_gate_are_told_apart() -> None:
    found = compared(BY_A, Rules(gates=(ONLY_C,), weights=BY_B.weights), FALLING, RISING, SERVES)
    assert list(found.kinds) == ["leaves", "", "enters", ""]
    assert found.cause(0).kind == "score"
    # By the new score alone the fourth would have the place; the gate keeps that one out.
    assert found.cause(2) == Cause("others", ("c",))
    assert found.tau == pytest.approx(0.0)


def test_a_policy_that_cannot_tell_people_apart_gives_nobody_a_place() -> None:
    found = compared(Rules(), BY_A, FALLING)
    assert list(found.before.states) == ["level"] * 4
    assert list(found.kinds) == ["enters", "", "", ""]
    assert np.isnan(found.tau)


def test_conditions_count_whom_they_stop_and_whom_they_alone_stop() -> None:
    rules = Rules(
        gates=(Gate("a", at_least=2),),
        any_of=(AnyOf("doors", (Gate("b", at_least=4), Gate("c", at_least=1))),),
        vetoes=(Veto("b", at_least=3),),
        weights=(Weight("a", 1), Weight("c", 1, missing="incomplete")),
    )
    known = fact("c", [1, 1, np.nan, 0])
    assert side(rules, FALLING, RISING, known).stopped == {
        "a": (1, 0),
        "doors": (1, 0),
        "veto:b": (2, 0),
        "evidence:c": (1, 0),
    }


def test_sides_of_different_size_are_refused() -> None:
    with pytest.raises(ShapeError):
        compare_sides(side(BY_A, FALLING), side(BY_A, fact("a", [1, 2])), places=1)


def crowd(size: int = 2000) -> list[Measure]:
    rng = np.random.default_rng(7)
    return [measured(name, rng.normal(size=size), rng.uniform(0.1, 0.5, size)) for name in "abcd"]


RULES = Rules(
    gates=(Gate("d", at_least=-0.5),),
    any_of=(AnyOf("doors", (Gate("a", at_least=0.5), Gate("b", at_least=0.5))),),
    vetoes=(Veto("c", at_least=2.5),),
    weights=(Weight("a", 50), Weight("b", 30), Weight("c", 20)),
)


def test_the_list_at_once_is_the_analytic_list() -> None:
    measures = crowd()
    whole = evaluate(measures, RULES, places=100, rng=np.random.default_rng(1), draws=0).table
    quick = quick_list({one.name: one for one in measures}, RULES, places=100)
    assert quick.score == pytest.approx(whole["score"].to_numpy())
    assert quick.p_top == pytest.approx(whole["p_top"].to_numpy())
    assert list(quick.place) == whole["place"].tolist()
    assert list(quick.standing) == whole["standing"].tolist()
    assert quick.held.sum() == pytest.approx(100)
    assert quick.inside.sum() == 100


def test_people_who_are_level_share_the_last_places() -> None:
    quick = quick_list({"a": fact("a", [3, 2, 2, 2, 1])}, BY_A, places=2)
    assert quick.held == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3, 0])
    assert list(quick.inside) == [True, False, False, False, False]


def test_nobody_has_a_place_when_nobody_may_be_chosen() -> None:
    quick = quick_list({"a": fact("a", [1, 2])}, Rules(gates=(Gate("a", at_least=9),)), places=1)
    assert quick.held == pytest.approx([0, 0])
