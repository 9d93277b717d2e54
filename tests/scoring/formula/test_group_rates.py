"""Selection rates of groups against published and hand-made answers."""

import numpy as np
import pytest

from scoring.formula import ShapeError
from scoring.formula.group_rates import GroupRate, group_rates, mid_p, ratio_interval


def rates(**counts: tuple[int, int]) -> dict[str, GroupRate]:
    """Rates by group from (passed, total)."""
    passed = np.concatenate([np.arange(total) < taken for taken, total in counts.values()])
    names = [name for name, (_taken, total) in counts.items() for _ in range(total)]
    return {one.group: one for one in group_rates(passed, names)}


def test_connecticut_v_teal() -> None:
    """457 U.S. 440 (1982): of 48 black candidates 26 passed the written test, of 259 white ones 206; 68 %."""
    found = rates(black=(26, 48), white=(206, 259))
    assert found["black"].rate == pytest.approx(0.5417, abs=5e-5)
    assert found["white"].rate == pytest.approx(0.7954, abs=5e-5)
    assert found["black"].ratio == pytest.approx(0.681, abs=5e-4)
    assert (found["black"].flag, found["white"].flag) == ("alert", "fine")
    assert found["white"].is_reference
    assert np.isnan(found["white"].ratio)


def test_four_fifths_are_counted_in_whole_people() -> None:
    # 0.48 / 0.6 is 0.7999999999999999 in floating point, and four fifths exactly.
    assert rates(first=(48, 100), second=(60, 100))["first"].flag == "fine"
    assert rates(first=(47, 100), second=(60, 100))["first"].flag == "watch"


def test_small_groups_say_nothing() -> None:
    found = rates(large=(10, 40), small=(0, 9))
    assert (found["small"].flag, found["large"].is_reference) == ("small", True)
    assert {one.flag for one in rates(one=(3, 5), other=(0, 5)).values()} == {"small"}


def test_people_without_a_group_are_left_out() -> None:
    assert [one.group for one in group_rates(np.array([True, False, True]), ["", "a", "a"])] == ["a"]


def test_where_nobody_passes_there_is_no_ratio() -> None:
    found = rates(first=(0, 20), second=(0, 20))
    assert all(np.isnan(one.ratio) for one in found.values())
    assert {one.flag for one in found.values()} == {"fine"}


def test_the_tea_taster() -> None:
    """Three of four against one of four: 2/70 are less likely, and half of 32/70 as likely."""
    assert mid_p(3, 4, 1, 4) == pytest.approx(18 / 70)
    assert mid_p(2, 4, 2, 4) == pytest.approx(34 / 70 + 0.5 * 36 / 70)


def test_the_interval_of_a_ratio() -> None:
    low, high = ratio_interval(15, 100, 10, 100)
    assert (low, high) == (pytest.approx(0.7082, abs=5e-4), pytest.approx(3.1773, abs=5e-4))
    assert all(np.isfinite(ratio_interval(0, 20, 5, 20)))


def test_groups_and_people_must_match() -> None:
    with pytest.raises(ShapeError):
        group_rates(np.array([True]), ["a", "b"])
