"""The pages of viral incidents: one records, another decides."""

from django.test import Client
from django.urls import reverse

from scoring.models import ViralIncident
from scoring.models.evidence import IncidentState
from tests.cast import Cast
from tests.selection.hr.conftest import logged_in

REASON = "The thread and the chat were compared."


def fields(cast: Cast) -> dict[str, object]:
    """The form as HR fills it in."""
    return {
        "chat_id": "c-77",
        "agent": cast.agents["ania"].pk,
        "sign": "positive",
        "severity": "3",
        "flagged_at": "2026-03-01T10:00",
        "platform": "VK",
        "url": "https://social.example/<b>1",
        "reason": "A thread praised <script>the answer</script>.",
    }


def recorded(client: Client, cast: Cast) -> ViralIncident:
    """Record an incident on the page."""
    sent = fields(cast) | {"url": "https://social.example/1"}
    assert client.post(reverse("hr:new_incident"), sent).status_code == 302
    return ViralIncident.objects.get()


def test_the_rubric_describes_every_severity(hanna: Client) -> None:
    page = hanna.get(reverse("hr:new_incident")).content.decode()
    for level in ("1 · Noticed", "2 · Spread", "3 · Public", "4 · Lasting"):
        assert level in page


def test_an_incident_is_recorded_and_waits(hanna: Client, cast: Cast) -> None:
    made = recorded(hanna, cast)
    assert (made.state, made.severity, made.recorded_by) == (IncidentState.UNVERIFIED, 3, cast.hanna)
    page = hanna.get(reverse("hr:incident", args=[made.pk])).content.decode()
    assert "Nobody decides an incident that they recorded or imported." in page
    assert "<script>the answer" not in page
    assert 'href="https://social.example' not in page


def test_a_refused_link_is_said_beside_the_form(hanna: Client, cast: Cast) -> None:
    answer = hanna.post(reverse("hr:new_incident"), fields(cast))
    assert answer.status_code == 422
    assert "is not a web address that can be kept" in answer.content.decode()
    assert not ViralIncident.objects.exists()


def test_a_second_person_decides(hanna: Client, cast: Cast) -> None:
    made = recorded(hanna, cast)
    pavel = logged_in(cast.pavel)
    address = reverse("hr:incident", args=[made.pk])
    assert "Does it count?" in pavel.get(address).content.decode()
    assert pavel.post(address, {"state": "verified", "reason": REASON}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.verified_by) == (IncidentState.VERIFIED, cast.pavel)
    assert "It counts until March 1, 2027." in pavel.get(address).content.decode()


def test_the_recorder_cannot_decide_by_a_direct_post(hanna: Client, cast: Cast) -> None:
    made = recorded(hanna, cast)
    sent = {"state": "verified", "reason": REASON}
    answer = hanna.post(reverse("hr:incident", args=[made.pk]), sent, follow=True)
    made.refresh_from_db()
    assert made.state == IncidentState.UNVERIFIED
    assert "Nobody decides an incident that they recorded" in answer.content.decode()


def test_a_decision_without_a_reason_is_shown_again(hanna: Client, cast: Cast) -> None:
    made = recorded(hanna, cast)
    answer = logged_in(cast.pavel).post(reverse("hr:incident", args=[made.pk]), {"state": "rejected"})
    assert answer.status_code == 422


def test_the_list_filters_by_state(hanna: Client, cast: Cast) -> None:
    recorded(hanna, cast)
    listed = hanna.get(reverse("hr:incidents")).content.decode()
    assert "c-77" in listed
    assert "c-77" in hanna.get(reverse("hr:incidents"), {"state": "unverified"}).content.decode()
    assert "No incidents here" in hanna.get(reverse("hr:incidents"), {"state": "verified"}).content.decode()


def test_the_auditor_reads_and_does_not_decide(hanna: Client, ada: Client, cast: Cast) -> None:
    made = recorded(hanna, cast)
    address = reverse("hr:incident", args=[made.pk])
    assert ada.get(address).status_code == 200
    assert ada.post(address, {"state": "verified", "reason": REASON}).status_code == 403
