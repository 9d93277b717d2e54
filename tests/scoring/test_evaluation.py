"""A policy over a world: honest when there is nothing to tell, whoever is missing, whatever the bounds."""

from datetime import date

import numpy as np
import pytest

from scoring.evaluation import NoEvidence, code_version
from scoring.models import Assignment, CellSum
from tests.scoring import worlds
from tests.scoring.worlds import RATING, SUPPORT, TENURE

pytestmark = pytest.mark.django_db
CALLS, CENTRE = 4054, 8


def call_centre(*, effect: float, seed: int = 2014) -> None:
    """Eight agents known by name only, who share 4054 answered calls by chance, rated 1 to 5."""
    rng = np.random.default_rng(seed)
    who, topic = rng.integers(0, CENTRE, CALLS), rng.integers(0, 5, CALLS)
    mark = np.clip(np.round(3.4 + effect * (who - 3.5) + rng.normal(0, 1.2, CALLS)), 1, 5)
    for one in range(CENTRE):
        made = worlds.agent(f"Agent {one}", hired=None)
        for kind in range(5):
            worlds.rate(made, mark[(who == one) & (topic == kind)], topic=f"topic {kind}", unanswered=24)


def test_eight_agents_without_a_difference_are_not_told_apart() -> None:
    call_centre(effect=0.0)
    evaluation = worlds.evaluated(worlds.policy(RATING, places=2))
    assert evaluation.is_distinguishable is False
    verdicts = {card.verdict for card in worlds.cards(worlds.policy(RATING, places=2)).values()}
    assert verdicts.isdisjoint({"clear", "borderline"})


def test_they_are_not_told_apart_whatever_the_places() -> None:
    call_centre(effect=0.0)
    for places in (1, 6, 8, 20):
        verdicts = {card.verdict for card in worlds.cards(worlds.policy(RATING), places=places).values()}
        assert verdicts == {"insufficient"}


def test_eight_agents_with_a_difference_are() -> None:
    call_centre(effect=0.15)
    evaluation = worlds.evaluated(worlds.policy(RATING))
    assert evaluation.is_distinguishable is True
    found = worlds.cards(worlds.policy(RATING))
    assert found["Agent 7"].verdict == "clear"
    assert found["Agent 0"].verdict == "unlikely"


def test_the_best_two_are_clear_and_the_worst_unlikely() -> None:
    worlds.staircase()
    found = worlds.cards(worlds.policy(RATING))
    assert [card.rank for card in found.values()] == [1, 2, 3, 4, 5, 6]
    assert [card.verdict for card in found.values()] == ["clear", "clear"] + ["unlikely"] * 4
    assert sum(card.p_top for card in found.values()) == pytest.approx(2.0, abs=1e-5)


def test_with_nobody_to_score_it_says_so() -> None:
    with pytest.raises(NoEvidence):
        worlds.evaluated(worlds.policy(RATING))


def test_one_agent_alone() -> None:
    worlds.rate(worlds.agent("alone"), worlds.spread(4.0, 50))
    evaluation = worlds.evaluated(worlds.policy(RATING))
    assert evaluation.is_distinguishable is None
    (card,) = worlds.cards(worlds.policy(RATING)).values()
    assert (card.rank, card.rank_low, card.rank_high) == (1, 1, 1)
    assert card.verdict == "insufficient"


def test_nobody_rated() -> None:
    for number in ("A", "B", "C"):
        worlds.rate(worlds.agent(number), [], unanswered=9)
    evaluation = worlds.evaluated(worlds.policy(RATING))
    assert evaluation.is_distinguishable is None
    found = worlds.cards(worlds.policy(RATING))
    assert {card.verdict for card in found.values()} == {"insufficient"}
    assert {card.rank for card in found.values()} == {1}
    assert {card.score for card in found.values()} == {50.0}


def test_everything_outside_the_window_is_nobody_rated() -> None:
    worlds.staircase()
    CellSum.objects.update(month=date(2020, 1, 1))
    found = worlds.cards(worlds.policy(RATING))
    assert {(card.verdict, card.ratings) for card in found.values()} == {("insufficient", 0)}


def test_agents_without_team_or_dates_are_incomplete_not_refused() -> None:
    for place in range(4):
        worlds.rate(worlds.agent(f"A-{place}", hired=None), worlds.spread(4.4 - 0.5 * place, 60))
    found = worlds.cards(worlds.policy(SUPPORT, TENURE, RATING))
    assert {card.verdict for card in found.values()} == {"insufficient"}
    assert {card.explanation["standing"] for card in found.values()} == {"incomplete"}
    assert {card.gates["tenure.gate"]["state"] for card in found.values()} == {"incomplete"}
    assert {card.gates["tenure.gate"]["value"] for card in found.values()} == {None}


def test_a_lot_gives_everybody_the_same_chance_and_no_score() -> None:
    worlds.staircase(5)
    found = worlds.cards(worlds.policy(order="lot", places=2))
    assert {card.p_top for card in found.values()} == {0.4}
    assert {(card.rank, card.rank_low, card.rank_high) for card in found.values()} == {(1, 1, 5)}
    assert {(card.score, len(card.criteria), len(card.gates)) for card in found.values()} == {(0.0, 0, 0)}


def test_a_lot_among_those_who_pass() -> None:
    worlds.staircase(4)
    Assignment.objects.filter(agent__staff_number="A-0").delete()
    found = worlds.cards(worlds.policy(SUPPORT, order="lot", places=1))
    assert [round(card.p_top, 3) for card in found.values()] == [0.0, 0.333, 0.333, 0.333]


def test_places_for_all_are_places_for_all() -> None:
    worlds.staircase(3)
    found = worlds.cards(worlds.policy(RATING, places=9))
    assert {card.p_top for card in found.values()} == {1.0}
    assert {card.verdict for card in found.values()} == {"clear"}


@pytest.mark.parametrize(
    ("clear", "borderline", "words"),
    [
        (0.8, 0.2, ["clear", "borderline", "borderline", "unlikely", "unlikely"]),
        (0.95, 0.5, ["borderline", "borderline", "unlikely", "unlikely", "unlikely"]),
        (0.7, 0.05, ["clear", "clear", "borderline", "unlikely", "unlikely"]),
    ],
)
def test_the_bounds_of_the_policy_decide_the_verdict(clear: float, borderline: float, words: list[str]) -> None:
    """The chances are about .88, .71, .41, 0 and 0."""
    for place, mean in enumerate((4.0, 3.9, 3.8, 3.2, 3.0)):
        worlds.rate(worlds.agent(f"A-{place}"), worlds.spread(mean, 60))
    found = worlds.cards(worlds.policy(RATING, clear=clear, borderline=borderline))
    assert [card.verdict for card in found.values()] == words


def test_queues_that_nobody_shares_are_compared_only_within() -> None:
    for number, topic, mean in (("A", "x", 4.5), ("B", "x", 3.5), ("C", "y", 4.5), ("D", "y", 3.5)):
        worlds.rate(worlds.agent(number), worlds.spread(mean, 80), topic=topic)
    evaluation = worlds.evaluated(worlds.policy(RATING))
    assert evaluation.measures.ratings is not None
    assert evaluation.measures.ratings.mix.components == 2
    codes = {
        note["code"] for card in worlds.cards(worlds.policy(RATING)).values() for note in card.explanation["notes"]
    }
    assert codes == {"only_within_component", "confined_to_thin_cell"}


def test_who_left_is_not_placed() -> None:
    worlds.staircase(3)
    gone = worlds.agent("gone", hired=date(2024, 1, 1), left=date(2026, 10, 31))
    worlds.rate(gone, worlds.spread(4.9, 80), month=date(2026, 10, 1))
    assert "gone" not in worlds.cards(worlds.policy(RATING))
    assert "gone" in worlds.cards(worlds.policy(RATING), day=date(2026, 10, 31))


def test_many_agents_are_computed_instead_of_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    worlds.staircase(6)
    drawn = worlds.evaluated(worlds.policy(TENURE, RATING))
    assert drawn.is_drawn
    monkeypatch.setattr("scoring.evaluation.DRAWN_UP_TO", 3)
    computed = worlds.evaluated(worlds.policy(TENURE, RATING))
    assert not computed.is_drawn
    assert drawn.composite.table["p_top"].equals(computed.composite.table["p_top"])
    gap = drawn.composite.table["p_selected"] - computed.composite.table["p_selected"]
    assert gap.abs().max() < 0.1


def test_the_code_has_a_name() -> None:
    assert len(code_version()) == 12
