"""Who may enter HR's pages, and the getters of what they look at: 403 for the wrong role, 404 for what is absent."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from scoring.models import Agent, Comparison, PolicyVersion, Score, ScoreRun
from selection.models import Appeal, Candidate, Round, WhatIf
from selection.roles import Person, person_of
from selection.stages import Role

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def admits(*admitted: Role) -> Callable[[View], View]:
    """Let a view be entered by these roles only; whoever is not logged in is asked to."""

    def guarding(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.person = person_of(request.user)  # type: ignore[attr-defined]  # read once, for page and menu
            if person_on(request).roles.isdisjoint(admitted):
                raise PermissionDenied(_("This page is for another role. Ask HR if you need it."))
            return view(request, *args, **kwargs)

        return cast(View, guarded)

    return guarding


hr_only = admits(Role.HR)
hr_and_auditors = admits(Role.HR, Role.AUDITOR)


def person_on(request: HttpRequest) -> Person:
    """The person behind a request that has been admitted."""
    person: Person = request.person  # type: ignore[attr-defined]
    return person


def is_hr(request: HttpRequest) -> bool:
    """Tell whether the page may offer HR's buttons: an auditor only reads."""
    return person_on(request).has(Role.HR)


def user_of(request: HttpRequest) -> User:
    """The login that acts: admitted people are logged in."""
    assert isinstance(request.user, User)
    return request.user


def htmx_of(request: HttpRequest) -> HtmxDetails:
    """What htmx says of the request; false when htmx did not make it."""
    details: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return details


def the_run(pk: int) -> ScoreRun:
    """A score run with its policy version."""
    return get_object_or_404(ScoreRun.objects.select_related("policy_version"), pk=pk)


def the_score(pk: int) -> Score:
    """One score with its agent and its run."""
    return get_object_or_404(Score.objects.select_related("agent", "run__policy_version"), pk=pk)


def the_agent(pk: int) -> Agent:
    """An agent of the roster."""
    return get_object_or_404(Agent, pk=pk)


def the_round(pk: int) -> Round:
    """A round with its policy version, test and task."""
    rounds = Round.objects.select_related("policy_version", "run", "knowledge_test", "test_task", "opened_by")
    return get_object_or_404(rounds, pk=pk)


def the_candidate(pk: int) -> Candidate:
    """A candidate with agent, round, score and work."""
    found = Candidate.objects.select_related(
        "agent", "score__run__policy_version", "nominated_by", "round__policy_version", "round__run"
    )
    return get_object_or_404(found, pk=pk)


def the_appeal(pk: int) -> Appeal:
    """An appeal with its candidate."""
    return get_object_or_404(Appeal.objects.select_related("candidate__agent", "candidate__round"), pk=pk)


def the_policy(pk: int) -> PolicyVersion:
    """A policy version with the people behind it."""
    return get_object_or_404(PolicyVersion.objects.select_related("author", "publisher"), pk=pk)


def the_comparison(pk: int) -> Comparison:
    """A comparison with both versions."""
    return get_object_or_404(Comparison.objects.select_related("before", "after", "made_by"), pk=pk)


def the_what_if(pk: int) -> WhatIf:
    """A what-if with its run."""
    return get_object_or_404(WhatIf.objects.select_related("run__policy_version", "round", "actor"), pk=pk)
