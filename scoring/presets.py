"""The policies that ship with Rostrum, as published versions."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from journal.models import Entry
from journal.record import record
from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from scoring.policy import parse, policy_hash

INSTALLED = "install_policy"


class NoSuchPolicy(LookupError):
    """A policy was named that neither the database nor the shipped files know."""


def preset_paths() -> list[Path]:
    """The shipped policy files."""
    return sorted((Path(settings.BASE_DIR) / "fixtures" / "policies").glob("*.toml"))


def install_presets(*, at: datetime) -> None:
    """Publish every shipped policy that the database does not know by name yet; they come from no person."""
    for path in preset_paths():
        if not PolicyVersion.objects.filter(name=path.stem).exists():
            _install(path.read_text(encoding="utf-8"), at)


def published(name: str, *, at: datetime) -> PolicyVersion:
    """The newest published version of a policy; shipped ones are installed on first use.

    Raises NoSuchPolicy with a sentence that lists the names there are.
    """
    install_presets(at=at)
    versions = PolicyVersion.objects.filter(state=PolicyState.PUBLISHED)
    found = versions.filter(name=name).order_by("-version").first()
    if found is None:
        known = ", ".join(sorted(set(versions.values_list("name", flat=True))))
        raise NoSuchPolicy(
            _("There is no published policy “%(name)s”. There are: %(known)s.") % {"name": name, "known": known}
        )
    return found


def is_signed(version: PolicyVersion) -> bool:
    """Whether two people stand behind a published version, or the journal tells that it came with Rostrum."""
    if version.author_id is not None:
        return True
    told = Entry.objects.filter(verb=INSTALLED, subject_kind=version._meta.label_lower, subject_id=str(version.pk))
    return any(one.detail.get("hash") == version.document_hash for one in told)


def _install(text: str, at: datetime) -> None:
    policy = parse(text)
    with transaction.atomic():
        version = PolicyVersion.objects.create(
            name=policy.name,
            version=1,
            document=text,
            document_hash=policy_hash(policy),
            state=PolicyState.PUBLISHED,
            created_at=at,
            published_at=at,
        )
        detail = {"name": version.name, "version": 1, "hash": version.document_hash}
        record(actor=None, verb=INSTALLED, subject=version, at=at, detail=detail)
