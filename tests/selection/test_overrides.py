"""The human hand: a step against the verdict needs a code and a text in every door, and is kept and counted."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from journal.models import Entry
from scoring.models import Score
from scoring.models.runs import Verdict
from selection.case import case
from selection.gates import MoveRequest
from selection.models import Candidate, Override, Round
from selection.override_report import hands
from selection.overrides import goes_against
from selection.refusals import Kind, Refused
from selection.rounds import nominate
from selection.stages import Stage
from selection.workflow import move, possible_moves
from tests.cast import NOW, REASON, Cast, bring_to, nominate_agent, open_decisions
from tests.selection.hr.conftest import logged_in

WHY = "Answers the hardest threads of the forum in her free time."


def score_of(opened: Round, cast: Cast, **values: Any) -> Score:
    """Ania's score in the round's run, with another verdict."""
    assert opened.run is not None
    opened.run.scores.filter(agent=cast.agents["ania"]).update(**values)
    return opened.run.scores.select_related("run", "agent").get(agent=cast.agents["ania"])


def judged(candidate: Candidate, **values: Any) -> Candidate:
    """The candidate with another verdict on the score at nomination."""
    Score.objects.filter(pk=candidate.score_id).update(**values)
    return Candidate.objects.select_related("round", "agent", "score").get(pk=candidate.pk)


@pytest.mark.parametrize(
    ("step", "verdict", "is_eligible", "against"),
    [
        ("nominate", "unlikely", True, True),
        ("nominate", "borderline", False, True),
        ("nominate", "borderline", True, False),
        ("nominate", "insufficient", True, False),
        ("propose", "clear", True, False),
        ("approve", "unlikely", True, True),
        ("decline", "clear", True, True),
        ("decline", "unlikely", False, False),
        ("refuse_release", "clear", True, True),
        ("refuse_approval", "borderline", True, False),
        ("invite", "unlikely", False, False),
    ],
)
def test_what_goes_against_a_verdict(step: str, verdict: str, is_eligible: bool, against: bool) -> None:
    assert goes_against(step, verdict=verdict, is_eligible=is_eligible) is against


@pytest.mark.parametrize(
    "given", [{}, {"reason_code": "because", "reason": WHY}, {"reason_code": "need", "reason": "so"}]
)
def test_nobody_unlikely_is_nominated_without_saying_why(opened: Round, cast: Cast, given: dict[str, str]) -> None:
    score = score_of(opened, cast, verdict=Verdict.UNLIKELY)
    with pytest.raises(Refused, match="This goes against the verdict") as refused:
        nominate(opened=opened, score=score, actor=cast.hanna, at=NOW, **given)
    assert refused.value.kind is Kind.INCOMPLETE
    assert not Candidate.objects.exists()


def test_a_reason_is_kept_with_the_nomination_in_one_entry(opened: Round, cast: Cast) -> None:
    score = score_of(opened, cast, verdict=Verdict.UNLIKELY)
    nominate(opened=opened, score=score, actor=cast.hanna, at=NOW, reason_code="unseen", reason=f" {WHY} ")
    kept, entry = Override.objects.get(), Entry.objects.get(verb="nominate")
    assert (kept.move, kept.verdict, kept.was_eligible, kept.code, kept.text) == (
        "nominate", "unlikely", True, "unseen", WHY,
    )  # fmt: skip
    assert (entry.detail["override"], entry.detail["reason"]) == ("unseen", WHY)


def test_with_the_verdict_nothing_is_asked_and_nothing_kept(opened: Round, cast: Cast) -> None:
    score = score_of(opened, cast, verdict=Verdict.BORDERLINE)
    nominate(opened=opened, score=score, actor=cast.hanna, at=NOW, reason_code="unseen", reason=WHY)
    assert not Override.objects.exists()
    assert "override" not in Entry.objects.get(verb="nominate").detail


def asked(name: str, actor: Any, code: str = "", reason: str = REASON) -> MoveRequest:
    return MoveRequest(name=name, actor=actor, at=NOW, reason=reason, reason_code=code)


def test_one_of_the_best_is_not_declined_without_a_code(cast: Cast, candidate: Candidate, rng: Any) -> None:
    best = judged(candidate, verdict=Verdict.CLEAR)
    with pytest.raises(Refused, match="Choose why: unseen"):
        move(candidate=best, request=asked("decline", cast.hanna), rng=rng)
    assert "decline" in possible_moves(best, actor=cast.hanna, at=NOW)
    move(candidate=best, request=asked("decline", cast.hanna, "risk"), rng=rng)
    assert Override.objects.get().text == REASON
    assert Entry.objects.get(verb="decline").detail["override"] == "risk"


def test_somebody_unlikely_is_not_proposed_or_released_without_a_code(
    cast: Cast, candidate: Candidate, rng: Any
) -> None:
    assessed = judged(bring_to(candidate, Stage.ASSESSED, cast=cast), verdict=Verdict.UNLIKELY)
    with pytest.raises(Refused, match="goes against the verdict"):
        move(candidate=assessed, request=asked("propose", cast.hanna), rng=rng)
    move(candidate=assessed, request=asked("propose", cast.hanna, "changed"), rng=rng)
    open_decisions(assessed.round, by=cast.hanna)
    proposed = Candidate.objects.select_related("round", "agent").get(pk=assessed.pk)
    with pytest.raises(Refused, match="goes against the verdict"):
        move(candidate=proposed, request=asked("release", cast.marat), rng=rng)
    assert "release" in possible_moves(proposed, actor=cast.marat, at=NOW)
    assert [one.code for one in Override.objects.all()] == ["changed"]


def test_those_who_decide_read_it_in_the_case(cast: Cast, opened: Round) -> None:
    score = score_of(opened, cast, is_eligible=False)
    made = nominate(opened=opened, score=score, actor=cast.hanna, at=NOW, reason_code="need", reason=WHY)
    told = [
        value
        for section in case(made, NOW, reader=cast.hanna)
        for label, value in section.facts
        if label == "Against the verdict"
    ]
    assert told == [f"nominate: a need of the department: language, shift, subject. {WHY}"]


def page_door(cast: Cast, candidate: Candidate, sent: dict[str, str]) -> int:
    return logged_in(cast.hanna).post(reverse("hr:move", args=[candidate.pk, "decline"]), sent).status_code


def api_door(cast: Cast, candidate: Candidate, sent: dict[str, str]) -> int:
    body = {"name": "decline", **sent}
    address = f"/api/v1/candidates/{candidate.pk}/moves/"
    return logged_in(cast.hanna).post(address, body, content_type="application/json").status_code


def shell_door(cast: Cast, candidate: Candidate, sent: dict[str, str]) -> int:
    options = {"reason": sent["reason"], "reason_code": sent.get("reason_code", "")}
    try:
        call_command("candidate_move", candidate.pk, "decline", username="hanna", stdout=io.StringIO(), **options)
    except CommandError:
        return 400
    return 302


@pytest.mark.parametrize("door", [page_door, api_door, shell_door], ids=lambda door: door.__name__)
def test_every_door_asks_for_the_code(
    cast: Cast, candidate: Candidate, door: Callable[[Cast, Candidate, dict[str, str]], int]
) -> None:
    judged(candidate, verdict=Verdict.CLEAR)
    assert door(cast, candidate, {"reason": REASON}) == 400
    assert not Override.objects.exists()
    assert door(cast, candidate, {"reason": REASON, "reason_code": "risk"}) in {201, 302}
    assert Override.objects.get().code == "risk"


def test_the_admin_asks_a_manager_for_the_code(cast: Cast, candidate: Candidate) -> None:
    proposed = bring_to(candidate, Stage.PROPOSED, cast=cast)
    open_decisions(proposed.round, by=cast.hanna)
    judged(proposed, verdict=Verdict.CLEAR)
    marat = logged_in(cast.marat)
    address = reverse("admin:selection_candidate_change", args=[proposed.pk])
    seen = marat.get(address).context["form"].initial["dossier_hash"]
    sent = {"move": "refuse_release", "reason": REASON, "dossier_hash": seen}
    refused = marat.post(address, sent)
    assert refused.status_code == 400
    assert "goes against the verdict" in refused.content.decode()
    assert marat.post(address, sent | {"reason_code": "need"}).status_code == 302
    assert Override.objects.get().actor == cast.marat


def test_the_page_of_nomination_brings_back_what_was_written(cast: Cast, opened: Round) -> None:
    score = score_of(opened, cast, verdict=Verdict.UNLIKELY)
    hanna, address = logged_in(cast.hanna), reverse("hr:nominate", args=[score.pk])
    assert "Nominate against the verdict" in hanna.get(reverse("hr:agent", args=[score.agent_id])).content.decode()
    refused = hanna.post(address, {"round": opened.pk, "reason": WHY})
    assert refused.status_code == 400
    assert WHY in refused.content.decode()
    assert "goes against the verdict" in refused.content.decode()
    accepted = hanna.post(address, {"round": opened.pk, "reason": WHY, "reason_code": "unseen"})
    assert accepted.status_code == 302
    page = hanna.get(reverse("hr:candidate", args=[Candidate.objects.get().pk])).content.decode()
    assert "Nominate: evidence that the score does not see" in page
    assert WHY in page


def test_the_rate_of_each_person_is_a_report(cast: Cast, opened: Round, rng: Any) -> None:
    score_of(opened, cast, verdict=Verdict.UNLIKELY)
    assert opened.run is not None
    for name in ("ania", "boris"):
        score = opened.run.scores.select_related("run", "agent").get(agent=cast.agents[name])
        nominate(opened=opened, score=score, actor=cast.hanna, at=NOW, reason_code="unseen", reason=WHY)
    boris = Candidate.objects.get(agent=cast.agents["boris"])
    move(candidate=boris, request=asked("decline", cast.pavel), rng=rng)
    found = {one.person: one for one in hands()}
    assert (found[cast.hanna].steps, found[cast.hanna].against, found[cast.hanna].rate) == (2, 1, 0.5)
    assert (found[cast.pavel].steps, found[cast.pavel].against) == (1, 0)
    # Wilson (1927) for 1 of 2 at 95 %.
    assert (found[cast.hanna].low, found[cast.hanna].high) == (
        pytest.approx(0.0945, abs=5e-5), pytest.approx(0.9055, abs=5e-5),
    )  # fmt: skip
    page = logged_in(cast.ada).get(reverse("hr:overrides")).content.decode()
    assert "50% (9% to 91%)" in page
    assert "Ania Sokolova" in page
    assert WHY in page


def test_the_report_is_for_hr_and_auditors(cast: Cast) -> None:
    for reader, status in ((cast.hanna, 200), (cast.ada, 200), (cast.marat, 403), (cast.greta, 403), (cast.ania, 403)):
        assert logged_in(reader).get(reverse("hr:overrides")).status_code == status


def test_the_candidate_is_told_neither_code_nor_verdict(cast: Cast, opened: Round) -> None:
    score = score_of(opened, cast, verdict=Verdict.UNLIKELY)
    nominate(opened=opened, score=score, actor=cast.hanna, at=NOW, reason_code="unseen", reason=WHY)
    assert WHY not in logged_in(cast.ania).get(reverse("portal:path")).content.decode()
    assert nominate_agent(opened, cast.agents["boris"], by=cast.hanna).stage == Stage.NOMINATED
