"""Consensus: the parity rule, the spread, the veto and the further look."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.consensus import FurtherLook, Marks, Scale, consensus, further_look, grading_share, mean_error

SCALES = {
    "facts": Scale(weight=60, lowest=1, highest=4),
    "tone": Scale(weight=40, lowest=1, highest=4),
}


def marks(facts: int, tone: int, *, veto: bool = False) -> Marks:
    return Marks(levels={"facts": facts, "tone": tone}, is_vetoed=veto)


@pytest.mark.parametrize(
    ("facts", "tone", "share"), [(1, 1, 0.0), (4, 4, 1.0), (4, 1, 0.6), (1, 4, 0.4), (2, 3, 0.6 / 3 + 0.8 / 3)]
)
def test_a_grading_is_the_weighted_way_from_the_lowest_to_the_highest_level(
    facts: int, tone: int, share: float
) -> None:
    assert grading_share(levels={"facts": facts, "tone": tone}, scales=SCALES) == pytest.approx(share)


@pytest.mark.parametrize("levels", [{"facts": 2}, {"facts": 2, "tone": 2, "charm": 2}, {"facts": 5, "tone": 2}])
def test_a_grading_must_fit_the_rubric(levels: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"criteria|outside"):
        grading_share(levels=levels, scales=SCALES)


def test_two_graders_meet_in_the_middle() -> None:
    found = consensus([marks(4, 3), marks(3, 4)], SCALES)
    assert found.shares == pytest.approx((13 / 15, 12 / 15))
    assert found.share == pytest.approx(12.5 / 15)
    assert found.further_look is None


@pytest.mark.parametrize(
    ("shares", "error"),
    [
        ([0.5], 0.10),
        ([0.5, 0.5], sqrt(0.02 / 3 / 2)),
        ([0.4, 0.6], sqrt((0.02 + 0.02) / 3 / 2)),
        ([0.3, 0.6, 0.9], sqrt((0.02 + 0.18) / 4 / 3)),
    ],
)
def test_the_spread_is_drawn_to_the_usual_one(shares: list[float], error: float) -> None:
    assert mean_error(shares) == pytest.approx(error)


def test_the_third_grade_is_averaged_and_none_is_dropped() -> None:
    found = consensus([marks(1, 1), marks(4, 4), marks(4, 4)], SCALES)
    assert found.share == pytest.approx(2 / 3)
    assert found.further_look is None


@pytest.mark.parametrize(
    ("gradings", "look"),
    [
        ([marks(2, 2), marks(3, 3)], None),
        ([marks(2, 2), marks(4, 2)], FurtherLook.LEVELS_DIFFER),
        ([marks(2, 2), marks(2, 4)], FurtherLook.LEVELS_DIFFER),
        ([marks(2, 2, veto=True), marks(2, 2)], FurtherLook.SINGLE_VETO),
        ([marks(1, 1, veto=True), marks(4, 4)], FurtherLook.SINGLE_VETO),
        ([marks(2, 2, veto=True), marks(2, 2, veto=True)], None),
        ([marks(1, 1)], None),
        ([marks(1, 1), marks(4, 4), marks(1, 1, veto=True)], None),
    ],
)
def test_when_a_third_grader_looks(gradings: list[Marks], look: FurtherLook | None) -> None:
    assert further_look(gradings) is look


@pytest.mark.parametrize(
    ("vetoes", "holds"),
    [
        ((False, False), False),
        ((True, False), False),
        ((True, True), True),
        ((True, False, False), False),
        ((True, False, True), True),
    ],
)
def test_a_veto_needs_two_and_never_touches_the_share(vetoes: tuple[bool, ...], holds: bool) -> None:
    found = consensus([marks(3, 3, veto=veto) for veto in vetoes], SCALES)
    assert (found.is_vetoed, found.vetoes) == (holds, sum(vetoes))
    assert found.share == pytest.approx(2 / 3)


def test_without_gradings_there_is_no_result() -> None:
    with pytest.raises(ValueError, match="without gradings"):
        consensus([], SCALES)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=3))
def test_the_order_of_graders_does_not_matter(levels: list[tuple[int, int]]) -> None:
    forward = consensus([marks(*pair) for pair in levels], SCALES)
    backward = consensus([marks(*pair) for pair in reversed(levels)], SCALES)
    assert forward.share == pytest.approx(backward.share)
    assert forward.standard_error == pytest.approx(backward.standard_error)
    assert forward.further_look is backward.further_look
