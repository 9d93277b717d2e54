"""The ranking: who is among the best, how sure that is, and why."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from selection.hr.access import hr_and_auditors, hr_only, htmx_of, is_hr, the_round, the_score, user_of
from selection.hr.agent_page import AgentPage
from selection.hr.ranking_choice import RankingChoice, whole
from selection.hr.ranking_page import RankingPage, chosen_run, recent_runs
from selection.refusals import STATUS, Kind, Refused
from selection.rounds import nominate as nominate_score


@require_safe
@hr_and_auditors
def ranking(request: HttpRequest) -> HttpResponse:
    """The list with its filters; only the list when htmx asks for it."""
    choice = RankingChoice.from_address(request.GET.dict())
    runs = recent_runs()
    run = chosen_run(runs, choice.run)
    if run is None:
        return render(request, "hr/ranking_empty.html", {"is_hr": is_hr(request)})
    only_list = htmx_of(request).target == "ranking"
    template = "hr/ranking_list.html" if only_list else "hr/ranking.html"
    page = RankingPage(run, choice, runs)
    response = render(request, template, {"page": page, "choice": choice, "is_hr": is_hr(request)})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@require_POST
@hr_only
def nominate(request: HttpRequest, score_pk: int) -> HttpResponse:
    """Take the agent of a score into a round; what lacks its reason comes back with what was written."""
    score, opened = the_score(score_pk), the_round(whole(request.POST.get("round", "")))
    given = {name: request.POST.get(name, "") for name in ("reason_code", "reason")}
    try:
        nominate_score(opened=opened, score=score, actor=user_of(request), at=timezone.now(), **given)
    except Refused as refused:
        messages.error(request, refused.sentence)
        if refused.kind is Kind.INCOMPLETE:
            page = AgentPage(score.agent, score.run_id)
            context = {"page": page, "explained": page.explained, "is_hr": True, "tried": given}
            return render(request, "hr/agent.html", context, status=STATUS[refused.kind])
    else:
        messages.success(request, _("%(agent)s is nominated.") % {"agent": score.agent})
    return redirect("hr:round", opened.pk)
