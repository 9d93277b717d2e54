"""Writing a policy: from something that there is, from a file, or from nothing; in a form, or as the text itself."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scoring import policies as verbs
from scoring.models import PolicyVersion
from scoring.policies import PublicationRefused
from scoring.policy import PolicyRefused, skeleton
from selection.hr.access import hr_only, the_policy, user_of
from selection.hr.policy_desk import FORM, TEXT, PolicyDesk, other_door, posted, rearranged, through_form, through_text
from selection.hr.policy_form import said
from selection.hr.policy_start import FileRefused, PolicyFileForm, Start, start, starts, text_of
from selection.hr.telling import telling
from selection.reasons import language

EDITOR = "hr/policy_editor.html"


@require_safe
@hr_only
def new_policy(request: HttpRequest) -> HttpResponse:
    """What a new draft may start from."""
    return render(request, "hr/new_policy.html", {"starts": starts(), "form": PolicyFileForm()})


@require_http_methods(["GET", "HEAD", "POST"])
@hr_only
def draft_policy(request: HttpRequest) -> HttpResponse:
    """Write a draft; the address says what it started from."""
    return _written(request, start(request.GET), None)


@require_http_methods(["GET", "HEAD", "POST"])
@hr_only
def edit_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on writing one's own draft; a version that is frozen is edited by nobody."""
    version = the_policy(pk)
    try:
        verbs.require_own_draft(version=version, actor=user_of(request))
    except PublicationRefused as refused:
        messages.error(request, refused.sentence)
        return redirect("hr:policy", pk)
    return _written(request, Start(text=version.document, base=verbs.previous(version)), version)


@require_POST
@hr_only
def read_policy(request: HttpRequest) -> HttpResponse:
    """Take a file in and show it as text; nothing is kept before somebody saves it."""
    form = PolicyFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return _page(request, through_text(text_of(form.cleaned_data["file"]), is_posted=True))
        except FileRefused as refused:
            form.add_error("file", refused.sentence)
        except PolicyRefused as refused:
            for problem in refused.problems:
                form.add_error("file", f"{problem.path}: {said(problem)}" if problem.line is None else said(problem))
    return render(request, "hr/new_policy.html", {"starts": starts(), "form": form}, status=422)


@require_POST
@hr_only
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw one's own draft away."""
    with telling(request, _("The draft is gone. The journal keeps that it was there.")):
        verbs.discard(version=the_policy(pk), actor=user_of(request), at=timezone.now())
    is_there = PolicyVersion.objects.filter(pk=pk).exists()
    return redirect("hr:policy", pk) if is_there else redirect("hr:policies")


def _written(request: HttpRequest, begun: Start, draft: PolicyVersion | None) -> HttpResponse:
    known = {"base": begun.base, "draft": draft}
    if request.method == "POST":
        return _answered(request, posted(request.POST, **known), known)
    if request.GET.get("door") == TEXT:
        return _page(request, through_text(begun.text or skeleton(language()), **known))
    return _page(request, through_form(begun.text, **known))


def _answered(request: HttpRequest, desk: PolicyDesk, known: dict[str, Any]) -> HttpResponse:
    """Do what the pressed button says; without one (the page asks while somebody types) only look."""
    action = request.POST.get("action", "")
    if desk.door == FORM and (action == "add" or action.startswith("remove-")):
        return _page(request, rearranged(desk, action, **known))
    if desk.policy is not None and action == "other_door":
        return _page(request, other_door(desk, **known))
    if desk.policy is not None and action == "save":
        return _saved(request, desk)
    return _page(request, desk, status=422 if desk.is_refused else 200)


def _saved(request: HttpRequest, desk: PolicyDesk) -> HttpResponse:
    text, actor, now = desk.document, user_of(request), timezone.now()
    try:
        if desk.draft is None:
            saved = verbs.draft(text=text, actor=actor, at=now)
        else:
            seen = request.POST.get("seen", "")
            saved = verbs.revise(version=desk.draft, text=text, seen=seen, actor=actor, at=now)
    except PublicationRefused as refused:
        return _page(request, desk, status=409, refusal=refused.sentence)
    messages.success(request, _("The draft is saved. A colleague in HR has to read and publish it."))
    return redirect("hr:policy", saved.pk)


def _page(request: HttpRequest, desk: PolicyDesk, status: int = 200, refusal: str = "") -> HttpResponse:
    asked = QueryDict(mutable=True)
    if desk.draft is None and desk.base is not None:
        asked["from"] = str(desk.base.pk)
    return render(request, EDITOR, {"desk": desk, "asked": asked.urlencode(), "refusal": refusal}, status=status)
