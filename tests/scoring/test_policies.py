"""The life of a policy version: drafted, revised, published by another person, retired, and never changed again."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction

from journal.models import Entry
from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from scoring.policies import (
    PublicationRefused,
    changes,
    discard,
    draft,
    newest_published,
    previous,
    publish,
    retire,
    revise,
    title,
)  # fmt: skip
from scoring.policy import PolicyRefused, parse, policy_hash
from scoring.presets import install_presets
from tests.cast import NOW, POLICY

pytestmark = pytest.mark.django_db
STRICTER = POLICY.replace("cut = 6", "cut = 9")
REASON = "Half a year was too short."


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


@pytest.fixture
def published(writer: User, reader: User) -> PolicyVersion:
    """A version that is frozen."""
    return publish(version=draft(text=POLICY, actor=writer, at=NOW), actor=reader, at=NOW)


def test_the_author_revises_a_draft(writer: User) -> None:
    version = draft(text=POLICY, actor=writer, at=NOW)
    text = "# A comment of the author's own.\n" + STRICTER
    revised = revise(version=version, text=text, seen=version.document_hash, actor=writer, at=NOW)
    assert (revised.version, revised.document) == (1, text)
    assert revised.document_hash == policy_hash(parse(STRICTER))
    assert Entry.objects.order_by("sequence").last().detail["hash"] == revised.document_hash  # type: ignore[union-attr]


def test_nobody_else_revises_or_discards_a_draft(writer: User, reader: User) -> None:
    version = draft(text=POLICY, actor=writer, at=NOW)
    for attempt in (
        lambda: revise(version=version, text=STRICTER, seen=version.document_hash, actor=reader, at=NOW),
        lambda: discard(version=version, actor=reader, at=NOW),
    ):
        with pytest.raises(PublicationRefused, match="Only its author changes a draft"):
            attempt()
    discard(version=version, actor=writer, at=NOW)
    assert not PolicyVersion.objects.exists()
    assert Entry.objects.filter(verb="discard_policy").count() == 1


def test_a_draft_of_an_older_tab_is_not_overwritten(writer: User) -> None:
    version = draft(text=POLICY, actor=writer, at=NOW)
    seen = version.document_hash
    revise(version=version, text=STRICTER, seen=seen, actor=writer, at=NOW)
    with pytest.raises(PublicationRefused, match="has changed since you opened it"):
        revise(version=version, text=POLICY, seen=seen, actor=writer, at=NOW)


def test_a_draft_keeps_its_policy(writer: User) -> None:
    version = draft(text=POLICY, actor=writer, at=NOW)
    other = POLICY.replace('name = "current"', 'name = "other"')
    with pytest.raises(PublicationRefused, match="is of the policy “current”, the text names “other”"):
        revise(version=version, text=other, seen=version.document_hash, actor=writer, at=NOW)


def test_what_the_publisher_did_not_read_is_not_published(writer: User, reader: User) -> None:
    version = draft(text=POLICY, actor=writer, at=NOW)
    seen = version.document_hash
    revise(version=version, text=STRICTER, seen=seen, actor=writer, at=NOW)
    with pytest.raises(PublicationRefused, match="has changed since you opened it"):
        publish(version=version, actor=reader, at=NOW, seen=seen)
    assert publish(version=version, actor=reader, at=NOW, seen=policy_hash(parse(STRICTER))).publisher == reader


def test_a_draft_that_nobody_signed_has_no_second_person(reader: User) -> None:
    version = draft(text=POLICY, actor=None, at=NOW)
    with pytest.raises(PublicationRefused, match="Nobody signed this draft"):
        publish(version=version, actor=reader, at=NOW)


def test_a_version_is_retired_for_a_reason(published: PolicyVersion, reader: User) -> None:
    with pytest.raises(PublicationRefused, match="at least ten characters"):
        retire(version=published, actor=reader, reason=" too old ", at=NOW)
    retired = retire(version=published, actor=reader, reason=REASON, at=NOW)
    assert (retired.state, retired.retired_by, retired.retired_at) == (PolicyState.RETIRED, reader, NOW)
    assert Entry.objects.get(verb="retire_policy").detail["reason"] == REASON
    with pytest.raises(PublicationRefused, match="Only a published version is retired"):
        retire(version=published, actor=reader, reason=REASON, at=NOW)


def test_a_newer_version_retires_nothing_and_says_what_is_new(published: PolicyVersion, reader: User) -> None:
    newer = publish(version=draft(text=STRICTER, actor=reader, at=NOW), actor=published.author, at=NOW)  # type: ignore[arg-type]
    published.refresh_from_db()
    assert published.state == PolicyState.PUBLISHED
    assert newest_published() == {newer.pk}
    assert previous(newer) == published
    assert previous(published) is None
    assert [change.worded("en") for change in changes(published, newer)] == [
        "Length of service (must hold), cut: was 6, now 9."
    ]


def test_shipped_policies_come_from_no_person() -> None:
    install_presets(at=NOW)
    assert PolicyVersion.objects.filter(author=None, publisher=None, state="published").count() == 4


FROZEN: list[dict[str, Any]] = [
    {"document": STRICTER},
    {"document_hash": "0" * 64},
    {"name": "mine"},
    {"version": 7},
    {"state": "draft"},
    {"author": None, "publisher": None},
    {"published_at": None},
]


@pytest.mark.parametrize("change", FROZEN, ids=lambda change: "-".join(change))
def test_the_database_keeps_a_published_version_as_it_is(published: PolicyVersion, change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match="a published policy version is frozen"), transaction.atomic():
        PolicyVersion.objects.filter(pk=published.pk).update(**change)


def test_the_database_lets_no_published_version_be_deleted(published: PolicyVersion) -> None:
    with pytest.raises(DatabaseError, match="a published policy version is frozen"), transaction.atomic():
        published.delete()


def test_the_database_lets_no_retired_version_come_back(published: PolicyVersion, reader: User) -> None:
    retire(version=published, actor=reader, reason=REASON, at=NOW)
    for change in ({"state": "published"}, {"retirement_reason": "Another one."}, {"retired_at": None}):
        with pytest.raises(DatabaseError, match="a published policy version is frozen"), transaction.atomic():
            PolicyVersion.objects.filter(pk=published.pk).update(**change)


def test_the_database_asks_for_two_people(writer: User) -> None:
    version = draft(text=POLICY, actor=writer, at=NOW)
    for publisher in (writer, None):
        with pytest.raises(IntegrityError, match="scoring_policy_two_people"), transaction.atomic():
            PolicyVersion.objects.filter(pk=version.pk).update(state="published", publisher=publisher, published_at=NOW)


def test_the_database_leaves_drafts_to_their_authors(writer: User) -> None:
    version = draft(text=POLICY, actor=writer, at=NOW)
    PolicyVersion.objects.filter(pk=version.pk).update(document=STRICTER)
    version.delete()
    assert not PolicyVersion.objects.exists()
