"""The pages of the test task: the thread, the brief, a draft that is saved by itself, and handing it in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from assessments.models import Submission
from assessments.models.tasks import SubmissionState
from assessments.submissions import word_count
from selection.models import Candidate
from selection.own_work import Tab, begin_task, hand_in, save_draft
from selection.portal.access import my_candidacy, my_submission
from selection.portal.forms import DraftForm
from selection.portal.tabs import keep_tab, opened_tab, posting_tab, refused, rng
from selection.refusals import Refused
from selection.stages import Stage

PAGE, START, OVER = "portal/task.html", "portal/task_start.html", "portal/task_over.html"
CONFIRM = "portal/task_hand_in.html"


@login_required
@never_cache
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """The task at its stage: how it works, the thread with the draft, or that the time is over."""
    candidate = my_candidacy(request, pk)
    submission = my_submission(candidate)
    if candidate.stage != Stage.TASK:
        return redirect("portal:results", pk)
    if submission.state == SubmissionState.PREPARED:
        return render(request, START, _start_page(candidate, submission))
    tab = opened_tab(request, candidate)
    try:
        submission = begin_task(tab)
    except Refused as error:
        return render(request, OVER, {**_page(tab, submission), "refusal": error.sentence})
    form = DraftForm(initial={"writer": tab.writer, "text": submission.text})
    return render(request, PAGE, {**_page(tab, submission), "form": form})


@login_required
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the clock."""
    candidate = my_candidacy(request, pk)
    submission = my_submission(candidate)
    tab = opened_tab(request, candidate)
    try:
        begin_task(tab)
    except Refused as error:
        return refused(request, error, START, _start_page(candidate, submission))
    keep_tab(request, tab)
    return redirect("portal:task", pk)


@login_required
@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the draft: by itself every few seconds, or with a button where there is no JavaScript."""
    candidate = my_candidacy(request, pk)
    tab = posting_tab(request, candidate)
    form = DraftForm(request.POST)
    template = "portal/save_state.html" if request.headers.get("HX-Request") else PAGE
    page = {**_page(tab, my_submission(candidate)), "form": form}
    if not form.is_valid():
        return render(request, template, {**page, "refusal": _faults(form)}, status=400)
    try:
        save_draft(tab, form.cleaned_data["text"])
    except Refused as error:
        return refused(request, error, template, page)
    return _after_saving(request, tab)


@login_required
@never_cache
def hand_in_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what will be handed in and ask; then hand in the draft as it was saved and shown."""
    candidate = my_candidacy(request, pk)
    submission = my_submission(candidate)
    if request.method != "POST":
        return _ask_to_hand_in(opened_tab(request, candidate), request)
    tab = posting_tab(request, candidate)
    try:
        hand_in(tab, submission.text, rng)
    except Refused as error:
        return refused(request, error, CONFIRM, _page(tab, submission))
    messages.success(request, _("The test task is handed in. Two graders read it without knowing your name."))
    return redirect("portal:path")


def _ask_to_hand_in(tab: Tab, request: HttpRequest) -> HttpResponse:
    submission = my_submission(tab.candidate)
    try:
        submission = begin_task(tab)
    except Refused as error:
        return refused(request, error, OVER, _page(tab, submission))
    return render(request, CONFIRM, _page(tab, submission))


def _after_saving(request: HttpRequest, tab: Tab) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render(request, "portal/save_state.html", {"saved_at": tab.at})
    keep_tab(request, tab)
    return redirect("portal:task_hand_in" if "hand_in" in request.POST else "portal:task", tab.candidate.pk)


def _start_page(candidate: Candidate, submission: Submission) -> dict[str, Any]:
    minutes = submission.task.minutes + submission.extra_minutes
    return {"candidate": candidate, "task": submission.task, "minutes": minutes}


def _page(tab: Tab, submission: Submission) -> dict[str, Any]:
    shared = {"candidate": tab.candidate, "writer": tab.writer, "now": tab.at, "deadline": submission.deadline_at}
    words = {"words": word_count(submission.text), "limit": submission.task.word_limit}
    return {**shared, **words, "task": submission.task, "submission": submission}


def _faults(form: DraftForm) -> str:
    return " ".join(str(fault) for faults in form.errors.values() for fault in faults)
