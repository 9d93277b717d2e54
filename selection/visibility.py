"""Which candidates a person may know of. Graders may know of none, except of themselves."""

from datetime import date

from django.db.models import Q, QuerySet

from scoring.models import Agent, Assignment
from scoring.queries import ManagerCycle
from selection.models import Candidate
from selection.roles import Person, is_above
from selection.stages import Role

SEE_ALL = frozenset({Role.HR, Role.HEAD, Role.AUDITOR})


def candidates_seen_by(person: Person, *, day: date) -> QuerySet[Candidate]:
    """All for HR, the head and auditors; those below them for line managers; their own candidacies for everybody."""
    if not person.roles.isdisjoint(SEE_ALL):
        return Candidate.objects.all()
    if person.agent is None:
        return Candidate.objects.none()
    below = _below(person, day) if person.has(Role.LINE_MANAGER) else []
    return Candidate.objects.filter(Q(agent=person.agent) | Q(pk__in=below))


def _below(person: Person, day: date) -> list[int]:
    assert person.agent is not None
    found = Candidate.objects.filter(agent__in=_agents_below(person.agent, day)).select_related("agent")
    return [candidate.pk for candidate in found if _is_surely_above(person, candidate, day)]


def _agents_below(manager: Agent, day: date) -> set[int]:
    """Go down the line level by level; may name too many where assignments overlap, never too few."""
    current = Assignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
    found: set[int] = set()
    level = {manager.pk}
    while level:
        level = set(current.filter(manager__in=level).values_list("agent_id", flat=True)) - found
        found |= level
    return found


def _is_surely_above(person: Person, candidate: Candidate, day: date) -> bool:
    try:
        return is_above(person, candidate, day)
    except ManagerCycle:  # nobody can tell who is above, so nobody is
        return False
