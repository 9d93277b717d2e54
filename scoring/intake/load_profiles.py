"""Profiles by name: those that ship as files, and those that HR saved on the mapping page."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from scoring.intake.profiles import DEFAULT, Profile, parse, shipped
from scoring.models import SourceProfile


class NoSuchProfile(LookupError):
    """Nobody has made a profile of this name."""


# Titles of shipped profiles that are more than a name, for the catalogue of translations.
TITLES = (
    gettext_noop("Any table with known headings"),
    gettext_noop("Call-centre log (agent, date, time, topic, satisfaction rating)"),
    gettext_noop("Chatwoot CSAT report (CSV or XLSX)"),
    gettext_noop("Chatwoot CSAT responses (JSON)"),
    gettext_noop("Freshdesk satisfaction ratings (three faces)"),
    gettext_noop("Help Scout ratings (great, okay, bad)"),
    gettext_noop("Intercom conversation ratings"),
    gettext_noop("Jivo finished chats"),
    gettext_noop("LiveChat chat ratings"),
    gettext_noop("Survey export with unanswered surveys"),
    gettext_noop("Zendesk satisfaction ratings (good or bad)"),
    gettext_noop("Zendesk survey responses"),
)


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
        return gettext(find_profile(name).title or name)
    except NoSuchProfile:
        return name


def profile_names(kind: str) -> list[str]:
    """Names of profiles that suit a kind of evidence."""
    names = {name for name, profile in shipped_profiles().items() if profile.kind in {"", kind}}
    return sorted(names | set(SourceProfile.objects.filter(kind=kind).values_list("name", flat=True)))
