"""The form that opens a round."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from assessments.models import KnowledgeTest, TestTask
from scoring.models import PolicyVersion, ScoreRun
from scoring.models.policies import PolicyState
from scoring.models.runs import RunState
from selection.hr.run_form import PolicyField, policy_label
from selection.rounds import RoundPlan
from selection.stages import Role


class RunField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for django-stubs only
    """Finished runs, by policy and day."""

    def label_from_instance(self, obj: ScoreRun) -> str:
        return f"{policy_label(obj.policy_version)} · {date_format(obj.as_of)}"


class TaskField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for django-stubs only
    """Test tasks, by their titles in the reader's language."""

    def label_from_instance(self, obj: TestTask) -> str:
        return str(obj.title)


class GraderField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic for django-stubs only
    """People of the graders' group, by name."""

    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.username


def _moment() -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(widget=widget)


class RoundForm(forms.Form):
    """What HR decides when a round opens; the rules about it are the verb's."""

    title = forms.CharField(label=_("Title"), max_length=160)
    policy_version = PolicyField(
        label=_("Policy"),
        queryset=PolicyVersion.objects.filter(state=PolicyState.PUBLISHED),
        empty_label=None,
        help_text=_("The round keeps this version until it closes."),
    )
    run = RunField(
        label=_("Score run"),
        queryset=ScoreRun.objects.filter(state=RunState.FINISHED).select_related("policy_version").order_by("-pk"),
        required=False,
        help_text=_("Whose ranking you nominate from; it must have been made with the same policy version."),
    )
    places = forms.IntegerField(label=_("Places"), min_value=1, max_value=10_000)
    knowledge_test = forms.ModelChoiceField(
        label=_("Knowledge test"), queryset=KnowledgeTest.objects.all(), empty_label=None
    )
    test_task = TaskField(label=_("Test task"), queryset=TestTask.objects.all(), empty_label=None)
    assessments_until = _moment()
    decisions_until = _moment()
    graders = GraderField(
        label=_("Graders"),
        queryset=User.objects.filter(groups__name=Role.GRADER.value, is_active=True).order_by("last_name", "username"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least two. Whoever is too close to a candidate is not drawn for that work."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assessments_until"].label = _("Test and task until")
        self.fields["decisions_until"].label = _("Decisions until")

    def clean(self) -> dict[str, Any]:
        """Nominations come from scores of the round's own policy."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        run, version = cleaned.get("run"), cleaned.get("policy_version")
        if run and version and run.policy_version_id != version.pk:
            self.add_error("run", _("This run was made with another policy. Choose one made with the round's policy."))
        return cleaned

    def plan(self) -> RoundPlan:
        """The plan that the form holds; both deadlines are moments in the company's time zone."""
        chosen = self.cleaned_data
        until: tuple[datetime, datetime] = chosen["assessments_until"], chosen["decisions_until"]
        return RoundPlan(
            title=chosen["title"].strip(),
            policy_version=chosen["policy_version"],
            run=chosen["run"],
            places=chosen["places"],
            knowledge_test=chosen["knowledge_test"],
            test_task=chosen["test_task"],
            assessments_until=until[0],
            decisions_until=until[1],
            graders=list(chosen["graders"]),
        )
