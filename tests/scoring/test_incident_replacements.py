"""A file contradicts a stored incident: two people replace its facts, and what was decided on the old ones falls."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from journal.models import Entry
from scoring.batches import may_replace, withdraw
from scoring.incident_reads import replacements_of
from scoring.incidents import Incident, decide_incident, record_incident, state_own_words, why_not
from scoring.models import Agent, Batch, Replacement, ViralIncident
from scoring.models.batches import BatchState
from scoring.models.evidence import IncidentState
from scoring.models.replacements import ReplacementState
from scoring.refusals import EvidenceRefused
from scoring.replacements import ask, confirm, decline, offered
from scoring.severity import agreement, rate_severity
from scoring.waiting import create
from tests.cast import NOW, Cast
from tests.scoring.test_batches import cast, checked, imported

HEAD = "chat_id,agent_id,flagged_at,is_viral,sign,severity,views,url,reason\n"
FIRST = "v1,S-13,2026-02-01,yes,positive,2,1000,https://social.example/1,praised\n"
SECOND = "v2,S-13,2026-02-02,yes,negative,3,50,,blamed\n"
OTHER = "v1,S-13,2026-02-03,yes,negative,3,90000,https://social.example/2,blamed\n"
WHY = "The agency had marked the wrong thread."
RIGHT = "The second thread is the one that was shared."
NOT_SO = "The first thread is the one that was shared."
WORDS = "The customer had asked me to be blunt, and thanked me."
__all__ = ["cast"]


def virals(text: str, actor: User) -> Batch:
    """Import a file of incidents."""
    return imported(HEAD + text, actor, kind="viral")


@pytest.fixture
def conflict(cast: Cast) -> Batch:
    """Hanna brings in two files; the second says otherwise of one incident, the same of the other, and a third."""
    virals(FIRST + SECOND, cast.hanna)
    return virals(OTHER + SECOND + SECOND.replace("v2", "v3"), cast.hanna)


def the(chat: str = "v1") -> ViralIncident:
    """The incident about a chat as it stands now."""
    return ViralIncident.objects.get(chat_id=chat)


def decided(actor: User, state: IncidentState = IncidentState.VERIFIED) -> ViralIncident:
    """Somebody decides about the first incident."""
    return decide_incident(incident=the(), state=state, reason=WHY, actor=actor, at=NOW)


def asked(batch: Batch, actor: User) -> Replacement:
    """Ask for all that a batch offers."""
    return ask(batch=batch, records=[row.record for row in offered(batch)], reason=WHY, actor=actor, at=NOW)


def replaced(batch: Batch, cast: Cast) -> Replacement:
    """Hanna asks, Pavel confirms."""
    made = asked(batch, cast.hanna)
    confirm(replacement=made, reason=RIGHT, actor=cast.pavel, at=NOW)
    made.refresh_from_db()
    return made


def changes(batch: Batch) -> dict[str, Any]:
    """What the only offered record would change."""
    (row,) = offered(batch)
    return row.changes


def test_every_fact_that_differs_is_offered(conflict: Batch) -> None:
    assert (conflict.accepted, conflict.refused) == (2, 1)
    (row,) = offered(conflict)
    assert (row.record, row.key, row.stored_record) == (1, "v1", 1)
    assert row.changes == {
        "flagged_at": ("2026-01-31T21:00:00+00:00", "2026-02-02T21:00:00+00:00"),
        "sign": ("positive", "negative"),
        "severity": (2, 3),
        "views": (1000, 90000),
        "url": ("https://social.example/1", "https://social.example/2"),
        "reason": ("praised", "blamed"),
    }


def test_two_people_replace_the_facts_and_both_stay_on_record(cast: Cast, conflict: Batch) -> None:
    made = replaced(conflict, cast)
    now = the()
    assert (now.sign, now.severity, now.views, now.reason, now.batch) == ("negative", 3, 90000, "blamed", conflict)
    (row,) = made.rows.all()
    assert (row.before["sign"], row.before["views"], row.after["sign"]) == ("positive", 1000, "negative")
    assert (made.state, made.asked_by, made.decided_by) == (ReplacementState.DONE, cast.hanna, cast.pavel)
    assert (made.reason, made.answer) == (WHY, RIGHT)
    assert list(replacements_of(now)) == [made]
    assert list(Batch.objects.order_by("pk").values_list("accepted", "refused")) == [(1, 0), (3, 0)]
    assert offered(conflict) == []


def test_the_journal_has_both_entries_and_no_words_of_people(cast: Cast, conflict: Batch) -> None:
    made = replaced(conflict, cast)
    first, second = Entry.objects.filter(subject_kind="scoring.replacement").order_by("sequence")
    assert (first.verb, first.actor, first.detail["reason"]) == ("ask_replacement", f"user:{cast.hanna.pk}", WHY)
    assert (second.verb, second.actor) == ("replace_incidents", f"user:{cast.pavel.pk}")
    assert second.detail["reason"] == RIGHT
    (told,) = second.detail["replaced"]
    assert (told["changes"]["sign"], told["changes"]["reason"]) == (["positive", "negative"], "…")
    assert "social.example" not in str(second.detail)
    assert second.subject_id == str(made.pk)


def test_asking_changes_nothing_and_nobody_replaces_alone(cast: Cast, conflict: Batch) -> None:
    made = asked(conflict, cast.hanna)
    for answer in (confirm, decline):
        with pytest.raises(EvidenceRefused, match="second person"):
            answer(replacement=made, reason=RIGHT, actor=cast.hanna, at=NOW)
    assert (the().sign, the().views) == ("positive", 1000)
    assert confirm(replacement=made, reason=RIGHT, actor=cast.pavel, at=NOW) == 1


def test_confirming_takes_a_reason(cast: Cast, conflict: Batch) -> None:
    with pytest.raises(EvidenceRefused, match="why the file is right"):
        confirm(replacement=asked(conflict, cast.hanna), reason=" yes ", actor=cast.pavel, at=NOW)
    assert the().sign == "positive"


def test_a_declined_request_leaves_the_facts(cast: Cast, conflict: Batch) -> None:
    made = decline(replacement=asked(conflict, cast.hanna), reason=NOT_SO, actor=cast.pavel, at=NOW)
    assert (made.state, made.answer, the().sign) == (ReplacementState.DECLINED, NOT_SO, "positive")


def test_nobody_replaces_facts_of_their_own_chat(cast: Cast, conflict: Batch) -> None:
    Agent.objects.filter(staff_number="S-13").update(user=cast.pavel)
    with pytest.raises(EvidenceRefused, match="own work"):
        asked(conflict, cast.pavel)
    with pytest.raises(EvidenceRefused, match="own work"):
        confirm(replacement=asked(conflict, cast.hanna), reason=RIGHT, actor=cast.pavel, at=NOW)


@pytest.mark.parametrize("state", [IncidentState.VERIFIED, IncidentState.REJECTED, IncidentState.NOT_AT_FAULT])
def test_a_decided_incident_is_decided_anew(cast: Cast, conflict: Batch, state: IncidentState) -> None:
    decided(cast.pavel, state)
    assert changes(conflict)["state"] == (state.value, "unverified")
    (row,) = replaced(conflict, cast).rows.all()
    now = the()
    assert (now.state, now.verified_by, now.verified_at, now.verification_reason, now.expires_on) == (
        IncidentState.UNVERIFIED, None, None, "", None,
    )  # fmt: skip
    assert (row.before["state"], row.before["verification_reason"]) == (state.value, WHY)
    assert decided(cast.pavel).state == IncidentState.VERIFIED


def test_whoever_brought_the_new_facts_does_not_decide_about_them(cast: Cast) -> None:
    virals(FIRST, cast.hanna)
    batch = virals(OTHER, cast.ada)
    assert why_not(the(), cast.ada) == ""
    replaced(batch, cast)
    assert "recorded or imported" in why_not(the(), cast.ada)
    assert "facts they had replaced" in why_not(the(), cast.hanna)
    assert why_not(the(), cast.pavel) == ""


def test_a_decision_in_between_stops_the_replacement(cast: Cast, conflict: Batch) -> None:
    made = asked(conflict, cast.hanna)
    decided(cast.pavel)
    with pytest.raises(EvidenceRefused, match="has changed since this was asked"):
        confirm(replacement=made, reason=RIGHT, actor=cast.pavel, at=NOW)
    decline(replacement=made, reason=NOT_SO, actor=cast.pavel, at=NOW)
    assert replaced(conflict, cast).state == ReplacementState.DONE


def test_words_go_when_it_was_another_agents_chat(cast: Cast) -> None:
    virals(FIRST, cast.hanna)
    decided(cast.pavel)
    state_own_words(incident=the(), text=WORDS, actor=cast.ania, at=NOW)
    Agent.objects.filter(pk=cast.agents["boris"].pk).update(staff_number="S-14")
    batch = virals(FIRST.replace("S-13", "S-14"), cast.hanna)
    assert set(changes(batch)) == {"agent_id", "statement", "state"}
    replaced(batch, cast)
    assert (the().agent, the().statement, the().stated_at) == (cast.agents["boris"], "", None)
    withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)
    assert (the().agent, the().statement, the().stated_at) == (cast.agents["ania"], WORDS, NOW)


def test_an_incident_recorded_by_hand_can_be_replaced_too(cast: Cast) -> None:
    seen = Incident(chat_id="v1", agent=cast.agents["ania"], sign="positive", severity=2, flagged_at=NOW)
    record_incident(incident=seen, actor=cast.hanna, at=NOW)
    batch = virals(OTHER, cast.hanna)
    (row,) = offered(batch)
    assert (row.stored_batch_id, row.stored_record, row.changes["severity"]) == (None, None, (None, 3))
    replaced(batch, cast)
    assert (the().severity, the().severity_marks.count(), agreement()) == (3, 1, None)


def test_what_a_file_leaves_open_contradicts_nothing(cast: Cast) -> None:
    virals(OTHER, cast.hanna)
    assert virals(OTHER.replace("negative,3", ","), cast.hanna).refused == 0
    assert virals(OTHER.replace("negative,3", "mixed,"), cast.hanna).refused == 1


def test_a_file_that_is_turned_away_for_contradicting_stands_once_it_is_confirmed(cast: Cast) -> None:
    virals(FIRST, cast.hanna)
    dry = checked(HEAD + OTHER, cast.hanna, kind="viral")
    assert may_replace(dry)
    batch = virals(OTHER.replace("90000", "90001"), cast.hanna)
    assert (batch.state, len(offered(batch))) == (BatchState.REJECTED, 1)
    replaced(batch, cast)
    batch.refresh_from_db()
    assert (batch.state, batch.accepted, batch.refused) == (BatchState.PUBLISHED, 1, 0)


def test_withdrawing_puts_back_the_facts_and_what_was_decided_on_them(cast: Cast, conflict: Batch) -> None:
    decided(cast.pavel)
    before = ViralIncident.objects.values().get(chat_id="v1")
    made = replaced(conflict, cast)
    decided(cast.pavel, IncidentState.REJECTED)
    withdraw(batch=conflict, reason=WHY, actor=cast.hanna, at=NOW)
    assert ViralIncident.objects.values().get(chat_id="v1") == before
    made.refresh_from_db()
    assert (made.state, the("v3").state) == (ReplacementState.UNDONE, IncidentState.REJECTED)
    assert list(Batch.objects.order_by("pk").values_list("accepted", flat=True)) == [2, 3]


def test_a_severity_that_people_settled_meanwhile_stays_when_a_file_is_withdrawn(cast: Cast) -> None:
    virals(FIRST.replace(",2,", ",,"), cast.hanna)
    batch = virals(OTHER.replace(",3,", ",,"), cast.hanna)
    replaced(batch, cast)
    for rater in (cast.hanna, cast.pavel):
        rate_severity(incident=the(), level=4, actor=rater, at=NOW)
    withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)
    assert (the().sign, the().severity) == ("positive", 4)


def test_after_a_withdrawal_the_dry_run_knows_that_the_chat_is_free(cast: Cast) -> None:
    withdraw(batch=virals(FIRST, cast.hanna), reason=WHY, actor=cast.hanna, at=NOW)
    assert (checked(HEAD + OTHER, cast.hanna, kind="viral").refused, virals(OTHER, cast.hanna).accepted) == (0, 1)


def test_a_record_that_had_waited_for_its_agent_is_offered_too(cast: Cast) -> None:
    virals(FIRST, cast.hanna)
    batch = virals(OTHER.replace("S-13", "Zoe") + SECOND, cast.hanna)
    create(reference="Zoe", actor=cast.hanna, at=NOW)
    assert changes(batch)["agent_id"] == (cast.agents["ania"].pk, Agent.objects.get(staff_number="Zoe").pk)
    replaced(batch, cast)
    assert the().agent.staff_number == "Zoe"


def test_the_same_file_again_brings_the_old_facts_up_for_decision(cast: Cast, conflict: Batch) -> None:
    replaced(conflict, cast)
    again = virals(FIRST + SECOND, cast.hanna)
    assert (again.refused, changes(again)["views"]) == (1, (90000, 1000))
    assert the().flagged_at < NOW - timedelta(days=1)
