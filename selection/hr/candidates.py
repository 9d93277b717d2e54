"""One candidate: the dossier, the way so far, and what HR can do now."""

import random

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from selection.appeals import answer_appeal
from selection.gates import MoveRequest
from selection.hr.access import hr_only, the_appeal, the_candidate, user_of
from selection.hr.candidate_page import CandidatePage
from selection.refusals import STATUS, Refused
from selection.workflow import move


@require_safe
@hr_only
def candidate(request: HttpRequest, pk: int) -> HttpResponse:
    """The candidate's page."""
    return render(request, "hr/candidate.html", {"page": CandidatePage(the_candidate(pk))})


@require_POST
@hr_only
def make_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Make one move; a refusal comes back with the page and what was written."""
    found, (reason, code) = the_candidate(pk), (request.POST.get(name, "") for name in ("reason", "reason_code"))
    asked = MoveRequest(name=name, actor=user_of(request), at=timezone.now(), reason=reason, reason_code=code)
    try:
        change = move(candidate=found, request=asked, rng=random.SystemRandom())
    except Refused as refused:
        messages.error(request, refused.sentence)
        page = CandidatePage(the_candidate(pk), tried=name, reason=reason, code=code)
        return render(request, "hr/candidate.html", {"page": page}, status=STATUS[refused.kind])
    told = {"agent": found.agent, "move": change.get_move_display()}
    messages.success(request, _("Done for %(agent)s: %(move)s.") % told)
    return redirect(_back(request, pk))


@require_POST
@hr_only
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an appeal; a refusal comes back with the page and what was written."""
    appeal, text = the_appeal(pk), request.POST.get("answer", "")
    try:
        answer_appeal(
            appeal=appeal,
            actor=user_of(request),
            upheld=request.POST.get("verdict") == "upheld",
            answer=text,
            at=timezone.now(),
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
        page = CandidatePage(the_candidate(appeal.candidate_id), answer=text)
        return render(request, "hr/candidate.html", {"page": page}, status=STATUS[refused.kind])
    return redirect("hr:candidate", appeal.candidate_id)


def _back(request: HttpRequest, pk: int) -> str:
    target = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=False)
    return target if inside else reverse("hr:candidate", args=[pk])
