"""The grader's desk. Pages know a piece of work by its alias only; every byte of them is blind."""

import random
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments import grading as verbs
from assessments.desk import desk_of, is_grader, marks_of, own_grading
from assessments.forms import MarksForm, SkipForm
from assessments.models.gradings import Grading, GradingState
from assessments.refusals import NotYours, Refused
from assessments.submissions import word_count

Given = ParamSpec("Given")
View = Callable[Concatenate[HttpRequest, Given], HttpResponse]


def grader_only(view: View[Given]) -> View[Given]:
    """Login first, 403 for the wrong role, and nothing kept in any cache."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponse:
        if not is_grader(_grader(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return cast(View[Given], login_required(never_cache(guarded)))


@grader_only
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What waits and what is done, by alias."""
    return render(request, "desk/index.html", {"desk": desk_of(_grader(request), at=timezone.now())})


@grader_only
@require_http_methods(["GET", "POST"])
def grading(request: HttpRequest, alias: str) -> HttpResponse:
    """Show one piece of work with the rubric; take the marks."""
    found = _own_or_404(request, alias)
    if found.state == GradingState.SUBMITTED and request.method == "GET":
        return render(request, "desk/done.html", _work(found) | {"marks": marks_of(found)})
    if found.opened_at is None or (request.method == "GET" and found.state != GradingState.ASSIGNED):
        return redirect("desk:index")
    form = MarksForm(request.POST or None, rubric=found.submission.task.rubric)
    refusal = _hand_in(request, found, form) if form.is_valid() else None
    if form.is_valid() and refusal is None:
        return redirect("desk:index")
    status = refusal.status if refusal else (400 if form.errors else 200)
    return render(request, "desk/grading.html", _work(found) | {"form": form, "skip_form": SkipForm()}, status=status)


@grader_only
@require_POST
def take_up(request: HttpRequest, alias: str) -> HttpResponse:
    """Open a piece of work for the first time."""
    found = _own_or_404(request, alias)
    try:
        verbs.take_up(grading=found, grader=_grader(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk:index")
    return redirect("desk:grading", alias=alias)


@grader_only
@require_POST
def skip(request: HttpRequest, alias: str) -> HttpResponse:
    """Give a piece of work back."""
    found = _own_or_404(request, alias)
    form = SkipForm(request.POST)
    if not form.is_valid():
        forms = {"form": MarksForm(rubric=found.submission.task.rubric), "skip_form": form}
        return render(request, "desk/grading.html", _work(found) | forms, status=400)
    _give_back(request, found, form.cleaned_data["why"])
    return redirect("desk:index")


def _grader(request: HttpRequest) -> User:
    return cast(User, request.user)


def _own_or_404(request: HttpRequest, alias: str) -> Grading:
    try:
        return own_grading(_grader(request), alias)
    except NotYours as refusal:
        raise Http404(refusal.sentence) from None


def _hand_in(request: HttpRequest, found: Grading, form: MarksForm) -> Refused | None:
    try:
        verbs.mark(grading=found, grader=_grader(request), at=timezone.now(), rng=random.SystemRandom(), **form.marks())
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return refusal
    return None


def _give_back(request: HttpRequest, found: Grading, why: str) -> None:
    try:
        verbs.skip(grading=found, grader=_grader(request), reason=why, at=timezone.now(), rng=random.SystemRandom())
    except Refused as refusal:
        messages.error(request, refusal.sentence)


def _work(found: Grading) -> dict[str, object]:
    submission = found.submission
    return {
        "grading": found,
        "task": submission.task,
        "answer": submission.text,
        "words": word_count(submission.text),
    }
