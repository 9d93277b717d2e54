"""The agent's page of an incident: what was verified about them, and their own words beside it, for HR and deciders."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from scoring.incidents import Incident, decide_incident, record_incident
from scoring.models import ViralIncident
from scoring.models.evidence import IncidentState
from scoring.severity import rate_severity
from selection.dossier import dossier, dossier_hash
from selection.models import Candidate
from tests.cast import NOW, Cast
from tests.scoring.test_picture_content import PNG_BYTES
from tests.selection.hr.conftest import logged_in
from tests.selection.test_case import facts

WORDS = "The customer had asked me to be <b>blunt</b>, and thanked me."


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    """Where pictures are kept."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def incident(cast: Cast) -> ViralIncident:
    """A chat of Ania's: recorded by Hanna, marked by both, not decided yet."""
    known = Incident(
        chat_id="c-1",
        agent=cast.agents["ania"],
        sign="negative",
        severity=3,
        flagged_at=NOW - timedelta(days=3),
        reason="A thread quotes the answer.",
        pictures=(PNG_BYTES,),
    )
    made = record_incident(incident=known, actor=cast.hanna, at=NOW)
    return rate_severity(incident=made, level=3, actor=cast.pavel, at=NOW)


def decided(incident: ViralIncident, cast: Cast, state: IncidentState = IncidentState.VERIFIED) -> ViralIncident:
    """Pavel decides."""
    return decide_incident(incident=incident, state=state, reason="The chat reads as quoted.", actor=cast.pavel, at=NOW)


def answer(client: Client, incident: ViralIncident, text: str = WORDS) -> HttpResponse:
    """Send one's own words."""
    response: HttpResponse = client.post(  # type: ignore[assignment]
        reverse("portal:incident", args=[incident.pk]), {"text": text}, follow=True
    )
    return response


def test_the_agent_reads_what_was_verified_without_anybodys_name(incident: ViralIncident, cast: Cast) -> None:
    decided(incident, cast)
    ania = logged_in(cast.ania)
    assert reverse("portal:incidents") in ania.get(reverse("portal:path")).content.decode()
    assert "Negative" in ania.get(reverse("portal:incidents")).content.decode()
    page = ania.get(reverse("portal:incident", args=[incident.pk])).content.decode()
    for told in ("A thread quotes the answer.", "3 · Public", "The chat reads as quoted.", "It counts until"):
        assert told in page
    assert [name for name in ("Hanna", "Pavel", "hanna", "pavel") if name in page] == []


def test_what_waits_or_was_rejected_and_what_is_anothers_is_not_there(incident: ViralIncident, cast: Cast) -> None:
    ania, address = logged_in(cast.ania), reverse("portal:incident", args=[incident.pk])
    assert ania.get(address).status_code == 404
    assert "Nothing here" in ania.get(reverse("portal:incidents")).content.decode()
    decided(incident, cast)
    assert ania.get(address).status_code == 200
    boris = logged_in(cast.boris)
    assert (boris.get(address).status_code, answer(boris, incident).status_code) == (404, 404)
    assert logged_in(cast.greta).get(address).status_code == 403
    ViralIncident.objects.update(state=IncidentState.REJECTED)
    assert (ania.get(address).status_code, answer(ania, incident).status_code) == (404, 404)


def test_the_words_stand_beside_the_incident_for_hr_the_auditor_and_deciders(
    incident: ViralIncident, cast: Cast, candidate: Candidate
) -> None:
    decided(incident, cast)
    before, plain = dossier_hash(candidate), dict(facts(candidate)["Evidence"])["Viral incident"]
    assert plain == "negative; verified; A thread quotes the answer."
    assert "Your words stand beside the incident." in answer(logged_in(cast.ania), incident).content.decode()
    for reader in (cast.hanna, cast.pavel, cast.ada):
        page = logged_in(reader).get(reverse("hr:incident", args=[incident.pk])).content.decode()
        assert "to be &lt;b&gt;blunt&lt;/b&gt;, and thanked me." in page
    assert dict(facts(candidate)["Evidence"])["Viral incident"] == f"{plain} The agent says: {WORDS}"
    assert dossier(candidate)["incidents"][0]["statement"] == WORDS
    assert dossier_hash(candidate) != before


def test_the_agent_changes_their_words_and_there_is_one_statement(incident: ViralIncident, cast: Cast) -> None:
    decided(incident, cast)
    ania = logged_in(cast.ania)
    answer(ania, incident)
    page = answer(ania, incident, "I was wrong, and have told the customer so.").content.decode()
    incident.refresh_from_db()
    assert incident.statement == "I was wrong, and have told the customer so."
    assert "Change your words" in page


def test_when_it_no_longer_counts_the_words_stay_as_they_are(incident: ViralIncident, cast: Cast) -> None:
    decided(incident, cast)
    ania = logged_in(cast.ania)
    answer(ania, incident)
    ViralIncident.objects.update(expires_on="2026-01-01")
    page = ania.get(reverse("portal:incident", args=[incident.pk])).content.decode()
    assert "thanked me." in page
    assert "<textarea" not in page
    refused = answer(ania, incident, "Something else that I would rather have said.")
    assert (refused.status_code, "no longer counts" in refused.content.decode()) == (409, True)


@pytest.mark.parametrize("text", ["", "Too short.", "x" * 4001])
def test_a_statement_says_something(incident: ViralIncident, cast: Cast, text: str) -> None:
    decided(incident, cast)
    assert answer(logged_in(cast.ania), incident, text).status_code == 422


def test_what_was_not_the_agents_fault_is_told_and_needs_no_answer(incident: ViralIncident, cast: Cast) -> None:
    decided(incident, cast, IncidentState.NOT_AT_FAULT)
    page = logged_in(cast.ania).get(reverse("portal:incident", args=[incident.pk])).content.decode()
    assert "Agent not at fault" in page or "agent not at fault" in page
    assert "There is nothing to answer." in page


def test_the_agent_sees_the_pictures_of_their_own_incident_only(incident: ViralIncident, cast: Cast) -> None:
    picture = incident.pictures.get()
    address = reverse("portal:incident_picture", args=[incident.pk, picture.pk])
    ania = logged_in(cast.ania)
    assert ania.get(address).status_code == 404
    decided(incident, cast)
    served = ania.get(address)
    assert (served.status_code, served.content, served["Content-Type"]) == (200, PNG_BYTES, "image/png")
    assert served["X-Content-Type-Options"] == "nosniff"
    assert logged_in(cast.boris).get(address).status_code == 404
    assert address in ania.get(reverse("portal:incident", args=[incident.pk])).content.decode()
