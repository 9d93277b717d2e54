"""The form that asks for a comparison: from which version to which, on whose evidence."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from selection.hr.run_form import PolicyField


class CompareForm(forms.Form):
    """Two versions, drafts among them, on the evidence of one day."""

    before = PolicyField(label=_("From"), queryset=PolicyVersion.objects.none(), empty_label=None)
    after = PolicyField(label=_("To"), queryset=PolicyVersion.objects.none(), empty_label=None)
    as_of = forms.DateField(
        label=_("Evidence until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    places = forms.IntegerField(label=_("Places"), min_value=1, max_value=10_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = PolicyVersion.objects.exclude(state=PolicyState.RETIRED)
        for name in ("before", "after"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = known

    def clean_as_of(self) -> date:
        """No evidence comes from the future."""
        day: date = self.cleaned_data["as_of"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day lies ahead. Choose today or an earlier day."))
        return day

    def clean(self) -> dict[str, Any]:
        """A version is compared with another one."""
        given = super().clean() or {}
        if given.get("before") and given.get("before") == given.get("after"):
            self.add_error("after", _("This is the same version twice. Choose another one."))
        return given
