"""How much a list hangs on its weights, as the ranking and the agent's page tell it."""

import pytest
from django.test import Client
from django.urls import reverse

from scoring.models import ScoreRun
from selection.sensitivity import RunSensitivity, ScoreSensitivity
from tests.cast import Cast
from tests.scoring import worlds
from tests.scoring.worlds import RATING
from tests.selection.hr.conftest import logged_in
from tests.selection.hr.scored import policy_of, run_of, stairs


@pytest.fixture
def run(cast: Cast) -> ScoreRun:
    stairs()
    return run_of(policy_of(service=6))


@pytest.fixture
def hanna(cast: Cast) -> Client:
    return logged_in(cast.hanna)


def test_a_run_keeps_what_its_weights_do(run: ScoreRun) -> None:
    kept = run.summary["sensitivity"]
    assert kept["weightings"] == 2000
    assert [one["criterion"] for one in kept["weights"]] == ["customer_rating", "efficiency"]
    assert [one["nominal"] for one in kept["weights"]] == [0.6, 0.4]
    assert sum(one["effective"] for one in kept["weights"]) == pytest.approx(1.0, abs=1e-5)
    assert {one["criterion"] for one in kept["without"]} == {"customer_rating", "efficiency"}


def test_chances_to_stay_add_up_to_the_places(run: ScoreRun) -> None:
    stays = [score.explanation["stays"] for score in run.scores.all()]
    assert sum(stays) == pytest.approx(run.places, abs=1e-4)
    assert all(0.0 <= share <= 1.0 for share in stays)


def test_a_swap_brings_neighbours_level(run: ScoreRun) -> None:
    """With the new share of one weight, and the other giving way, both scores are equal."""
    upper = next(score for score in run.scores.order_by("rank") if score.explanation["swap"])
    swap = upper.explanation["swap"]
    lower = run.scores.get(agent__staff_number=swap["agent"])
    shares = {"customer_rating": 0.6, "efficiency": 0.4}
    other = next(name for name in shares if name != swap["criterion"])
    needed = {swap["criterion"]: swap["needed"], other: 1 - swap["needed"]}

    def points(criteria: dict[str, dict[str, float]]) -> float:
        return sum(needed[name] / shares[name] * criteria[name]["points"] for name in shares)

    # Points are stored with one digit.
    assert points(upper.criteria) == pytest.approx(points(lower.criteria), abs=0.3)


def test_the_pages_tell_it(hanna: Client, run: ScoreRun) -> None:
    ranking = hanna.get(reverse("hr:ranking")).content.decode()
    assert "How much the list hangs on its weights" in ranking
    assert "written: 60%" in ranking
    assert "random weightings" in ranking
    best = run.scores.order_by("rank").first()
    assert best is not None
    page = hanna.get(reverse("hr:agent", args=[best.agent_id])).content.decode()
    assert "Under other weights" in page
    assert "Among the best 2 in" in page
    assert "Without Customer ratings" in page


def test_names_stand_for_staff_numbers(run: ScoreRun) -> None:
    run.summary["sensitivity"]["without"] = [{"criterion": "efficiency", "enters": ["A-3"], "leaves": ["gone"]}]
    run.summary["sensitivity"]["edge"] = {
        "last": "A-1", "agent": "A-2", "criterion": "efficiency", "now": 0.4, "needed": 0.404,
    }  # fmt: skip
    assert RunSensitivity(run).sentences == [
        "Without Efficiency: in Agent A-3; out gone.",
        "At the line: Agent A-2 draws level with Agent A-1 if Efficiency weighs 40.4% instead of 40.0%.",
    ]


@pytest.mark.parametrize(
    ("stays", "sentence"),
    [(1.0, "does not hang"), (0.5, "The place hangs"), (0.0, "No reasonable weights")],
)
def test_a_share_becomes_a_sentence(run: ScoreRun, stays: float, sentence: str) -> None:
    score = run.scores.select_related("run").order_by("rank")[0]
    score.explanation["stays"] = stays
    assert sentence in ScoreSensitivity(score).sentences[0]


def test_one_criterion_leaves_nothing_to_weigh(hanna: Client) -> None:
    stairs()
    run = run_of(worlds.publish(worlds.policy(RATING)))
    assert run.summary["sensitivity"]["weightings"] == 0
    page = hanna.get(reverse("hr:ranking")).content.decode()
    assert "Only one criterion counts so far, Customer ratings: there is nothing to weigh." in page
    assert "Under other weights" not in page


def test_a_run_without_it_shows_nothing(run: ScoreRun) -> None:
    run.summary.pop("sensitivity")
    assert (RunSensitivity(run).weightings, RunSensitivity(run).nothing_to_weigh) == (0, "")
