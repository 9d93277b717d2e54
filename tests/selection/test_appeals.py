"""Objections: made by the candidate, answered by a person who did not decide the case, each once."""

import pytest

from journal.models import Entry
from selection.appeals import answer_appeal, make_appeal
from selection.models import Appeal, Candidate
from selection.models.candidates import AppealState
from selection.refusals import Kind, Refused
from selection.stages import Stage
from tests.cast import NOW, Cast, ask, bring_to

TEXT = "Chat 4711 was not mine: I was on leave."
ANSWER = "You are right; the rating is taken out."


@pytest.fixture
def appeal(cast: Cast, candidate: Candidate) -> Appeal:
    """Ania's objection."""
    return make_appeal(candidate=candidate, actor=cast.ania, text=f"  {TEXT} ", at=NOW)


def test_an_objection_is_kept_and_journaled_once_without_its_words(cast: Cast, appeal: Appeal) -> None:
    assert (appeal.text, appeal.state, appeal.made_at) == (TEXT, AppealState.OPEN, NOW)
    entry = Entry.objects.get(verb="make_appeal")
    assert (entry.actor, entry.detail) == (f"user:{cast.ania.pk}", {"candidate": appeal.candidate_id})


@pytest.mark.parametrize("who", ["boris", "hanna", "marat"])
def test_nobody_objects_for_somebody_else(cast: Cast, candidate: Candidate, who: str) -> None:
    with pytest.raises(Refused, match="Only the candidate may object") as refused:
        make_appeal(candidate=candidate, actor=getattr(cast, who), text=TEXT, at=NOW)
    assert refused.value.kind is Kind.NOT_ALLOWED


def test_the_second_objection_waits_for_the_first_answer(cast: Cast, appeal: Appeal) -> None:
    with pytest.raises(Refused, match="Your earlier objection is not answered yet"):
        make_appeal(candidate=appeal.candidate, actor=cast.ania, text=TEXT, at=NOW)
    answer_appeal(appeal=appeal, actor=cast.hanna, upheld=False, answer=ANSWER, at=NOW)
    assert make_appeal(candidate=appeal.candidate, actor=cast.ania, text=TEXT, at=NOW)


@pytest.mark.parametrize(("upheld", "state"), [(True, AppealState.UPHELD), (False, AppealState.REJECTED)])
def test_an_answer_is_kept_and_journaled_once(cast: Cast, appeal: Appeal, upheld: bool, state: str) -> None:
    answered = answer_appeal(appeal=appeal, actor=cast.hanna, upheld=upheld, answer=ANSWER, at=NOW)
    assert (answered.state, answered.answer, answered.answered_by) == (state, ANSWER, cast.hanna)
    detail = {"candidate": appeal.candidate_id, "state": state}
    assert Entry.objects.get(verb="answer_appeal").detail == detail
    with pytest.raises(Refused, match="answered already"):
        answer_appeal(appeal=appeal, actor=cast.hanna, upheld=not upheld, answer=ANSWER, at=NOW)


@pytest.mark.parametrize("who", ["marat", "hugo", "ania", "greta", "ada"])
def test_only_hr_answers(cast: Cast, appeal: Appeal, who: str) -> None:
    with pytest.raises(Refused, match="Only HR may do this"):
        answer_appeal(appeal=appeal, actor=getattr(cast, who), upheld=True, answer=ANSWER, at=NOW)


def test_whoever_declined_does_not_judge_the_objection(cast: Cast, candidate: Candidate) -> None:
    case = bring_to(candidate, Stage.ASSESSED, cast=cast)
    ask(case, "decline", cast.hanna)
    appeal = make_appeal(candidate=case, actor=cast.ania, text=TEXT, at=NOW)
    with pytest.raises(Refused, match="Nobody judges an objection to what they decided"):
        answer_appeal(appeal=appeal, actor=cast.hanna, upheld=True, answer=ANSWER, at=NOW)
    assert answer_appeal(appeal=appeal, actor=cast.pavel, upheld=True, answer=ANSWER, at=NOW)


@pytest.mark.parametrize("text", ["", "   ", "too short"])
def test_both_sides_give_words(cast: Cast, candidate: Candidate, appeal: Appeal, text: str) -> None:
    with pytest.raises(Refused, match="Answer in at least 20 characters"):
        answer_appeal(appeal=appeal, actor=cast.hanna, upheld=True, answer=text, at=NOW)
    with pytest.raises(Refused, match="Say in at least 20 characters"):
        make_appeal(candidate=candidate, actor=cast.ania, text=text, at=NOW)
