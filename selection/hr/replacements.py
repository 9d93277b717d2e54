"""Ratings and incidents that a file contradicts: one person asks for its values, another confirms or declines."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from scoring.models import Replacement
from scoring.models.batches import EvidenceKind
from scoring.models.replacements import ReplacementState
from scoring.replacements import ask, confirm, decline, offered, why_not_decide
from selection.hr.access import hr_and_auditors, hr_only, is_hr, user_of
from selection.hr.evidence_access import telling, the_batch
from selection.hr.filters import chips_by
from selection.hr.replacement_words import counted, lines, people, titled

ON_A_PAGE = 50
CONFIRM, DECLINE = "confirm", "decline"
TONES = {
    ReplacementState.OPEN.value: "borderline",
    ReplacementState.DONE.value: "clear",
    ReplacementState.DECLINED.value: "unlikely",
}
STATES = (
    (ReplacementState.OPEN, gettext_lazy("Waiting")),
    (ReplacementState.DONE, gettext_lazy("Done")),
    (ReplacementState.DECLINED, gettext_lazy("Declined")),
    (ReplacementState.UNDONE, gettext_lazy("Undone")),
)
DECISIONS = (
    (CONFIRM, gettext_lazy("Confirm: what the file says counts from now on")),
    (DECLINE, gettext_lazy("Decline: what is stored stays")),
)
ABOUT_INCIDENTS = (
    (CONFIRM, gettext_lazy("Confirm: the incident says what the file says and is decided anew")),
    DECISIONS[1],
)


class DecisionForm(forms.Form):
    """What the second person says."""

    decision = forms.ChoiceField(label=gettext_lazy("Decision"), choices=DECISIONS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason, when you decline"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000,
        required=False, help_text=gettext_lazy("What you looked at and what it shows. Whoever asked reads it."),
    )  # fmt: skip


class IncidentDecisionForm(DecisionForm):
    """Of an incident every decision has its reason: what was decided on the old facts falls with them."""

    decision = forms.ChoiceField(label=gettext_lazy("Decision"), choices=ABOUT_INCIDENTS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000,
        help_text=gettext_lazy("What you looked at and what it shows. Whoever asked reads it."),
    )  # fmt: skip


FORMS = {EvidenceKind.RATINGS: DecisionForm, EvidenceKind.VIRAL: IncidentDecisionForm}


@require_safe
@hr_and_auditors
def replacements(request: HttpRequest) -> HttpResponse:
    """Every request, and what sources have changed by themselves, newest first."""
    state = request.GET.get("state", "")
    found = asked_or_done().select_related("batch", "asked_by", "decided_by")
    chips = chips_by("state", state, found, STATES, reverse("hr:replacements"))
    if state in dict(STATES):
        found = found.filter(state=state)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, TONES.get(one.state, "")) for one in page]
    return render(request, "hr/evidence/replacements.html", {"replacements": page, "rows": rows, "chips": chips})


def asked_or_done() -> QuerySet[Replacement]:
    """Replacements that a person asked for or that changed something; what is only offered stands on its batch."""
    return Replacement.objects.exclude(state__in=(ReplacementState.STAGED, ReplacementState.OFFERED))


@require_http_methods(["GET", "HEAD", "POST"])
@hr_and_auditors
def batch_replacement(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file says of ratings that are stored with other values, to be chosen and asked for."""
    if request.method == "POST":
        return ask_for(request, pk)
    found = the_batch(pk)
    waiting = found.replacements.filter(state=ReplacementState.OPEN).first()
    context = {
        "batch": found,
        "lines": lines(offered(found), found.kind),
        "waiting": waiting,
        "is_hr": is_hr(request),
        "choosing": is_hr(request) and waiting is None,
    }
    return render(request, "hr/evidence/batch_replacement.html", context)


@hr_only
def ask_for(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the chosen records."""
    chosen = {int(text) for text in request.POST.getlist("record") if text.isdecimal() and len(text) < 12}
    reason = request.POST.get("reason", "")[:2000]
    target = reverse("hr:batch_replacement", args=[pk])
    with telling(request, _("Asked. Nothing changes before another person in HR confirms it.")):
        made = ask(batch=the_batch(pk), records=chosen, reason=reason, actor=user_of(request), at=timezone.now())
        target = reverse("hr:replacement", args=[made.pk])
    return redirect(target)


@require_http_methods(["GET", "HEAD", "POST"])
@hr_and_auditors
def replacement(request: HttpRequest, pk: int) -> HttpResponse:
    """One request, with every value before and after."""
    if request.method == "POST":
        return decide(request, pk)
    found = the_replacement(pk)
    context = {"form": FORMS[EvidenceKind(found.batch.kind)](), **described(request, found)}
    return render(request, "hr/evidence/replacement.html", context)


@hr_only
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or decline."""
    found = the_replacement(pk)
    form = FORMS[EvidenceKind(found.batch.kind)](request.POST)
    if not form.is_valid():
        context = {"form": form, **described(request, found)}
        return render(request, "hr/evidence/replacement.html", context, status=422)
    with telling(request, _("The decision is kept.")):
        answer = confirm if form.cleaned_data["decision"] == CONFIRM else decline
        answer(replacement=found, reason=form.cleaned_data["reason"], actor=user_of(request), at=timezone.now())
    return redirect("hr:replacement", pk)


def the_replacement(pk: int) -> Replacement:
    """A request with its file and the people behind it."""
    return get_object_or_404(asked_or_done().select_related("batch__created_by", "asked_by", "decided_by"), pk=pk)


def described(request: HttpRequest, found: Replacement) -> dict[str, Any]:
    """A request as its page shows it."""
    page = Paginator(found.rows.all(), ON_A_PAGE).get_page(request.GET.get("page"))
    return {
        "replacement": found,
        "rows": page,
        "lines": lines(page, found.batch.kind),
        "title": titled(found),
        "counted": counted(found, page.paginator.count),
        "people": people(found),
        "tone": TONES.get(found.state, ""),
        "asks": is_hr(request) and found.state == ReplacementState.OPEN,
        "refusal": why_not_decide(found, user_of(request)),
    }
