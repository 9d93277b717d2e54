"""Chance with a purpose: codes, aliases, balanced questions, balanced graders. Pure; the source of chance is given."""

import random
from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest

# Without 0/O, 1/I/L: a code is sometimes read out aloud.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12


def draw_code(rng: random.Random) -> str:
    """Draw a code that says nothing: twelve symbols, 31 to the power of 12 possibilities."""
    return "".join(rng.choices(ALPHABET, k=CODE_LENGTH))


def draw_alias(rng: random.Random) -> str:
    """Draw the name under which one grader knows one submission, such as `K7QX-M2RD`."""
    letters = "".join(rng.choices(ALPHABET, k=8))
    return f"{letters[:4]}-{letters[4:]}"


def draw_questions(by_topic: Mapping[str, Sequence[int]], *, count: int, rng: random.Random) -> list[int]:
    """Draw `count` questions so that no topic is asked more than once oftener than another that has some left.

    Raises ValueError when there are fewer questions than asked for.
    """
    topics = [rng.sample(list(by_topic[topic]), len(by_topic[topic])) for topic in sorted(by_topic)]
    rng.shuffle(topics)
    rounds = chain.from_iterable(zip_longest(*topics))
    drawn = [question for question in rounds if question is not None][:count]
    if len(drawn) < count:
        raise ValueError(f"{count} questions were asked for, there are {len(drawn)}.")
    rng.shuffle(drawn)
    return drawn


def draw_graders(loads: Mapping[int, int], *, count: int, rng: random.Random) -> list[int]:
    """Draw up to `count` of those with the least work; among equals chance alone decides."""
    shuffled = rng.sample(sorted(loads), len(loads))
    return sorted(shuffled, key=lambda grader: loads[grader])[:count]
