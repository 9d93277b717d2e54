"""One agent: the whole explanation of a score, and the evidence behind it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from selection.hr.access import hr_and_auditors, is_hr, the_agent
from selection.hr.agent_page import AgentPage
from selection.hr.ranking_choice import whole


@require_safe
@hr_and_auditors
def agent(request: HttpRequest, pk: int) -> HttpResponse:
    """The agent's page, under the newest run or the one that the address names."""
    page = AgentPage(the_agent(pk), whole(request.GET.get("run", "")))
    return render(request, "hr/agent.html", {"page": page, "explained": page.explained, "is_hr": is_hr(request)})
