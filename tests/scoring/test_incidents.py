"""A viral incident: recorded by one person, decided by another, counted for twelve months."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from journal.models import Entry
from scoring.incidents import Incident, decide_incident, record_incident
from scoring.models import ViralIncident
from scoring.models.evidence import IncidentState
from scoring.refusals import EvidenceRefused
from tests.cast import NOW, Cast
from tests.scoring.test_batches import VIRAL, cast, imported

REASON = "The thread and the chat were compared."
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
    """Recorded by Hanna."""
    return record_incident(incident=known(cast), actor=cast.hanna, at=NOW)


def test_a_recorded_incident_does_not_count_yet(cast: Cast) -> None:
    made = recorded(cast)
    assert (made.state, made.recorded_by, made.expires_on) == (IncidentState.UNVERIFIED, cast.hanna, None)
    assert Entry.objects.get().verb == "record_incident"


def test_a_verified_incident_counts_for_twelve_months(cast: Cast) -> None:
    made = decide_incident(
        incident=recorded(cast), state=IncidentState.VERIFIED, reason=REASON, actor=cast.pavel, at=NOW
    )
    assert (made.state, made.verified_by, made.expires_on) == (IncidentState.VERIFIED, cast.pavel, date(2027, 11, 19))
    assert Entry.objects.order_by("sequence").last().verb == "decide_incident"  # type: ignore[union-attr]


def test_nobody_decides_what_they_recorded(cast: Cast) -> None:
    with pytest.raises(EvidenceRefused, match="recorded or imported"):
        decide_incident(incident=recorded(cast), state=IncidentState.VERIFIED, reason=REASON, actor=cast.hanna, at=NOW)


def test_nobody_decides_what_came_with_their_own_file(cast: Cast) -> None:
    imported(VIRAL, cast.hanna, kind="viral")
    incident = ViralIncident.objects.get()
    with pytest.raises(EvidenceRefused, match="recorded or imported"):
        decide_incident(incident=incident, state=IncidentState.REJECTED, reason=REASON, actor=cast.hanna, at=NOW)
    decided = decide_incident(incident=incident, state=IncidentState.VERIFIED, reason=REASON, actor=cast.pavel, at=NOW)
    assert decided.recorded_by == cast.hanna


def test_nobody_decides_about_their_own_chat(cast: Cast) -> None:
    with pytest.raises(EvidenceRefused, match="their own chat"):
        decide_incident(incident=recorded(cast), state=IncidentState.VERIFIED, reason=REASON, actor=cast.ania, at=NOW)


def test_an_incident_is_decided_once_and_with_a_reason(cast: Cast) -> None:
    made = recorded(cast)
    with pytest.raises(EvidenceRefused, match="reason"):
        decide_incident(incident=made, state=IncidentState.REJECTED, reason="no", actor=cast.pavel, at=NOW)
    decide_incident(incident=made, state=IncidentState.NOT_AT_FAULT, reason=REASON, actor=cast.pavel, at=NOW)
    with pytest.raises(EvidenceRefused, match="decided already"):
        decide_incident(incident=made, state=IncidentState.VERIFIED, reason=REASON, actor=cast.pavel, at=NOW)


def test_posts_about_one_chat_are_one_incident(cast: Cast) -> None:
    recorded(cast)
    with pytest.raises(EvidenceRefused, match="has an incident already"):
        record_incident(incident=known(cast), actor=cast.pavel, at=NOW)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://127.0.0.1/admin", "https://user:pass@social.example/"])
def test_a_dangerous_link_is_not_kept(cast: Cast, url: str) -> None:
    with pytest.raises(EvidenceRefused):
        record_incident(incident=replace(known(cast), url=url), actor=cast.hanna, at=NOW)
    assert not ViralIncident.objects.exists()


def test_the_future_is_refused(cast: Cast) -> None:
    with pytest.raises(EvidenceRefused, match="future"):
        record_incident(incident=replace(known(cast), flagged_at=NOW + timedelta(days=1)), actor=cast.hanna, at=NOW)
