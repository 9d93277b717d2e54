"""Score runs: which there are, what they gave, and asking for one."""

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scoring.models import Score, ScoreRun
from scoring.models.runs import RunState, Verdict
from scoring.runs import default_day, request_run
from scoring.tasks import score
from selection.api.documented import answers
from selection.api.doors import Door
from selection.api.getters import finished_scores, runs
from selection.api.permissions import STAFF_ONLY
from selection.api.serializers.runs import RunSerializer, ScoreSerializer, WantedRunSerializer


class RunFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By policy, state and day."""

    policy = django_filters.CharFilter(field_name="policy_version__name", help_text="Name of the policy.")
    state = django_filters.ChoiceFilter(choices=RunState.choices)
    as_of = django_filters.DateFilter()


class ScoreFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By team, verdict and gates, sorted by what may be sorted by."""

    team = django_filters.CharFilter(field_name="team_name", help_text="The whole name.")
    verdict = django_filters.ChoiceFilter(choices=Verdict.choices)
    is_eligible = django_filters.BooleanFilter(help_text="All gates met.")
    agent = django_filters.CharFilter(field_name="agent__staff_number", help_text="Staff number.")
    ordering = django_filters.OrderingFilter(
        fields=(("rank", "rank"), ("score", "score"), ("p_top", "p_top"), ("ratings", "ratings"),
                ("agent__full_name", "name"))
    )  # fmt: skip

    def filter_queryset(self, queryset: QuerySet[Score]) -> QuerySet[Score]:
        """Break ties by the row, so that no page repeats or skips one."""
        found: QuerySet[Score] = super().filter_queryset(queryset)
        return found.order_by(*found.query.order_by, "pk")


class RunList(Door[ScoreRun]):
    """Score runs."""

    permission_classes = STAFF_ONLY
    filterset_class = RunFilter
    queryset = ScoreRun.objects.all()

    @answers(RunSerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the runs, the newest first."""
        return self.page_of(runs(), RunSerializer)

    @answers(RunSerializer, status_code=202, takes=WantedRunSerializer, refusals=(400, 413, 415))
    def post(self, request: Request) -> Response:
        """Ask for a run by a published policy version; the worker carries it out."""
        wanted = self.taken(WantedRunSerializer)
        run = request_run(
            policy_version=wanted["policy"],
            as_of=wanted.get("as_of") or default_day(self.now),
            places=wanted.get("places"),
            actor=self.actor,
            at=self.now,
        )
        score.enqueue(run.pk)
        return Response(RunSerializer(runs().get(pk=run.pk)).data, status=status.HTTP_202_ACCEPTED)


class RunDetail(Door[ScoreRun]):
    """One score run."""

    permission_classes = STAFF_ONLY

    @answers(RunSerializer, refusals=(404,))
    def get(self, request: Request, pk: int) -> Response:
        """Show how far a run is, its summary and all that is needed to repeat it."""
        return Response(RunSerializer(get_object_or_404(runs(), pk=pk)).data)


class ScoreList(Door[Score]):
    """The scores of one run."""

    permission_classes = STAFF_ONLY
    filterset_class = ScoreFilter
    queryset = Score.objects.all()

    @answers(ScoreSerializer(many=True), refusals=(400, 404, 409))
    def get(self, request: Request, pk: int) -> Response:
        """List the scores of a finished run, by rank unless asked otherwise."""
        return self.page_of(finished_scores(pk), ScoreSerializer)
