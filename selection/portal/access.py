"""Who may enter the portal, and the getters of what is theirs: 404 for what belongs to others, 403 for other roles."""

from typing import TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from assessments.models import Sitting, Submission
from scoring.models import Agent, PolicyVersion, Score
from scoring.models.policies import PolicyState
from scoring.models.runs import RunState
from scoring.queries import agent_of, latest_run
from selection.models import Candidate, Invitation
from selection.models.rounds import RoundPhase
from selection.stages import OPEN

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


def my_candidacies(agent: Agent) -> list[Candidate]:
    """All rounds an agent was or is in, the newest first."""
    found = Candidate.objects.filter(agent=agent).select_related("round__policy_version", "agent", "score__run")
    return list(found.order_by("-round__opened_at", "-pk"))


def my_current_candidacy(agent: Agent) -> Candidate | None:
    """The newest candidacy that is still open, otherwise the newest of all."""
    found = my_candidacies(agent)
    is_open = (one for one in found if one.stage in OPEN and one.round.phase != RoundPhase.CLOSED)
    return next(is_open, found[0] if found else None)


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
    return finished.select_related("run__policy_version").order_by("-run__as_of", "-run__created_at").first()


def my_policy(agent: Agent) -> PolicyVersion | None:
    """The version that applies to an agent: the one of their round, else the one in use."""
    candidate = my_current_candidacy(agent)
    return candidate.round.policy_version if candidate else policy_in_use()


def policy_in_use() -> PolicyVersion | None:
    """The policy of the newest run, or else the one published last."""
    run = latest_run()
    if run is not None:
        return run.policy_version
    return PolicyVersion.objects.filter(state=PolicyState.PUBLISHED).order_by("-published_at").first()


def _there(work: Work | None) -> Work:
    if work is None:
        raise Http404
    return work
