"""The verbs of a policy version: draft it, publish it. One person writes, another publishes, then it is frozen."""

from datetime import datetime
from functools import lru_cache

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from journal.record import record
from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from scoring.policy import Policy, PolicyRefused, parse, policy_hash


class PublicationRefused(Exception):
    """A version that may not be published; `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def draft(*, text: str, actor: User | None, at: datetime) -> PolicyVersion:
    """Keep a document as the next version of the policy that it names.

    Raises scoring.policy.PolicyRefused with every fault of the document.
    """
    policy = parse(text)
    with transaction.atomic():
        earlier = PolicyVersion.objects.select_for_update().filter(name=policy.name)
        newest = max(earlier.values_list("version", flat=True), default=0)
        version = PolicyVersion.objects.create(
            name=policy.name,
            version=newest + 1,
            document=text,
            document_hash=policy_hash(policy),
            author=actor,
            created_at=at,
        )
        detail = {"name": version.name, "version": version.version, "hash": version.document_hash}
        record(actor=actor, verb="draft_policy", subject=version, at=at, detail=detail)
    return version


def publish(*, version: PolicyVersion, actor: User, at: datetime) -> PolicyVersion:
    """Publish a draft for good. Raises PublicationRefused if it is no draft, was changed, or the actor wrote it."""
    with transaction.atomic():
        locked = PolicyVersion.objects.select_for_update().get(pk=version.pk)
        _check(locked, actor)
        locked.state, locked.publisher, locked.published_at = PolicyState.PUBLISHED, actor, at
        locked.save(update_fields=["state", "publisher", "published_at"])
        detail = {"name": locked.name, "version": locked.version, "hash": locked.document_hash}
        record(actor=actor, verb="publish_policy", subject=locked, at=at, detail=detail)
    return locked


def read(version: PolicyVersion) -> Policy:
    """The document of a version as data; a document is parsed once, since it never changes."""
    return _parsed(version.document)


def title(version: PolicyVersion) -> str:
    """The title of a version in the reader's language; its short name if the document cannot be read any more."""
    try:
        return read(version).title.within((get_language() or "en")[:2])
    except PolicyRefused:
        return version.name


@lru_cache(maxsize=128)
def _parsed(document: str) -> Policy:
    return parse(document)


def _check(version: PolicyVersion, actor: User) -> None:
    if version.state != PolicyState.DRAFT:
        raise PublicationRefused(_("Only a draft is published, and this version is frozen. Draft a new version."))
    if version.author_id == actor.pk:
        raise PublicationRefused(_("Nobody publishes what they wrote. Ask a colleague in HR to read and publish it."))
    if policy_hash(parse(version.document)) != version.document_hash:
        raise PublicationRefused(_("The document no longer matches its hash. Draft it again as a new version."))
