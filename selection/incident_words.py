"""The words of viral incidents, for whoever reads of them: the rubric of severity, signs, and what was agreed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.models import ViralIncident
from scoring.models.evidence import IncidentSign, IncidentState
from scoring.severity import settled


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of the rubric: its name, what it means, and a case to compare with."""

    name: Promise
    meaning: Promise
    example: Promise


# A verified negative incident of 3 or more makes a person look before anything else happens.
SEVERITIES = {
    1: Level(
        name=gettext_lazy("1 · Noticed"),
        meaning=gettext_lazy("a few posts or comments, gone within a day; no outlet took it up"),
        example=gettext_lazy("A customer posts a screenshot of the answer; forty people like it, three reply."),
    ),
    2: Level(
        name=gettext_lazy("2 · Spread"),
        meaning=gettext_lazy("shared widely in one network or a large group; customers ask support about it"),
        example=gettext_lazy("A city group with 80,000 readers reposts it, and a dozen chats of the week quote it."),
    ),
    3: Level(
        name=gettext_lazy("3 · Public"),
        meaning=gettext_lazy("media, a well-known blogger or several networks; the company had to answer"),
        example=gettext_lazy("A regional news site writes about it, two bloggers follow, the press office replies."),
    ),
    4: Level(
        name=gettext_lazy("4 · Lasting"),
        meaning=gettext_lazy("national media or a regulator; it changed how people see the company"),
        example=gettext_lazy("A national channel reports on it for days, and the regulator asks for an explanation."),
    ),
}
SIGNS = (
    (IncidentSign.POSITIVE, gettext_lazy("Positive: people praised the answer")),
    (IncidentSign.NEGATIVE, gettext_lazy("Negative: people were angry at the answer")),
    (IncidentSign.MIXED, gettext_lazy("Mixed: both, or about the company rather than the answer")),
)
TONES = {
    IncidentState.UNVERIFIED.value: "borderline",
    IncidentState.VERIFIED.value: "clear",
    IncidentState.REJECTED.value: "unlikely",
    IncidentState.NOT_AT_FAULT.value: "unlikely",
}


def severity_choices() -> list[tuple[int, SafeString]]:
    """The rubric as one chooses from it: each level with its meaning and its example."""
    told = '<span><strong>{}</strong>: {}<span class="example">{}</span></span>'
    return [(number, format_html(told, one.name, one.meaning, one.example)) for number, one in SEVERITIES.items()]


def severity_name(severity: int) -> str:
    """A level with its meaning."""
    level = SEVERITIES[severity]
    return f"{level.name}: {level.meaning}"


def agreed(levels: Sequence[int]) -> str:
    """Say how near the marks are, and which rule makes one number of them."""
    if len(levels) > 2:
        return _("The first two marks were more than one level apart. A third person marked it; the middle one counts.")
    if levels[0] == levels[1]:
        return _("Both say the same.")
    return _("The marks are one level apart. The lower one counts, which both reach.")


def awaited(levels: Sequence[int]) -> str:
    """Say which marks are still missing, and nothing of those that are in."""
    if len(levels) == 2 and settled(levels) is None:
        return _("Two marks are in and more than one level apart. A third person marks it, without reading them.")
    return _("%(given)d of 2 marks are in. Nobody reads a colleague's before both are.") % {"given": len(levels)}


def standing(incident: ViralIncident, *, is_over: bool) -> str:
    """Say whether an incident counts, and until when."""
    if incident.state == IncidentState.UNVERIFIED:
        return _("Not before a second person has verified it.")
    if incident.state != IncidentState.VERIFIED or incident.expires_on is None:
        return _("It does not count.")
    told = _("It counted until %(day)s.") if is_over else _("It counts until %(day)s.")
    return told % {"day": date_format(incident.expires_on)}
