"""Writing policies: through the form, as text, from a file; the same document comes out of every door."""

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from scoring.models import PolicyVersion
from scoring.policies import draft, publish
from scoring.policy import parse, policy_hash, render, schema_text, to_json
from scoring.presets import install_presets, preset_paths
from selection.hr.policy_desk import units
from tests.cast import NOW, POLICY, Cast
from tests.selection.hr.conftest import logged_in

BROKEN = Path(__file__).parents[2] / "scoring" / "policy" / "broken"
PRESETS = [path.stem for path in preset_paths()]
COMMENT = "# Agreed with the union on 3 November.\n"


def address(**query: object) -> str:
    """Where a new draft is written."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return reverse("hr:draft_policy") + (f"?{asked}" if asked else "")


def filled(page: Any) -> dict[str, Any]:
    """What a browser would send of the form as it stands, before a button is pressed."""
    desk = page.context["desk"]
    sent: dict[str, Any] = {"door": desk.door, "blocks": desk.form.blocks, "source": desk.source}
    if desk.draft:
        sent["seen"] = desk.draft.document_hash
    for bound in desk.form:
        value = bound.value()
        if isinstance(value, bool):
            sent |= {bound.html_name: "on"} if value else {}
        elif value is not None:
            sent[bound.html_name] = value if isinstance(value, list) else str(value)
    return sent


def text_of(page: HttpResponse) -> str:
    """What the page says."""
    return unescape(page.content.decode())


def save(client: Client, where: str, sent: dict[str, Any]) -> PolicyVersion:
    """Press the button that saves, and give the newest version."""
    answer = client.post(where, {**sent, "action": "save"})
    assert answer.status_code == 302, text_of(answer)
    return PolicyVersion.objects.latest("pk")


@pytest.fixture
def written(cast: Cast) -> PolicyVersion:
    """A draft by Hanna with a comment of hers."""
    return draft(text=COMMENT + POLICY, actor=cast.hanna, at=NOW)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_preset_goes_through_the_form_without_a_changed_hash(hanna: Client, name: str, language: str) -> None:
    hanna.cookies["django_language"] = language
    source = next(path for path in preset_paths() if path.stem == name).read_text(encoding="utf-8")
    sent = filled(hanna.get(address(preset=name)))
    saved = save(hanna, address(preset=name), sent)
    assert saved.document_hash == policy_hash(parse(source))
    assert saved.document == source
    rewritten = save(hanna, address(preset=name), {**sent, "source": ""})
    assert rewritten.document_hash == saved.document_hash
    assert rewritten.document == render(parse(source), language)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("kind", ["toml", "json"])
def test_a_preset_goes_through_a_file_without_a_changed_hash(hanna: Client, name: str, kind: str) -> None:
    install_presets(at=NOW)
    version = PolicyVersion.objects.get(name=name)
    exported = hanna.get(reverse(f"hr:policy_{kind}", args=[version.pk]))
    assert exported["Content-Disposition"] == f'attachment; filename="{name}-1.{kind}"'
    page = hanna.post(reverse("hr:read_policy"), {"file": SimpleUploadedFile("any.name", exported.content)})
    again = save(hanna, address(), {"door": "text", "document": page.context["desk"].text})
    assert (again.name, again.version, again.document_hash) == (name, 2, version.document_hash)
    if kind == "toml":
        assert again.document.replace("\r\n", "\n") == version.document


def test_the_authors_comments_live_in_the_text(hanna: Client, written: PolicyVersion) -> None:
    where = reverse("hr:edit_policy", args=[written.pk])
    page = hanna.get(f"{where}?door=text")
    assert COMMENT.strip() in text_of(page)
    sent = {"door": "text", "document": COMMENT + POLICY.replace("cut = 6", "cut = 9"), "seen": written.document_hash}
    saved = save(hanna, where, sent)
    assert (saved.pk, saved.version) == (written.pk, 1)
    assert saved.document.startswith(COMMENT)


def test_the_form_keeps_the_text_as_long_as_it_says_the_same(hanna: Client, written: PolicyVersion) -> None:
    where = reverse("hr:edit_policy", args=[written.pk])
    sent = filled(hanna.get(where))
    assert save(hanna, where, sent).document.startswith(COMMENT)
    saved = save(hanna, where, {**sent, "places": "5"})
    assert COMMENT not in saved.document
    assert parse(saved.document).places == 5


def test_a_comma_is_as_good_as_a_point(hanna: Client) -> None:
    sent = filled(hanna.get(address(preset="current")))
    saved = save(hanna, address(preset="current"), {**sent, "verdict.clear": "0,75", "name": "ours"})
    assert parse(saved.document).verdict.clear == 0.75


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"places": "many"}, "places", '"places" is "many"; it must be a whole number.'),
        ({"places": ""}, "places", 'The key "places" is missing.'),
        ({"title.ru": ""}, "title.ru", '"title.ru" is empty.'),
        ({"evidence.window_months": "99"}, "evidence.window_months", "it must lie between 1 and 60"),
        ({"approvals": []}, "approvals", "no person would decide"),
        ({"criteria[1].cut": "7"}, "criteria[1].cut", "Nobody could ever meet"),
        ({"criteria[6].weight": "40"}, "criteria[7].weight", "The weights add up to 90"),
        ({"criteria[2].quality": "beauty"}, "criteria[2].quality", "is not a business quality"),
        ({"criteria[2].criterion": "age"}, "criteria[2].criterion", "may not be looked at"),
    ],
)
def test_a_fault_stands_at_its_field(hanna: Client, change: dict[str, Any], field: str, sentence: str) -> None:
    sent = filled(hanna.get(address(preset="current")))
    page = hanna.post(address(preset="current"), {**sent, **change, "action": "save"})
    assert page.status_code == 422
    assert not PolicyVersion.objects.exists()
    assert sentence in " ".join(page.context["desk"].form.errors[field])


def test_a_fault_is_said_in_the_readers_language(hanna: Client) -> None:
    sent = filled(hanna.get(address(preset="current")))
    hanna.cookies["django_language"] = "ru"
    page = hanna.post(address(preset="current"), {**sent, "places": "", "action": "save"})
    assert "Нет ключа «places»." in text_of(page)


@pytest.mark.parametrize("name", sorted(path.name for path in BROKEN.glob("*.toml")))
def test_a_broken_text_is_refused_with_its_lines(hanna: Client, name: str) -> None:
    text = (BROKEN / name).read_text(encoding="utf-8")
    page = hanna.post(address(), {"door": "text", "document": text, "action": "save"})
    assert page.status_code == 422
    assert page.context["desk"].faults
    assert all(f"Line {fault.line}: " in text_of(page) for fault in page.context["desk"].faults)
    assert not PolicyVersion.objects.exists()


def test_a_criterion_is_added_and_taken_out_without_a_script(hanna: Client) -> None:
    where = address(preset="founding")
    sent = filled(hanna.get(where))
    more = hanna.post(where, {**sent, "purpose.en": "Typed just now.", "action": "add"})
    assert more.context["desk"].form.blocks == sent["blocks"] + 1
    assert more.context["desk"].form["purpose.en"].value() == "Typed just now."
    less = hanna.post(where, {**filled(more), "action": f"remove-{sent['blocks'] + 1}"})
    assert filled(less) == {**sent, "purpose.en": "Typed just now."}
    assert hanna.post(where, {**sent, "action": "remove-99"}).context["desk"].form.blocks == sent["blocks"]


def test_keys_of_another_role_are_left_out(hanna: Client) -> None:
    where = address(preset="founding")
    sent = filled(hanna.get(where))
    saved = save(hanna, where, {**sent, "criteria[1].weight": "100", "criteria[1].effect": "hold"})
    assert saved.document_hash == policy_hash(parse(sent["source"]))


def test_what_it_says_stands_beside_it(hanna: Client, written: PolicyVersion) -> None:
    where = address(**{"from": written.pk})
    sent = filled(hanna.get(where))
    page = hanna.post(where, {**sent, "criteria[1].cut": "9"})
    assert page.status_code == 200
    assert "Length of service: at least 9 months." in text_of(page)
    assert "Length of service (must hold), cut: was 6, now 9." in text_of(page)
    assert PolicyVersion.objects.count() == 1


def test_the_doors_lead_into_each_other(hanna: Client) -> None:
    where = address(preset="current")
    sent = filled(hanna.get(where))
    as_text = hanna.post(where, {**sent, "places": "9", "action": "other_door"})
    assert "places = 9" in as_text.context["desk"].text
    back = hanna.post(where, {"door": "text", "document": as_text.context["desk"].text, "action": "other_door"})
    assert filled(back)["places"] == "9"


def test_from_nothing_a_policy_can_be_written(hanna: Client) -> None:
    assert filled(hanna.get(address()))["blocks"] == 0
    page = hanna.get(address(door="text"))
    assert "# A policy of Rostrum." in text_of(page)
    sent = {**filled(hanna.get(address(preset="lottery"))), "name": "ours", "source": ""}
    assert save(hanna, address(), sent).name == "ours"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00", "Line 1: this file is no text in UTF-8."),
        (POLICY.encode("cp1251"), "Line 4: this file is no text in UTF-8."),
        (POLICY.encode("utf-16"), "Line 1: this file is no text in UTF-8."),
        (b"#" * 70_000, "This file is too long for a policy."),
        (b'{"format": 1,\n]', "Line 2: the JSON cannot be read"),
        (b'{"format": 2}', "format 2 is not known here"),
        (b"", "The submitted file is empty."),
    ],
)
def test_a_file_that_is_no_policy_is_refused(hanna: Client, content: bytes, sentence: str) -> None:
    page = hanna.post(reverse("hr:read_policy"), {"file": SimpleUploadedFile("policy.toml", content)})
    assert page.status_code == 422
    assert sentence.casefold() in text_of(page).casefold()


def test_a_broken_toml_file_is_shown_with_its_faults(hanna: Client) -> None:
    page = hanna.post(reverse("hr:read_policy"), {"file": SimpleUploadedFile("policy.toml", b"format = 1\nplaces = x")})
    assert "Line 2:" in text_of(page)
    assert "places = x" in text_of(page)


def test_nobody_writes_over_a_draft_that_has_changed(hanna: Client, written: PolicyVersion) -> None:
    where = reverse("hr:edit_policy", args=[written.pk])
    sent = filled(hanna.get(where))
    save(hanna, where, {**sent, "places": "5"})
    page = hanna.post(where, {**sent, "places": "6", "action": "save"})
    assert page.status_code == 409
    assert "has changed since you opened it" in text_of(page)


def test_the_page_of_a_version_says_what_is_new(hanna: Client, cast: Cast, written: PolicyVersion) -> None:
    publish(version=written, actor=cast.pavel, at=NOW)
    newer = draft(text=POLICY.replace("cut = 6", "cut = 9"), actor=cast.hanna, at=NOW)
    page = text_of(hanna.get(reverse("hr:policy", args=[newer.pk])))
    assert "What is new since version 1" in page
    assert "Length of service (must hold), cut: was 6, now 9." in page


def test_exports_are_for_readers_and_the_schema_for_everybody(cast: Cast, written: PolicyVersion) -> None:
    assert Client().get(reverse("hr:policy_schema")).content.decode() == schema_text()
    assert json.loads(logged_in(cast.ada).get(reverse("hr:policy_json", args=[written.pk])).content) == json.loads(
        to_json(parse(POLICY))
    )
    assert logged_in(cast.ania).get(reverse("hr:policy_toml", args=[written.pk])).status_code == 403


@pytest.mark.parametrize("name", ["new_policy", "draft_policy"])
def test_only_hr_writes(cast: Cast, name: str) -> None:
    for other in (cast.ada, cast.marat, cast.ania):
        assert logged_in(other).get(reverse(f"hr:{name}")).status_code == 403
    assert logged_in(cast.hanna).get(reverse(f"hr:{name}")).status_code == 200


def test_units_and_bounds_are_told() -> None:
    assert units("tenure", "gate") == "Months: from 1 to 480."
    assert units("viral_chats", "gate") == "This criterion has no place in this role. Choose another role."
    assert units("tenure", "weight") == units("", "") == units("age", "gate") == ""
