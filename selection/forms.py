"""The form of a decision in the admin. Which move is legal is asked of the gates, so that all doors refuse alike."""

from django import forms
from django.utils.translation import gettext_lazy as _

from selection.models.overrides import OverrideReason


class DecisionForm(forms.Form):
    """One decision: the move is the button, the hash is of the dossier that was on the page."""

    move = forms.CharField(max_length=20, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At least ten characters. The candidate reads it."),
    )
    reason_code = forms.ChoiceField(
        label=_("Against the verdict, because of"),
        required=False,
        choices=[("", "—"), *OverrideReason.choices],
        help_text=_("Needed to let somebody through who is unlikely or held back, or to refuse one of the best."),
    )
    effective_on = forms.DateField(
        label=_("From which day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("For an approval: the day on which the place begins."),
    )
    dossier_hash = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class ManyDecisionsForm(forms.Form):
    """One reason and one day for several candidates."""

    reason = DecisionForm.base_fields["reason"]
    reason_code = DecisionForm.base_fields["reason_code"]
    effective_on = DecisionForm.base_fields["effective_on"]
