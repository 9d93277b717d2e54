"""Viral incidents: one person records a chat that went public, another one decides whether it counts."""

from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from scoring.incidents import decide_incident, record_incident, why_not
from scoring.models import ViralIncident
from scoring.models.evidence import IncidentState
from scoring.refusals import EvidenceRefused
from selection.components import Link
from selection.hr.access import hr_and_auditors, hr_only, is_hr, user_of
from selection.hr.evidence_access import telling, the_incident
from selection.hr.evidence_report import cell, moment, person_name
from selection.hr.incident_forms import SEVERITIES, DecisionForm, IncidentForm

ON_A_PAGE = 25
TONES = {
    IncidentState.UNVERIFIED.value: "borderline",
    IncidentState.VERIFIED.value: "clear",
    IncidentState.REJECTED.value: "unlikely",
    IncidentState.NOT_AT_FAULT.value: "unlikely",
}


@require_safe
@hr_and_auditors
def incidents(request: HttpRequest) -> HttpResponse:
    """Every incident, newest first, by state."""
    state = request.GET.get("state", "")
    found = ViralIncident.objects.select_related("agent")
    if state in IncidentState.values:
        found = found.filter(state=state)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, TONES[one.state]) for one in page]
    context = {"incidents": page, "rows": rows, "chips": chips(state), "is_hr": is_hr(request)}
    return render(request, "hr/evidence/incidents.html", context)


def chips(state: str) -> list[Link]:
    """Filters by state."""
    here, found = reverse("hr:incidents"), list(ViralIncident.objects.order_by().values_list("state", flat=True))
    links = [Link(label=_("All"), url=here, current=state not in IncidentState.values, count=len(found))]
    for one in IncidentState:
        links.append(Link(label=one.label, url=f"{here}?state={one}", current=one == state, count=found.count(one)))
    return links


@require_http_methods(["GET", "HEAD", "POST"])
@hr_only
def new_incident(request: HttpRequest) -> HttpResponse:
    """Record an incident by hand."""
    form = IncidentForm(request.POST or None)
    if form.is_valid():
        try:
            made = record_incident(incident=form.incident(), actor=user_of(request), at=timezone.now())
        except EvidenceRefused as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect("hr:incident", made.pk)
    return render(request, "hr/evidence/new_incident.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@hr_and_auditors
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident; whoever neither recorded it nor is its agent decides about it."""
    found = the_incident(pk)
    if request.method == "POST":
        return decide(request, pk)
    context = {"form": DecisionForm(), "is_hr": is_hr(request), **described(found, user_of(request))}
    return render(request, "hr/evidence/incident.html", context)


def described(found: ViralIncident, reader: User) -> dict[str, Any]:
    """An incident as its page shows it."""
    facts = [
        (_("How people took it"), found.get_sign_display()),
        (_("Severity"), dict(SEVERITIES).get(found.severity, found.severity)),
        (_("When it went public"), moment(found.flagged_at)),
        (_("Platform"), found.platform),
        (_("Views"), cell(found.views)),
        (_("Recorded by"), person_name(found.recorded_by or (found.batch.created_by if found.batch else None))),
        (_("Came with"), found.batch),
    ]
    decision = [(_("By"), person_name(found.verified_by)), (_("On"), moment(found.verified_at))]
    return {
        "incident": found,
        "tone": TONES[found.state],
        "facts": [(label, value) for label, value in facts if value],
        "decision": [(label, value) for label, value in decision if value],
        "refusal": why_not(found, reader),
    }


@hr_only
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a second person's decision."""
    form, found = DecisionForm(request.POST), the_incident(pk)
    if not form.is_valid():
        context = {"form": form, "is_hr": True, **described(found, user_of(request))}
        return render(request, "hr/evidence/incident.html", context, status=422)
    with telling(request, _("The decision is kept.")):
        decide_incident(incident=found, actor=user_of(request), at=timezone.now(), **form.decision())
    return redirect("hr:incident", pk)
