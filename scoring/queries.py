"""Named reads of the roster, the evidence and the scores."""

from datetime import date

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from scoring.models import Agent, Assignment, Score, ScoreRun
from scoring.models.runs import RunState


class ManagerCycle(RuntimeError):
    """The chain of managers of an agent leads back to itself; whoever asks must fail closed."""


def agent_of(user: User | AnonymousUser) -> Agent | None:
    """Find the agent behind a login, if the login is an agent's."""
    if user.pk is None:
        return None
    return Agent.objects.filter(user_id=user.pk).first()


def assignment_on(agent: Agent, day: date) -> Assignment | None:
    """Where the agent works on that day."""
    current = agent.assignments.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
    return current.select_related("team", "manager").order_by("-starts_on").first()


def manager_chain(agent: Agent, day: date) -> list[Agent]:
    """List the managers above an agent on that day, nearest first.

    Raises ManagerCycle when the chain leads back to somebody already in it.
    """
    chain: list[Agent] = []
    seen = {agent.pk}
    assignment = assignment_on(agent, day)
    while assignment and assignment.manager:
        if assignment.manager.pk in seen:
            raise ManagerCycle(str(assignment.manager))
        seen.add(assignment.manager.pk)
        chain.append(assignment.manager)
        assignment = assignment_on(assignment.manager, day)
    return chain


def latest_run(policy_name: str | None = None) -> ScoreRun | None:
    """The newest finished run, of one policy if it is named."""
    runs = ScoreRun.objects.filter(state=RunState.FINISHED).select_related("policy_version")
    if policy_name:
        runs = runs.filter(policy_version__name=policy_name)
    return runs.order_by("-as_of", "-created_at", "-pk").first()


def scores_of(run: ScoreRun) -> QuerySet[Score]:
    """The scores of a run in order of rank, with their agents."""
    return run.scores.select_related("agent").order_by("rank", "id")
