"""Policies through the API: the same document, the same sentences, the same two people."""

import pytest
from django.urls import reverse

from scoring.models import PolicyVersion
from scoring.policies import draft
from scoring.policy import parse, policy_hash, to_dict
from scoring.presets import preset_paths
from tests.cast import NOW, POLICY, Cast
from tests.selection.api.conftest import Caller

COMMENT = "# Agreed with the union on 3 November.\n"
STRICTER = POLICY.replace("cut = 6", "cut = 9")
LIST = reverse("api:policies")
PRESETS = {path.stem: path.read_text(encoding="utf-8") for path in preset_paths()}


def at(version: PolicyVersion, name: str = "policy") -> str:
    """The address of a version."""
    return reverse(f"api:{name}", args=[version.pk])


@pytest.fixture
def written(cast: Cast) -> PolicyVersion:
    """A draft by Hanna."""
    return draft(text=COMMENT + POLICY, actor=cast.hanna, at=NOW)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_goes_through_the_api_without_a_changed_hash(cast: Cast, api: Caller, name: str) -> None:
    client, text = api(cast.hanna), PRESETS[name]
    as_toml = client.post(LIST, {"document": text}, format="json").json()
    as_data = client.post(LIST, {"document_json": to_dict(parse(text))}, format="json").json()
    again = client.get(reverse("api:policy", args=[as_data["id"]])).json()
    assert as_toml["document"] == text
    assert as_toml["document_hash"] == as_data["document_hash"] == policy_hash(parse(text))
    assert again["document_json"] == to_dict(parse(text))
    assert (as_toml["version"], as_data["version"], as_data["author"]) == (1, 2, "hanna")


@pytest.mark.parametrize("body", [{}, {"document": POLICY, "document_json": {}}])
def test_one_document_is_wanted(cast: Cast, api: Caller, body: dict[str, object]) -> None:
    answer = api(cast.hanna).post(LIST, body, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"] == "Give the document as TOML or as data: one of the two."


def test_a_broken_document_is_refused_with_its_line(cast: Cast, api: Caller) -> None:
    answer = api(cast.hanna).post(LIST, {"document": POLICY.replace("places = 2", "places = 0")}, format="json")
    assert answer.status_code == 409
    assert 'Line 6: "places" is 0' in answer.json()["errors"][0]["detail"]
    assert not PolicyVersion.objects.exists()


def test_the_life_of_a_version(cast: Cast, api: Caller, written: PolicyVersion) -> None:
    hanna, pavel = api(cast.hanna), api(cast.pavel)
    revised = hanna.put(
        at(written), {"document": STRICTER, "document_hash": written.document_hash}, format="json"
    ).json()
    assert revised["document_hash"] == policy_hash(parse(STRICTER))
    stale = pavel.post(at(written, "publish_policy"), {"document_hash": written.document_hash}, format="json")
    assert stale.status_code == 409
    seen = {"document_hash": revised["document_hash"]}
    assert pavel.post(at(written, "publish_policy"), seen, format="json").json()["publisher"] == "pavel"
    reason = {"reason": "Replaced by a gentler one."}
    assert hanna.post(at(written, "retire_policy"), reason, format="json").json()["state"] == "retired"


def test_a_draft_is_discarded_by_its_author(cast: Cast, api: Caller, written: PolicyVersion) -> None:
    assert api(cast.pavel).delete(at(written)).status_code == 409
    assert api(cast.hanna).delete(at(written)).status_code == 204
    assert not PolicyVersion.objects.exists()
