"""The whole way from nomination to a placement, and what each move leaves behind."""

import random

import pytest

from assessments.models import Grading
from assessments.refusals import NotNow
from journal.models import Entry
from journal.verify import problems
from scoring.models.evidence import ResultKind
from selection import workflow
from selection.models import Candidate, Decision, Invitation, Placement, StageChange
from selection.refusals import Kind, Refused
from selection.stages import MOVES, Stage
from selection.workflow import possible_moves
from tests.cast import NOW, REASON, Cast, ask, bring_to, open_decisions

WAY = ["invite", "accept", "finish_test", "hand_in", "take_results", "propose", "release", "approve"]


def test_ania_goes_all_the_way(cast: Cast, candidate: Candidate) -> None:
    promoted = bring_to(candidate, Stage.PROMOTED, cast=cast)
    placement = Placement.objects.get(candidate=promoted)
    assert (placement.agent, placement.starts_on.isoformat()) == (cast.agents["ania"], "2026-11-23")
    assert list(promoted.changes.values_list("move", flat=True)) == WAY
    assert list(problems()) == []


def test_every_change_has_exactly_one_entry(cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.PROMOTED, cast=cast)
    entries = Entry.objects.filter(subject_kind="selection.candidate").order_by("sequence")
    assert list(entries.values_list("verb", flat=True)) == ["nominate", *WAY]
    changes = StageChange.objects.order_by("pk").values_list("from_stage", "to_stage", "actor_id")
    told = [(e.detail["from"], e.detail["to"], int(e.actor.removeprefix("user:"))) for e in entries[1:]]
    assert told == list(changes)


def test_the_whole_way_is_told_once_in_the_journal(cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.PROMOTED, cast=cast)
    verbs = list(Entry.objects.order_by("sequence").values_list("verb", flat=True))
    work = {"prepare_sitting", "prepare_submission", "start_sitting", "submit_sitting", "start_submission"}
    assert {verb: verbs.count(verb) for verb in work} == dict.fromkeys(work, 1)
    assert verbs.count("open_round") == 1
    assert verbs.count("next_phase") == 2


def test_the_journal_of_the_work_names_no_candidate(cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.GRADING, cast=cast)
    entries = Entry.objects.filter(subject_kind__startswith="assessments.")
    assert f"user:{cast.ania.pk}" not in set(entries.values_list("actor", flat=True))


def test_inviting_prepares_anonymous_work(cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.INVITED, cast=cast)
    work = Invitation.objects.get(candidate=candidate)
    assert work.sitting
    assert work.submission
    assert (work.sitting.questions.count(), work.policy_read_at) == (6, None)


def test_results_become_evidence(cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.ASSESSED, cast=cast)
    results = {result.kind: result for result in candidate.agent.results.all()}
    assert set(results) == {ResultKind.KNOWLEDGE_TEST, ResultKind.TEST_TASK}
    # Both graders: tone 3 of 3 at weight 40, facts 2 of 3 at weight 60.
    assert results[ResultKind.TEST_TASK].value == pytest.approx(0.8)
    assert results[ResultKind.TEST_TASK].observations == 2
    assert results[ResultKind.KNOWLEDGE_TEST].observations == 6


def test_two_graders_are_drawn(cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.GRADING, cast=cast)
    assert {grading.grader for grading in Grading.objects.all()} == {cast.greta, cast.gleb}


def test_two_signatures_stand_under_a_promotion(cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.PROMOTED, cast=cast)
    signed = Decision.objects.order_by("pk").values_list("role", "verdict", "person", "reason")
    assert list(signed) == [
        ("line_manager", "granted", cast.marat.pk, REASON),
        ("head_of_public_communications", "granted", cast.hugo.pk, REASON),
    ]


def test_a_move_whose_effect_fails_leaves_nothing(
    cast: Cast, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(candidate: Candidate, request: object, chance: random.Random) -> None:
        raise NotNow("bank_too_small", "The bank is too small. Import more questions.")

    monkeypatch.setitem(workflow.EFFECTS, "invite", (*workflow.EFFECTS["invite"], fails))
    before = Entry.objects.count()
    with pytest.raises(Refused, match="The bank is too small") as refused:
        ask(candidate, "invite", cast.hanna)
    assert refused.value.kind is Kind.NOT_NOW
    assert (candidate.stage, Candidate.objects.get().stage) == (Stage.NOMINATED, Stage.NOMINATED)
    assert (Entry.objects.count(), Invitation.objects.count(), StageChange.objects.count()) == (before, 0, 0)


@pytest.mark.parametrize(
    ("stage", "who", "offered"),
    [
        (Stage.NOMINATED, "hanna", ["invite", "decline"]),
        (Stage.INVITED, "ania", ["accept", "withdraw"]),
        (Stage.ASSESSED, "hanna", ["propose", "decline"]),
        (Stage.PROPOSED, "marat", ["release", "refuse_release"]),
        (Stage.RELEASED, "hugo", ["approve", "refuse_approval"]),
        (Stage.RELEASED, "marat", []),
        (Stage.RELEASED, "greta", []),
        (Stage.PROMOTED, "hugo", []),
    ],
)
def test_what_is_offered_is_what_is_legal(
    cast: Cast, candidate: Candidate, stage: Stage, who: str, offered: list[str]
) -> None:
    case = bring_to(candidate, stage, cast=cast)
    if stage is Stage.PROPOSED:
        open_decisions(case.round, by=cast.hanna)
        case = Candidate.objects.get(pk=case.pk)
    assert possible_moves(case, actor=getattr(cast, who), at=NOW) == offered


def test_every_move_that_needs_one_is_offered_with_its_reason_still_to_give(cast: Cast, candidate: Candidate) -> None:
    assessed = bring_to(candidate, Stage.ASSESSED, cast=cast)
    assert MOVES["propose"].needs_reason
    assert "propose" in possible_moves(assessed, actor=cast.hanna, at=NOW)
    with pytest.raises(Refused, match="Give a reason"):
        ask(assessed, "propose", cast.hanna, reason="")
