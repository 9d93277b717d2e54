"""Names that nobody knows: HR says once who is meant, and their records load by themselves."""

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from scoring.batch_tasks import flag_evidence
from scoring.models import Agent
from scoring.waiting import Stranger, create, resolve, strangers, waiting_rows
from selection.hr.access import hr_and_auditors, hr_only, is_hr, user_of
from selection.hr.evidence_access import telling

MATCH, CREATE, IGNORE = "match", "create", "ignore"


class AgentField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for django-stubs only
    """An agent, typed or chosen by name and staff number."""

    def label_from_instance(self, obj: Agent) -> str:
        return f"{obj.full_name} · {obj.staff_number}"


class ResolveForm(forms.Form):
    """Who is meant by a name."""

    reference = forms.CharField(max_length=200, widget=forms.HiddenInput)
    how = forms.ChoiceField(choices=((MATCH, MATCH), (CREATE, CREATE), (IGNORE, IGNORE)))
    agent = AgentField(label=_("Agent"), queryset=Agent.objects.all(), required=False, empty_label=_("— choose —"))

    def clean_agent(self) -> Agent | None:
        """A match needs somebody to match."""
        agent: Agent | None = self.cleaned_data["agent"]
        if self.cleaned_data.get("how") == MATCH and agent is None:
            raise forms.ValidationError(_("Choose the agent who is meant."))
        return agent


@require_safe
@hr_and_auditors
def waiting_agents(request: HttpRequest) -> HttpResponse:
    """Every name that waits, with the people it might be."""
    rows = [(stranger, guess(stranger)) for stranger in strangers()]
    agents = Agent.objects.order_by("full_name", "staff_number")
    return render(request, "hr/evidence/waiting.html", {"rows": rows, "agents": agents, "is_hr": is_hr(request)})


def guess(stranger: Stranger) -> int | None:
    """The agent who is probably meant: the only one whose name begins or ends like that."""
    words = stranger.reference.split()
    found: QuerySet[Agent] = Agent.objects.all()
    for word in words:
        found = found.filter(Q(full_name__icontains=word) | Q(staff_number__iexact=word))
    first = list(found[:2])
    return first[0].pk if len(first) == 1 else None


@require_POST
@hr_only
def resolve_agent(request: HttpRequest) -> HttpResponse:
    """Match, create or leave out, once."""
    form = ResolveForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Choose the agent who is meant."))
        return redirect("hr:waiting_agents")
    with telling(request):
        messages.success(request, carry_out(form, user_of(request)))
    return redirect("hr:waiting_agents")


def carry_out(form: ResolveForm, actor: User) -> str:
    """Do what was chosen and say what came of it."""
    reference, how, at = form.cleaned_data["reference"], form.cleaned_data["how"], timezone.now()
    touched = set(waiting_rows().filter(reference=reference).values_list("batch_id", flat=True))
    if how == CREATE:
        loaded = create(reference=reference, actor=actor, at=at)
    else:
        agent = form.cleaned_data["agent"] if how == MATCH else None
        loaded = resolve(reference=reference, agent=agent, actor=actor, at=at)
    for batch in sorted(touched):
        flag_evidence.enqueue(batch)
    if how == IGNORE:
        return gettext("The records of “%(name)s” are left out.") % {"name": reference}
    return ngettext("%(n)d waiting record is loaded.", "%(n)d waiting records are loaded.", loaded) % {"n": loaded}
