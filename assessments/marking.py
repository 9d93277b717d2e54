"""Marking of a sitting: the share of right answers, how sure it is, and the topics one by one. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

# A topic has two to five questions: it is read together with two questions' worth of the whole test.
TOPIC_PRIOR_QUESTIONS = 2.0


@dataclass(frozen=True, kw_only=True)
class MarkedQuestion:
    """One question of a sitting after marking; an unanswered question is not right. `weight` is above 0."""

    topic: str
    is_right: bool
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class TopicStrength:
    """`right` of `questions` in one topic, and `strength`: the share 0 to 1, drawn towards the whole test's share."""

    topic: str
    right: int
    questions: int
    strength: float


@dataclass(frozen=True, kw_only=True)
class TestResult:
    """`share` is the weighted share of right answers, 0 to 1; `topics` come strongest first."""

    __test__ = False

    share: float
    standard_error: float
    right: int
    questions: int
    topics: tuple[TopicStrength, ...]


def is_right(*, chosen: Collection[int], key: Collection[int]) -> bool:
    """Whether exactly the right options were chosen: one option too many or too few is not right."""
    return bool(key) and set(chosen) == set(key)


def mark(questions: Sequence[MarkedQuestion]) -> TestResult:
    """Mark a sitting of at least one question; raises ValueError when there is none."""
    if not questions:
        raise ValueError("A sitting without questions has no result.")
    share = _share(questions)
    return TestResult(
        share=share,
        standard_error=standard_error(share=share, questions=effective_number(q.weight for q in questions)),
        right=sum(q.is_right for q in questions),
        questions=len(questions),
        topics=_topics(questions, share),
    )


def standard_error(*, share: float, questions: float) -> float:
    """Posterior standard deviation of a share under Jeffreys' prior, Beta(1/2, 1/2).

    Unlike sqrt(p(1-p)/n) it is not 0 when all answers are right or wrong
    (Brown, Cai & DasGupta 2001, Statistical Science 16, p. 108).
    """
    right, wrong = share * questions + 0.5, (1 - share) * questions + 0.5
    total = right + wrong
    return sqrt(right * wrong / (total**2 * (total + 1)))


def effective_number(weights: Iterable[float]) -> float:
    """How many equally weighted questions tell as much (Kish 1965, Survey Sampling, sec. 11.7)."""
    given = list(weights)
    return sum(given) ** 2 / sum(weight**2 for weight in given)


def _share(questions: Iterable[MarkedQuestion]) -> float:
    given = list(questions)
    return sum(q.weight for q in given if q.is_right) / sum(q.weight for q in given)


def _topics(questions: Sequence[MarkedQuestion], whole: float) -> tuple[TopicStrength, ...]:
    by_topic: dict[str, list[MarkedQuestion]] = defaultdict(list)
    for question in questions:
        by_topic[question.topic].append(question)
    found = [_strength(topic, asked, whole) for topic, asked in by_topic.items()]
    return tuple(sorted(found, key=lambda topic: (-topic.strength, topic.topic)))


def _strength(topic: str, asked: Sequence[MarkedQuestion], whole: float) -> TopicStrength:
    number = effective_number(q.weight for q in asked)
    drawn = (_share(asked) * number + whole * TOPIC_PRIOR_QUESTIONS) / (number + TOPIC_PRIOR_QUESTIONS)
    return TopicStrength(topic=topic, right=sum(q.is_right for q in asked), questions=len(asked), strength=drawn)
