"""Who may be asked about a candidate: the line manager, and colleagues who worked beside them, none with a stake."""

from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from scoring.models import Agent, Assignment
from scoring.queries import ManagerCycle, manager_chain
from selection.models import Candidate
from selection.refusals import Kind, Refused
from selection.stages import Role

TEAM_MEMORY = timedelta(days=365)
# HR runs the round and the head approves: neither gives evidence in the same case.
WITH_A_STAKE = (Role.HR.value, Role.HEAD.value)


def line_manager(candidate: Candidate, *, day: date, asked: frozenset[int] = frozenset()) -> Agent:
    """The nearest manager who can log in, has no stake in the case, and is not among those `asked` already.

    Raises Refused when there is none, or the chain of managers runs in a circle.
    """
    barred = _barred(candidate) | asked
    able = _able()
    found = next((one for one in _chain(candidate, day) if one.pk in able and one.pk not in barred), None)
    if found is None:
        raise Refused(
            Kind.NOT_NOW,
            _("No manager of %(agent)s can be asked: none has a login and no stake in the round. Correct the roster.")
            % {"agent": candidate.agent},
        )
    return found


def eligible_colleagues(candidate: Candidate, *, day: date, asked: frozenset[int] = frozenset()) -> list[Agent]:
    """Agents of a team shared within the last year who can log in, by name.

    Left out are managers and reports of the candidate, other candidates and graders of the round, its HR and the head.
    """
    above = {manager.pk for manager in _chain(candidate, day)}
    below = set(Assignment.objects.filter(manager=candidate.agent).values_list("agent_id", flat=True))
    known = (_beside(candidate.agent, day) & _able()) - above - below - _barred(candidate) - asked
    return list(Agent.objects.filter(pk__in=known).order_by("full_name", "pk"))


def _chain(candidate: Candidate, day: date) -> list[Agent]:
    try:
        return manager_chain(candidate.agent, day)
    except ManagerCycle:
        raise Refused(
            Kind.NOT_NOW,
            _("The chain of managers runs in a circle, so nobody can be asked. Ask HR to correct the roster first."),
        ) from None


def _beside(agent: Agent, day: date) -> set[int]:
    """Who shared a team with the agent at the same time, within the last year."""
    since, found = day - TEAM_MEMORY, set[int]()
    for mine in agent.assignments.filter(Q(ends_on=None) | Q(ends_on__gte=since)):
        until = mine.ends_on or day
        together = Q(ends_on=None) | Q(ends_on__gte=max(mine.starts_on, since))
        there = Assignment.objects.filter(together, team=mine.team_id, starts_on__lte=until)
        found |= set(there.values_list("agent_id", flat=True))
    return found - {agent.pk}


def _able() -> set[int]:
    return set(Agent.objects.filter(user__is_active=True).values_list("pk", flat=True))


def _barred(candidate: Candidate) -> set[int]:
    opened = candidate.round
    with_a_stake = User.objects.filter(
        Q(groups__name__in=WITH_A_STAKE)
        | Q(pk__in=opened.graders.values("grader"))
        | Q(pk__in=[opened.opened_by_id, candidate.nominated_by_id])
    )
    people = Agent.objects.filter(user__in=with_a_stake).values_list("pk", flat=True)
    rivals = Candidate.objects.filter(round=opened).values_list("agent_id", flat=True)
    return {*people, *rivals, candidate.agent_id}
