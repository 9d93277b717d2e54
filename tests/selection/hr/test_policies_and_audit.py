"""Policies in plain words, and the journal."""

import pytest
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from scoring.policies import draft
from selection.models import Candidate
from tests.cast import NOW, POLICY, Cast
from tests.journal.test_chain import tamper
from tests.selection.hr.conftest import logged_in


@pytest.fixture
def written(cast: Cast) -> PolicyVersion:
    """A draft by Hanna."""
    return draft(text=POLICY, actor=cast.hanna, at=NOW)


def page_of(client: Client, name: str, *args: object, query: str = "") -> str:
    """What a page says."""
    return client.get(reverse(name, args=args) + query).content.decode()


def test_a_policy_is_read_in_plain_words(hanna: Client, written: PolicyVersion) -> None:
    assert "Today&#x27;s rules" in page_of(hanna, "hr:policies")
    page = page_of(hanna, "hr:policy", written.pk)
    assert "at least 6 months" in page
    assert written.document_hash in page


def test_a_policy_is_read_in_russian(hanna: Client, written: PolicyVersion) -> None:
    hanna.cookies["django_language"] = "ru"
    assert "Сегодняшние правила" in page_of(hanna, "hr:policies")
    assert "не меньше 6 месяцев" in page_of(hanna, "hr:policy", written.pk)


def test_a_second_person_publishes(hanna: Client, cast: Cast, written: PolicyVersion) -> None:
    address = reverse("hr:publish_policy", args=[written.pk])
    assert address not in page_of(hanna, "hr:policy", written.pk)
    assert "Nobody publishes what they wrote." in hanna.post(address, follow=True).content.decode()
    pavel = logged_in(cast.pavel)
    assert address in page_of(pavel, "hr:policy", written.pk)
    pavel.post(address)
    written.refresh_from_db()
    assert (written.state, written.publisher) == (PolicyState.PUBLISHED, cast.pavel)


def test_an_auditor_reads_policies_and_publishes_none(ada: Client, written: PolicyVersion) -> None:
    address = reverse("hr:publish_policy", args=[written.pk])
    assert address not in page_of(ada, "hr:policy", written.pk)
    assert ada.post(address).status_code == 403


def test_the_journal_is_read_and_filtered(ada: Client, candidate: Candidate) -> None:
    page = page_of(ada, "hr:audit")
    assert "Open a round" in page
    assert "Hanna Castova" in page
    assert Entry.objects.count() == 2
    assert page.count('<th scope="row">') == 2
    assert page_of(ada, "hr:audit", query="?verb=nominate").count('<th scope="row">') == 1
    assert page_of(ada, "hr:audit", query="?kind=selection.round").count('<th scope="row">') == 1
    assert "No entries" in page_of(ada, "hr:audit", query="?verb=nothing")


def test_a_whole_journal_verifies(ada: Client, candidate: Candidate) -> None:
    assert "The journal is whole." in page_of(ada, "hr:verify")


def test_a_changed_entry_is_found(ada: Client, candidate: Candidate) -> None:
    tamper("UPDATE journal_entry SET verb = 'invite' WHERE sequence = 2")
    page = page_of(ada, "hr:verify")
    assert "The journal is broken." in page
    assert "Entry 2 was changed after it was written." in page


@pytest.mark.parametrize("name", ["hr:policies", "hr:audit", "hr:verify"])
def test_readers_are_hr_and_auditors(cast: Cast, name: str) -> None:
    for reader in (cast.hanna, cast.ada):
        assert logged_in(reader).get(reverse(name)).status_code == 200
    for other in (cast.marat, cast.hugo, cast.greta, cast.ania):
        assert logged_in(other).get(reverse(name)).status_code == 403
