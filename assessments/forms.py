"""The forms of the grader's desk."""

from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from assessments.models.tasks import Rubric, RubricCriterion
from assessments.rubrics import criteria_of

YES, NO = "yes", "no"
PREFIX = "level-"


class MarksForm(forms.Form):
    """One level for each criterion, the veto with its reason, and a comment."""

    veto = forms.ChoiceField(
        label=_("Veto"), choices=[(NO, _("No risk seen")), (YES, _("Yes, a veto"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason for the veto"),
        help_text=_("Needed with a veto only: quote the words and name the rule."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    comment = forms.CharField(
        label=_("Comment"),
        help_text=_("What was good, what would make it better."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, rubric: Rubric, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria_of(rubric)
        for criterion in self.criteria:
            self.fields[f"{PREFIX}{criterion.code}"] = _level_field(criterion)

    @property
    def level_fields(self) -> list[BoundField]:
        """The fields of the criteria, in the rubric's order."""
        return [self[f"{PREFIX}{criterion.code}"] for criterion in self.criteria]

    def clean(self) -> dict[str, Any]:
        """A veto without a reason is not accepted."""
        cleaned = cast(dict[str, Any], super().clean())
        if cleaned.get("veto") == YES and not cleaned.get("reason"):
            self.add_error("reason", _("A veto needs a reason: quote the words and name the rule."))
        return cleaned

    def levels(self) -> dict[str, int]:
        """The chosen levels by the criterion's code."""
        return {c.code: int(self.cleaned_data[f"{PREFIX}{c.code}"]) for c in self.criteria}

    def marks(self) -> dict[str, Any]:
        """What `grading.mark` asks for, beside who and when."""
        return {
            "levels": self.levels(),
            "veto": self.cleaned_data["veto"] == YES,
            "reason": self.cleaned_data["reason"],
            "comment": self.cleaned_data["comment"],
        }


class SkipForm(forms.Form):
    """Why a piece of work is given back."""

    why = forms.CharField(
        label=_("Why do you give it back?"),
        help_text=_("For example: I recognise the author. Another grader is drawn."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _level_field(criterion: RubricCriterion) -> forms.ChoiceField:
    choices = [(str(level.level), level.text) for level in criterion.levels.all()]
    return forms.ChoiceField(
        label=criterion.name,
        help_text=_("weight %(percent)s%%") % {"percent": criterion.weight},
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the level that fits best.")},
    )
