"""Objections of agents to their ratings: a person who neither was rated nor imported the rating decides."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from scoring.disputes import decide_dispute, why_not_decide
from scoring.models import RatingDispute
from scoring.models.disputes import DisputeState
from selection.hr.access import hr_and_auditors, hr_only, is_hr, user_of
from selection.hr.evidence_access import telling
from selection.hr.evidence_report import moment, person_name
from selection.hr.filters import chips_by

ON_A_PAGE = 25
TONES = {
    DisputeState.OPEN.value: "borderline",
    DisputeState.UPHELD.value: "clear",
    DisputeState.REJECTED.value: "unlikely",
}
STATES = (
    (DisputeState.OPEN, gettext_lazy("Waiting")),
    (DisputeState.UPHELD, gettext_lazy("Upheld")),
    (DisputeState.REJECTED, gettext_lazy("Rejected")),
)
DECISIONS = (
    (DisputeState.UPHELD.value, gettext_lazy("Upheld: the rating is not about this agent's work; it no longer counts")),
    (DisputeState.REJECTED.value, gettext_lazy("Rejected: the rating is about this agent's work; it counts")),
)


class DecisionForm(forms.Form):
    """What a person in HR says of an objection."""

    state = forms.ChoiceField(label=gettext_lazy("Decision"), choices=DECISIONS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000,
        help_text=gettext_lazy("What you looked at and what it shows. The agent reads it."),
    )  # fmt: skip


@require_safe
@hr_and_auditors
def disputes(request: HttpRequest) -> HttpResponse:
    """Every objection, newest first, by state."""
    state = request.GET.get("state", "")
    found = RatingDispute.objects.select_related("rating__agent")
    chips = chips_by("state", state, RatingDispute.objects.all(), STATES, reverse("hr:disputes"))
    if state in DisputeState.values:
        found = found.filter(state=state)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, TONES[one.state]) for one in page]
    return render(request, "hr/evidence/disputes.html", {"disputes": page, "rows": rows, "chips": chips})


@require_http_methods(["GET", "HEAD", "POST"])
@hr_and_auditors
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection with the rating it is about."""
    if request.method == "POST":
        return decide(request, pk)
    context = {"form": DecisionForm(), "is_hr": is_hr(request), **described(the_dispute(pk), user_of(request))}
    return render(request, "hr/evidence/dispute.html", context)


@hr_only
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the decision."""
    form, found = DecisionForm(request.POST), the_dispute(pk)
    if not form.is_valid():
        context = {"form": form, "is_hr": True, **described(found, user_of(request))}
        return render(request, "hr/evidence/dispute.html", context, status=422)
    state, reason = DisputeState(form.cleaned_data["state"]), form.cleaned_data["reason"]
    with telling(request, _("The decision is kept.")):
        decide_dispute(dispute=found, state=state, reason=reason, actor=user_of(request), at=timezone.now())
    return redirect("hr:dispute", pk)


def the_dispute(pk: int) -> RatingDispute:
    """An objection with its rating and the people behind both."""
    related = RatingDispute.objects.select_related("rating__agent", "rating__batch__created_by", "decided_by")
    return get_object_or_404(related, pk=pk)


def described(found: RatingDispute, reader: User) -> dict[str, Any]:
    """An objection as its page shows it."""
    decision = [(_("By"), person_name(found.decided_by)), (_("On"), moment(found.decided_at))]
    return {
        "dispute": found,
        "rating": found.rating,
        "tone": TONES[found.state],
        "decision": [(label, value) for label, value in decision if value],
        "refusal": why_not_decide(found, reader),
    }
