"""One person tries to publish, edit and delete a policy while a round runs with it: in page, admin, API and shell."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from scoring.models import PolicyVersion
from scoring.policies import PublicationRefused, discard, draft, publish, retire, revise
from selection.models import Round
from selection.refusals import Refused
from selection.rounds import RoundPlan, open_round
from tests.cast import NOW, POLICY, Cast, build_task, build_test

STRICTER = POLICY.replace("cut = 6", "cut = 9")
FROZEN = "A published version is never edited or deleted. Draft a new version from it."
OWN = "Nobody publishes what they wrote. Ask a colleague in HR to read and publish it."
KEPT = "a published policy version is frozen"
REASON = "Replaced by a stricter one."


@pytest.fixture
def version(cast: Cast) -> PolicyVersion:
    """Written by Hanna, published by Pavel."""
    return publish(version=draft(text=POLICY, actor=cast.hanna, at=NOW), actor=cast.pavel, at=NOW)


@pytest.fixture
def running(cast: Cast, version: PolicyVersion) -> Round:
    """A round that runs with it."""
    plan = RoundPlan(
        title="Autumn",
        policy_version=version,
        run=None,
        places=1,
        knowledge_test=build_test(),
        test_task=build_task(),
        assessments_until=NOW + timedelta(days=7),
        decisions_until=NOW + timedelta(days=14),
        graders=[cast.greta, cast.gleb],
    )
    return open_round(plan=plan, actor=cast.hanna, at=NOW)


@pytest.fixture
def own(cast: Cast) -> PolicyVersion:
    """Hanna's own draft of a second version."""
    return draft(text=STRICTER, actor=cast.hanna, at=NOW)


@pytest.fixture
def everything() -> Callable[[], list[Any]]:
    """All that there is of policies, rounds and the journal, to show that nothing has changed."""

    def found() -> list[Any]:
        versions, rounds = PolicyVersion.objects.order_by("pk").values(), Round.objects.order_by("pk").values()
        return [list(versions), list(rounds), Entry.objects.count()]

    return found


def client_of(user: User) -> Client:
    """A browser."""
    client = Client()
    client.force_login(user)
    return client


def said(response: HttpResponse) -> str:
    """What the page or the API says, quotes as people see them."""
    return response.content.decode().replace("&#x27;", "'")


# Publishing one's own draft.


def test_the_author_publishes_on_no_page(cast: Cast, running: Round, own: PolicyVersion) -> None:
    address = reverse("hr:publish_policy", args=[own.pk])
    assert address not in said(client_of(cast.hanna).get(reverse("hr:policy", args=[own.pk])))
    answer = client_of(cast.hanna).post(address, {"seen": own.document_hash}, follow=True)
    assert OWN in said(answer)
    own.refresh_from_db()
    assert own.state == "draft"


def test_the_author_publishes_by_no_api(cast: Cast, running: Round, own: PolicyVersion) -> None:
    address, body = reverse("api:publish_policy", args=[own.pk]), {"document_hash": own.document_hash}
    answer = client_of(cast.hanna).post(address, body, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (409, OWN)
    assert client_of(cast.pavel).post(address, body, content_type="application/json").status_code == 200


def test_the_author_publishes_in_no_shell(cast: Cast, running: Round, own: PolicyVersion) -> None:
    with pytest.raises(PublicationRefused, match=OWN[:30]):
        publish(version=own, actor=cast.hanna, at=NOW)
    own.state, own.publisher, own.published_at = "published", cast.hanna, NOW
    with pytest.raises(DatabaseError, match="scoring_policy_two_people"), transaction.atomic():
        own.save()
    mine = PolicyVersion.objects.filter(pk=own.pk)
    for publisher in (cast.hanna, None):
        with pytest.raises(DatabaseError, match="scoring_policy_two_people"), transaction.atomic():
            mine.update(state="published", publisher=publisher, published_at=NOW)


@pytest.mark.parametrize("changed", [{"author": None}, {"author": None, "state": "published", "published_at": NOW}])
def test_the_author_does_not_wash_the_name_off(running: Round, own: PolicyVersion, changed: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match=KEPT), transaction.atomic():
        PolicyVersion.objects.filter(pk=own.pk).update(**changed)


def test_the_author_is_not_replaced_by_another(cast: Cast, running: Round, own: PolicyVersion) -> None:
    forged = {"author": cast.pavel, "publisher": cast.hanna, "state": "published", "published_at": NOW}
    with pytest.raises(DatabaseError, match=KEPT), transaction.atomic():
        PolicyVersion.objects.filter(pk=own.pk).update(**forged)


def test_the_author_publishes_in_no_admin(cast: Cast, running: Round, own: PolicyVersion) -> None:
    client, base = client_of(cast.hanna), "admin:scoring_policyversion"
    for action in ("publish", "publish_selected", "delete_selected"):
        sent = {"action": action, "_selected_action": [own.pk], "post": "yes"}
        client.post(reverse(f"{base}_changelist"), sent)
    assert client.post(reverse(f"{base}_change", args=[own.pk]), {"state": "published"}).status_code == 403
    own.refresh_from_db()
    assert (own.state, own.publisher) == ("draft", None)


# Editing and deleting what is published.


@pytest.mark.parametrize("name", ["edit_policy", "discard_policy"])
def test_no_page_edits_or_deletes(cast: Cast, running: Round, name: str, everything: Callable[[], list[Any]]) -> None:
    before, address = everything(), reverse(f"hr:{name}", args=[running.policy_version_id])
    body = {"door": "text", "document": STRICTER, "action": "save", "seen": running.policy_version.document_hash}
    assert FROZEN in said(client_of(cast.hanna).post(address, body, follow=True))
    assert everything() == before


@pytest.mark.parametrize("method", ["put", "delete"])
def test_no_api_edits_or_deletes(cast: Cast, running: Round, method: str, everything: Callable[[], list[Any]]) -> None:
    before, address = everything(), reverse("api:policy", args=[running.policy_version_id])
    body = {"document": STRICTER, "document_hash": running.policy_version.document_hash}
    answer = getattr(client_of(cast.hanna), method)(address, json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (409, FROZEN)
    assert client_of(cast.hanna).patch(address, json.dumps(body), content_type="application/json").status_code == 405
    assert everything() == before


@pytest.mark.parametrize("is_superuser", [False, True])
def test_no_admin_edits_deletes_or_adds(
    cast: Cast, running: Round, is_superuser: bool, everything: Callable[[], list[Any]]
) -> None:
    cast.hanna.is_superuser = is_superuser
    cast.hanna.save()
    client, pk, before = client_of(cast.hanna), running.policy_version_id, everything()
    base = "admin:scoring_policyversion"
    assert client.get(reverse(f"{base}_changelist")).status_code == 200
    body = {"name": "current", "version": 1, "document": STRICTER, "state": "draft"}
    assert client.post(reverse(f"{base}_change", args=[pk]), body).status_code == 403
    assert client.post(reverse(f"{base}_delete", args=[pk]), {"post": "yes"}).status_code == 403
    assert client.post(reverse(f"{base}_add"), body).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
    client.post(reverse(f"{base}_changelist"), action)
    assert everything() == before


def test_no_verb_edits_or_deletes(cast: Cast, running: Round, everything: Callable[[], list[Any]]) -> None:
    before, kept = everything(), running.policy_version
    for attempt in (
        lambda: revise(version=kept, text=STRICTER, seen=kept.document_hash, actor=cast.hanna, at=NOW),
        lambda: discard(version=kept, actor=cast.hanna, at=NOW),
    ):
        with pytest.raises(PublicationRefused, match="never edited or deleted"):
            attempt()
    assert everything() == before


def _save(kept: PolicyVersion) -> None:
    kept.document = STRICTER
    kept.save()


def _update(kept: PolicyVersion) -> None:
    PolicyVersion.objects.filter(pk=kept.pk).update(document=STRICTER)


def _bulk_update(kept: PolicyVersion) -> None:
    kept.document_hash = "0" * 64
    PolicyVersion.objects.bulk_update([kept], ["document_hash"])


def _back_to_draft(kept: PolicyVersion) -> None:
    PolicyVersion.objects.filter(pk=kept.pk).update(state="draft", publisher=None)


def _by_hand(kept: PolicyVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE scoring_policyversion SET document = %s WHERE id = %s", [STRICTER, kept.pk])


def _loaddata(kept: PolicyVersion) -> None:
    kept.document = STRICTER
    for one in serializers.deserialize("json", serializers.serialize("json", [kept])):
        one.save()


def _upsert(kept: PolicyVersion) -> None:
    kept.document = STRICTER
    same = {"update_conflicts": True, "unique_fields": ["id"], "update_fields": ["document"]}
    PolicyVersion.objects.bulk_create([kept], **same)


def _replace_by_hand(kept: PolicyVersion) -> None:
    columns = [field.column for field in PolicyVersion._meta.fields]
    chosen = ", ".join("%s" if column == "document" else column for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            insert = f"REPLACE INTO scoring_policyversion ({', '.join(columns)}) SELECT {chosen}"
            cursor.execute(f"{insert} FROM scoring_policyversion WHERE id = %s", [STRICTER, kept.pk])
        else:
            gone = "WITH gone AS (DELETE FROM scoring_policyversion WHERE id = %s RETURNING *) SELECT id FROM gone"
            cursor.execute(gone, [kept.pk])


def _delete_by_hand(kept: PolicyVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM scoring_policyversion WHERE id = %s", [kept.pk])


@pytest.mark.parametrize(
    "attempt",
    [_save, _update, _bulk_update, _upsert, _back_to_draft, _by_hand, _loaddata, _replace_by_hand, _delete_by_hand],
    ids=lambda attempt: attempt.__name__.strip("_"),
)
def test_no_shell_edits_or_deletes(
    running: Round, attempt: Callable[[PolicyVersion], None], everything: Callable[[], list[Any]]
) -> None:
    before = everything()
    with pytest.raises(DatabaseError, match=KEPT), transaction.atomic():
        attempt(PolicyVersion.objects.get(pk=running.policy_version_id))
    assert everything() == before


def test_a_published_version_without_a_round_is_not_deleted_either(version: PolicyVersion) -> None:
    for attempt in (version.delete, PolicyVersion.objects.filter(pk=version.pk).delete):
        with pytest.raises(DatabaseError, match=KEPT), transaction.atomic():
            attempt()
    assert PolicyVersion.objects.filter(document=POLICY).count() == 1


def test_a_version_with_a_round_is_protected_before_the_database_is_asked(running: Round) -> None:
    with pytest.raises(ProtectedError):
        running.policy_version.delete()


def test_control_a_draft_yields_to_each_of_these(own: PolicyVersion) -> None:
    for attempt in (_update, _by_hand, _bulk_update, _upsert, _loaddata, _save, _delete_by_hand):
        attempt(PolicyVersion.objects.get(pk=own.pk))
    assert not PolicyVersion.objects.filter(pk=own.pk).exists()


# A round keeps its version.


def test_a_round_keeps_the_version_that_it_opened_with(cast: Cast, running: Round, own: PolicyVersion) -> None:
    other = publish(version=own, actor=cast.pavel, at=NOW)
    running.policy_version = other
    for attempt in (
        running.save,
        lambda: Round.objects.filter(pk=running.pk).update(policy_version=other),
    ):
        with pytest.raises(DatabaseError, match="a round keeps the policy version"), transaction.atomic():
            attempt()
    Round.objects.filter(pk=running.pk).update(places=3)
    assert Round.objects.get(pk=running.pk).places == 3


def test_a_running_round_keeps_a_version_that_is_retired(cast: Cast, running: Round) -> None:
    retire(version=running.policy_version, actor=cast.hanna, reason=REASON, at=NOW)
    kept = Round.objects.get(pk=running.pk).policy_version
    assert (kept.state, kept.document) == ("retired", POLICY)
    page = said(client_of(cast.ada).get(reverse("hr:policy", args=[kept.pk])))
    assert REASON in page
    assert "Autumn" in page
    plan = RoundPlan(
        title="Winter",
        policy_version=kept,
        run=None,
        places=1,
        knowledge_test=running.knowledge_test,
        test_task=running.test_task,
        assessments_until=NOW + timedelta(days=7),
        decisions_until=NOW + timedelta(days=14),
        graders=[cast.greta, cast.gleb],
    )
    with pytest.raises(Refused, match="Only a published policy opens a round"):
        open_round(plan=plan, actor=cast.hanna, at=NOW)


@pytest.mark.parametrize("who", ["ada", "marat", "hugo", "ania", "greta"])
@pytest.mark.parametrize("name", ["edit_policy", "discard_policy", "publish_policy", "retire_policy"])
def test_nobody_but_hr_tries_at_all(cast: Cast, own: PolicyVersion, who: str, name: str) -> None:
    answer = client_of(getattr(cast, who)).post(reverse(f"hr:{name}", args=[own.pk]), {"reason": REASON})
    assert answer.status_code == 403
