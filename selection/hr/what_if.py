"""What if: sliders over a run's list. Whatever is tried is kept, and the auditor sees it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from scoring.models import ScoreRun
from scoring.what_if import Answer, levers_of
from selection.hr.access import hr_and_auditors, hr_only, htmx_of, is_hr, the_policy, the_run, the_what_if, user_of
from selection.hr.ranking_choice import whole
from selection.hr.what_if_list import WhatIfs, run_of
from selection.hr.what_if_page import WhatIfPage
from selection.hr.what_if_words import numbers
from selection.refusals import STATUS, Refused
from selection.what_ifs import answered, try_what_if

PAGE = 50


@require_safe
@hr_and_auditors
def what_if(request: HttpRequest, pk: int) -> HttpResponse:
    """The sliders of a policy version as they stand, over its newest run or the one the address names."""
    version = the_policy(pk)
    run = run_of(version, whole(request.GET.get("run", "")))
    if run is None:
        return render(request, "hr/what_if_empty.html", {"version": version, "is_hr": is_hr(request)})
    return _page(request, WhatIfPage(run, _answer(request, run)))


@require_POST
@hr_only
def try_it(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer what the sliders ask, and keep it: only the list for htmx, the page of the what-if for others."""
    run = the_run(pk)
    values = numbers(request.POST.dict(), [lever.key for lever in levers_of(run)])
    try:
        tried = try_what_if(run=run, values=values, actor=user_of(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return _page(request, WhatIfPage(run, None), status=STATUS[refused.kind])
    kept = tried.kept
    target = reverse("hr:seen_what_if", args=[kept.pk]) if kept else _beginning(run)
    if not htmx_of(request):
        return redirect(target)
    response = _page(request, WhatIfPage(run, tried.answer, kept))
    response["HX-Push-Url"] = target
    return response


@require_safe
@hr_and_auditors
def seen_what_if(request: HttpRequest, pk: int) -> HttpResponse:
    """A what-if as it was asked, to read again."""
    kept = the_what_if(pk)
    return _page(request, WhatIfPage(kept.run, _answer(request, kept.run, kept.changes), kept))


@require_safe
@hr_and_auditors
def what_ifs(request: HttpRequest) -> HttpResponse:
    """Every what-if, the newest first, of one policy or round if the address names it."""
    found = WhatIfs(request.GET.get("policy", ""), whole(request.GET.get("round", "")))
    page = Paginator(found.rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "hr/what_ifs.html", {"page": page, "lines": found.lines(page.object_list), "chosen": found})


def _answer(request: HttpRequest, run: ScoreRun, moved: dict[str, dict[str, float]] | None = None) -> Answer | None:
    try:
        return answered(run, moved or {})
    except Refused as refused:
        messages.warning(request, refused.sentence)
        return None


def _page(request: HttpRequest, page: WhatIfPage, status: int = 200) -> HttpResponse:
    template = "hr/what_if_list.html" if htmx_of(request) else "hr/what_if.html"
    return render(request, template, {"page": page, "is_hr": is_hr(request)}, status=status)


def _beginning(run: ScoreRun) -> str:
    return f"{reverse('hr:what_if', args=[run.policy_version_id])}?run={run.pk}"
