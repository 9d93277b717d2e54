"""People ask for your observation: what one has seen of a candidate, told alone and once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fixtures.content import ScaleText
from scoring.models import Agent
from selection.models import Observation, Reference
from selection.models.references import SHORTEST_OBSERVATION, ReferenceState
from selection.portal.access import actor, me
from selection.portal.tabs import posted, refused
from selection.reasons import language
from selection.references import Seen, decline, hand_in, worded_scales
from selection.refusals import Refused


class ObservationForm(forms.Form):
    """A level and a case on every scale; what makes a case is the verb's to say."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        for key, words in worded_scales(language()):
            self.fields[f"{key}-level"] = forms.ChoiceField(
                label=words.question, choices=_levels(words), widget=forms.RadioSelect
            )
            self.fields[f"{key}-text"] = forms.CharField(
                label=_("What have you seen?"),
                help_text=_(
                    "A case that shows it: when, what happened, what this person did. At least %(n)d characters."
                )
                % {"n": SHORTEST_OBSERVATION},
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 5}),
            )

    def seen(self) -> dict[str, Seen]:
        """What was given, by scale."""
        given = self.cleaned_data
        return {
            key: Seen(level=int(given[f"{key}-level"]), text=given[f"{key}-text"])
            for key, _words in worded_scales(language())
        }

    def parts(self) -> list[tuple[ScaleText, forms.BoundField, forms.BoundField]]:
        """Every scale with its two fields."""
        return [(words, self[f"{key}-level"], self[f"{key}-text"]) for key, words in worded_scales(language())]


class DeclineForm(forms.Form):
    """Why one cannot answer."""

    reason = forms.CharField(
        label=gettext_lazy("Why not?"),
        help_text=gettext_lazy("For example: we hardly worked together. It has no consequences for anybody."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@login_required
def references(request: HttpRequest) -> HttpResponse:
    """Whom one is asked about, and what one has handed in."""
    asked = _of(me(request)).order_by("-asked_at", "-pk")
    waiting = asked.filter(state=ReferenceState.ASKED)
    done = asked.exclude(state=ReferenceState.ASKED)
    return render(request, "portal/references.html", {"waiting": waiting, "done": done})


@login_required
def reference(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one reference; once handed in, one's own words to read."""
    asked = get_object_or_404(_of(me(request)), pk=pk)
    form = ObservationForm(posted(request))
    page = {"reference": asked, "form": form, "own": _own(asked)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/reference.html", page, status=400 if form.errors else 200)
    try:
        hand_in(reference=asked, seen=form.seen(), actor=actor(request), at=timezone.now())
    except Refused as error:
        return refused(request, error, "portal/reference.html", page)
    messages.success(request, _("Handed in. HR and the auditor read it with your name, and nobody else."))
    return redirect("portal:references")


@login_required
def decline_reference(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one cannot answer."""
    asked = get_object_or_404(_of(me(request)), pk=pk)
    form = DeclineForm(posted(request))
    page = {"reference": asked, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/reference_decline.html", page, status=400 if form.errors else 200)
    try:
        decline(reference=asked, reason=form.cleaned_data["reason"], actor=actor(request), at=timezone.now())
    except Refused as error:
        return refused(request, error, "portal/reference_decline.html", page)
    messages.success(request, _("Thank you. HR asks somebody else."))
    return redirect("portal:references")


def _of(referee: Agent) -> Any:
    """References that one was asked for; those that HR has released are gone."""
    related = Reference.objects.select_related("candidate__agent", "candidate__round")
    return related.filter(referee=referee).exclude(state=ReferenceState.RELEASED)


def _own(reference: Reference) -> list[tuple[str, str, str]]:
    """What one has handed in: scale, level and case, in words."""
    words = dict(worded_scales(language()))
    return [
        (words[one.scale].name, words[one.scale].levels[one.level - 1].label, one.text)
        for one in Observation.objects.filter(reference=reference)
    ]


def _levels(words: ScaleText) -> list[tuple[str, str]]:
    return [(str(n), f"{level.label}. {level.example}") for n, level in enumerate(words.levels, start=1)]
