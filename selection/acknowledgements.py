"""The verb of reading what counts, and who has read it."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from journal.record import record
from scoring.models import Agent, PolicyVersion
from scoring.models.policies import PolicyState
from scoring.queries import agent_of
from selection.models import PolicyAcknowledgement
from selection.refusals import Kind, Refused


def acknowledge(*, version: PolicyVersion, actor: User, at: datetime) -> PolicyAcknowledgement:
    """Keep that an agent has read a version; said twice it is kept once.

    Raises Refused for a login that is nobody's on the roster, and for a draft, which counts for nobody yet.
    """
    agent = agent_of(actor)
    if agent is None:
        raise Refused(Kind.NOT_ALLOWED, _("Only agents acknowledge a policy, and your login is nobody's. Ask HR."))
    if version.state == PolicyState.DRAFT:
        raise Refused(Kind.NOT_NOW, _("This policy is a draft and counts for nobody yet. Wait until it is published."))
    with transaction.atomic():
        kept, is_new = PolicyAcknowledgement.objects.get_or_create(agent=agent, version=version, defaults={"at": at})
        if is_new:
            detail = {"agent": agent.pk, "hash": version.document_hash}
            record(actor=actor, verb="acknowledge_policy", subject=version, at=at, detail=detail)
    return kept


def acknowledged_at(agent: Agent, version: PolicyVersion) -> datetime | None:
    """When an agent said to have read a version."""
    return PolicyAcknowledgement.objects.filter(agent=agent, version=version).values_list("at", flat=True).first()


def those_who_have_read(version: PolicyVersion) -> QuerySet[PolicyAcknowledgement]:
    """Who has read a version, the latest first."""
    return PolicyAcknowledgement.objects.filter(version=version).select_related("agent").order_by("-at", "-pk")


def those_who_have_not(version: PolicyVersion, *, day: date) -> QuerySet[Agent]:
    """Agents who work here on a day and have not read a version; candidates of its rounds first."""
    here = Q(employments__hired_on__lte=day) & (Q(employments__left_on=None) | Q(employments__left_on__gte=day))
    read = PolicyAcknowledgement.objects.filter(agent=OuterRef("pk"), version=version)
    judged = Agent.objects.filter(pk=OuterRef("pk"), candidacies__round__policy_version=version)
    unread = Agent.objects.filter(here, ~Exists(read)).distinct()
    return unread.annotate(is_candidate=Exists(judged)).order_by("-is_candidate", "full_name", "pk")
