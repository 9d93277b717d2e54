"""One agent, and the button that makes scores."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from scoring.models import Cell, CellSum, ScoreRun
from scoring.models.runs import RunState
from tests.cast import NOW, Cast, build_policy
from tests.selection.hr.conftest import score_of

DETAIL = {
    "raw_mean": 4.52, "expected": 4.31, "difference": 0.21, "shrunken": 0.2, "low": 0.15, "high": 0.25,
    "average": 4.3, "effective": 1800.0, "answered": 2210, "offered": 2600, "response_rate": 0.85,
    "top_cell": "csat5 / chat / Equipment", "top_share": 0.6, "component": 0,
}  # fmt: skip


@pytest.fixture
def explained(cast: Cast, run: ScoreRun) -> ScoreRun:
    """Ania's score, with all that a real run writes."""
    score = score_of(run, cast.agents["ania"])
    score.criteria["customer_rating"]["detail"] = DETAIL
    score.explanation = {
        "flips": [
            {"kind": "criterion", "criterion": "customer_rating", "now": 4.52, "needed": 4.4, "change": -0.12},
            {"kind": "gate", "criterion": "tenure", "now": 24.0, "needed": 6.0, "change": -18.0},
            {"kind": "weight", "criterion": "knowledge_test", "now": 0.4, "needed": 0.55, "change": 0.15},
        ],
        "notes": [{"code": "confined_to_thin_cell", "params": {"cell": "csat5 / chat / eSIM", "share": 0.9}}],
    }
    score.save()
    return run


def page_of(client: Client, cast: Cast, query: str = "") -> str:
    """Ania's page."""
    return client.get(reverse("hr:agent", args=[cast.agents["ania"].pk]) + query).content.decode()


def test_the_page_explains_the_score_in_words(hanna: Client, cast: Cast, explained: ScoreRun) -> None:
    page = page_of(hanna, cast)
    for sentence in (
        "The mean is 4.52 over 2,210 ratings, the newer ones counting more.",
        "60% of the chats came from one queue: chat, Equipment.",
        "would have got 4.31: the difference is +0.21.",
        "Allowing for luck, +0.20 counts (between +0.15 and +0.25).",
        "85% of the customers who were asked answered.",
        "Customer ratings: at 4.40 instead of 4.52 the last place changes hands (−0.12).",
        "Length of service: the condition turns at 6 months, now 24 months (−18).",
        "Knowledge test: a weight of 48% instead of 40%, the others in proportion.",
        "Length of service: 24 months, needed 6 months. Met.",
        "90% of the ratings come from a queue where hardly anybody else works, chat, eSIM",
        "Rank 1, somewhere from 1 to 3; 50% for one of 2 places.",
    ):
        assert sentence in page
    frozen = reverse("hr:explanation", args=[score_of(explained, cast.agents["ania"]).pk])
    assert f'href="{frozen}"' in page
    assert hanna.get(frozen).json()["agent"] == "S-15"


def test_parts_on_the_page_add_up(hanna: Client, cast: Cast, explained: ScoreRun) -> None:
    shown = [float(n) for n in re.findall(r'<span class="part-points">([\d.]+) <small>', page_of(hanna, cast))]
    assert round(sum(shown), 1) == 79.0


def test_the_page_speaks_russian(hanna: Client, cast: Cast, explained: ScoreRun) -> None:
    hanna.cookies["django_language"] = "ru"
    page = page_of(hanna, cast)
    assert "Оценки клиентов" in page
    assert "4,52" in page


def test_ratings_stand_month_by_month(hanna: Client, cast: Cast) -> None:
    cells = [Cell.objects.create(instrument="csat5", topic=topic) for topic in ("eSIM", "roaming")]
    for cell, total in zip(cells, (9, 12), strict=True):
        CellSum.objects.create(
            agent=cast.agents["ania"], cell=cell, month=date(2026, 10, 1), offered=5, answered=3, total=total
        )
    page = page_of(hanna, cast)
    assert "6 ratings of 10 asked for" in page
    assert "October 2026" in page
    assert "3.50" in page


def test_an_agent_without_a_score_has_a_page(hanna: Client, ada: Client, cast: Cast) -> None:
    assert "No score yet" in page_of(hanna, cast)
    assert "No score yet" in page_of(ada, cast)


def test_a_day_ahead_is_refused(hanna: Client, cast: Cast) -> None:
    form = {"policy_version": build_policy(cast).pk, "as_of": "2999-01-01"}
    answer = hanna.post(reverse("hr:new_run"), form)
    assert answer.status_code == 422
    assert "This day lies ahead." in answer.content.decode()
    assert ScoreRun.objects.count() == 0


def test_asking_for_scores_leads_to_the_run(hanna: Client, cast: Cast) -> None:
    form = {"policy_version": build_policy(cast).pk, "as_of": NOW.date().isoformat(), "places": "3"}
    asked = hanna.post(reverse("hr:new_run"), form)
    run = ScoreRun.objects.get()
    assert asked["Location"] == reverse("hr:run", args=[run.pk])
    assert (run.places, run.requested_by, run.state) == (3, cast.hanna, RunState.FAILED)
    assert "There is no evidence up to" in hanna.get(asked["Location"]).content.decode()


@pytest.mark.parametrize("state", [RunState.WAITING, RunState.RUNNING])
def test_a_run_on_its_way_is_watched(hanna: Client, run: ScoreRun, state: str) -> None:
    ScoreRun.objects.update(state=state)
    page = hanna.get(reverse("hr:run", args=[run.pk])).content.decode()
    assert 'hx-trigger="every 2s"' in page


def test_a_finished_run_goes_on_to_its_ranking(hanna: Client, run: ScoreRun) -> None:
    address = reverse("hr:run", args=[run.pk])
    target = f"{reverse('hr:ranking')}?run={run.pk}"
    assert hanna.get(address)["Location"] == target
    assert hanna.get(address, headers={"HX-Request": "true"})["HX-Redirect"] == target
