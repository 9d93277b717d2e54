"""Drafting and publishing policy versions."""

import pytest
from django.contrib.auth.models import User

from journal.models import Entry
from scoring.models.policies import PolicyState
from scoring.policies import PublicationRefused, draft, publish, title
from scoring.policy import PolicyRefused, parse, policy_hash
from tests.cast import NOW, POLICY

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer() -> User:
    """Whoever writes."""
    return User.objects.create(username="writer")


@pytest.fixture
def reader() -> User:
    """Whoever reads and publishes."""
    return User.objects.create(username="reader")


def test_a_draft_is_the_next_version_with_the_hash_of_its_meaning(writer: User) -> None:
    first, second = (draft(text=POLICY, actor=writer, at=NOW) for _time in range(2))
    assert (first.version, second.version, first.state) == (1, 2, PolicyState.DRAFT)
    assert first.document_hash == policy_hash(parse(POLICY))
    assert list(Entry.objects.values_list("verb", flat=True)) == ["draft_policy", "draft_policy"]


def test_a_broken_document_is_no_draft(writer: User) -> None:
    with pytest.raises(PolicyRefused):
        draft(text="format = 1", actor=writer, at=NOW)
    assert Entry.objects.count() == 0


def test_another_person_publishes(writer: User, reader: User) -> None:
    version = draft(text=POLICY, actor=writer, at=NOW)
    with pytest.raises(PublicationRefused, match="Nobody publishes what they wrote"):
        publish(version=version, actor=writer, at=NOW)
    published = publish(version=version, actor=reader, at=NOW)
    assert (published.state, published.published_at) == (PolicyState.PUBLISHED, NOW)
    assert Entry.objects.filter(verb="publish_policy").count() == 1


def test_what_is_published_is_frozen(writer: User, reader: User) -> None:
    version = publish(version=draft(text=POLICY, actor=writer, at=NOW), actor=reader, at=NOW)
    with pytest.raises(PublicationRefused, match="this version is frozen"):
        publish(version=version, actor=reader, at=NOW)


def test_a_document_changed_behind_the_verb_is_not_published(writer: User, reader: User) -> None:
    version = draft(text=POLICY, actor=writer, at=NOW)
    version.document = POLICY.replace("cut = 6", "cut = 7")
    version.save()
    with pytest.raises(PublicationRefused, match="no longer matches its hash"):
        publish(version=version, actor=reader, at=NOW)


def test_a_version_whose_document_cannot_be_read_keeps_its_short_name(writer: User) -> None:
    version = draft(text=POLICY, actor=writer, at=NOW)
    assert title(version) == "Today's rules"
    version.document = "?"
    assert title(version) == "current"
