"""The forms of a viral incident, with the rubric of its severity."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scoring.incidents import DECISIONS, Incident
from scoring.models import Agent
from scoring.models.evidence import IncidentSign, IncidentState
from selection.hr.evidence_waiting import AgentField

# 1 to 4; a verified negative one from 3 on makes a person look before anything else happens.
SEVERITIES = (
    (1, _("1 · Noticed: a few posts or comments, gone within a day; no outlet took it up")),
    (2, _("2 · Spread: shared widely in one network or a large group; customers ask support about it")),
    (3, _("3 · Public: media, a well-known blogger or several networks; the company had to answer")),
    (4, _("4 · Lasting: national media or a regulator; it changed how people see the company")),
)
SIGNS = (
    (IncidentSign.POSITIVE, _("Positive: people praised the answer")),
    (IncidentSign.NEGATIVE, _("Negative: people were angry at the answer")),
    (IncidentSign.MIXED, _("Mixed: both, or about the company rather than the answer")),
)
DECISION_NAMES = {
    IncidentState.VERIFIED: _("Verified: it happened, and the answer was the agent's own"),
    IncidentState.REJECTED: _("Rejected: it did not happen like that, or it is no viral incident"),
    IncidentState.NOT_AT_FAULT: _("Agent not at fault: it happened, and somebody or something else caused it"),
}


class IncidentForm(forms.Form):
    """What a person knows of a chat that went public."""

    chat_id = forms.CharField(
        label=_("Number of the chat"), max_length=120, help_text=_("All posts about one chat are one incident.")
    )
    agent = AgentField(label=_("Agent"), queryset=Agent.objects.order_by("full_name"), empty_label=_("— choose —"))
    sign = forms.ChoiceField(label=_("How people took it"), choices=SIGNS, widget=forms.RadioSelect)
    severity = forms.TypedChoiceField(label=_("Severity"), choices=SEVERITIES, coerce=int, widget=forms.RadioSelect)
    flagged_at = forms.DateTimeField(
        label=_("When it went public"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    platform = forms.CharField(label=_("Platform"), max_length=60, required=False)
    url = forms.CharField(
        label=_("Link"), max_length=2000, required=False, help_text=_("Kept as text. Rostrum never opens it."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )  # fmt: skip
    views = forms.IntegerField(label=_("Views"), min_value=0, max_value=10**12, required=False)
    reason = forms.CharField(label=_("What happened"), widget=forms.Textarea(attrs={"rows": 4}), max_length=5000)

    def incident(self) -> Incident:
        """The incident as the verb takes it."""
        return Incident(**self.cleaned_data)


class DecisionForm(forms.Form):
    """What a second person says of an incident."""

    state = forms.ChoiceField(
        label=_("Decision"), choices=[(one.value, DECISION_NAMES[one]) for one in DECISIONS], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000,
        help_text=_("What you looked at and what it shows. The agent can read it."),
    )  # fmt: skip

    def decision(self) -> dict[str, Any]:
        """The decision as the verb takes it."""
        return {"state": IncidentState(self.cleaned_data["state"]), "reason": self.cleaned_data["reason"]}
