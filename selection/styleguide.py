"""The style guide: every component on one page, for those who build pages and for the tests."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from selection.components import Change, Column, Link, Part, Step
from selection.stages import Stage

PARTS = (
    Part(label=_("Customer ratings, adjusted for the queue"), points=34.1, maximum=40, note=_("2,210 ratings")),
    Part(label=_("Product knowledge"), points=22.6, maximum=25),
    Part(label=_("Test task"), points=17.9, maximum=20),
    Part(label=_("Involvement and culture"), points=7.2, maximum=10),
    Part(label=_("Economy"), points=3.3, maximum=5),
)
RANKING = (
    {"rank": 1, "low": 1, "high": 3, "name": "Анна Ковалёва", "score": 87.4, "verdict": "clear", "p": 0.97, "n": 1840},
    {"rank": 3, "low": 1, "high": 6, "name": "Мария Кузнецова", "score": 85.1, "verdict": "clear", "p": 0.9, "n": 2210},
    {
        "rank": 6,
        "low": 2,
        "high": 13,
        "name": "Kate O’Brien",
        "score": 80.6,
        "verdict": "borderline",
        "p": 0.6,
        "n": 1502,
    },
    {
        "rank": 40,
        "low": 18,
        "high": 96,
        "name": "Роман Ганиев",
        "score": 61.0,
        "verdict": "unlikely",
        "p": 0.004,
        "n": 1310,
    },
    {
        "rank": None,
        "low": None,
        "high": None,
        "name": "Ия Мун",
        "score": None,
        "verdict": "insufficient",
        "p": None,
        "n": 4,
    },
)
STEPS = (
    Step(title=_("Tenure"), state="done", text=_("14 months, 6 are needed")),
    Step(
        title=_("Knowledge test"), state="done", text=_("passed on 16 November; strongest in roaming, to repeat: eSIM")
    ),
    Step(
        title=_("Test task"),
        state="current",
        text=_("two posts, up to 40 minutes each. You may pause: the text is saved by itself."),
        action_url="#task",
        action_label=_("Begin the task"),
        note=_("until 25 November, 18:00, 3 days left"),
    ),
    Step(title=_("Decision"), state="upcoming", text=_("taken by two people, not by a program")),
)


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Name of the round"), help_text=_("Candidates see it."))
    places = forms.IntegerField(label=_("Places"), min_value=1)
    opens = forms.DateField(label=_("Opens"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    policy = forms.ChoiceField(label=_("Policy"), choices=[("current", _("current")), ("full", _("full profile"))])
    gender = forms.ChoiceField(
        label=_("Evidence"), widget=forms.RadioSelect, choices=[("new", _("only new")), ("all", _("all of 12 months"))]
    )
    file = forms.FileField(label=_("File"), help_text=_("CSV or XLSX, up to 100 MB."), required=False)
    notice = forms.CharField(label=_("Notice to candidates"), widget=forms.Textarea, required=False)
    blind = forms.BooleanField(label=_("Grade without names"), required=False, help_text=_("Cannot be changed later."))


def style_guide(request: HttpRequest) -> HttpResponse:
    """Show every component; open to staff, and to everybody while DEBUG is on."""
    if not (settings.DEBUG or (request.user.is_authenticated and getattr(request.user, "is_staff", False))):
        raise Http404
    messages.success(request, _("312 agents were scored; the ranking is new."))
    messages.warning(request, _("946 calls were never answered and carry no rating."))
    messages.error(request, _("Row 17: the rating 6 is above the scale of 1 to 5."))
    return render(request, "styleguide.html", samples())


def samples() -> dict[str, Any]:
    """Something to show in every component."""
    return {
        "parts": PARTS,
        "ranking": RANKING,
        "steps": STEPS,
        "verdicts": ["clear", "borderline", "unlikely", "insufficient"],
        "stages": list(Stage),
        "form": SampleForm({"name": "", "places": "0", "policy": "full", "gender": "all"}),
        "page": Paginator(range(312), 25).page(4),
        "bar_values": [12, 30, 48, 51, 20, 7],
        "bar_labels": ["1", "2", "3", "4", "5", "6"],
        **_lists(),
    }


def _lists() -> dict[str, Any]:
    return {
        "chips": [
            Link(label=_("All"), url="?", current=True, count=312),
            Link(label=_("Among the best"), url="?verdict=clear", count=4),
            Link(label=_("Borderline"), url="?verdict=borderline", count=19),
        ],
        "tabs": [
            Link(label=_("Candidates"), url="?", current=True, count=14),
            Link(label=_("Journal"), url="?tab=journal"),
        ],
        "wizard": [_("File"), _("Columns"), _("Dry run"), _("Import")],
        "columns": [_("Record"), _("Column"), Column(label=_("Value"), numeric=True)],
        "rows": [[17, "csat", 6], [204, "date", "31.02.2026"]],
        "facts": [(_("Encoding"), "windows-1251"), (_("Delimiter"), ";"), (_("Data up to"), date(2026, 11, 20))],
        "changes": [
            Change(label=_("Weight of the knowledge test"), before="20", after="25"),
            Change(label=_("Gate: months of tenure"), before="", after="6"),
        ],
    }
