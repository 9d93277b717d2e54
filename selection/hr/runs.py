"""Score runs: ask for one, and see how far it is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from scoring.models.runs import RunState
from scoring.runs import request_run
from scoring.tasks import score
from selection.hr.access import hr_and_auditors, hr_only, htmx_of, is_hr, the_run, user_of
from selection.hr.run_form import RunForm, policy_label


@require_http_methods(["GET", "HEAD", "POST"])
@hr_only
def new_run(request: HttpRequest) -> HttpResponse:
    """Choose a policy and a day, and have the scores made."""
    form = RunForm(request.POST or None, initial={"as_of": timezone.localdate()})
    if not form.is_valid():
        return render(request, "hr/new_run.html", {"form": form}, status=422 if form.is_bound else 200)
    asked = request_run(
        policy_version=form.cleaned_data["policy_version"],
        as_of=form.cleaned_data["as_of"],
        places=form.cleaned_data["places"],
        actor=user_of(request),
        at=timezone.now(),
    )
    score.enqueue(asked.pk)
    return redirect("hr:run", asked.pk)


@require_safe
@hr_and_auditors
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run is; goes on to the ranking when it is finished."""
    found = the_run(pk)
    if found.state != RunState.FINISHED:
        waits = found.state in {RunState.WAITING, RunState.RUNNING}
        context = {"run": found, "policy": policy_label(found.policy_version), "waits": waits, "is_hr": is_hr(request)}
        return render(request, "hr/run.html", context)
    ready = redirect("hr:ranking")
    ready["Location"] += f"?run={found.pk}"
    return HttpResponseClientRedirect(ready["Location"]) if htmx_of(request) else ready
