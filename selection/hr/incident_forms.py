"""The forms of a viral incident, with the rubric of its severity."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scoring.incidents import DECISIONS, Incident
from scoring.models import Agent
from scoring.models.evidence import IncidentState
from scoring.picture_content import MOST_BYTES
from scoring.pictures import PICTURES_AT_MOST
from selection.hr.evidence_waiting import AgentField
from selection.incident_words import SIGNS, severity_choices

DECISION_NAMES = {
    IncidentState.VERIFIED: _("Verified: it happened, and the answer was the agent's own"),
    IncidentState.REJECTED: _("Rejected: it did not happen like that, or it is no viral incident"),
    IncidentState.NOT_AT_FAULT: _("Agent not at fault: it happened, and somebody or something else caused it"),
}
ABOUT_PICTURES = _("PNG, JPEG or WebP, six at most, up to 5 MB each. What a file tells of its maker is taken off.")


class PicturesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """The bytes of each picture, cut off where they are too many: what may stay, the verb says."""

    widget = PicturesInput(attrs={"accept": "image/png,image/jpeg,image/webp"})

    def clean(self, data: Any, initial: Any = None) -> tuple[bytes, ...]:
        if self.required and not data:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return tuple(one.read(MOST_BYTES + 1) for one in (data or [])[: PICTURES_AT_MOST + 1])


class SeverityForm(forms.Form):
    """One person's mark on the rubric."""

    severity = forms.TypedChoiceField(
        label=_("Severity"), choices=severity_choices, coerce=int, widget=forms.RadioSelect,
        help_text=_("Choose the level whose example is nearest. A colleague marks it too, without reading your mark."),
    )  # fmt: skip


class IncidentForm(SeverityForm):
    """What a person knows of a chat that went public."""

    chat_id = forms.CharField(
        label=_("Number of the chat"), max_length=120, help_text=_("All posts about one chat are one incident.")
    )
    agent = AgentField(label=_("Agent"), queryset=Agent.objects.order_by("full_name"), empty_label=_("— choose —"))
    sign = forms.ChoiceField(label=_("How people took it"), choices=SIGNS, widget=forms.RadioSelect)
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
    pictures = PicturesField(label=_("Pictures of what was posted"), help_text=ABOUT_PICTURES, required=False)

    field_order = ("chat_id", "agent", "sign", "severity")

    def incident(self) -> Incident:
        """The incident as the verb takes it."""
        return Incident(**self.cleaned_data)


class PicturesForm(forms.Form):
    """Pictures of what was posted."""

    pictures = PicturesField(label=_("Pictures of what was posted"), help_text=ABOUT_PICTURES)


class DecisionForm(forms.Form):
    """What a second person says of an incident."""

    state = forms.ChoiceField(
        label=_("Decision"), choices=[(one.value, DECISION_NAMES[one]) for one in DECISIONS], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000,
        help_text=_("What you looked at and what it shows. The agent reads it, unless the incident is rejected."),
    )  # fmt: skip

    def decision(self) -> dict[str, Any]:
        """The decision as the verb takes it."""
        return {"state": IncidentState(self.cleaned_data["state"]), "reason": self.cleaned_data["reason"]}
