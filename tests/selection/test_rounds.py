"""Rounds: opened whole or not at all, nominated by HR, always forwards."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from journal.models import Entry
from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from scoring.presets import published
from selection.models import Candidate, Round
from selection.models.rounds import RoundPhase
from selection.refusals import Refused
from selection.rounds import RoundPlan, add_grader, next_phase, nominate, open_round
from selection.stages import Role
from tests.cast import NOW, Cast, build_run, nominate_agent, person


def plan_like(opened: Round, **changed: Any) -> RoundPlan:
    plan = RoundPlan(
        title="Winter",
        policy_version=opened.policy_version,
        run=opened.run,
        places=2,
        knowledge_test=opened.knowledge_test,
        test_task=opened.test_task,
        assessments_until=NOW + timedelta(days=1),
        decisions_until=NOW + timedelta(days=2),
        graders=[row.grader for row in opened.graders.select_related("grader")],
    )
    return replace(plan, **changed)


def test_a_round_opens_with_its_graders_and_one_entry(cast: Cast, opened: Round) -> None:
    before = Entry.objects.count()
    winter = open_round(plan=plan_like(opened), actor=cast.hanna, at=NOW)
    assert (winter.phase, winter.graders.count()) == (RoundPhase.NOMINATION, 2)
    assert Entry.objects.count() == before + 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"graders": []}, "Choose at least two graders"),
        ({"assessments_until": NOW}, "The deadlines must lie ahead"),
        ({"decisions_until": NOW + timedelta(hours=1)}, "The deadlines must lie ahead"),
        ({"title": "Autumn"}, "There is a round “Autumn” already"),
    ],
)
def test_a_plan_with_a_hole_opens_nothing(cast: Cast, opened: Round, changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        open_round(plan=plan_like(opened, **changed), actor=cast.hanna, at=NOW)
    assert Round.objects.count() == 1


def test_only_a_published_policy_opens_a_round(cast: Cast, opened: Round) -> None:
    opened.policy_version.state = PolicyState.DRAFT
    with pytest.raises(Refused, match="Only a published policy opens a round"):
        open_round(plan=plan_like(opened), actor=cast.hanna, at=NOW)


def test_a_version_that_came_past_two_people_opens_no_round(cast: Cast, opened: Round) -> None:
    """What Rostrum installs has no author; what somebody slips in beside the verbs is not believed."""
    shipped = published("lottery", at=NOW)
    assert open_round(plan=plan_like(opened, policy_version=shipped), actor=cast.hanna, at=NOW).pk
    slipped = PolicyVersion.objects.create(
        name="lottery", version=2, document=shipped.document, document_hash=shipped.document_hash,
        state=PolicyState.PUBLISHED, created_at=NOW, published_at=NOW,
    )  # fmt: skip
    with pytest.raises(Refused, match="Nobody has signed this policy version"):
        open_round(plan=plan_like(opened, policy_version=slipped, title="Spring"), actor=cast.hanna, at=NOW)


def test_graders_are_graders(cast: Cast, opened: Round) -> None:
    with pytest.raises(Refused, match="marat is no grader"):
        open_round(plan=plan_like(opened, graders=[cast.greta, cast.marat]), actor=cast.hanna, at=NOW)


@pytest.mark.parametrize("who", ["marat", "hugo", "greta", "ania", "ada"])
def test_only_hr_runs_rounds(cast: Cast, opened: Round, who: str) -> None:
    actor = getattr(cast, who)
    with pytest.raises(Refused, match="Only HR may do this"):
        open_round(plan=plan_like(opened), actor=actor, at=NOW)
    with pytest.raises(Refused, match="Only HR may do this"):
        nominate_agent(opened, cast.agents["ania"], by=actor)
    with pytest.raises(Refused, match="Only HR may do this"):
        next_phase(opened=opened, actor=actor, at=NOW)
    with pytest.raises(Refused, match="Only HR may do this"):
        add_grader(opened=opened, grader=cast.greta, actor=actor, at=NOW)


def test_somebody_is_nominated_once(cast: Cast, opened: Round, candidate: Candidate) -> None:
    with pytest.raises(Refused, match="Ania Sokolova is in this round already"):
        nominate_agent(opened, cast.agents["ania"], by=cast.hanna)
    assert Candidate.objects.count() == 1
    assert Entry.objects.filter(verb="nominate").count() == 1


def test_a_score_of_another_policy_nominates_nobody(cast: Cast, opened: Round) -> None:
    policy = opened.policy_version
    policy.pk, policy.version = None, 2
    policy.save()
    other = build_run(policy, cast.agents["ania"]).scores.get()
    with pytest.raises(Refused, match="made with another policy than the round's"):
        nominate(opened=Round.objects.get(), score=other, actor=cast.hanna, at=NOW)


def test_a_round_goes_forwards_once_per_click(cast: Cast, opened: Round) -> None:
    phases = [opened.phase]
    current = opened
    for _ in range(3):
        current = next_phase(opened=current, actor=cast.hanna, at=NOW)
        phases.append(current.phase)
    assert phases == [phase.value for phase in RoundPhase]
    with pytest.raises(Refused, match="moved on already"):
        next_phase(opened=current, actor=cast.hanna, at=NOW)
    with pytest.raises(Refused, match="moved on already"):
        next_phase(opened=opened, actor=cast.hanna, at=NOW)
    assert Entry.objects.filter(verb="next_phase").count() == 3


def test_nominations_end_with_their_phase(cast: Cast, opened: Round) -> None:
    later = next_phase(opened=opened, actor=cast.hanna, at=NOW)
    with pytest.raises(Refused, match="The round no longer takes nominations"):
        nominate_agent(later, cast.agents["ania"], by=cast.hanna)


def test_a_grader_is_added_once_while_the_round_runs(cast: Cast, opened: Round) -> None:
    gaia = person("gaia", Role.GRADER)
    add_grader(opened=opened, grader=gaia, actor=cast.hanna, at=NOW)
    with pytest.raises(Refused, match="gaia grades in this round already"):
        add_grader(opened=opened, grader=gaia, actor=cast.hanna, at=NOW)
    with pytest.raises(Refused, match="marat is no grader"):
        add_grader(opened=opened, grader=cast.marat, actor=cast.hanna, at=NOW)
    assert Entry.objects.filter(verb="add_grader").count() == 1


@pytest.mark.parametrize("role", [Role.HR, Role.AUDITOR])
def test_whoever_sees_the_journal_cannot_grade_blind(cast: Cast, opened: Round, role: Role) -> None:
    both = person("both", Role.GRADER, role)
    with pytest.raises(Refused, match="cannot grade blind"):
        add_grader(opened=opened, grader=both, actor=cast.hanna, at=NOW)
    only = person("only", Role.GRADER)
    add_grader(opened=opened, grader=only, actor=cast.hanna, at=NOW)
