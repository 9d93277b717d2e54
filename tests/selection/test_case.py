"""The case as those who decide read it: every kind of evidence in words, and the rank last."""

import random
from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser

from scoring.models import CellSum, Result, ViralIncident
from scoring.models.cells import Cell
from scoring.models.evidence import IncidentState, ResultKind
from selection.case import case
from selection.models import Candidate, WhatIf
from selection.references import Seen, ask, hand_in
from selection.roles import Login
from selection.stages import Stage
from tests.cast import NOW, REASON, Cast, agent, bring_to, person, seat

SEEN = "In March five people wrote about one bill, and she filed it with engineering. "


def facts(candidate: Candidate, reader: Login | None = None) -> dict[str, list[tuple[str, str]]]:
    return {section.title: section.facts for section in case(candidate, NOW, reader=reader or AnonymousUser())}


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


def test_whoever_decides_sees_how_often_the_list_was_tried(cast: Cast, candidate: Candidate) -> None:
    assert "What-ifs" not in dict(facts(candidate)["Score and rank"])
    tried = {"run": candidate.round.run, "round": candidate.round, "actor": cast.hanna, "changes": {}, "summary": {}}
    for at in (NOW - timedelta(days=1), NOW, NOW):
        WhatIf.objects.create(at=at, **tried)
    told = dict(facts(candidate)["Score and rank"])
    assert told["What-ifs"] == "3 with this policy, 2 since the round opened"


def test_without_a_score_that_is_what_is_told(candidate: Candidate) -> None:
    candidate.score = None
    assert facts(candidate)["Score and rank"] == [("Score", "none at nomination")]


def test_references_are_told_as_levels_and_agreement_without_who(cast: Cast, candidate: Candidate) -> None:
    assert "Involvement in the company's processes" not in dict(facts(candidate)["Evidence"])
    team = candidate.agent.assignments.get().team
    colleagues = [agent(f"Colleague {n}", number=f"S-9{n}", user=person(f"colleague{n}")) for n in range(2)]
    for one in colleagues:
        seat(one, team=team, manager=cast.agents["marat"])
    asked = ask(candidate=candidate, colleagues=colleagues, actor=cast.hanna, at=NOW, rng=random.Random(1))
    told = []
    for reference, level in zip(reversed(asked), (3, 3, 4), strict=True):
        given = {scale: Seen(level=level, text=SEEN + scale) for scale in ("involvement", "culture")}
        assert reference.referee.user is not None
        hand_in(reference=reference, seen=given, actor=reference.referee.user, at=NOW)
        told.append(dict(facts(candidate)["Evidence"])["Involvement in the company's processes"])
        hidden = dict(facts(candidate, cast.marat)["Evidence"])
        assert ("Observations" in hidden) is (len(told) < 3), "Marat owes his own until he has handed in"
        assert ("Involvement" in hidden) is (len(told) == 3)
    assert told == [
        "1 of 3 who were asked has answered. Levels are shown from the third answer on.",
        "2 of 3 who were asked have answered. Levels are shown from the third answer on.",
        (
            "3 of 3 who were asked have answered. Levels from 1 to 4: 3 “Sees it through”, chosen 2×; "
            "4 “Changes the way”, chosen 1×. 33% of the pairs agree, 100% are at most one level apart."
        ),
    ]
    assert not any(one.full_name in str(facts(candidate)["Evidence"]) for one in colleagues)
