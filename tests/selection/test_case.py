"""The case as those who decide read it: every kind of evidence in words, and the rank last."""

from datetime import date, timedelta

from scoring.models import CellSum, Result, ViralIncident
from scoring.models.cells import Cell
from scoring.models.evidence import IncidentState, ResultKind
from selection.case import case
from selection.models import Candidate
from selection.stages import Stage
from tests.cast import NOW, REASON, Cast, bring_to


def facts(candidate: Candidate) -> dict[str, list[tuple[str, str]]]:
    return {section.title: section.facts for section in case(candidate, NOW)}


def test_a_new_candidate_is_told_whole(candidate: Candidate) -> None:
    assert facts(candidate) == {
        "The person": [
            ("Staff number", "S-15"),
            ("Team", "Technical support 1"),
            ("Line manager", "Marat Khasanov"),
            ("Employed since", "Nov. 22, 2024"),
            ("Nominated by", "Hanna Castova"),
        ],
        "Evidence": [
            ("Customer ratings", "none"),
            ("Condition", "Length of service: 24 months, needed 6 months. Met."),
        ],
        "The way so far": [],
        "Score and rank": facts(candidate)["Score and rank"],
    }
    assert facts(candidate)["Score and rank"][:3] == [
        ("Customer ratings", "47.4 of 60.0 points"),
        ("Knowledge test", "31.6 of 40.0 points"),
        ("Score", "79.0"),
    ]


def test_results_come_with_their_doubt(cast: Cast, candidate: Candidate) -> None:
    assessed = bring_to(candidate, Stage.ASSESSED, cast=cast)
    Result.objects.filter(kind=ResultKind.TEST_TASK).update(standard_error=0.05, is_vetoed=True)
    told = dict(facts(assessed)["Evidence"])
    assert told["Test task"] == (
        "80% of what can be reached, between 70% and 90%; Nov. 22, 2026. The graders saw a reputational risk."
    )
    assert facts(assessed)["The way so far"][-1][1] == f"take over the results, Hanna Castova: {REASON}"


def test_ratings_and_incidents_are_told(candidate: Candidate) -> None:
    cell = Cell.objects.create(instrument="csat5")
    CellSum.objects.create(agent=candidate.agent, cell=cell, month=date(2026, 11, 1), offered=150, answered=120)
    ViralIncident.objects.create(
        chat_id="c-1",
        agent=candidate.agent,
        flagged_at=NOW - timedelta(days=1),
        state=IncidentState.VERIFIED,
        severity=2,
    )
    told = dict(facts(candidate)["Evidence"])
    assert told["Customer ratings"] == "120 answers to 150 surveys"
    assert told["Viral incident"] == "positive; verified"


def test_without_a_score_that_is_what_is_told(candidate: Candidate) -> None:
    candidate.score = None
    assert facts(candidate)["Score and rank"] == [("Score", "none at nomination")]
