"""Named reads: which candidates a person may see in the admin, and which wait for that person's decision."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from scoring.models import Agent, Assignment
from selection.models import Candidate
from selection.models.rounds import RoundPhase
from selection.roles import Person
from selection.stages import Role, Stage

SEES_ALL = frozenset({Role.HR, Role.HEAD, Role.AUDITOR})


def everybody_below(manager: Agent, day: date) -> set[int]:
    """The keys of all agents whose chain of managers leads to this one; a circle in the roster ends the search."""
    current = Assignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
    found: set[int] = set()
    frontier = {manager.pk}
    while frontier:
        reports = current.filter(manager__in=frontier).values_list("agent_id", flat=True)
        frontier = set(reports) - found - {manager.pk}
        found |= frontier
    return found


def visible_to(person: Person, at: datetime) -> QuerySet[Candidate]:
    """The candidates a person may look at: all for HR, the head and auditors, one's own line for a line manager."""
    candidates = Candidate.objects.select_related("round__policy_version", "agent", "score__run")
    if person.roles & SEES_ALL:
        return candidates
    if person.has(Role.LINE_MANAGER) and person.agent is not None:
        return candidates.filter(agent__in=everybody_below(person.agent, localdate(at)))
    return candidates.none()


def waiting_for(person: Person, at: datetime) -> QuerySet[Candidate]:
    """The candidates whose next decision is this person's to take, as far as a query can tell; the gates decide."""
    mine = Q()
    if person.has(Role.HEAD):
        mine |= Q(stage=Stage.RELEASED)
    if person.has(Role.LINE_MANAGER) and person.agent is not None:
        mine |= Q(stage=Stage.PROPOSED, agent__in=everybody_below(person.agent, localdate(at)))
    if not mine:
        return Candidate.objects.none()
    open_cases = visible_to(person, at).filter(mine, round__phase=RoundPhase.DECISION)
    own = Q(agent__user=person.user.pk) | Q(nominated_by=person.user.pk)
    proposed = Q(changes__move="propose", changes__actor=person.user.pk)
    decided = Q(decisions__person=person.user.pk, decisions__is_current=True)
    return open_cases.exclude(own).exclude(proposed).exclude(decided)
