"""A comparison as rows of a file: every agent, what changes and why."""

from django.utils.translation import gettext as _

from scoring.models import Agent
from selection.hr import compare_words as words
from selection.hr.compare_page import ComparisonPage
from selection.hr.export_files import Cell
from selection.reasons import criterion_name


def cells(page: ComparisonPage) -> list[list[Cell]]:
    """The head, then a row for each agent in the order of the new places; numbers stay numbers."""
    rows = sorted(page.result["rows"], key=lambda row: (row["place"][1], row["staff_number"]))
    names = dict(Agent.objects.filter(pk__in=[row["agent"] for row in rows]).values_list("pk", "full_name"))
    criteria = list(rows[0]["parts"]) if rows else []
    return [_head(page, criteria), *(_line(page, row, names.get(row["agent"], ""), criteria) for row in rows)]


def _head(page: ComparisonPage, criteria: list[str]) -> list[Cell]:
    before, after = page.titles
    return [
        _("Staff number"),
        _("Agent"),
        _("Team"),
        *(_("Rank: %(title)s") % {"title": title} for title in (before, after)),
        *(_("Standing: %(title)s") % {"title": title} for title in (before, after)),
        *(_("Held back by: %(title)s") % {"title": title} for title in (before, after)),
        *(_("Score: %(title)s") % {"title": title} for title in (before, after)),
        *(_("Change of points: %(name)s") % {"name": criterion_name(name)} for name in criteria),
        _("What happens"),
        _("Why"),
    ]


def _line(page: ComparisonPage, row: words.Row, name: str, criteria: list[str]) -> list[Cell]:
    held = [", ".join(words.condition(label, page.keys) for label in labels) for labels in row["stopped_by"]]
    return [
        row["staff_number"],
        name,
        row["team"],
        *row["place"],
        *(str(words.STATES[state]) for state in row["state"]),
        *held,
        *row["score"],
        *(row["parts"][criterion] for criterion in criteria),
        str(words.KINDS[row["kind"]]),
        words.cause(row, page.result["shares"], page.keys),
    ]
