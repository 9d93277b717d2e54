"""The form that asks for a score run."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scoring import policies
from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState


class PolicyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # django-stubs knows it generic, Django does not
    """Published policy versions, by their titles."""

    def label_from_instance(self, obj: PolicyVersion) -> str:
        return policy_label(obj)


def policy_label(version: PolicyVersion) -> str:
    """A policy version as people call it."""
    told = {"title": policies.title(version), "version": version.version}
    return str(_("%(title)s, version %(version)d")) % told


class RunForm(forms.Form):
    """Which policy, as of which day, for how many places."""

    policy_version = PolicyField(
        label=_("Policy"), queryset=PolicyVersion.objects.filter(state=PolicyState.PUBLISHED), empty_label=None
    )
    as_of = forms.DateField(
        label=_("Evidence until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    places = forms.IntegerField(
        label=_("Places"), min_value=1, max_value=10_000, required=False, help_text=_("Empty: as the policy says.")
    )

    def clean_as_of(self) -> date:
        """No evidence comes from the future."""
        day: date = self.cleaned_data["as_of"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day lies ahead. Choose today or an earlier day."))
        return day
