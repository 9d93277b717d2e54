"""Who may enter the portal, and the getters of what is theirs: 404 for what belongs to others, 403 for other roles."""

from typing import TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from assessments.models import Sitting, Submission
from scoring.models import Agent, Score
from scoring.models.runs import RunState
from scoring.queries import agent_of
from selection.models import Candidate, Invitation

Work = TypeVar("Work", Sitting, Submission)


def actor(request: HttpRequest) -> User:
    """The login behind a page that asks for one."""
    assert isinstance(request.user, User)
    return request.user


def me(request: HttpRequest) -> Agent:
    """The agent behind the login; refuses logins of other roles."""
    agent = agent_of(request.user)
    if agent is None:
        raise PermissionDenied(_("This page is for agents, and your login is nobody's on the roster. Ask HR."))
    return agent


def my_candidacy(request: HttpRequest, pk: int) -> Candidate:
    """One's own candidacy. Somebody else's is as absent as one that does not exist."""
    related = Candidate.objects.select_related("round__policy_version", "agent", "score__run")
    return get_object_or_404(related, pk=pk, agent=me(request))


def my_invitation(candidate: Candidate) -> Invitation:
    """The invitation with its test and task; absent before HR invites."""
    related = Invitation.objects.select_related("sitting__test", "submission__task")
    return get_object_or_404(related, candidate=candidate)


def my_sitting(candidate: Candidate) -> Sitting:
    """One's own sitting of the knowledge test."""
    return _there(my_invitation(candidate).sitting)


def my_submission(candidate: Candidate) -> Submission:
    """One's own answer to the test task."""
    return _there(my_invitation(candidate).submission)


def my_score(agent: Agent) -> Score | None:
    """The newest score of one's own."""
    finished = Score.objects.filter(agent=agent, run__state=RunState.FINISHED)
    return (
        finished.select_related("run__policy_version").order_by("-run__as_of", "-run__created_at", "-run__pk").first()
    )


def _there(work: Work | None) -> Work:
    if work is None:
        raise Http404
    return work
