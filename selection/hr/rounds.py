"""Rounds: open one, see who stands where, invite, and go on to the next phase."""

import random

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from selection.gates import MoveRequest
from selection.hr.access import hr_and_auditors, hr_only, is_hr, the_round, user_of
from selection.hr.pipeline import RoundPage, rounds_by_phase, whole_path
from selection.hr.round_form import RoundForm
from selection.hr.telling import telling
from selection.refusals import Refused
from selection.rounds import next_phase as to_next_phase
from selection.rounds import open_round as open_planned
from selection.stages import Stage
from selection.workflow import move


@require_safe
@hr_only
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round under its phase."""
    return render(request, "hr/rounds.html", {"phases": rounds_by_phase()})


@require_http_methods(["GET", "HEAD", "POST"])
@hr_only
def open_round(request: HttpRequest) -> HttpResponse:
    """Plan a round and open it."""
    form = RoundForm(request.POST or None, initial=request.GET.dict())
    if form.is_valid():
        try:
            opened = open_planned(plan=form.plan(), actor=user_of(request), at=timezone.now())
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The round is open. Nominate from the ranking."))
            return redirect("hr:round", opened.pk)
    return render(request, "hr/open_round.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@hr_only
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: the picture by stage, its candidates, and what HR can do."""
    opened = the_round(pk)
    return render(request, "hr/round.html", {"round": opened, "page": RoundPage(opened)})


@require_POST
@hr_only
def invite_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite everybody who is nominated; whoever cannot be invited is named with the reason."""
    opened, invited, rng = the_round(pk), 0, random.SystemRandom()
    asked = MoveRequest(name="invite", actor=user_of(request), at=timezone.now())
    for candidate in opened.candidates.filter(stage=Stage.NOMINATED).select_related("agent", "round"):
        try:
            move(candidate=candidate, request=asked, rng=rng)
            invited += 1
        except Refused as refused:
            messages.error(request, f"{candidate.agent}: {refused.sentence}")
    if invited:
        told = ngettext("%(n)d person is invited.", "%(n)d people are invited.", invited) % {"n": invited}
        messages.success(request, told)
    return redirect("hr:round", pk)


@require_POST
@hr_only
def next_phase(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on from the phase that the page showed; a page that is out of date changes nothing."""
    opened = the_round(pk)
    opened.phase = request.POST.get("phase", "")
    with telling(request, _("The round has gone on to its next phase.")):
        to_next_phase(opened=opened, actor=user_of(request), at=timezone.now())
    return redirect("hr:round", pk)


@require_safe
@hr_and_auditors
def path(request: HttpRequest) -> HttpResponse:
    """The whole path on one screen."""
    return render(request, "hr/path.html", {"moves": whole_path(), "is_hr": is_hr(request)})
