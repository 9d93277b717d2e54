"""References about a candidate: HR asks three people, and reads what they have seen once two have said it."""

import random

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from scoring.models import Agent
from selection.hr.access import hr_and_auditors, hr_only, is_hr, person_on, the_candidate, user_of
from selection.hr.telling import telling
from selection.models import Candidate, Reference
from selection.referees import eligible_colleagues
from selection.reference_reading import ReferenceReading
from selection.references import ABOUT_ONESELF, COLLEAGUES, ask, obstacle, replace
from selection.roles import is_self

rng = random.SystemRandom()


class ColleaguesForm(forms.Form):
    """Whom to ask beside the line manager; whoever is not named is drawn."""

    colleagues = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Colleagues"),
        queryset=Agent.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Choose up to two, or none: then they are drawn from those of the same team."),
    )

    def __init__(self, candidate: Candidate, data: object = None) -> None:
        super().__init__(data, label_suffix="")  # type: ignore[arg-type]
        field = self.fields["colleagues"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        self.obstacle = obstacle(candidate, day=localdate())
        known = [] if self.obstacle else eligible_colleagues(candidate, day=localdate())
        field.queryset = Agent.objects.filter(pk__in=[one.pk for one in known])

    def clean_colleagues(self) -> list[Agent]:
        """At most two."""
        chosen = list(self.cleaned_data["colleagues"])
        if len(chosen) > COLLEAGUES:
            raise forms.ValidationError(_("Two colleagues are asked. Choose at most two."))
        return chosen


@require_safe
@hr_and_auditors
def references(request: HttpRequest, pk: int) -> HttpResponse:
    """Who was asked, what they have seen, and how far they agree."""
    candidate = the_candidate(pk)
    if is_self(person_on(request), candidate):
        raise PermissionDenied(str(ABOUT_ONESELF))
    page = ReferenceReading(candidate)
    form = ColleaguesForm(candidate) if is_hr(request) and not page.asked else None
    return render(request, "hr/references.html", {"page": page, "form": form, "is_hr": is_hr(request)})


@require_POST
@hr_only
def ask_references(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the line manager and two colleagues."""
    candidate = the_candidate(pk)
    form = ColleaguesForm(candidate, request.POST)
    if not form.is_valid():
        page = {"page": ReferenceReading(candidate), "form": form, "is_hr": True}
        return render(request, "hr/references.html", page, status=422)
    chosen: list[Agent] = form.cleaned_data["colleagues"]
    with telling(request, _("Three people are asked. They find it under “Observations”.")):
        ask(candidate=candidate, colleagues=chosen, actor=user_of(request), at=timezone.now(), rng=rng)
    return redirect("hr:references", pk)


@require_POST
@hr_only
def replace_reference(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask somebody else in the place of one who declined or does not answer."""
    reference = get_object_or_404(Reference.objects.select_related("candidate"), pk=pk)
    with telling(request, _("Somebody else is asked.")):
        replace(reference=reference, actor=user_of(request), at=timezone.now(), rng=rng)
    return redirect("hr:references", reference.candidate_id)
