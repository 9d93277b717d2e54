"""Who a person is: group roles, and roles towards one candidate."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser, User

from scoring.models import Agent
from scoring.queries import agent_of, manager_chain
from selection.models import Candidate
from selection.stages import Role

GROUP_ROLES = frozenset({Role.HR, Role.LINE_MANAGER, Role.HEAD, Role.GRADER, Role.AUDITOR})
Login = User | AnonymousUser


@dataclass(frozen=True, kw_only=True)
class Person:
    """A login with its roles and, when it is an agent's, the agent. Superusers get no role from being superusers."""

    user: Login
    roles: frozenset[Role]
    agent: Agent | None

    def has(self, role: Role) -> bool:
        """Tell whether the person has a role at all."""
        return role in self.roles


def person_of(user: Login) -> Person:
    """Read a login's roles from its groups, and its agent from the roster; inactive logins have none."""
    if user.pk is None or not user.is_active:
        return Person(user=user, roles=frozenset(), agent=None)
    names = set(user.groups.values_list("name", flat=True))
    agent = agent_of(user)
    roles = {role for role in GROUP_ROLES if role.value in names} | ({Role.CANDIDATE} if agent else set())
    return Person(user=user, roles=frozenset(roles), agent=agent)


def roles_of(user: Login) -> frozenset[Role]:
    """The roles of a login, without asking about a particular candidate."""
    return person_of(user).roles


def is_self(person: Person, candidate: Candidate) -> bool:
    """Tell whether the person is the candidate."""
    return person.agent is not None and person.agent.pk == candidate.agent_id


def is_above(person: Person, candidate: Candidate, day: date) -> bool:
    """Tell whether the person stands in the candidate's chain of managers on that day."""
    return person.agent is not None and person.agent in manager_chain(candidate.agent, day)


def acts_as(person: Person, role: Role, candidate: Candidate, day: date) -> bool:
    """Tell whether the person may act in a role towards this candidate."""
    if role is Role.CANDIDATE:
        return is_self(person, candidate)
    if role is Role.LINE_MANAGER:
        return person.has(role) and is_above(person, candidate, day)
    return person.has(role)
