"""Today: what waits for HR, with the next step first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scoring.queries import latest_run
from selection.hr.access import hr_only
from selection.hr.pipeline import rounds_by_phase
from selection.hr.run_form import policy_label
from selection.hr.waiting import first_steps, tasks
from selection.models.rounds import RoundPhase


@require_safe
@hr_only
def today(request: HttpRequest) -> HttpResponse:
    """The first page of HR."""
    waiting, run = [*first_steps(), *tasks()], latest_run()
    context = {
        "next": waiting[0] if waiting else None,
        "tasks": waiting[1:],
        "phases": [(phase, rounds) for phase, rounds in rounds_by_phase() if phase != RoundPhase.CLOSED],
        "run": run,
        "run_policy": policy_label(run.policy_version) if run else "",
    }
    return render(request, "hr/today.html", context)
