"""What every page shows at its top: the rooms this person may enter."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from selection.components import Link, Text
from selection.references import waiting_for
from selection.roles import person_of
from selection.stages import Role

# In the order of the header; a person with several roles sees each room once.
ROOMS: tuple[tuple[Role, str, Text], ...] = (
    (Role.HR, "hr:today", _("Today")),
    (Role.HR, "hr:ranking", _("Ranking")),
    (Role.HR, "hr:rounds", _("Rounds")),
    (Role.HR, "hr:evidence", _("Evidence")),
    (Role.HR, "hr:policies", _("Policies")),
    (Role.HR, "hr:audit", _("Audit")),
    (Role.AUDITOR, "hr:ranking", _("Ranking")),
    (Role.AUDITOR, "hr:policies", _("Policies")),
    (Role.AUDITOR, "hr:audit", _("Journal")),
    (Role.GRADER, "desk:index", _("Desk")),
    (Role.LINE_MANAGER, "admin:index", _("Decisions")),
    (Role.HEAD, "admin:index", _("Decisions")),
    (Role.CANDIDATE, "portal:path", _("My path")),
)
TITLES: dict[Role, Text] = {
    Role.HR: _("HR"),
    Role.HEAD: _("head of public communications"),
    Role.LINE_MANAGER: _("manager"),
    Role.GRADER: _("grader"),
    Role.AUDITOR: _("auditor"),
}


@dataclass(frozen=True, kw_only=True)
class Navigation:
    """The rooms of a person, and in what role they come."""

    rooms: list[Link]
    title: Text


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context of the base template; nothing is asked of the database before a page uses it."""
    return {"navigation": SimpleLazyObject(lambda: navigation_of(request))}


def navigation_of(request: HttpRequest) -> Navigation:
    """Read the person's roles and the rooms behind them."""
    person = getattr(request, "person", None) or person_of(request.user)  # a guarded view has read it already
    roles = person.roles
    rooms = addresses(roles)
    if person.agent is not None and waiting_for(person.agent):
        rooms[reverse("portal:references")] = _("Observations")
    return Navigation(
        rooms=links(rooms, request.path),
        title=next((title for role, title in TITLES.items() if role in roles), ""),
    )


def addresses(roles: frozenset[Role]) -> dict[str, Text]:
    """Address to label of the rooms open to these roles; a room that is not built has no address and is left out."""
    found: dict[str, Text] = {}
    for role, name, label in ROOMS:
        url = _address(name) if role in roles else ""
        if url:
            found.setdefault(url, label)
    return found


def links(rooms: dict[str, Text], path: str) -> list[Link]:
    """Mark the room that the path lies in: the one with the longest matching address."""
    here = max((url for url in rooms if path.startswith(url)), key=len, default="")
    return [Link(label=label, url=url, current=url == here) for url, label in rooms.items()]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
