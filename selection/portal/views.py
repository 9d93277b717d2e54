"""The candidate's pages: the path, the invitation, what counts, results, history, the own score, objections."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments import sittings, submissions
from assessments.models.tasks import SubmissionState
from scoring import policies
from scoring.models import PolicyVersion, Score
from scoring.policy import Paragraph, describe, parse
from selection import reasons
from selection.acknowledgements import acknowledge, acknowledged_at
from selection.appeals import make_appeal
from selection.candidacies import candidacies_of, current_candidacy, policy_for, policy_in_use
from selection.gates import MoveRequest
from selection.models import Candidate
from selection.models.rounds import RoundPhase
from selection.portal.access import (
    actor,
    me,
    my_candidacy,
    my_invitation,
    my_score,
)
from selection.portal.forms import AcceptForm, ObjectionForm, WithdrawForm
from selection.portal.path import deadline_words, deciders, path_steps, reached
from selection.portal.tabs import posted, refused, rng
from selection.portal.topics import rubric_in_words, strong_topics, topics_to_repeat
from selection.rating_steps import rating_steps
from selection.refusals import Refused
from selection.stages import OPEN, Stage
from selection.verdict_words import missing_lines, verdict_distance
from selection.workflow import move


@login_required
def path(request: HttpRequest) -> HttpResponse:
    """The path of the current round; for whoever is in none, how rounds work."""
    agent = me(request)
    candidate = current_candidacy(agent)
    if candidate is None:
        in_use = policy_in_use()
        return render(
            request, "portal/empty.html", {"agent": agent, "paragraphs": _words(in_use), "score": my_score(agent)}
        )
    return _path_page(request, candidate)


@login_required
def round_path(request: HttpRequest, pk: int) -> HttpResponse:
    """The path of one round."""
    return _path_page(request, my_candidacy(request, pk))


@login_required
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """What counts, in plain words with weights; below it the button that accepts."""
    candidate = my_candidacy(request, pk)
    form = AcceptForm(posted(request))
    page = {"form": form, **_invitation_page(candidate)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/invitation.html", page, status=400 if form.errors else 200)
    try:
        _move(request, candidate, "accept")
    except Refused as error:
        return refused(request, error, "portal/invitation.html", page)
    messages.success(request, _("You are in. The knowledge test is next, when you are ready."))
    return redirect("portal:round", pk)


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the round: declining the invitation is the same move."""
    candidate = my_candidacy(request, pk)
    form = WithdrawForm(posted(request))
    page = {"candidate": candidate, "form": form, "is_invited": candidate.stage == Stage.INVITED}
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/withdraw.html", page)
    try:
        _move(request, candidate, "withdraw", reason=form.cleaned_data["reason"])
    except Refused as error:
        return refused(request, error, "portal/withdraw.html", page)
    messages.success(request, _("You have left this round. It has no consequences for later ones."))
    return redirect("portal:round", pk)


@login_required
def policy(request: HttpRequest) -> HttpResponse:
    """What counts: the policy of the own round, or the one in use, and whether one has said to have read it."""
    agent = me(request)
    version = policy_for(agent)
    read_at = acknowledged_at(agent, version) if version else None
    page = {"paragraphs": _words(version), "version": version, "read_at": read_at}
    return render(request, "portal/policy.html", page)


@require_POST
@login_required
def acknowledge_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one has read the version that applies to oneself; any other is as absent as one that does not exist."""
    version = policy_for(me(request))
    if version is None or version.pk != pk:
        raise Http404
    acknowledge(version=version, actor=actor(request), at=timezone.now())
    messages.success(request, _("Noted: you have read what counts."))
    return redirect("portal:policy")


@login_required
def score(request: HttpRequest) -> HttpResponse:
    """How the own score came about; nobody else's is anywhere near."""
    found = my_score(me(request))
    return render(request, "portal/score.html", {"score": found, **(_score_page(found) if found else {})})


@login_required
def history(request: HttpRequest) -> HttpResponse:
    """Every round and every move in it, with the reasons that were given."""
    candidacies = candidacies_of(me(request))
    told = [(candidate, candidate.changes.order_by("at", "pk")) for candidate in candidacies]
    return render(request, "portal/history.html", {"candidacies": told})


@login_required
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """What the test and the task showed, in words."""
    candidate = my_candidacy(request, pk)
    return render(request, "portal/results.html", {"candidate": candidate, **_results_page(candidate)})


@login_required
def objections(request: HttpRequest, pk: int) -> HttpResponse:
    """One's objections with their answers, and the form for a new one."""
    candidate = my_candidacy(request, pk)
    form = ObjectionForm(posted(request))
    page = {"candidate": candidate, "form": form, "appeals": candidate.appeals.order_by("-made_at")}
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/objections.html", page, status=400 if form.errors else 200)
    try:
        make_appeal(candidate=candidate, actor=actor(request), text=form.cleaned_data["text"], at=timezone.now())
    except Refused as error:
        return refused(request, error, "portal/objections.html", page)
    messages.success(request, _("Your objection is with HR. A person answers it; you will read the answer here."))
    return redirect("portal:objections", pk)


def _path_page(request: HttpRequest, candidate: Candidate) -> HttpResponse:
    steps = path_steps(candidate, timezone.now())
    page = {
        "candidate": candidate,
        "steps": steps,
        "next": next((step.title for step in steps if step.state == "current"), ""),
        "is_open": candidate.stage in OPEN and candidate.round.phase != RoundPhase.CLOSED,
        "has_results": reached(candidate) not in {Stage.NOMINATED, Stage.INVITED, Stage.TEST},
        "placement": candidate.agent.placements.filter(candidate=candidate).first(),
        "last_change": candidate.changes.order_by("at", "pk").last(),
        "invited": candidate.changes.filter(move="invite").first(),
    }
    return render(request, "portal/path.html", page)


def _invitation_page(candidate: Candidate) -> dict[str, Any]:
    now, until = timezone.now(), candidate.round.assessments_until
    words = {"paragraphs": _words(candidate.round.policy_version), "deciders": deciders(candidate, now)}
    return {"candidate": candidate, "deadline": deadline_words(until, now), **words}


def _results_page(candidate: Candidate) -> dict[str, Any]:
    work, here = my_invitation(candidate), reached(candidate)
    page: dict[str, Any] = {}
    if work.sitting and here not in {Stage.INVITED, Stage.TEST}:
        found = sittings.result(sitting=work.sitting)
        page |= {"test": found, "strong": strong_topics(found), "repeat": topics_to_repeat(found)}
    if work.submission and work.submission.state == SubmissionState.GRADED:
        graded = submissions.result(submission=work.submission)
        page |= {"task": graded, "rubric": rubric_in_words(work.submission), "text": work.submission.text}
    return page


def _score_page(found: Score) -> dict[str, Any]:
    return {
        "policy": policies.title(found.run.policy_version),
        "standing": reasons.standing(found, found.run.places),
        "parts": reasons.parts(found),
        "to_come": reasons.parts_to_come(found),
        "gates": reasons.gate_lines(found.gates),
        "why": reasons.why_rating_differs(found),
        "steps": rating_steps(found),
        "missing": missing_lines(found),
        "distance": verdict_distance(found),
        "change": reasons.what_would_change(found),
        "notes": reasons.note_sentences(found.explanation.get("notes", [])),
    }


def _words(version: PolicyVersion | None) -> list[Paragraph]:
    return describe(parse(version.document), reasons.language()) if version else []


def _move(request: HttpRequest, candidate: Candidate, name: str, reason: str = "") -> None:
    asked = MoveRequest(name=name, actor=actor(request), at=timezone.now(), reason=reason)
    move(candidate=candidate, request=asked, rng=rng)
