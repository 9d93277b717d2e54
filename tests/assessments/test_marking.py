"""Marking: shares, what they are worth, and the topics."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.marking import MarkedQuestion, effective_number, is_right, mark, standard_error


def answered(topic: str, right: int, wrong: int = 0, weight: float = 1.0) -> list[MarkedQuestion]:
    return [MarkedQuestion(topic=topic, is_right=n < right, weight=weight) for n in range(right + wrong)]


@pytest.mark.parametrize(
    ("chosen", "key", "right"),
    [
        ({1}, {1}, True),
        ({2}, {1}, False),
        (set(), {1}, False),
        ({1, 3}, {1, 3}, True),
        ({1}, {1, 3}, False),
        ({1, 2, 3}, {1, 3}, False),
        (set(), set(), False),
    ],
)
def test_only_the_whole_key_is_right(chosen: set[int], key: set[int], right: bool) -> None:
    assert is_right(chosen=chosen, key=key) is right


def test_fifteen_of_twenty() -> None:
    """The standard deviation of Beta(15.5, 5.5): sqrt(85.25 / (21^2 * 22))."""
    result = mark(answered("roaming", 15, 5))
    assert (result.share, result.right, result.questions) == (0.75, 15, 20)
    assert result.standard_error == pytest.approx(sqrt(85.25 / 9702))
    assert result.standard_error == pytest.approx(0.0937, abs=5e-5)


def test_all_right_is_not_certain() -> None:
    result = mark(answered("roaming", 20))
    assert result.share == 1.0
    assert result.standard_error == pytest.approx(sqrt(20.5 * 0.5 / (21**2 * 22)))


def test_a_heavy_question_counts_as_much_as_its_weight() -> None:
    questions = [*answered("billing", 1, weight=3.0), *answered("billing", 0, 1)]
    assert mark(questions).share == 0.75


def test_unequal_weights_tell_less() -> None:
    assert effective_number([1, 1, 1, 1]) == 4
    assert effective_number([3, 1]) == 1.6


def test_topics_are_told_apart_strongest_first_and_drawn_to_the_whole() -> None:
    result = mark([*answered("eSIM", 0, 2), *answered("roaming", 2), *answered("billing", 1, 1)])
    assert [(t.topic, t.right, t.questions) for t in result.topics] == [
        ("roaming", 2, 2),
        ("billing", 1, 2),
        ("eSIM", 0, 2),
    ]
    assert [t.strength for t in result.topics] == [0.75, 0.5, 0.25]


def test_an_empty_sitting_has_no_result() -> None:
    with pytest.raises(ValueError, match="without questions"):
        mark([])


@given(st.integers(0, 40), st.integers(1, 40))
def test_more_questions_never_make_the_result_less_sure(right: int, more: int) -> None:
    share = right / 40
    assert standard_error(share=share, questions=40 + more) < standard_error(share=share, questions=40)
