"""The verbs of a policy version: draft, revise, discard, publish, retire. One person writes, another publishes."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from journal.record import record
from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from scoring.policy import Change, Policy, PolicyRefused, diff, parse, policy_hash

SHORTEST_REASON = 10


class PublicationRefused(Exception):
    """A version that may not be changed that way; `sentence` says why and what to do."""

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
        record(actor=actor, verb="draft_policy", subject=version, at=at, detail=_named(version))
    return version


def revise(*, version: PolicyVersion, text: str, seen: str, actor: User, at: datetime) -> PolicyVersion:
    """Put another text into one's own draft. `seen` is the hash of the document that was edited.

    Raises PolicyRefused with every fault of the text, and PublicationRefused for a version that is frozen, somebody
    else's, changed since it was opened, or of another policy than the text.
    """
    policy = parse(text)
    with transaction.atomic():
        locked = _own_draft(version, actor)
        _check_seen(locked, seen)
        if policy.name != locked.name:
            told = {"old": locked.name, "new": policy.name}
            raise PublicationRefused(
                _("This draft is of the policy “%(old)s”, the text names “%(new)s”. Save it as a draft of its own.")
                % told
            )
        locked.document, locked.document_hash = text, policy_hash(policy)
        locked.save(update_fields=["document", "document_hash"])
        record(actor=actor, verb="revise_policy", subject=locked, at=at, detail=_named(locked))
    return locked


def discard(*, version: PolicyVersion, actor: User, at: datetime) -> None:
    """Delete one's own draft. Raises PublicationRefused for what is frozen, somebody else's, or was scored with."""
    with transaction.atomic():
        locked = _own_draft(version, actor)
        if locked.runs.exists():
            raise PublicationRefused(_("Scores were made with this draft, so it stays. Draft a new version from it."))
        record(actor=actor, verb="discard_policy", subject=locked, at=at, detail=_named(locked))
        locked.delete()


def publish(*, version: PolicyVersion, actor: User, at: datetime, seen: str = "") -> PolicyVersion:
    """Publish a draft for good. `seen` is the hash of the document that the publisher has read.

    Raises PublicationRefused if it is no draft, was changed, or the actor wrote it. Earlier versions stay as they are.
    """
    with transaction.atomic():
        locked = PolicyVersion.objects.select_for_update().get(pk=version.pk)
        _check(locked, actor)
        _check_seen(locked, seen or locked.document_hash)
        locked.state, locked.publisher, locked.published_at = PolicyState.PUBLISHED, actor, at
        locked.save(update_fields=["state", "publisher", "published_at"])
        record(actor=actor, verb="publish_policy", subject=locked, at=at, detail=_named(locked))
    return locked


def retire(*, version: PolicyVersion, actor: User, reason: str, at: datetime) -> PolicyVersion:
    """Take a published version out of use: no new round opens with it, running ones keep it.

    Raises PublicationRefused for a draft, for what is retired already, and without a reason.
    """
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise PublicationRefused(
            _("Give a reason of at least ten characters: whoever was ranked by this version may ask for it.")
        )
    with transaction.atomic():
        locked = PolicyVersion.objects.select_for_update().get(pk=version.pk)
        if locked.state != PolicyState.PUBLISHED:
            raise PublicationRefused(_("Only a published version is retired. Discard a draft instead."))
        locked.state, locked.retired_by, locked.retired_at = PolicyState.RETIRED, actor, at
        locked.retirement_reason = reason
        locked.save(update_fields=["state", "retired_by", "retired_at", "retirement_reason"])
        detail = {**_named(locked), "reason": reason}
        record(actor=actor, verb="retire_policy", subject=locked, at=at, detail=detail)
    return locked


def require_own_draft(*, version: PolicyVersion, actor: User) -> None:
    """Raise PublicationRefused for a version that the actor may not change: a frozen one, or somebody else's draft."""
    if version.state != PolicyState.DRAFT:
        raise PublicationRefused(_("A published version is never edited or deleted. Draft a new version from it."))
    if version.author_id != actor.pk:
        raise PublicationRefused(_("Only its author changes a draft. Draft a version of your own from it."))


def read(version: PolicyVersion) -> Policy:
    """The document of a version as data; a document is parsed once, since it never changes."""
    return _parsed(version.document)


def title(version: PolicyVersion) -> str:
    """The title of a version in the reader's language; its short name if the document cannot be read any more."""
    try:
        return read(version).title.within((get_language() or "en")[:2])
    except PolicyRefused:
        return version.name


def previous(version: PolicyVersion) -> PolicyVersion | None:
    """The version of the same policy before this one."""
    earlier = PolicyVersion.objects.filter(name=version.name, version__lt=version.version)
    return earlier.order_by("-version").first()


def changes(old: PolicyVersion, new: PolicyVersion) -> list[Change]:
    """What differs from one version to another; empty if they say the same in other words."""
    return diff(read(old), read(new))


def newest_published() -> set[int]:
    """The keys of the newest published version of each policy."""
    published = PolicyVersion.objects.filter(state=PolicyState.PUBLISHED).order_by("version")
    return set(dict(published.values_list("name", "pk")).values())


@lru_cache(maxsize=128)
def _parsed(document: str) -> Policy:
    return parse(document)


def _named(version: PolicyVersion) -> dict[str, Any]:
    return {"name": version.name, "version": version.version, "hash": version.document_hash}


def _own_draft(version: PolicyVersion, actor: User) -> PolicyVersion:
    locked = PolicyVersion.objects.select_for_update().filter(pk=version.pk).first()
    if locked is None:
        raise PublicationRefused(_("This draft is gone: its author has discarded it. Draft a new version."))
    require_own_draft(version=locked, actor=actor)
    return locked


def _check_seen(version: PolicyVersion, seen: str) -> None:
    if version.document_hash != seen:
        raise PublicationRefused(_("The draft has changed since you opened it. Reload the page and read it again."))


def _check(version: PolicyVersion, actor: User) -> None:
    if version.state != PolicyState.DRAFT:
        raise PublicationRefused(_("Only a draft is published, and this version is frozen. Draft a new version."))
    if version.author_id is None:
        raise PublicationRefused(_("Nobody signed this draft, so nobody can be the second person. Draft it again."))
    if version.author_id == actor.pk:
        raise PublicationRefused(_("Nobody publishes what they wrote. Ask a colleague in HR to read and publish it."))
    if policy_hash(parse(version.document)) != version.document_hash:
        raise PublicationRefused(_("The document no longer matches its hash. Draft it again as a new version."))
