"""Who is too close to a candidate to grade them blind."""

from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from scoring.models import Agent, Assignment
from scoring.queries import ManagerCycle, manager_chain
from selection.models import Candidate
from selection.refusals import Kind, Refused
from selection.stages import Role

GRADERS_NEEDED = 2
TEAM_MEMORY = timedelta(days=365)


def eligible_graders(candidate: Candidate, *, day: date) -> list[User]:
    """The round's graders who are neither the candidate, nor above them, nor of a team shared in the last year.

    Raises Refused while the candidate's chain of managers runs in a circle: nobody can tell who is above.
    """
    try:
        close = _close_agents(candidate.agent, day)
    except ManagerCycle:
        raise Refused(
            Kind.NOT_NOW,
            _("The chain of managers runs in a circle, so nobody can grade. Ask HR to correct the roster first."),
        ) from None
    named = User.objects.filter(pk__in=candidate.round.graders.values("grader"), is_active=True)
    graders = named.filter(groups__name=Role.GRADER.value).order_by("pk")
    barred = set(Agent.objects.filter(pk__in=close).values_list("user_id", flat=True))
    return [grader for grader in graders if grader.pk not in barred]


def _close_agents(agent: Agent, day: date) -> set[int]:
    recent = Q(ends_on=None) | Q(ends_on__gte=day - TEAM_MEMORY)
    teams = agent.assignments.filter(recent).values("team")
    mates = Assignment.objects.filter(recent, team__in=teams).values_list("agent_id", flat=True)
    return {agent.pk, *mates, *(manager.pk for manager in manager_chain(agent, day))}
