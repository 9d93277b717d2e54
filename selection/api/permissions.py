"""Who may enter an address of the API: predicates over the person's roles, asked in order; all must hold."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request

from selection.roles import person_of
from selection.rounds import require_hr
from selection.stages import Role

STAFF = frozenset({Role.HR, Role.AUDITOR})
DECIDERS = frozenset({Role.LINE_MANAGER, Role.HEAD})
INVOLVED = STAFF | DECIDERS | {Role.CANDIDATE}


class Admits(BasePermission):
    """Let these roles in, whatever they want to do; what they may do is asked of the verbs."""

    roles: Collection[Role] = ()
    message = _("This address is for another role. Ask HR if you need it.")

    def has_permission(self, request: Request, view: Any) -> bool:
        """Ask for the roles as they stand now: a right that was taken away is gone at the next request."""
        return not person_of(request.user).roles.isdisjoint(self.roles)


class AdmitsStaff(Admits):
    """HR and auditors."""

    roles = STAFF


class AdmitsDeciders(Admits):
    """HR, auditors, line managers and the head of public communications."""

    roles = STAFF | DECIDERS


class AdmitsInvolved(Admits):
    """Everybody who has a part in a promotion, graders excepted: they must not learn who is a candidate."""

    roles = INVOLVED


class AdmitsAgents(Admits):
    """Logins of agents."""

    roles = (Role.CANDIDATE,)
    message = _("This address is for agents, and your login is nobody's on the roster. Ask HR.")


class OnlyHRChanges(BasePermission):
    """Whoever else may read: only HR changes anything. The sentence is the one of the verbs."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raise Refused for whoever is not HR; what the address cannot do at all is refused as such later."""
        if request.method not in SAFE_METHODS and request.method in view.allowed_methods:
            assert isinstance(request.user, User)
            require_hr(request.user)
        return True


STAFF_ONLY = [IsAuthenticated, AdmitsStaff, OnlyHRChanges]
DECIDERS_ONLY = [IsAuthenticated, AdmitsDeciders, OnlyHRChanges]
