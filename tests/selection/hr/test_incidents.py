"""The pages of viral incidents: one records, two say how severe it was, another decides."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from scoring.models import Batch, IncidentPicture, SeverityMark, ViralIncident
from scoring.models.batches import BatchState
from scoring.models.evidence import IncidentState
from selection.stages import Role
from tests.cast import NOW, Cast, person
from tests.scoring.test_picture_content import JPEG_BYTES, PNG_BYTES, SECRET, told
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


def recorded(client: Client, cast: Cast, *pictures: bytes) -> ViralIncident:
    """Record an incident on the page."""
    sent = fields(cast) | {"url": "https://social.example/1", "pictures": uploads(*pictures)}
    assert client.post(reverse("hr:new_incident"), sent).status_code == 302
    return ViralIncident.objects.get()


def uploads(*pictures: bytes) -> list[SimpleUploadedFile]:
    """Files as a browser sends them, under names and types that say nothing true."""
    return [SimpleUploadedFile("Ania <b>.svg", content, content_type="image/svg+xml") for content in pictures]


def rate(client: Client, incident: ViralIncident, level: int) -> HttpResponse:
    """Give a mark on the page."""
    address = reverse("hr:rate_severity", args=[incident.pk])
    answer: HttpResponse = client.post(address, {"severity": level}, follow=True)  # type: ignore[assignment]
    return answer


def decide(client: Client, incident: ViralIncident, state: str = "verified") -> HttpResponse:
    """Decide on the page."""
    sent = {"state": state, "reason": REASON}
    address = reverse("hr:decide_incident", args=[incident.pk])
    answer: HttpResponse = client.post(address, sent, follow=True)  # type: ignore[assignment]
    return answer


def page_of(client: Client, incident: ViralIncident) -> str:
    """The page of an incident."""
    return client.get(reverse("hr:incident", args=[incident.pk])).content.decode()


def test_the_rubric_has_an_example_of_every_level_in_both_languages(hanna: Client) -> None:
    answer = hanna.get(reverse("hr:new_incident"))
    page = answer.content.decode()
    assert (answer.status_code, "is required" in page) == (200, False)
    for level in ("1 · Noticed", "2 · Spread", "3 · Public", "4 · Lasting"):
        assert level in page
    assert page.count('class="example"') == 4
    assert "A city group with 80,000 readers reposts it" in page


def test_an_incident_is_recorded_and_waits(hanna: Client, cast: Cast) -> None:
    made = recorded(hanna, cast)
    assert (made.state, made.severity, made.recorded_by) == (IncidentState.UNVERIFIED, None, cast.hanna)
    page = page_of(hanna, made)
    assert "Nobody decides an incident that they recorded or imported." in page
    assert "1 of 2 marks are in." in page
    assert "<script>the answer" not in page
    assert 'href="https://social.example' not in page


def test_a_refused_link_is_said_beside_the_form(hanna: Client, cast: Cast) -> None:
    answer = hanna.post(reverse("hr:new_incident"), fields(cast))
    assert answer.status_code == 422
    assert "is not a web address that can be kept" in answer.content.decode()
    assert not ViralIncident.objects.exists()


def test_a_second_person_rates_and_decides(hanna: Client, cast: Cast) -> None:
    made, pavel = recorded(hanna, cast), logged_in(cast.pavel)
    assert "Your mark is kept." in rate(pavel, made, 3).content.decode()
    decide(pavel, made)
    made.refresh_from_db()
    assert (made.state, made.severity, made.verified_by) == (IncidentState.VERIFIED, 3, cast.pavel)
    page = page_of(pavel, made)
    assert "It counts until March 1, 2027." in page
    assert "Both say the same." in page


def test_what_no_longer_counts_says_so(hanna: Client, cast: Cast) -> None:
    made, pavel = recorded(hanna, cast), logged_in(cast.pavel)
    rate(pavel, made, 3)
    decide(pavel, made)
    ViralIncident.objects.update(expires_on="2026-01-01")
    assert "It counted until Jan. 1, 2026." in page_of(pavel, made)


def test_it_is_not_verified_before_the_severity_is_settled(hanna: Client, cast: Cast) -> None:
    made, pavel = recorded(hanna, cast), logged_in(cast.pavel)
    assert "Two people say first how severe it was." in decide(pavel, made).content.decode()
    made.refresh_from_db()
    assert made.state == IncidentState.UNVERIFIED
    decide(pavel, made, "rejected")
    made.refresh_from_db()
    assert made.state == IncidentState.REJECTED


# Where a mark could be read: pages of HR and of the auditor, the admin, the API


def everywhere(incident: ViralIncident, *readers: User) -> dict[tuple[str, str], str]:
    """Every page on which an incident stands, as everybody who may open it reads it, without tokens of one visit."""
    pages = [
        reverse("hr:incidents"),
        reverse("hr:incident", args=[incident.pk]),
        reverse("hr:agent", args=[incident.agent_id]),
        reverse("hr:audit"),
        reverse("api:incidents"),
        reverse("admin:scoring_viralincident_changelist"),
        reverse("admin:scoring_viralincident_change", args=[incident.pk]),
    ]
    read = {(one.username, address): logged_in(one).get(address) for one in readers for address in pages}
    assert {answer.status_code for answer in read.values()} == {200}
    visit = re.compile(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"')
    return {place: visit.sub("", answer.content.decode()) for place, answer in read.items()}


def test_a_mark_is_read_nowhere_before_both_are_in(hanna: Client, cast: Cast) -> None:
    User.objects.filter(username__in=["hanna", "pavel", "ada"]).update(is_staff=True)
    others = (cast.pavel, cast.ada, person("vera", Role.HR, is_staff=True))
    made = recorded(hanna, cast)
    first = everywhere(made, *others, cast.hanna)
    SeverityMark.objects.update(level=4)
    second = everywhere(made, *others, cast.hanna)
    # Nothing but her own page changes with the mark.
    own = ("hanna", reverse("hr:incident", args=[made.pk]))
    assert {place for place in first if first[place] != second[place]} == {own}


def test_control_a_settled_severity_is_read_everywhere(hanna: Client, cast: Cast) -> None:
    User.objects.filter(username="pavel").update(is_staff=True)
    made = recorded(hanna, cast)
    rate(logged_in(cast.pavel), made, 3)
    first = everywhere(made, cast.pavel)
    ViralIncident.objects.update(severity=4)
    second = everywhere(made, cast.pavel)
    same = {reverse("hr:agent", args=[made.agent_id]), reverse("hr:audit")}  # they name no severity, or the entry's own
    assert {place for place in first if first[place] == second[place]} == {("pavel", address) for address in same}


def test_two_who_are_far_apart_ask_a_third_who_does_not_read_them(hanna: Client, cast: Cast) -> None:
    made, vera = recorded(hanna, cast), logged_in(person("vera", Role.HR))
    assert "more than one level apart" in rate(logged_in(cast.pavel), made, 1).content.decode()
    page = page_of(vera, made)
    assert "A third person marks it, without reading them." in page
    assert "<dd>1 · Noticed" not in page
    assert "<dd>3 · Public" not in page
    page = rate(vera, made, 2).content.decode()
    made.refresh_from_db()
    assert made.severity == 2
    assert [f"<dd>{name}" in page for name in ("1 · Noticed", "2 · Spread", "3 · Public")] == [True] * 3


def test_a_mark_is_not_given_twice(hanna: Client, cast: Cast) -> None:
    made = recorded(hanna, cast)
    assert "You have given your mark." in rate(hanna, made, 3).content.decode()
    assert made.severity_marks.count() == 1
    assert rate(logged_in(cast.pavel), made, 9).status_code == 422


# Deciding is somebody else's, in every door


def test_the_recorder_cannot_decide_by_a_direct_post(hanna: Client, cast: Cast) -> None:
    made = recorded(hanna, cast)
    rate(logged_in(cast.pavel), made, 3)
    answer = decide(hanna, made)
    made.refresh_from_db()
    assert made.state == IncidentState.UNVERIFIED
    assert "Nobody decides an incident that they recorded" in answer.content.decode()


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_decides_in_the_admin(hanna: Client, cast: Cast, is_superuser: bool) -> None:
    made = recorded(hanna, cast)
    for one in (cast.hanna, cast.pavel):
        one.is_staff, one.is_superuser = True, is_superuser
        one.save()
        client, sent = logged_in(one), {"state": "verified", "verified_by": one.pk, "severity": 4, "statement": "x"}
        assert client.post(reverse("admin:scoring_viralincident_change", args=[made.pk]), sent).status_code == 403
        action = {"action": "delete_selected", "_selected_action": [made.pk], "post": "yes"}
        client.post(reverse("admin:scoring_viralincident_changelist"), action)
        assert client.post(reverse("admin:scoring_viralincident_delete", args=[made.pk])).status_code == 403
    made.refresh_from_db()
    assert (made.state, made.severity, made.statement) == (IncidentState.UNVERIFIED, None, "")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nobody_decides_through_the_api(hanna: Client, cast: Cast, method: str) -> None:
    made = recorded(hanna, cast)
    body = {"id": made.pk, "state": "verified", "severity": 4}
    answer = getattr(logged_in(cast.pavel), method)(reverse("api:incidents"), body, content_type="application/json")
    assert answer.status_code == 405
    pushed = {"records": [{"chat_id": "c-77", "agent_id": "S-15", "state": "verified"}]}
    address = reverse("api:incidents")
    assert logged_in(cast.pavel).post(address, pushed, content_type="application/json").status_code == 400
    made.refresh_from_db()
    assert (made.state, made.severity) == (IncidentState.UNVERIFIED, None)


def test_a_decision_without_a_reason_is_shown_again(hanna: Client, cast: Cast) -> None:
    made = recorded(hanna, cast)
    address = reverse("hr:decide_incident", args=[made.pk])
    assert logged_in(cast.pavel).post(address, {"state": "rejected"}).status_code == 422


def test_what_is_still_being_loaded_is_not_there(hanna: Client, cast: Cast) -> None:
    batch = Batch.objects.create(kind="viral", state=BatchState.STAGING, created_by=cast.hanna, created_at=NOW)
    made = ViralIncident.objects.create(batch=batch, chat_id="v-1", agent=cast.agents["ania"], flagged_at=NOW)
    pages = [reverse("hr:incidents"), reverse("hr:agent", args=[made.agent_id]), reverse("api:incidents")]
    read = {page: hanna.get(page).content for page in pages}
    assert hanna.get(reverse("hr:incident", args=[made.pk])).status_code == 404
    Batch.objects.update(state=BatchState.PUBLISHED)
    assert hanna.get(reverse("hr:incident", args=[made.pk])).status_code == 200
    assert [read[page] == hanna.get(page).content for page in pages] == [False] * 3
    assert b"v-1" not in read[pages[0]] + read[pages[2]]


# Pictures


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    """Where pictures are kept."""
    settings.MEDIA_ROOT = tmp_path


def test_pictures_are_told_by_content_and_served_with_safe_headers(hanna: Client, ada: Client, cast: Cast) -> None:
    made = recorded(hanna, cast, told()["image/png"], JPEG_BYTES)
    page = page_of(ada, made)
    for picture, kind, content in zip(
        made.pictures.all(), ("image/png", "image/jpeg"), (PNG_BYTES, JPEG_BYTES), strict=True
    ):
        address = reverse("hr:incident_picture", args=[made.pk, picture.pk])
        assert f'src="{address}" width="9" height="5"' in page
        answer = ada.get(address)
        assert (answer.status_code, answer.content, SECRET in answer.content) == (200, content, False)
        ending = kind.removeprefix("image/")
        assert {name: answer[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control")} == {
            "Content-Type": kind,
            "Content-Disposition": f'inline; filename="incident-{made.pk}-{picture.pk}.{ending}"',
            "Cache-Control": "private, no-store",
        }
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_pictures_are_served_to_nobody_else(hanna: Client, cast: Cast) -> None:
    made = recorded(hanna, cast, PNG_BYTES)
    other = ViralIncident.objects.create(chat_id="c-78", agent=cast.agents["boris"], flagged_at=NOW)
    picture = made.pictures.get()
    address = reverse("hr:incident_picture", args=[made.pk, picture.pk])
    people = (cast.marat, cast.hugo, cast.greta, cast.ania, cast.boris)
    assert [logged_in(one).get(address).status_code for one in people] == [403] * 5
    assert Client().get(address).status_code == 302
    assert hanna.get(reverse("hr:incident_picture", args=[other.pk, picture.pk])).status_code == 404
    assert hanna.get(f"/media/{picture.stored_as}").status_code == 404
    assert hanna.get(address).status_code == 200


def test_what_is_no_picture_is_refused_by_its_number(hanna: Client, cast: Cast) -> None:
    sent = fields(cast) | {"url": "", "pictures": uploads(PNG_BYTES, b"<svg onload=alert(1)>")}
    answer = hanna.post(reverse("hr:new_incident"), sent)
    assert answer.status_code == 422
    assert "Picture 2 is no PNG, JPEG or WebP." in answer.content.decode()
    assert not IncidentPicture.objects.exists()


def test_a_colleague_adds_pictures_until_it_is_decided(hanna: Client, cast: Cast) -> None:
    made, pavel = recorded(hanna, cast), logged_in(cast.pavel)
    address = reverse("hr:add_pictures", args=[made.pk])
    assert f'action="{address}"' in page_of(pavel, made)
    assert pavel.post(address, {}).status_code == 422
    assert pavel.post(address, {"pictures": uploads(PNG_BYTES)}).status_code == 302
    decide(pavel, made, "rejected")
    assert f'action="{address}"' not in page_of(pavel, made)
    refused = pavel.post(address, {"pictures": uploads(JPEG_BYTES)}, follow=True)
    assert "decided already" in refused.content.decode()
    assert made.pictures.count() == 1


def test_a_picture_whose_file_is_gone_is_not_there(hanna: Client, cast: Cast) -> None:
    made = recorded(hanna, cast, PNG_BYTES)
    IncidentPicture.objects.update(stored_as="incidents/gone")
    address = reverse("hr:incident_picture", args=[made.pk, made.pictures.get().pk])
    assert hanna.get(address).status_code == 404


def test_the_list_filters_by_state(hanna: Client, cast: Cast) -> None:
    recorded(hanna, cast)
    listed = hanna.get(reverse("hr:incidents")).content.decode()
    assert "c-77" in listed
    assert "c-77" in hanna.get(reverse("hr:incidents"), {"state": "unverified"}).content.decode()
    assert "No incidents here" in hanna.get(reverse("hr:incidents"), {"state": "verified"}).content.decode()


def test_the_list_tells_how_far_two_people_agree(hanna: Client, cast: Cast) -> None:
    made = recorded(hanna, cast)
    assert "marked by two people" not in hanna.get(reverse("hr:incidents")).content.decode()
    rate(logged_in(cast.pavel), made, 2)
    page = " ".join(hanna.get(reverse("hr:incidents")).content.decode().split())
    assert "1 severity was marked by two people: 0% the same, 100% at most one level apart." in page


def test_the_auditor_reads_and_does_nothing(hanna: Client, ada: Client, cast: Cast) -> None:
    made = recorded(hanna, cast)
    assert "<form" not in page_of(ada, made).split("<main")[1]
    names = ("decide_incident", "rate_severity", "add_pictures")
    assert [ada.post(reverse(f"hr:{name}", args=[made.pk])).status_code for name in names] == [403] * 3
    assert page_of(logged_in(cast.pavel), made).split("<main")[1].count("<form") == 3
