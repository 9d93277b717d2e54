"""Profiles by name: those that ship as files, and those that HR saved on the mapping page."""

from functools import cache
from pathlib import Path

from django.conf import settings

from scoring.intake.profiles import DEFAULT, Profile, parse, shipped
from scoring.models import SourceProfile


class NoSuchProfile(LookupError):
    """Nobody has made a profile of this name."""


@cache
def shipped_profiles() -> dict[str, Profile]:
    """Profiles of `fixtures/profiles/`, by name."""
    return shipped(Path(settings.BASE_DIR) / "fixtures" / "profiles")


def find_profile(name: str) -> Profile:
    """Find a profile, '' meaning the default one. Raises NoSuchProfile."""
    known = shipped_profiles()
    if (name or DEFAULT) in known:
        return known[name or DEFAULT]
    saved = SourceProfile.objects.filter(name=name).first()
    if saved is None:
        raise NoSuchProfile(name)
    return parse(saved.document)


def title_of(name: str) -> str:
    """What people call a source; a profile that is gone stands under its name."""
    try:
        return find_profile(name).title or name
    except NoSuchProfile:
        return name


def profile_names(kind: str) -> list[str]:
    """Names of profiles that suit a kind of evidence."""
    names = {name for name, profile in shipped_profiles().items() if profile.kind in {"", kind}}
    return sorted(names | set(SourceProfile.objects.filter(kind=kind).values_list("name", flat=True)))
