"""Chats of one's own that went public: what HR has verified about them, and the agent's own words beside it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from scoring.incident_reads import own_incidents
from scoring.incidents import LONGEST_STATEMENT, SHORTEST_STATEMENT, has_expired, state_own_words, why_not_state
from scoring.models import ViralIncident
from scoring.refusals import EvidenceRefused
from selection.hr.picture_file import picture_file
from selection.incident_words import SEVERITIES, TONES, standing
from selection.portal.access import actor, me
from selection.portal.tabs import posted


class StatementForm(forms.Form):
    """What the agent has to say."""

    text = forms.CharField(
        label=gettext_lazy("Your own words"),
        help_text=gettext_lazy("What happened from your side. HR and those who decide read it beside the incident."),
        min_length=SHORTEST_STATEMENT,
        max_length=LONGEST_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@require_safe
@login_required
def incidents(request: HttpRequest) -> HttpResponse:
    """What is told about the one who is logged in, newest first."""
    now = timezone.now()
    rows = [
        (one, TONES[one.state], standing(one, is_over=has_expired(one, at=now))) for one in own_incidents(me(request))
    ]
    return render(request, "portal/incidents.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident of one's own, with the place for one's own words."""
    found, now = my_incident(request, pk), timezone.now()
    form = StatementForm(posted(request), initial={"text": found.statement})
    page = {**described(found), "form": form, "closed": why_not_state(found, actor(request), at=now)}
    page["standing"] = standing(found, is_over=has_expired(found, at=now))
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/incident.html", page, status=422 if form.errors else 200)
    try:
        state_own_words(incident=found, text=form.cleaned_data["text"], actor=actor(request), at=now)
    except EvidenceRefused as refused:
        return render(request, "portal/incident.html", {**page, "refusal": refused.sentence}, status=409)
    messages.success(request, _("Your words stand beside the incident. You may change them for as long as it counts."))
    return redirect("portal:incident", pk)


@require_safe
@login_required
def incident_picture(request: HttpRequest, pk: int, picture_pk: int) -> HttpResponse:
    """A picture of an incident of one's own."""
    return picture_file(get_object_or_404(my_incident(request, pk).pictures.all(), pk=picture_pk))


def described(found: ViralIncident) -> dict[str, object]:
    """An incident as its agent reads it: without the names of those who recorded, marked and verified it."""
    return {
        "incident": found,
        "tone": TONES[found.state],
        "severity": SEVERITIES.get(found.severity or 0),
        "pictures": list(found.pictures.all()),
    }


def my_incident(request: HttpRequest, pk: int) -> ViralIncident:
    """An incident of one's own. Somebody else's, and one that waits, is as absent as one that does not exist."""
    return get_object_or_404(own_incidents(me(request)).select_related("agent"), pk=pk)
