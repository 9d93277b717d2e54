"""What is missing, by which rule that was handled, and how far a verdict is from another one."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import override

from scoring.models import PolicyVersion, Score, ScoreRun
from scoring.models.runs import Verdict
from selection.verdict_words import missing_lines, verdict_distance
from tests.cast import Cast, build_policy


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Whatever language an earlier request has left behind."""
    with override("en"):
        yield


WEIGHT = {"role": "weight", "maximum": 40.0, "missing": False, "missing_rule": "", "observations": 12, "needed": 30}
MISSING = WEIGHT | {"missing": True, "observations": 0}


def test_each_rule_for_missing_evidence_is_named() -> None:
    score = Score(
        criteria={
            "customer_rating": MISSING | {"missing_rule": "prior"},
            "involvement": MISSING | {"missing_rule": "wait", "maximum": 0.0},
            "efficiency": MISSING | {"missing_rule": "incomplete"},
        },
        gates={"tenure.gate": {"missing_rule": "not_met"}, "culture.gate": {"missing_rule": ""}},
    )
    assert missing_lines(score) == [
        "Customer ratings: no evidence yet; the average of all stands in, with all its doubt.",
        "Involvement: no evidence yet; a round measures it; until then it counts neither for nor against anybody.",
        "Efficiency: no evidence yet; nobody is placed before it is there.",
        "Length of service: no evidence yet; the condition does not hold until it is there.",
    ]


def test_too_little_evidence_is_counted() -> None:
    score = Score(criteria={"customer_rating": WEIGHT | {"enough": False}})
    assert missing_lines(score) == [
        "Customer ratings: 12 of the 30 observations the policy asks for; they count as they are."
    ]


def test_nothing_is_missing_when_all_is_there() -> None:
    assert missing_lines(Score(criteria={"customer_rating": WEIGHT | {"enough": True}})) == []


def test_what_is_both_weight_and_condition_is_told_once() -> None:
    waiting = {"missing_rule": "wait"}
    score = Score(criteria={"test_task": MISSING | waiting | {"maximum": 0.0}}, gates={"test_task.gate": waiting})
    assert len(missing_lines(score)) == 1


def judged(cast: Cast, verdict: Verdict, p_top: float, summary: dict[str, Any] | None = None, **told: Any) -> Score:
    version = PolicyVersion.objects.first() or build_policy(cast)
    run = ScoreRun(policy_version=version, summary=summary or {})
    return Score(run=run, verdict=verdict, p_top=p_top, explanation={"standing": "eligible", **told})


@pytest.mark.parametrize(
    ("verdict", "p_top", "sentence"),
    [
        (Verdict.BORDERLINE, 0.64, "The chance of a place is 64%; from 80% it reads “among the best” (+16)."),
        (Verdict.BORDERLINE, 0.25, "The chance of a place is 25%; under 20% it no longer reads “borderline” (−5)."),
        (Verdict.CLEAR, 0.9, "The chance of a place is 90%; under 80% it no longer reads “among the best” (−10)."),
        (Verdict.UNLIKELY, 0.02, "The chance of a place is 2%; from 20% it reads “borderline” (+18)."),
    ],
)
def test_the_distance_to_the_next_verdict(cast: Cast, verdict: Verdict, p_top: float, sentence: str) -> None:
    assert verdict_distance(judged(cast, verdict, p_top)) == [sentence]


def test_a_veto_comes_before_everything(cast: Cast) -> None:
    score = judged(cast, Verdict.UNLIKELY, 0.0, vetoed_by="viral_chats.veto", standing="vetoed")
    assert verdict_distance(score) == ["Viral chats: people look at it first; until then nothing else matters."]


def test_without_a_condition_the_chance_says_nothing(cast: Cast) -> None:
    (sentence,) = verdict_distance(judged(cast, Verdict.UNLIKELY, 0.0, standing="failed"))
    assert sentence.startswith("A condition does not hold")


def test_not_enough_evidence_says_why(cast: Cast) -> None:
    insufficient = Verdict.INSUFFICIENT
    (luck,) = verdict_distance(judged(cast, insufficient, 0.1, {"distinguishable": False}))
    assert luck.startswith("By their ratings these agents cannot be told apart")
    (thin,) = verdict_distance(judged(cast, insufficient, 0.1, reliability=0.31))
    assert thin.startswith("31% of the visible differences in the score are real")
    assert "asks for 50%" in thin
    (few,) = verdict_distance(judged(cast, insufficient, 0.1, reliability=0.9))
    assert few.startswith("There is less evidence than the policy asks for")
