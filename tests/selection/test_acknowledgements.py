"""Who has read what counts: said once per version, by agents only, seen by HR."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from scoring.models import PolicyVersion
from scoring.policies import draft, publish
from selection.acknowledgements import acknowledge, acknowledged_at, those_who_have_not, those_who_have_read
from selection.models import Candidate, PolicyAcknowledgement, Round
from selection.refusals import Kind, Refused
from selection.stages import Stage
from tests.cast import NOW, POLICY, Cast, bring_to
from tests.selection.hr.conftest import logged_in

STRICTER = POLICY.replace("cut = 6", "cut = 9")


def unread(version: PolicyVersion) -> list[str]:
    """Who has not read a version."""
    return [one.full_name for one in those_who_have_not(version, day=NOW.date())]


def page_of(client: Client, name: str, *args: object, query: str = "") -> str:
    """What a page says."""
    return client.get(reverse(name, args=args) + query).content.decode()


def test_an_agent_says_once_to_have_read_a_version(cast: Cast, opened: Round) -> None:
    version = opened.policy_version
    first = acknowledge(version=version, actor=cast.ania, at=NOW)
    again = acknowledge(version=version, actor=cast.ania, at=NOW + timedelta(days=1))
    assert (first.pk, first.at) == (again.pk, NOW)
    entry = Entry.objects.get(verb="acknowledge_policy")
    assert entry.detail == {"agent": cast.agents["ania"].pk, "hash": version.document_hash}
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyAcknowledgement.objects.create(agent=first.agent, version=version, at=NOW)


def test_another_version_is_read_again(cast: Cast, opened: Round) -> None:
    acknowledge(version=opened.policy_version, actor=cast.ania, at=NOW)
    newer = publish(version=draft(text=STRICTER, actor=cast.hanna, at=NOW), actor=cast.pavel, at=NOW)
    assert acknowledged_at(cast.agents["ania"], newer) is None
    assert "Ania Sokolova" in unread(newer)


def test_a_draft_and_a_strangers_login_are_refused(cast: Cast, opened: Round) -> None:
    with pytest.raises(Refused, match="is a draft and counts for nobody yet") as early:
        acknowledge(version=draft(text=STRICTER, actor=cast.hanna, at=NOW), actor=cast.ania, at=NOW)
    with pytest.raises(Refused, match="your login is nobody's") as stranger:
        acknowledge(version=opened.policy_version, actor=cast.greta, at=NOW)
    assert (early.value.kind, stranger.value.kind) == (Kind.NOT_NOW, Kind.NOT_ALLOWED)


def test_accepting_an_invitation_says_it_too(cast: Cast, candidate: Candidate) -> None:
    bring_to(candidate, Stage.TEST, cast=cast)
    assert acknowledged_at(candidate.agent, candidate.round.policy_version) == NOW


def test_whom_it_judges_stands_first_among_those_who_have_not_read(cast: Cast, candidate: Candidate) -> None:
    version = candidate.round.policy_version
    assert unread(version) == ["Ania Sokolova", "Boris Vetrov", "Hugo Lebedev", "Marat Khasanov"]
    cast.agents["hugo"].employments.update(left_on="2026-01-01")
    acknowledge(version=version, actor=cast.ania, at=NOW)
    assert unread(version) == ["Boris Vetrov", "Marat Khasanov"]
    assert [one.agent for one in those_who_have_read(version)] == [cast.agents["ania"]]


def test_the_portal_shows_the_version_that_applies_and_takes_the_word(cast: Cast, candidate: Candidate) -> None:
    ania, version = logged_in(cast.ania), candidate.round.policy_version
    address = reverse("portal:acknowledge_policy", args=[version.pk])
    assert address in page_of(ania, "portal:policy")
    ania.post(address)
    assert acknowledged_at(candidate.agent, version) is not None
    assert address not in page_of(ania, "portal:policy")
    assert "You have read this version" in page_of(ania, "portal:policy")


def test_only_the_version_that_applies_is_acknowledged(cast: Cast, candidate: Candidate) -> None:
    newer = publish(version=draft(text=STRICTER, actor=cast.hanna, at=NOW), actor=cast.pavel, at=NOW)
    address = reverse("portal:acknowledge_policy", args=[newer.pk])
    assert logged_in(cast.ania).post(address).status_code == 404
    assert logged_in(cast.ania).get(address).status_code == 405
    assert logged_in(cast.greta).post(address).status_code == 403
    assert not PolicyAcknowledgement.objects.exists()


def test_hr_sees_who_has_not_read_it_yet(cast: Cast, candidate: Candidate) -> None:
    version = candidate.round.policy_version
    acknowledge(version=version, actor=cast.boris, at=NOW)
    for reader in (cast.hanna, cast.ada):
        page = page_of(logged_in(reader), "hr:policy_readers", version.pk)
        assert "Ania Sokolova" in page
        assert "Boris Vetrov" not in page
        assert "Boris Vetrov" in page_of(logged_in(reader), "hr:policy_readers", version.pk, query="?read=yes")
    assert logged_in(cast.marat).get(reverse("hr:policy_readers", args=[version.pk])).status_code == 403
