"""Viral incidents: one person records a chat that went public, two say how severe it was, another decides about it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scoring.incident_reads import known_incidents
from scoring.incidents import decide_incident, record_incident
from scoring.models.evidence import IncidentState
from scoring.pictures import add_pictures
from scoring.refusals import EvidenceRefused
from scoring.severity import agreement, rate_severity
from selection.hr.access import hr_and_auditors, hr_only, is_hr, user_of
from selection.hr.evidence_access import telling, the_incident
from selection.hr.filters import chips_by
from selection.hr.incident_forms import DecisionForm, IncidentForm, PicturesForm, SeverityForm
from selection.hr.incident_page import IncidentPage
from selection.hr.picture_file import picture_file
from selection.incident_words import TONES

ON_A_PAGE = 25


@require_safe
@hr_and_auditors
def incidents(request: HttpRequest) -> HttpResponse:
    """Every incident, newest first, by state."""
    state = request.GET.get("state", "")
    found = known_incidents().select_related("agent")
    named = [(one.value, capfirst(one.label)) for one in IncidentState]
    chips = chips_by("state", state, found, named, reverse("hr:incidents"))
    if state in IncidentState.values:
        found = found.filter(state=state)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, TONES[one.state]) for one in page]
    shown = {"incidents": page, "rows": rows, "chips": chips, "agreement": agreement()}
    return render(request, "hr/evidence/incidents.html", {**shown, "is_hr": is_hr(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@hr_only
def new_incident(request: HttpRequest) -> HttpResponse:
    """Record an incident by hand."""
    form = IncidentForm(request.POST or None, lists(request) or None)
    if form.is_valid():
        try:
            made = record_incident(incident=form.incident(), actor=user_of(request), at=timezone.now())
        except EvidenceRefused as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect("hr:incident", made.pk)
    return render(request, "hr/evidence/new_incident.html", {"form": form}, status=422 if form.is_bound else 200)


def lists(request: HttpRequest) -> Any:
    """The files of a request, all that came under one name."""
    return {name: request.FILES.getlist(name) for name in request.FILES}


@require_safe
@hr_and_auditors
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident, with what this reader may do."""
    return shown(request, pk)


def shown(request: HttpRequest, pk: int, **sent: Any) -> HttpResponse:
    """The page of one incident; forms that were sent wrongly are shown as they were sent."""
    forms = {"severity_form": SeverityForm(), "pictures_form": PicturesForm(), "decision_form": DecisionForm(), **sent}
    page = IncidentPage(
        incident=the_incident(pk), reader=user_of(request), is_hr=is_hr(request), now=timezone.now(), **forms
    )
    return render(request, "hr/evidence/incident.html", {"page": page}, status=422 if sent else 200)


@require_POST
@hr_only
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one person's mark of the severity."""
    form, found = SeverityForm(request.POST), the_incident(pk)
    if not form.is_valid():
        return shown(request, pk, severity_form=form)
    with telling(request, _("Your mark is kept.")):
        rate_severity(incident=found, level=form.cleaned_data["severity"], actor=user_of(request), at=timezone.now())
    return redirect("hr:incident", pk)


@require_POST
@hr_only
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a second person's decision."""
    form, found = DecisionForm(request.POST), the_incident(pk)
    if not form.is_valid():
        return shown(request, pk, decision_form=form)
    with telling(request, _("The decision is kept.")):
        decide_incident(incident=found, actor=user_of(request), at=timezone.now(), **form.decision())
    return redirect("hr:incident", pk)


@require_POST
@hr_only
def more_pictures(request: HttpRequest, pk: int) -> HttpResponse:
    """Add pictures to an incident that is not decided."""
    form, found = PicturesForm(request.POST, lists(request)), the_incident(pk)
    if not form.is_valid():
        return shown(request, pk, pictures_form=form)
    with telling(request, _("The pictures are kept, without what they tell of their makers.")):
        contents = form.cleaned_data["pictures"]
        add_pictures(incident=found, contents=contents, actor=user_of(request), at=timezone.now())
    return redirect("hr:incident", pk)


@require_safe
@hr_and_auditors
def picture(request: HttpRequest, pk: int, picture_pk: int) -> HttpResponse:
    """One picture of an incident."""
    return picture_file(get_object_or_404(the_incident(pk).pictures.all(), pk=picture_pk))
