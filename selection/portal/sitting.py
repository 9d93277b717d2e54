"""The pages of the knowledge test. The newest tab writes; the server's clock counts; every answer is saved at once."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from assessments.models import Sitting
from assessments.models.knowledge import SittingState
from assessments.sittings import paper
from selection.models import Candidate
from selection.own_work import Tab, begin_test, end_test, save_answers
from selection.portal.access import my_candidacy, my_sitting
from selection.portal.forms import AnswersForm
from selection.portal.tabs import keep_tab, opened_tab, posting_tab, refused, rng
from selection.refusals import Refused
from selection.stages import Stage

PAGE, START, OVER = "portal/test.html", "portal/test_start.html", "portal/test_over.html"


@login_required
@never_cache
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """The test at its stage: how it works, the questions, or that the time is over."""
    candidate = my_candidacy(request, pk)
    sitting = my_sitting(candidate)
    if candidate.stage != Stage.TEST:
        return redirect("portal:results", pk)
    if sitting.state == SittingState.PREPARED:
        return render(request, START, _start_page(candidate, sitting))
    tab = opened_tab(request, candidate)
    try:
        sitting = begin_test(tab)
    except Refused as error:
        return render(request, OVER, {"candidate": candidate, "refusal": error.sentence, "writer": tab.writer})
    form = AnswersForm(paper(sitting=sitting), initial={"writer": tab.writer})
    return render(request, PAGE, _page(tab, sitting, form))


@login_required
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the clock."""
    candidate = my_candidacy(request, pk)
    sitting = my_sitting(candidate)
    tab = opened_tab(request, candidate)
    try:
        begin_test(tab)
    except Refused as error:
        return refused(request, error, START, _start_page(candidate, sitting))
    keep_tab(request, tab)
    return redirect("portal:test", pk)


@login_required
@require_POST
def answer(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Save one answer as it is given, and say so beside the question."""
    candidate = my_candidacy(request, pk)
    tab = posting_tab(request, candidate)
    form = AnswersForm(paper(sitting=my_sitting(candidate)), request.POST)
    given = form.chosen() if form.is_valid() else {}
    try:
        save_answers(tab, {position: given.get(position, set())})
    except Refused as error:
        return refused(request, error, "portal/save_state.html", {})
    return render(request, "portal/save_state.html", {"saved_at": tab.at})


@login_required
@require_POST
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the whole sheet, without JavaScript too; then go on answering or to the question whether to finish."""
    candidate = my_candidacy(request, pk)
    tab = posting_tab(request, candidate)
    sitting = my_sitting(candidate)
    form = AnswersForm(paper(sitting=sitting), request.POST)
    if not form.is_valid():
        return render(request, PAGE, _page(tab, sitting, form), status=400)
    try:
        save_answers(tab, form.chosen())
    except Refused as error:
        return refused(request, error, PAGE, _page(tab, sitting, form))
    keep_tab(request, tab)
    return redirect("portal:test_finish" if "finish" in request.POST else "portal:test", pk)


@login_required
@never_cache
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to finish, naming what is unanswered; then finish."""
    candidate = my_candidacy(request, pk)
    if request.method != "POST":
        return _ask_to_finish(opened_tab(request, candidate), request)
    tab = posting_tab(request, candidate)
    try:
        end_test(tab, rng)
    except Refused as error:
        return refused(request, error, "portal/refused.html", {"candidate": candidate, "back": "portal:test"})
    messages.success(request, _("The knowledge test is finished. Next comes the test task, when you are ready."))
    return redirect("portal:results", pk)


def _ask_to_finish(tab: Tab, request: HttpRequest) -> HttpResponse:
    sitting = my_sitting(tab.candidate)
    try:
        sitting = begin_test(tab)
    except Refused as error:
        return refused(request, error, OVER, {"candidate": tab.candidate, "writer": tab.writer})
    questions = paper(sitting=sitting)
    left = [question for question in questions if not question.is_answered]
    return render(request, "portal/test_finish.html", {**_clock(tab, sitting), "left": left, "questions": questions})


def _start_page(candidate: Candidate, sitting: Sitting) -> dict[str, Any]:
    minutes = sitting.test.minutes + sitting.extra_minutes
    return {"candidate": candidate, "test": sitting.test, "minutes": minutes}


def _page(tab: Tab, sitting: Sitting, form: AnswersForm) -> dict[str, Any]:
    return {**_clock(tab, sitting), "form": form, "test": sitting.test}


def _clock(tab: Tab, sitting: Sitting) -> dict[str, Any]:
    shared = {"candidate": tab.candidate, "writer": tab.writer, "now": tab.at}
    return {**shared, "deadline": sitting.deadline_at}
