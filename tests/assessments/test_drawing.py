"""Chance with a purpose: balance, and no pattern that could be learned."""

import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from assessments.drawing import ALPHABET, CODE_LENGTH, draw_alias, draw_code, draw_graders, draw_questions


def test_codes_are_long_and_easy_to_read_out() -> None:
    rng = random.Random(1)
    codes = {draw_code(rng) for _ in range(1000)}
    assert len(codes) == 1000
    assert all(len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) for code in codes)
    assert not set("0O1IL") & set(ALPHABET)


def test_an_alias_has_two_groups_of_four() -> None:
    alias = draw_alias(random.Random(1))
    assert [len(part) for part in alias.split("-")] == [4, 4]


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 8), min_size=1, max_size=6),
    st.integers(0, 2**32),
    st.data(),
)
def test_no_topic_is_favoured(sizes: dict[str, int], seed: int, data: st.DataObject) -> None:
    numbers = iter(range(1000))
    bank = {topic: [next(numbers) for _ in range(size)] for topic, size in sizes.items()}
    count = data.draw(st.integers(1, sum(sizes.values())))
    drawn = draw_questions(bank, count=count, rng=random.Random(seed))
    asked = {topic: len(set(drawn) & set(bank[topic])) for topic in bank}
    assert len(set(drawn)) == count
    most = max(asked.values())
    assert all(asked[topic] >= most - 1 or asked[topic] == sizes[topic] for topic in bank)


def test_a_draw_repeats_with_its_seed_and_only_with_it() -> None:
    bank = {"roaming": list(range(20)), "eSIM": list(range(20, 40))}
    draws = [draw_questions(bank, count=10, rng=random.Random(seed)) for seed in (7, 7, 8)]
    assert draws[0] == draws[1] != draws[2]


def test_too_small_a_bank_is_refused() -> None:
    with pytest.raises(ValueError, match="3 questions were asked for, there are 2"):
        draw_questions({"eSIM": [1, 2]}, count=3, rng=random.Random(1))


def test_who_has_least_work_comes_first() -> None:
    assert set(draw_graders({1: 4, 2: 0, 3: 1, 4: 4}, count=2, rng=random.Random(1))) == {2, 3}


def test_a_thousand_assignments_are_fair_and_every_pair_meets() -> None:
    rng = random.Random(2014)
    loads = dict.fromkeys(range(6), 0)
    pairs: Counter[tuple[int, ...]] = Counter()
    for _ in range(1000):
        drawn = draw_graders(loads, count=2, rng=rng)
        pairs[tuple(sorted(drawn))] += 1
        for grader in drawn:
            loads[grader] += 1
    assert max(loads.values()) - min(loads.values()) <= 1
    assert set(pairs) == set(combinations(range(6), 2))
    assert chisquare(list(pairs.values())).pvalue > 0.001
