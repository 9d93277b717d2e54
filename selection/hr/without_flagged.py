"""The ranking with and without ratings that look odd: what hangs on them while nobody has cleared them."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from scoring.evaluation import NoEvidence
from scoring.models import Agent
from scoring.queries import latest_run
from scoring.what_if import EvidenceChanged
from scoring.without_flagged import WithoutFlagged, without_flagged
from selection.hr.access import hr_and_auditors, is_hr
from selection.hr.run_form import policy_label

NAMED = 8


@require_safe
@hr_and_auditors
def ranking_without_flagged(request: HttpRequest) -> HttpResponse:
    """Both places of everybody whose ratings look odd, and of whoever wins or loses by them."""
    run = latest_run()
    context: dict[str, Any] = {"run": run, "is_hr": is_hr(request)}
    if run is not None:
        context |= {"policy": policy_label(run.policy_version)}
        try:
            context |= described(without_flagged(run))
        except (EvidenceChanged, NoEvidence):
            context |= {"is_stale": True}
    return render(request, "hr/evidence/without_flagged.html", context)


def described(found: WithoutFlagged) -> dict[str, Any]:
    """Both lists as the page shows them."""
    enters, leaves = set(found.answer.enters), set(found.answer.leaves)
    people = Agent.objects.in_bulk([one.agent for one in found.moved])
    rows = [(people[one.agent], one, one.agent in enters, one.agent in leaves) for one in found.moved]
    return {"rows": rows, "told": told(found, people)}


def told(found: WithoutFlagged, people: dict[int, Agent]) -> list[str]:
    """What would follow, in sentences; none if no rating looks odd."""
    if not found.ratings:
        return []
    counted = ngettext(
        "%(n)d rating looks odd and nobody has cleared it.",
        "%(n)d ratings look odd and nobody has cleared them.",
        found.ratings,
    ) % {"n": found.ratings}
    enters, leaves = found.answer.enters, found.answer.leaves
    if not enters and not leaves:
        return [counted, _("Without them the places stay with the same people.")]
    come, go = _("Without them a place goes to: %(names)s."), _("Without them a place is lost by: %(names)s.")
    said = [text % {"names": named(agents, people)} for text, agents in ((come, enters), (go, leaves)) if agents]
    return [counted, *said]


def named(agents: Iterable[int], people: dict[int, Agent]) -> str:
    """The first few by name."""
    names = [people[agent].full_name for agent in agents]
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
