"""Every refusal of the path, with the same case let through as its positive control."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group

from scoring.models import Assignment, CellSum
from scoring.models.cells import Cell
from selection.appeals import answer_appeal, make_appeal
from selection.dossier import dossier_hash
from selection.gates import MoveRequest, check
from selection.models import Candidate, Placement, Round, RoundGrader
from selection.refusals import Kind, Refused
from selection.rounds import next_phase
from selection.stages import Role, Stage
from tests.cast import NOW, REASON, Cast, agent, ask, bring_to, nominate_agent, open_decisions, person, seat

OBJECTION = "Chat 4711 was not mine: I was on leave."


@pytest.fixture
def proposed(cast: Cast, candidate: Candidate) -> Candidate:
    """Ania, proposed by Hanna, in the decision phase."""
    found = bring_to(candidate, Stage.PROPOSED, cast=cast)
    open_decisions(found.round, by=cast.hanna)
    return found


@pytest.fixture
def released(cast: Cast, proposed: Candidate) -> Candidate:
    """Ania, released by Marat."""
    return bring_to(proposed, Stage.RELEASED, cast=cast)


def refusal(made: Callable[[], object]) -> tuple[Kind, str]:
    with pytest.raises(Refused) as refused:
        made()
    return refused.value.kind, refused.value.sentence


# Who


def test_nobody_decides_about_themselves_and_a_colleague_may(cast: Cast, opened: Round) -> None:
    for login in (cast.boris, cast.pavel):
        login.groups.add(Group.objects.get(name=Role.HR.value))
    own = nominate_agent(opened, cast.agents["boris"], by=cast.hanna)
    kind, sentence = refusal(lambda: ask(own, "invite", cast.boris))
    assert (kind, sentence) == (
        Kind.NOT_ALLOWED,
        "Nobody decides about themselves. Ask a colleague with the same role.",
    )
    ask(own, "invite", cast.pavel)


def test_only_the_candidate_accepts(cast: Cast, candidate: Candidate) -> None:
    ask(candidate, "invite", cast.hanna)
    kind, sentence = refusal(lambda: ask(candidate, "accept", cast.boris))
    assert (kind, sentence) == (Kind.NOT_ALLOWED, "Only the candidate may do this: accept the invitation.")
    ask(candidate, "accept", cast.ania)


def test_a_manager_of_others_does_not_release_and_one_further_up_may(cast: Cast, proposed: Candidate) -> None:
    stranger, above = person("mila", Role.LINE_MANAGER), person("oleg", Role.LINE_MANAGER)
    agent("Mila", number="S-30", user=stranger)
    boss = agent("Oleg", number="S-31", user=above)
    Assignment.objects.filter(agent=cast.agents["marat"]).update(manager=boss)
    kind, sentence = refusal(lambda: ask(proposed, "release", stranger))
    assert (kind, sentence) == (Kind.NOT_ALLOWED, "Only the line manager may do this: release.")
    ask(proposed, "release", above)


def test_being_above_without_the_role_is_not_enough(cast: Cast, proposed: Candidate) -> None:
    cast.marat.groups.clear()
    assert refusal(lambda: ask(proposed, "release", cast.marat))[0] is Kind.NOT_ALLOWED
    cast.marat.groups.add(Group.objects.get(name=Role.LINE_MANAGER.value))
    ask(proposed, "release", cast.marat)


@pytest.mark.parametrize(("stage", "name", "who"), [("proposed", "release", "marat"), ("released", "approve", "hugo")])
def test_a_circle_in_the_roster_stops_decisions(
    cast: Cast, proposed: Candidate, stage: str, name: str, who: str
) -> None:
    case = bring_to(proposed, Stage(stage), cast=cast)
    Assignment.objects.filter(agent=cast.agents["marat"]).update(manager=cast.agents["ania"])
    kind, sentence = refusal(lambda: ask(case, name, getattr(cast, who)))
    assert (kind, sentence) == (
        Kind.NOT_ALLOWED,
        "The chain of managers runs in a circle, so nobody may decide. Ask HR to correct the roster first.",
    )
    Assignment.objects.filter(agent=cast.agents["marat"]).update(manager=None)
    ask(case, name, getattr(cast, who))


@pytest.mark.parametrize("hand", ["nominated", "proposed"])
def test_nobody_decides_about_what_they_brought_forward(cast: Cast, opened: Round, hand: str) -> None:
    cast.hugo.groups.add(Group.objects.get(name=Role.HR.value))
    by = cast.hugo if hand == "nominated" else cast.hanna
    case = bring_to(nominate_agent(opened, cast.agents["ania"], by=by), Stage.ASSESSED, cast=cast)
    ask(case, "propose", cast.hugo if hand == "proposed" else cast.hanna)
    case = bring_to(case, Stage.RELEASED, cast=cast)
    kind, sentence = refusal(lambda: ask(case, "approve", cast.hugo))
    assert (kind, sentence) == (
        Kind.NOT_ALLOWED,
        "Nobody decides about what they proposed. Ask a colleague with the same role.",
    )
    ask(case, "approve", person("hector", Role.HEAD))


def test_one_person_has_one_voice(cast: Cast, proposed: Candidate) -> None:
    cast.marat.groups.add(Group.objects.get(name=Role.HEAD.value))
    ask(proposed, "release", cast.marat)
    kind, sentence = refusal(lambda: ask(proposed, "approve", cast.marat))
    assert kind is Kind.NOT_ALLOWED
    assert sentence == "You have decided about this candidate already: one person has one voice. Ask another."
    ask(proposed, "approve", cast.hugo)


def test_whoever_is_above_releases_and_does_not_approve(cast: Cast, released: Candidate) -> None:
    Assignment.objects.filter(agent=cast.agents["marat"]).update(manager=cast.agents["hugo"])
    kind, sentence = refusal(lambda: ask(released, "approve", cast.hugo))
    assert (kind, sentence) == (
        Kind.NOT_ALLOWED,
        "You are above this candidate in the line, so you may release, not approve. Ask another head.",
    )
    Assignment.objects.filter(agent=cast.agents["marat"]).update(manager=None)
    ask(released, "approve", cast.hugo)


def test_an_inactive_login_does_nothing(cast: Cast, released: Candidate) -> None:
    cast.hugo.is_active = False
    cast.hugo.save(update_fields=["is_active"])
    assert refusal(lambda: ask(released, "approve", cast.hugo))[0] is Kind.NOT_ALLOWED


# When


def test_a_move_that_is_none_is_answered_with_those_that_are(cast: Cast, candidate: Candidate) -> None:
    kind, sentence = refusal(lambda: ask(candidate, "promote", cast.hanna))
    assert kind is Kind.NOT_NOW
    assert sentence.startswith("There is no move “promote”. The moves are: invite, accept")


def test_a_move_out_of_order_names_the_stage(cast: Cast, candidate: Candidate) -> None:
    kind, sentence = refusal(lambda: ask(candidate, "propose", cast.hanna))
    assert (kind, sentence) == (
        Kind.NOT_NOW,
        "Not possible at the stage “nominated”: propose for promotion. Reload the page to see what is possible.",
    )


def test_decisions_wait_for_their_phase(cast: Cast, candidate: Candidate) -> None:
    case = bring_to(candidate, Stage.PROPOSED, cast=cast)
    kind, sentence = refusal(lambda: ask(case, "release", cast.marat))
    assert (kind, sentence) == (
        Kind.NOT_NOW,
        "The round is in the phase “nomination”. HR opens the decision phase first.",
    )
    open_decisions(case.round, by=cast.hanna)
    ask(Candidate.objects.get(pk=case.pk), "release", cast.marat)


def test_a_closed_round_stands_still(cast: Cast, released: Candidate) -> None:
    opened = Round.objects.get(pk=released.round_id)
    next_phase(opened=opened, actor=cast.hanna, at=NOW)
    kind, sentence = refusal(lambda: ask(released, "approve", cast.hugo))
    assert (kind, sentence) == (Kind.NOT_NOW, "The round is closed. Open a new round.")
    assert refusal(lambda: ask(released, "withdraw", cast.ania))[0] is Kind.NOT_NOW


def test_accepting_ends_with_the_deadline(cast: Cast, candidate: Candidate) -> None:
    ask(candidate, "invite", cast.hanna)
    late = candidate.round.assessments_until + timedelta(seconds=1)
    kind, sentence = refusal(lambda: ask(candidate, "accept", cast.ania, at=late))
    assert kind is Kind.NOT_NOW
    assert sentence.startswith("The time for test and task ended on Nov. 29, 2026, 3 p.m.")
    ask(candidate, "accept", cast.ania, at=candidate.round.assessments_until)


@pytest.mark.parametrize(("stage", "name"), [(Stage.TEST, "finish_test"), (Stage.TASK, "hand_in")])
def test_work_that_is_not_done_goes_no_further(cast: Cast, candidate: Candidate, stage: Stage, name: str) -> None:
    case = bring_to(candidate, stage, cast=cast)
    assert refusal(lambda: ask(case, name, cast.ania))[0] is Kind.NOT_NOW
    bring_to(case, Stage.GRADING, cast=cast)


def test_results_wait_for_the_graders(cast: Cast, candidate: Candidate) -> None:
    case = bring_to(candidate, Stage.GRADING, cast=cast)
    kind, sentence = refusal(lambda: ask(case, "take_results", cast.hanna))
    assert (kind, sentence) == (Kind.NOT_NOW, "The graders are not done. Wait for the second grading.")
    bring_to(case, Stage.ASSESSED, cast=cast)


def test_an_invitation_needs_two_graders_who_are_not_too_close(cast: Cast, candidate: Candidate) -> None:
    near = agent("Gleb", number="S-40", user=cast.gleb)
    seat(near, team=cast.agents["ania"].assignments.get().team)
    kind, sentence = refusal(lambda: ask(candidate, "invite", cast.hanna))
    assert kind is Kind.NOT_NOW
    assert sentence.startswith("Only 1 grader of the round may grade this candidate, 2 are needed")
    RoundGrader.objects.create(round=candidate.round, grader=person("gaia", Role.GRADER))
    ask(candidate, "invite", cast.hanna)


def test_a_grader_who_lost_the_role_does_not_count(cast: Cast, candidate: Candidate) -> None:
    cast.gleb.groups.clear()
    assert refusal(lambda: ask(candidate, "invite", cast.hanna))[0] is Kind.NOT_NOW


def test_a_circle_in_the_roster_stops_the_invitation(cast: Cast, candidate: Candidate) -> None:
    Assignment.objects.filter(agent=cast.agents["marat"]).update(manager=cast.agents["ania"])
    kind, sentence = refusal(lambda: ask(candidate, "invite", cast.hanna))
    assert (kind, sentence) == (
        Kind.NOT_NOW,
        "The chain of managers runs in a circle, so nobody can grade. Ask HR to correct the roster first.",
    )


# With what


@pytest.mark.parametrize("reason", ["", "         x", "ok"])
def test_a_decision_needs_a_reason(cast: Cast, proposed: Candidate, reason: str) -> None:
    kind, sentence = refusal(lambda: ask(proposed, "release", cast.marat, reason=reason))
    assert (kind, sentence) == (
        Kind.INCOMPLETE,
        "Give a reason of at least ten characters: the candidate may ask for it.",
    )
    ask(proposed, "release", cast.marat, reason="ten chars!")


def test_new_evidence_makes_a_dossier_stale(cast: Cast, released: Candidate) -> None:
    cell = Cell.objects.create(instrument="csat5")
    sums = CellSum.objects.create(agent=released.agent, cell=cell, month=date(2026, 11, 1), offered=1, answered=1)
    asked = MoveRequest(name="approve", actor=cast.hugo, at=NOW, reason=REASON, effective_on=NOW.date())
    old = dossier_hash(released)
    sums.answered = 2
    sums.save(update_fields=["answered"])
    kind, sentence = refusal(lambda: check(released, replace(asked, dossier_hash=old)))
    assert (kind, sentence) == (
        Kind.STALE,
        "The evidence has changed since you opened it. Reload the page, read it and decide again.",
    )
    check(released, replace(asked, dossier_hash=dossier_hash(released)))


def test_a_place_begins_today_at_the_earliest(cast: Cast, released: Candidate) -> None:
    kind, sentence = refusal(lambda: ask(released, "approve", cast.hugo, effective_on=date(2026, 11, 21)))
    assert (kind, sentence) == (
        Kind.INCOMPLETE,
        "Say from which day the promotion holds; it cannot begin in the past.",
    )
    ask(released, "approve", cast.hugo, effective_on=date(2026, 11, 22))


def test_today_is_the_companys_day_and_not_greenwichs(cast: Cast, released: Candidate) -> None:
    night = datetime.fromisoformat("2026-11-22T23:30:00+00:00")  # the 23rd in Moscow
    assert refusal(lambda: ask(released, "approve", cast.hugo, at=night, effective_on=date(2026, 11, 22)))
    ask(released, "approve", cast.hugo, at=night, effective_on=date(2026, 11, 23))


def test_nobody_is_placed_twice(cast: Cast, released: Candidate) -> None:
    other = Candidate.objects.create(round=second_round(released.round), agent=released.agent, **nomination(cast))
    held = Placement.objects.create(candidate=other, agent=released.agent, starts_on=date(2026, 1, 1), created_at=NOW)
    kind, sentence = refusal(lambda: ask(released, "approve", cast.hugo))
    assert kind is Kind.NOT_NOW
    assert sentence.startswith("Ania Sokolova is in the department already, from 01/01/2026 on.")
    held.ends_on = date(2026, 11, 1)
    held.save(update_fields=["ends_on"])
    ask(released, "approve", cast.hugo)


def test_whoever_leaves_is_not_placed_after_that(cast: Cast, released: Candidate) -> None:
    released.agent.employments.update(left_on=date(2026, 11, 30))
    kind, sentence = refusal(lambda: ask(released, "approve", cast.hugo, effective_on=date(2026, 12, 1)))
    assert kind is Kind.NOT_NOW
    assert sentence.startswith("Ania Sokolova no longer works here on that day.")
    ask(released, "approve", cast.hugo, effective_on=date(2026, 11, 30))


def test_the_last_place_is_the_last(cast: Cast, released: Candidate) -> None:
    taken = agent("Vera", number="S-17")
    Candidate.objects.create(round=released.round, agent=taken, stage=Stage.PROMOTED, **nomination(cast))
    kind, sentence = refusal(lambda: ask(released, "approve", cast.hugo))
    assert (kind, sentence) == (Kind.NOT_NOW, "All places of the round are taken (1). Open a new round.")
    Round.objects.filter(pk=released.round_id).update(places=2)
    ask(released, "approve", cast.hugo)


# Reopening


def declined_with_objection(cast: Cast, candidate: Candidate, *, upheld: bool) -> Candidate:
    case = bring_to(candidate, Stage.ASSESSED, cast=cast)
    ask(case, "decline", cast.hanna)
    appeal = make_appeal(candidate=case, actor=cast.ania, text=OBJECTION, at=NOW)
    answer_appeal(appeal=appeal, actor=cast.pavel, upheld=upheld, answer="We have looked at the roster.", at=NOW)
    return case


def test_only_an_upheld_objection_reopens(cast: Cast, candidate: Candidate) -> None:
    case = declined_with_objection(cast, candidate, upheld=False)
    kind, sentence = refusal(lambda: ask(case, "reopen", cast.hanna))
    assert (kind, sentence) == (
        Kind.NOT_NOW,
        "Only an upheld appeal reopens a case. Answer the candidate's appeal first.",
    )


def test_an_upheld_objection_reopens_once(cast: Cast, candidate: Candidate) -> None:
    case = declined_with_objection(cast, candidate, upheld=True)
    ask(case, "reopen", cast.hanna)
    ask(case, "decline", cast.hanna, at=NOW + timedelta(hours=1))
    assert refusal(lambda: ask(case, "reopen", cast.hanna))[0] is Kind.NOT_NOW


def test_a_reopened_case_is_decided_anew(cast: Cast, released: Candidate) -> None:
    ask(released, "refuse_approval", cast.hugo)
    appeal = make_appeal(candidate=released, actor=cast.ania, text=OBJECTION, at=NOW)
    answer_appeal(appeal=appeal, actor=cast.hanna, upheld=True, answer="We have looked at the roster.", at=NOW)
    ask(released, "reopen", cast.hanna)
    assert set(released.decisions.values_list("is_current", flat=True)) == {False}
    assert bring_to(Candidate.objects.get(pk=released.pk), Stage.PROMOTED, cast=cast)


def nomination(cast: Cast) -> dict[str, Any]:
    return {"nominated_by": cast.hanna, "nominated_at": NOW}


def second_round(first: Round) -> Round:
    second = Round.objects.get(pk=first.pk)
    second.pk, second.title = None, "Spring"
    second.save()
    return second
