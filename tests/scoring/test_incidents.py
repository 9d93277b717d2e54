"""A viral incident: recorded by one person, decided by another, answered by its agent, counted for twelve months."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from journal.models import Entry
from scoring.batches import withdraw
from scoring.incident_reads import own_incidents
from scoring.incidents import Incident, decide_incident, has_expired, record_incident, state_own_words
from scoring.models import Batch, ViralIncident
from scoring.models.batches import BatchState
from scoring.models.evidence import IncidentState
from scoring.refusals import EvidenceRefused
from scoring.severity import rate_severity
from scoring.snapshot import take_snapshot
from tests.cast import NOW, Cast
from tests.scoring.test_batches import VIRAL, WHY, cast, checked, imported

REASON = "The thread and the chat were compared."
GRAVE = "chat_id,agent_id,flagged_at,is_viral,severity\nv1,S-13,2026-02-01,yes,4\n"
WORDS = "The customer had asked me to be blunt, and thanked me."
__all__ = ["cast"]


def known(cast: Cast) -> Incident:
    """A chat of Ania's that people liked."""
    return Incident(
        chat_id="c-1",
        agent=cast.agents["ania"],
        sign="positive",
        severity=2,
        flagged_at=NOW - timedelta(days=3),
        url="https://social.example/post/1",
        reason="A customer praised the answer.",
    )


def recorded(cast: Cast) -> ViralIncident:
    """Recorded by Hanna, who finds it of severity 2."""
    return record_incident(incident=known(cast), actor=cast.hanna, at=NOW)


def rated(cast: Cast) -> ViralIncident:
    """Pavel finds the same without having read hers."""
    return rate_severity(incident=recorded(cast), level=2, actor=cast.pavel, at=NOW)


def decided(incident: ViralIncident, actor: User, state: IncidentState = IncidentState.VERIFIED) -> ViralIncident:
    """Somebody decides."""
    return decide_incident(incident=incident, state=state, reason=REASON, actor=actor, at=NOW)


def verified(cast: Cast) -> ViralIncident:
    """Pavel has verified it."""
    return decided(rated(cast), cast.pavel)


def test_a_recorded_incident_does_not_count_yet(cast: Cast) -> None:
    made = recorded(cast)
    assert (made.state, made.recorded_by, made.expires_on) == (IncidentState.UNVERIFIED, cast.hanna, None)
    verbs = Entry.objects.order_by("sequence").values_list("verb", flat=True)
    assert list(verbs) == ["record_incident", "rate_severity"]


def test_a_verified_incident_counts_for_twelve_months(cast: Cast) -> None:
    made = verified(cast)
    assert (made.state, made.verified_by, made.expires_on) == (IncidentState.VERIFIED, cast.pavel, date(2027, 11, 19))
    assert Entry.objects.order_by("sequence").last().verb == "decide_incident"  # type: ignore[union-attr]


def test_nobody_decides_what_they_recorded(cast: Cast) -> None:
    with pytest.raises(EvidenceRefused, match="recorded or imported"):
        decided(rated(cast), cast.hanna)


def test_nobody_decides_what_came_with_their_own_file(cast: Cast) -> None:
    imported(VIRAL, cast.hanna, kind="viral")
    incident = ViralIncident.objects.get()
    with pytest.raises(EvidenceRefused, match="recorded or imported"):
        decided(incident, cast.hanna, IncidentState.REJECTED)
    assert decided(incident, cast.pavel, IncidentState.REJECTED).recorded_by == cast.hanna


@pytest.mark.parametrize("how", ["by hand", "with a file"])
def test_the_database_refuses_the_recorder_too(cast: Cast, how: str) -> None:
    if how == "by hand":
        rated(cast)
    else:
        imported(GRAVE, cast.hanna, kind="viral")
    found = ViralIncident.objects.filter(severity__isnull=False)
    with pytest.raises(IntegrityError, match="scoring_incident_two_people"), transaction.atomic():
        found.update(state=IncidentState.VERIFIED, verified_by=cast.hanna)
    assert found.update(state=IncidentState.VERIFIED, verified_by=cast.pavel) == 1


def test_nobody_decides_about_their_own_chat(cast: Cast) -> None:
    with pytest.raises(EvidenceRefused, match="their own chat"):
        decided(rated(cast), cast.ania)


def test_what_counts_needs_a_severity_and_what_does_not_needs_none(cast: Cast) -> None:
    made = recorded(cast)
    with pytest.raises(EvidenceRefused, match="Two people say first how severe it was"):
        decided(made, cast.pavel)
    with pytest.raises(IntegrityError, match="scoring_incident_verified_severity"), transaction.atomic():
        ViralIncident.objects.update(state=IncidentState.VERIFIED)
    assert decided(made, cast.pavel, IncidentState.NOT_AT_FAULT).severity is None


def test_an_incident_is_decided_once_and_with_a_reason(cast: Cast) -> None:
    made = recorded(cast)
    with pytest.raises(EvidenceRefused, match="reason"):
        decide_incident(incident=made, state=IncidentState.REJECTED, reason="no", actor=cast.pavel, at=NOW)
    decided(made, cast.pavel, IncidentState.NOT_AT_FAULT)
    with pytest.raises(EvidenceRefused, match="decided already"):
        decided(made, cast.pavel)


def test_posts_about_one_chat_are_one_incident(cast: Cast) -> None:
    recorded(cast)
    with pytest.raises(EvidenceRefused, match=r"has an incident already \(unverified\).*: open that one"):
        record_incident(incident=known(cast), actor=cast.pavel, at=NOW)
    with pytest.raises(IntegrityError, match="chat"), transaction.atomic():
        ViralIncident.objects.create(chat_id="c-1", agent=cast.agents["boris"], flagged_at=NOW)
    record_incident(incident=replace(known(cast), chat_id="c-2"), actor=cast.pavel, at=NOW)
    assert ViralIncident.objects.count() == 2


def test_another_post_about_a_chat_in_a_file_is_no_second_incident(cast: Cast) -> None:
    recorded(cast)
    batch = checked(VIRAL.replace("v1", "c-1"), cast.pavel, kind="viral")
    assert (batch.accepted, batch.refused, ViralIncident.objects.count()) == (0, 1, 1)
    assert batch.refusals.get().code == "conflict_stored"


def test_a_chat_of_a_withdrawn_file_is_free_again(cast: Cast) -> None:
    batch = imported(VIRAL.replace("v1", "c-1"), cast.hanna, kind="viral")
    with pytest.raises(EvidenceRefused, match="has an incident already"):
        recorded(cast)
    withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)
    assert recorded(cast).chat_id == "c-1"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://127.0.0.1/admin", "https://user:pass@social.example/"])
def test_a_dangerous_link_is_not_kept(cast: Cast, url: str) -> None:
    with pytest.raises(EvidenceRefused):
        record_incident(incident=replace(known(cast), url=url), actor=cast.hanna, at=NOW)
    assert not ViralIncident.objects.exists()


def test_the_future_is_refused(cast: Cast) -> None:
    with pytest.raises(EvidenceRefused, match="future"):
        record_incident(incident=replace(known(cast), flagged_at=NOW + timedelta(days=1)), actor=cast.hanna, at=NOW)


# What a file says of the severity stays; what it leaves open, two people say


def test_the_severity_of_a_file_stays_as_it_came(cast: Cast) -> None:
    imported(GRAVE, cast.hanna, kind="viral")
    incident = ViralIncident.objects.get()
    with pytest.raises(EvidenceRefused, match="stands already"):
        rate_severity(incident=incident, level=1, actor=cast.pavel, at=NOW)
    assert decided(incident, cast.pavel).severity == 4


def test_a_severity_that_a_file_leaves_open_is_for_two_people(cast: Cast) -> None:
    imported(VIRAL, cast.hanna, kind="viral")
    incident = ViralIncident.objects.get()
    assert incident.severity is None
    rate_severity(incident=incident, level=3, actor=cast.hanna, at=NOW)
    assert rate_severity(incident=incident, level=3, actor=cast.pavel, at=NOW).severity == 3
    again = imported(VIRAL + "v2,S-13,2026-02-02,yes\n", cast.hanna, kind="viral")
    assert (again.refused, ViralIncident.objects.get(chat_id="v1").severity) == (0, 3)


def test_what_is_still_being_loaded_is_decided_by_nobody(cast: Cast) -> None:
    imported(GRAVE, cast.hanna, kind="viral")
    incident = ViralIncident.objects.get()
    Batch.objects.update(state=BatchState.STAGING)
    with pytest.raises(ViralIncident.DoesNotExist):
        decided(incident, cast.pavel)
    Batch.objects.update(state=BatchState.PUBLISHED)
    assert decided(incident, cast.pavel).state == IncidentState.VERIFIED


# Sign, severity and expiry reach the scores


def test_a_run_sees_sign_severity_and_the_last_day(cast: Cast) -> None:
    made = recorded(cast)
    ViralIncident.objects.update(sign="negative")
    assert take_snapshot(NOW.date()).incidents.empty
    rate_severity(incident=made, level=3, actor=cast.pavel, at=NOW)
    assert take_snapshot(NOW.date()).incidents.empty
    last = decided(made, cast.pavel).expires_on
    assert last == date(2027, 11, 19)
    seen = take_snapshot(last).incidents
    assert seen[["sign", "severity", "flagged_on"]].values.tolist() == [["negative", 2.0, date(2026, 11, 19)]]
    assert take_snapshot(last + timedelta(days=1)).incidents.empty


@pytest.mark.parametrize("state", [IncidentState.REJECTED, IncidentState.NOT_AT_FAULT])
def test_a_run_does_not_see_what_was_not_verified(cast: Cast, state: IncidentState) -> None:
    decided(rated(cast), cast.pavel, state)
    assert take_snapshot(NOW.date()).incidents.empty


# The agent is heard


def test_the_agent_says_what_they_have_to_say(cast: Cast) -> None:
    made = state_own_words(incident=verified(cast), text=f" {WORDS} ", actor=cast.ania, at=NOW)
    assert (made.statement, made.stated_at) == (WORDS, NOW)
    entry = Entry.objects.latest("sequence")
    assert (entry.verb, entry.actor, entry.detail) == ("state_own_words", f"user:{cast.ania.pk}", {"first": True})


def test_the_agent_may_put_it_differently_for_as_long_as_it_counts(cast: Cast) -> None:
    made = verified(cast)
    last = NOW + timedelta(days=362)
    state_own_words(incident=made, text=WORDS, actor=cast.ania, at=NOW)
    assert state_own_words(incident=made, text=WORDS + " Twice.", actor=cast.ania, at=last).statement.endswith("Twice.")
    with pytest.raises(EvidenceRefused, match="no longer counts"):
        state_own_words(incident=made, text=WORDS, actor=cast.ania, at=last + timedelta(days=1))
    made.refresh_from_db()
    assert [has_expired(made, at=day) for day in (last, last + timedelta(days=1))] == [False, True]


def test_nobody_speaks_for_the_agent(cast: Cast) -> None:
    made = verified(cast)
    for other in (cast.boris, cast.hanna, cast.marat):
        with pytest.raises(EvidenceRefused, match="Only the agent"):
            state_own_words(incident=made, text=WORDS, actor=other, at=NOW)


@pytest.mark.parametrize("text", ["", "No comment.", "x" * 4001])
def test_a_statement_says_something(cast: Cast, text: str) -> None:
    with pytest.raises(EvidenceRefused, match="20 to 4000 characters"):
        state_own_words(incident=verified(cast), text=text, actor=cast.ania, at=NOW)


def test_the_agent_is_told_of_what_is_decided_and_not_rejected(cast: Cast) -> None:
    made, ania = rated(cast), cast.agents["ania"]
    told = {}
    for state in IncidentState:
        ViralIncident.objects.filter(pk=made.pk).update(state=state)
        told[state] = own_incidents(ania).exists()
    assert told == {
        IncidentState.UNVERIFIED: False,
        IncidentState.VERIFIED: True,
        IncidentState.REJECTED: False,
        IncidentState.NOT_AT_FAULT: True,
    }
    assert not own_incidents(cast.agents["boris"]).exists()


def test_there_is_nothing_to_answer_before_it_counts(cast: Cast) -> None:
    made = rated(cast)
    with pytest.raises(EvidenceRefused, match="does not count"):
        state_own_words(incident=made, text=WORDS, actor=cast.ania, at=NOW)
    state_own_words(incident=decided(made, cast.pavel), text=WORDS, actor=cast.ania, at=NOW)
