"""Managers decide in the admin: what they see, what the form and the action do, and what no form there can do."""

import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from scoring.models import Agent, Result
from selection.dossier import dossier_hash
from selection.models import Candidate, Decision, Placement, Round
from selection.stages import Role, Stage
from tests.cast import (
    NOW,
    REASON,
    Cast,
    agent,
    ask,
    bring_to,
    build_score,
    nominate_agent,
    open_decisions,
    person,
    seat,
)

LIST = "/admin/selection/candidate/"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(candidate: Candidate) -> str:
    return reverse("admin:selection_candidate_change", args=[candidate.pk])


def decision(candidate: Candidate, name: str, **changed: str) -> dict[str, str]:
    given = {
        "move": name,
        "reason": REASON,
        "effective_on": "2026-12-01",
        "dossier_hash": dossier_hash(Candidate.objects.get(pk=candidate.pk)),
    }
    return given | changed


def words(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def stage(candidate: Candidate) -> str:
    return Candidate.objects.get(pk=candidate.pk).stage


@pytest.fixture
def proposed(cast: Cast, candidate: Candidate) -> Candidate:
    """Ania, proposed, in the decision phase."""
    found = bring_to(candidate, Stage.PROPOSED, cast=cast)
    open_decisions(found.round, by=cast.hanna)
    return found


@pytest.fixture
def released(cast: Cast, proposed: Candidate) -> Candidate:
    """Ania, released by Marat."""
    return bring_to(proposed, Stage.RELEASED, cast=cast)


# What is seen


def test_a_manager_sees_what_waits_and_all_only_when_asked(cast: Cast, proposed: Candidate) -> None:
    assert "Ania Sokolova" in words(browser(cast.marat).get(LIST))
    assert "Ania Sokolova" not in words(browser(cast.hugo).get(LIST))
    assert "Ania Sokolova" in words(browser(cast.hugo).get(f"{LIST}?show=all"))


def test_a_line_manager_sees_the_own_line_only(cast: Cast, opened: Round, candidate: Candidate) -> None:
    boris = nominate_agent(opened, cast.agents["boris"], by=cast.hanna)
    page = words(browser(cast.marat).get(f"{LIST}?show=all"))
    assert ("Ania Sokolova" in page, "Boris Vetrov" in page) == (True, False)
    assert browser(cast.marat).get(page_of(boris)).status_code == 404
    assert browser(cast.marat).get(page_of(candidate)).status_code == 200


def test_the_index_says_how_many_wait(cast: Cast, proposed: Candidate) -> None:
    assert "1 candidate waits for your decision" in words(browser(cast.marat).get("/admin/"))
    assert "waits for your decision" not in words(browser(cast.hugo).get("/admin/"))


def test_evidence_stands_before_the_rank(cast: Cast, proposed: Candidate) -> None:
    page = words(browser(cast.marat).get(page_of(proposed)))
    assert page.index("Evidence") < page.index("The way so far") < page.index("Score and rank")
    assert "Knowledge test" in page
    assert REASON in page


@pytest.mark.parametrize("name", ["greta", "ania", "boris"])
def test_others_do_not_enter(cast: Cast, proposed: Candidate, name: str) -> None:
    outsider = getattr(cast, name)
    assert browser(outsider).get(page_of(proposed)).status_code == 302
    outsider.is_staff = True
    outsider.save(update_fields=["is_staff"])
    assert browser(outsider).get(page_of(proposed)).status_code == 403


def test_there_is_one_way_in(cast: Cast) -> None:
    asked = Client().get(LIST, follow=True)
    assert asked.redirect_chain[-1][0].startswith("/accounts/login/")
    assert browser(cast.boris).get(LIST, follow=True).status_code == 403
    assert browser(cast.marat).get(LIST, follow=True).status_code == 200


@pytest.mark.parametrize("name", ["hanna", "ada"])
def test_hr_and_auditors_read_and_are_offered_nothing(cast: Cast, proposed: Candidate, name: str) -> None:
    page = browser(getattr(cast, name)).get(page_of(proposed))
    assert "Nothing here waits for you." in words(page)


@pytest.mark.parametrize("model", ["stagechange", "decision", "placement"])
def test_records_of_a_case_are_seen_with_the_case(cast: Cast, candidate: Candidate, model: str) -> None:
    bring_to(candidate, Stage.PROMOTED, cast=cast)
    address = reverse(f"admin:selection_{model}_changelist")
    mila = person("mila", Role.LINE_MANAGER, is_staff=True)
    agent("Mila", number="S-30", user=mila)
    assert "Ania Sokolova" in words(browser(cast.marat).get(address))
    assert "Ania Sokolova" not in words(browser(mila).get(address))


@pytest.mark.parametrize(("who", "status"), [("hanna", 200), ("ada", 200), ("marat", 403), ("hugo", 403)])
def test_objections_are_not_read_by_those_who_decide(cast: Cast, who: str, status: int) -> None:
    assert browser(getattr(cast, who)).get(reverse("admin:selection_appeal_changelist")).status_code == status


# One decision


def test_release_and_approval_make_a_placement(cast: Cast, proposed: Candidate) -> None:
    entries = Entry.objects.count()
    assert browser(cast.marat).post(page_of(proposed), decision(proposed, "release")).status_code == 302
    assert browser(cast.hugo).post(page_of(proposed), decision(proposed, "approve")).status_code == 302
    assert stage(proposed) == Stage.PROMOTED
    assert Placement.objects.get().starts_on.isoformat() == "2026-12-01"
    assert Entry.objects.count() == entries + 2


@pytest.mark.parametrize(("name", "who"), [("refuse_release", "marat"), ("refuse_approval", "hugo")])
def test_refusing_needs_no_day(cast: Cast, proposed: Candidate, name: str, who: str) -> None:
    if name == "refuse_approval":
        bring_to(proposed, Stage.RELEASED, cast=cast)
    given = decision(proposed, name, effective_on="")
    assert browser(getattr(cast, who)).post(page_of(proposed), given).status_code == 302
    assert stage(proposed) == Stage.DECLINED


@pytest.mark.parametrize(
    ("name", "who", "changed", "status", "sentence"),
    [
        ("release", "marat", {"reason": "ok"}, 400, "Give a reason of at least ten characters"),
        ("release", "marat", {"dossier_hash": ""}, 409, "The evidence has changed since you opened it."),
        ("release", "hugo", {}, 403, "Only the line manager may do this: release."),
        ("release", "hanna", {}, 403, "Only the line manager may do this: release."),
        ("approve", "marat", {}, 403, "Only the head of public communications may do this: approve."),
        ("approve", "hugo", {}, 409, "Not possible at the stage"),
        ("propose", "marat", {}, 403, "Only HR may do this: propose for promotion."),
        ("promote", "marat", {}, 409, "There is no move"),
    ],
)
def test_the_form_refuses_in_the_sentence_of_the_gates(
    cast: Cast, proposed: Candidate, name: str, who: str, changed: dict[str, str], status: int, sentence: str
) -> None:
    refused = browser(getattr(cast, who)).post(page_of(proposed), decision(proposed, name, **changed))
    assert (refused.status_code, stage(proposed)) == (status, Stage.PROPOSED)
    assert sentence in words(refused)


@pytest.mark.parametrize(
    ("verdict", "asks"), [("borderline", False), ("insufficient", False), ("unlikely", True), ("clear", True)]
)
def test_a_code_is_asked_for_only_against_a_verdict(cast: Cast, proposed: Candidate, verdict: str, asks: bool) -> None:
    assert proposed.score is not None
    type(proposed.score).objects.filter(pk=proposed.score_id).update(verdict=verdict)
    page = browser(cast.marat).get(page_of(proposed)).content.decode()
    assert ('name="reason_code"' in page) is asks  # "clear": one of the buttons refuses one of the best


def test_a_refused_form_keeps_the_reason(cast: Cast, proposed: Candidate) -> None:
    refused = browser(cast.marat).post(page_of(proposed), decision(proposed, "release", dossier_hash="old"))
    assert REASON in words(refused)
    assert 'value="old"' in refused.content.decode()


def test_new_evidence_after_opening_is_stale(cast: Cast, released: Candidate) -> None:
    given = decision(released, "approve")
    Result.objects.filter(agent=released.agent).update(value=0.1)
    assert browser(cast.hugo).post(page_of(released), given).status_code == 409
    assert browser(cast.hugo).post(page_of(released), decision(released, "approve")).status_code == 302


def test_an_address_alone_decides_nothing(cast: Cast, proposed: Candidate) -> None:
    browser(cast.marat).get(page_of(proposed), decision(proposed, "release"))
    assert stage(proposed) == Stage.PROPOSED


def test_a_decision_without_the_token_of_the_form_is_refused(cast: Cast, proposed: Candidate) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.marat)
    assert strict.post(page_of(proposed), decision(proposed, "release")).status_code == 403
    assert stage(proposed) == Stage.PROPOSED


# Nobody's own


def test_nobody_approves_themselves(cast: Cast, opened: Round) -> None:
    own = nominate_agent(opened, cast.agents["boris"], by=cast.hanna)
    cast.boris.groups.set(cast.hugo.groups.all())
    cast.boris.is_staff = True
    cast.boris.save(update_fields=["is_staff"])
    Candidate.objects.filter(pk=own.pk).update(stage=Stage.RELEASED)
    open_decisions(opened, by=cast.hanna)
    refused = browser(cast.boris).post(page_of(own), decision(own, "approve"))
    assert "Nobody decides about themselves." in words(refused)
    assert stage(own) == Stage.RELEASED


def test_a_superuser_reads_and_may_not_decide(cast: Cast, released: Candidate) -> None:
    root = User.objects.create_superuser("root", "root@company.example", "no-role-at-all")
    assert browser(root).get(page_of(released)).status_code == 200
    refused = browser(root).post(page_of(released), decision(released, "approve"))
    assert (refused.status_code, stage(released)) == (403, Stage.RELEASED)
    root.groups.set(cast.hugo.groups.all())
    assert browser(root).post(page_of(released), decision(released, "approve")).status_code == 302


# Several decisions


@pytest.fixture
def two(cast: Cast, opened: Round, candidate: Candidate) -> list[Candidate]:
    """Ania and Vera, both released, for one place."""
    login = person("vera")
    vera = agent("Vera Orlova", number="S-17", user=login)
    seat(vera, team=cast.agents["ania"].assignments.get().team, manager=cast.agents["marat"])
    assert opened.run
    build_score(opened.run, vera, rank=3)
    second = nominate_agent(opened, vera, by=cast.hanna)
    return [bring_to(one, Stage.PROPOSED, cast=cast) for one in (candidate, second)]


def confirm(client: Client, action: str, chosen: list[Candidate], **given: str) -> Any:
    ticked = {"action": action, "_selected_action": [str(one.pk) for one in chosen]}
    asked = client.post(LIST, ticked)
    seen = dict(re.findall(r'name="(dossier_\d+)" value="([0-9a-f]{64})"', asked.content.decode()))
    assert len(seen) == len(chosen)
    return client.post(LIST, {**ticked, **seen, "confirmed": "1", "reason": REASON, **given}, follow=True)


def test_the_action_asks_first_and_then_moves_each(cast: Cast, two: list[Candidate]) -> None:
    open_decisions(two[0].round, by=cast.hanna)
    marat = browser(cast.marat)
    asked = marat.post(LIST, {"action": "release_selected", "_selected_action": [str(one.pk) for one in two]})
    assert "Evidence" in words(asked)
    assert [stage(one) for one in two] == [Stage.PROPOSED, Stage.PROPOSED]
    confirm(marat, "release_selected", two)
    assert [stage(one) for one in two] == [Stage.RELEASED, Stage.RELEASED]
    assert set(Decision.objects.values_list("reason", flat=True)) == {REASON}


def test_the_action_reports_each_refusal_in_its_sentence(cast: Cast, two: list[Candidate]) -> None:
    open_decisions(two[0].round, by=cast.hanna)
    for one in two:
        ask(one, "release", cast.marat)
    done = confirm(browser(cast.hugo), "approve_selected", two, effective_on="2026-12-01")
    assert sorted(stage(one) for one in two) == [Stage.PROMOTED, Stage.RELEASED]
    assert "All places of the round are taken (1). Open a new round." in words(done)


def test_the_action_without_a_reason_changes_nothing(cast: Cast, two: list[Candidate]) -> None:
    open_decisions(two[0].round, by=cast.hanna)
    done = confirm(browser(cast.marat), "release_selected", two, reason="")
    assert "Give a reason of at least ten characters" in words(done)
    assert [stage(one) for one in two] == [Stage.PROPOSED, Stage.PROPOSED]


def test_what_was_not_on_the_page_is_refused_as_stale(cast: Cast, two: list[Candidate]) -> None:
    open_decisions(two[0].round, by=cast.hanna)
    ticked = {"action": "release_selected", "_selected_action": [str(two[0].pk)]}
    done = browser(cast.marat).post(LIST, {**ticked, "confirmed": "1", "reason": REASON}, follow=True)
    assert "The evidence has changed since you opened it." in words(done)
    assert stage(two[0]) == Stage.PROPOSED


@pytest.mark.parametrize(("who", "action"), [("hanna", "release_selected"), ("marat", "approve_selected")])
def test_nobody_is_offered_an_action_of_another_role(cast: Cast, two: list[Candidate], who: str, action: str) -> None:
    open_decisions(two[0].round, by=cast.hanna)
    ticked = {"action": action, "_selected_action": [str(one.pk) for one in two]}
    browser(getattr(cast, who)).post(f"{LIST}?show=all", {**ticked, "confirmed": "1", "reason": REASON})
    assert [stage(one) for one in two] == [Stage.PROPOSED, Stage.PROPOSED]


# What no form can do


MODELS = ("round", "candidate", "stagechange", "decision", "placement")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("superuser", [False, True])
def test_cases_are_neither_added_nor_removed(cast: Cast, released: Candidate, model: str, superuser: bool) -> None:
    cast.hugo.is_superuser = superuser
    cast.hugo.save(update_fields=["is_superuser"])
    hugo = browser(cast.hugo)
    assert hugo.post(reverse(f"admin:selection_{model}_add"), {"stage": "promoted"}).status_code == 403
    assert hugo.post(reverse(f"admin:selection_{model}_delete", args=[released.pk]), {"post": "yes"}).status_code == 403
    assert hugo.get(reverse(f"admin:selection_{model}_changelist")).status_code == 200


@pytest.mark.parametrize("model", ["round", "stagechange", "decision", "placement"])
def test_records_are_not_changed(cast: Cast, released: Candidate, model: str) -> None:
    ask(released, "approve", cast.hugo)
    rows = {"round": released.round, "placement": released.placement}
    kept = {"stagechange": released.changes.first(), "decision": released.decisions.first(), **rows}
    row = kept[model]
    assert row
    address = reverse(f"admin:selection_{model}_change", args=[row.pk])
    assert browser(cast.hugo).get(address).status_code == 200
    assert browser(cast.hugo).post(address, {"places": "99", "verdict": "refused"}).status_code == 403


def test_every_field_of_a_candidate_posted_at_once_changes_none(cast: Cast, proposed: Candidate) -> None:
    before = Candidate.objects.filter(pk=proposed.pk).values().get()
    hostile = {
        "stage": "promoted",
        "agent": str(cast.agents["boris"].pk),
        "nominated_by": str(cast.hugo.pk),
        "score": "1",
        "_save": "Save",
    }
    assert browser(cast.marat).post(page_of(proposed), hostile).status_code == 400
    assert Candidate.objects.filter(pk=proposed.pk).values().get() == before
    accepted = browser(cast.marat).post(page_of(proposed), {**hostile, **decision(proposed, "release")})
    assert accepted.status_code == 302
    assert Candidate.objects.filter(pk=proposed.pk).values().get() == before | {"stage": Stage.RELEASED}


def test_an_action_of_djangos_own_removes_nothing(cast: Cast, proposed: Candidate) -> None:
    browser(cast.marat).post(LIST, {"action": "delete_selected", "_selected_action": [str(proposed.pk)], "post": "yes"})
    assert stage(proposed) == Stage.PROPOSED


# The roster


def agent_form(worker: Agent, **changed: str) -> dict[str, str]:
    inlines = ("employments", "assignments", "leaves")
    empty = {f"{name}-{count}_FORMS": "0" for name in inlines for count in ("TOTAL", "INITIAL")}
    return {"full_name": worker.full_name, "email": worker.email, "user": str(worker.user_id), **empty, **changed}


def test_hr_corrects_a_name_and_the_journal_knows(cast: Cast) -> None:
    ania = cast.agents["ania"]
    address = reverse("admin:scoring_agent_change", args=[ania.pk])
    before = Entry.objects.count()
    sent = browser(cast.hanna).post(address, agent_form(ania, full_name="Ania Sokolova-Orlova", staff_number="X-1"))
    ania.refresh_from_db()
    assert (sent.status_code, ania.full_name, ania.staff_number) == (302, "Ania Sokolova-Orlova", "S-15")
    assert Entry.objects.count() == before + 1
    assert Entry.objects.latest("sequence").verb == "changed_in_admin"


def test_hire_dates_are_protected(cast: Cast) -> None:
    ania = cast.agents["ania"]
    job = ania.employments.get()
    hostile = {
        "employments-TOTAL_FORMS": "1",
        "employments-INITIAL_FORMS": "1",
        "employments-0-id": str(job.pk),
        "employments-0-agent": str(ania.pk),
        "employments-0-hired_on": "1999-01-01",
    }
    browser(cast.hanna).post(reverse("admin:scoring_agent_change", args=[ania.pk]), agent_form(ania, **hostile))
    assert ania.employments.get().hired_on == job.hired_on


@pytest.mark.parametrize("who", ["marat", "hugo", "ada"])
def test_only_hr_corrects_the_roster(cast: Cast, who: str) -> None:
    ania = cast.agents["ania"]
    address = reverse("admin:scoring_agent_change", args=[ania.pk])
    assert browser(getattr(cast, who)).post(address, agent_form(ania, full_name="X")).status_code == 403
    ania.refresh_from_db()
    assert ania.full_name == "Ania Sokolova"


@pytest.mark.parametrize(
    "model", ["team", "agent", "batch", "rating", "viralincident", "result", "policyversion", "scorerun", "score"]
)
def test_evidence_is_read_and_never_written(cast: Cast, candidate: Candidate, model: str) -> None:
    hanna = browser(cast.hanna)
    assert hanna.get(reverse(f"admin:scoring_{model}_changelist")).status_code == 200
    if model != "team":
        assert hanna.get(reverse(f"admin:scoring_{model}_add")).status_code == 403


def test_a_role_lost_counts_at_the_next_click(cast: Cast, proposed: Candidate) -> None:
    marat = browser(cast.marat)
    assert marat.get(page_of(proposed)).status_code == 200
    cast.marat.groups.filter(name=Role.LINE_MANAGER.value).first().user_set.remove(cast.marat)  # type: ignore[union-attr]
    assert marat.post(page_of(proposed), decision(proposed, "release")).status_code in {403, 404}
    assert stage(proposed) == Stage.PROPOSED
