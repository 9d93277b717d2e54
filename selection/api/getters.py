"""What an address is about, fetched with rights: to whom it is not shown, it does not exist."""

from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from scoring.models import Agent, Assignment, PolicyVersion, Score, ScoreRun
from scoring.models.policies import PolicyState
from scoring.models.runs import RunState
from scoring.queries import scores_of
from selection.api.permissions import STAFF
from selection.models import Candidate, Round
from selection.refusals import Kind, Refused
from selection.roles import Person
from selection.visibility import candidates_seen_by


def is_staff(person: Person) -> bool:
    """Tell whether the person is HR or an auditor."""
    return not person.roles.isdisjoint(STAFF)


def agents(day: date) -> QuerySet[Agent]:
    """The roster with where everybody works on a day, as `workplaces_today`."""
    current = Assignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
    places = current.select_related("team", "manager").order_by("starts_on")
    return Agent.objects.prefetch_related("employments", Prefetch("assignments", places, to_attr="workplaces_today"))


def policies_for(person: Person) -> QuerySet[PolicyVersion]:
    """All versions for HR and auditors; for others what was published: drafts are nobody else's business."""
    versions = PolicyVersion.objects.select_related("author", "publisher")
    return versions if is_staff(person) else versions.exclude(state=PolicyState.DRAFT)


def runs() -> QuerySet[ScoreRun]:
    """Score runs, the newest first."""
    return ScoreRun.objects.select_related("policy_version", "requested_by").order_by("-created_at", "-pk")


def finished_scores(pk: int) -> QuerySet[Score]:
    """The scores of a run, which become visible together. Raises Refused while it is not finished."""
    run = get_object_or_404(ScoreRun, pk=pk)
    if run.state != RunState.FINISHED:
        raise Refused(Kind.NOT_NOW, _("This run has no scores: it is %(state)s.") % {"state": run.get_state_display()})
    return scores_of(run)


def rounds() -> QuerySet[Round]:
    """Rounds with all that is shown of them, the newest first."""
    found = Round.objects.select_related("policy_version", "opened_by", "test_task")
    return found.prefetch_related("graders__grader").order_by("-opened_at", "-pk")


def candidates_for(person: Person, day: date) -> QuerySet[Candidate]:
    """The candidates that the person may know of, by round and name."""
    found = candidates_seen_by(person, day=day).select_related(
        "agent", "round__policy_version", "score", "nominated_by", "placement"
    )
    return found.order_by("-round__opened_at", "agent__full_name", "pk")


def the_candidate(person: Person, pk: int, day: date) -> Candidate:
    """One candidate, or 404 alike for an absent and a foreign one."""
    found = candidates_for(person, day).prefetch_related("changes__actor", "decisions__person")
    return get_object_or_404(found, pk=pk)
