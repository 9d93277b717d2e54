"""Who did not answer: told with every score, and never moving one."""

import pandas as pd
import pytest

from scoring import silence
from scoring.models import CellSum
from scoring.scorecards import Scorecard, scorecards
from scoring.silence import LEAST_COLLEAGUES, LEAST_OFFERED, shares_of_answers
from tests.scoring import worlds
from tests.scoring.worlds import RATING, spread

pytestmark = pytest.mark.django_db
GATE = {key: value for key, value in RATING.items() if key != "weight"} | {
    "role": "gate", "cut": 4.0, "unit": "level", "when_missing": "not_met",
}  # fmt: skip


def team(answered: int = 60, *, asked: int = 100, odd: int | None = None) -> None:
    """Eight agents, each a little better than the one before; the first with another number of answers."""
    for place in range(8):
        count = odd if odd is not None and place == 0 else answered
        worlds.rate(worlds.agent(f"A-{place}"), spread(3.4 + 0.15 * place, count), unanswered=asked - count)


def cards(*criteria: dict[str, object]) -> dict[str, Scorecard]:
    return worlds.cards(worlds.policy(*(criteria or (RATING,)), places=2))


def test_the_share_of_answers_stands_beside_the_usual_one() -> None:
    team(odd=50)
    detail = cards()["A-0"].criteria["customer_rating"]["detail"]
    assert (detail["response_rate"], detail["response_expected"]) == (0.5, pytest.approx(470 / 800))
    assert detail["response_low"] < 0.5 < detail["response_high"]
    assert detail["response_is_odd"] is False


def test_surveys_that_hardly_anybody_answers_are_told() -> None:
    team(odd=12)
    found = cards()
    assert found["A-0"].criteria["customer_rating"]["detail"]["response_is_odd"] is True
    odd = {"code": "odd_response_rate", "params": {"rate": 0.12, "expected": 0.54}}
    assert [odd in card.explanation["notes"] for card in found.values()] == [True] + [False] * 7


def test_few_surveys_and_few_colleagues_say_nothing() -> None:
    team(answered=18, asked=29, odd=0)
    assert not any(card.explanation["notes"] for card in cards().values())


def offers(agents: int, offered: int) -> pd.DataFrame:
    """Agents of whose customers seven in ten answer, and a first one whose customers hardly do."""
    answered = [offered // 10, *[offered * 7 // 10] * (agents - 1)]
    return pd.DataFrame({"agent": range(agents), "cell": "chat", "offered": offered, "answered": answered})


@pytest.mark.parametrize(
    ("colleagues", "offered", "is_odd"),
    [
        (LEAST_COLLEAGUES, 600, True),
        (LEAST_COLLEAGUES - 1, 600, False),
        (LEAST_COLLEAGUES + 5, LEAST_OFFERED, True),
        (LEAST_COLLEAGUES + 5, LEAST_OFFERED - 1, False),
    ],
)
def test_the_least_that_says_anything_is_told_and_one_fewer_is_not(
    colleagues: int, offered: int, is_odd: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "ODD_AT", 3.0)  # among five agents nothing can lie further out than 3.2
    found = shares_of_answers(offers(colleagues + 1, offered))
    assert found["flag"].tolist() == [True] + [False] * colleagues
    assert found["is_odd"].tolist() == [is_odd] + [False] * colleagues


def test_the_silent_would_have_to_be_so_far_apart() -> None:
    team()
    found = cards(GATE, RATING)
    for card in found.values():
        gate, detail = card.gates["customer_rating.gate"], card.criteria["customer_rating"]["detail"]
        whole = 0.6 * gate["value"] + 0.4 * gate["silent_mean"]
        assert whole == pytest.approx(gate["cut"], abs=1e-5)
        if detail["silent_mean"] is not None:
            assert detail["silent_can_turn"] == (1.0 <= detail["silent_mean"] <= 5.0)
    turned = [one.criteria["customer_rating"]["detail"]["silent_can_turn"] for one in found.values()]
    assert True in turned


def test_where_everybody_answered_nobody_is_silent() -> None:
    team(answered=60, asked=60)
    for card in cards(GATE, RATING).values():
        detail = card.criteria["customer_rating"]["detail"]
        assert (detail["silent_mean"], detail["silent_can_turn"]) == (None, None)
        assert card.gates["customer_rating.gate"]["silent_mean"] is None


def test_silence_moves_no_score() -> None:
    team(answered=60, asked=60)
    before = {name: (card.score, card.p_top, card.verdict) for name, card in cards().items()}
    CellSum.objects.filter(agent__staff_number="A-0").update(offered=600)
    assert {name: (card.score, card.p_top, card.verdict) for name, card in cards().items()} == before


def test_where_nobody_counted_what_was_asked_nothing_is_said() -> None:
    team()
    CellSum.objects.update(offered=0)
    evaluation = worlds.evaluated(worlds.policy(RATING, places=2))
    detail = scorecards(evaluation)[0].criteria["customer_rating"]["detail"]
    assert (detail["response_rate"], detail["response_expected"], detail["silent_mean"]) == (None, None, None)
