"""What stands on an agent's page: the score explained, ratings month by month, incidents, results, rounds."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.incident_reads import known_incidents
from scoring.models import Agent, CellSum, Result, Score, ViralIncident
from scoring.models.runs import RunState
from selection.hr.ranking_page import Explained
from selection.models import Candidate
from selection.reasons import decimal
from selection.sensitivity import RunSensitivity

MONTHS = 24


@dataclass(frozen=True, kw_only=True)
class Month:
    """Ratings of one month: how many were asked for, given, and their mean."""

    month: date
    offered: int
    answered: float
    mean: float | None


@dataclass(frozen=True)
class AgentPage:
    """One agent with a score under one run (0: the newest finished one that knows the agent)."""

    agent: Agent
    run_pk: int = 0

    @cached_property
    def score(self) -> Score | None:
        known = Score.objects.filter(agent=self.agent, run__state=RunState.FINISHED).select_related(
            "agent", "run__policy_version"
        )
        chosen = known.filter(run=self.run_pk) if self.run_pk else known.order_by("-run__as_of", "-run__created_at")
        return chosen.first()

    @cached_property
    def explained(self) -> Explained | None:
        return Explained(score=self.score) if self.score else None

    @property
    def sensitivity(self) -> RunSensitivity | None:
        return RunSensitivity(self.score.run) if self.score else None

    @property
    def about(self) -> str:
        """The staff number, and where the agent works now or worked last."""
        seat = self.agent.assignments.select_related("team", "manager").order_by("-starts_on").first()
        told = [self.agent.staff_number, *([str(seat.team), seat.position] if seat else [])]
        if seat and seat.manager:
            told.append(_("manager: %(name)s") % {"name": seat.manager})
        return " · ".join(part for part in told if part)

    @cached_property
    def months(self) -> list[Month]:
        """The last two years of ratings, month by month."""
        sums = (
            CellSum.objects.filter(agent=self.agent)
            .values("month")
            .annotate(offers=Sum("offered"), answers=Sum("answered"), values_sum=Sum("total"))
            .order_by("month")
        )
        return [
            Month(
                month=one["month"],
                offered=one["offers"],
                answered=one["answers"],
                mean=one["values_sum"] / one["answers"] if one["answers"] else None,
            )
            for one in list(sums)[-MONTHS:]
        ]

    @property
    def counts(self) -> list[float]:
        return [month.answered for month in self.months]

    @property
    def labels(self) -> list[str]:
        return [date_format(month.month, "M y") for month in self.months]

    @property
    def table(self) -> list[tuple[str, str, str, str]]:
        """The same months as a table, the newest first."""
        return [
            (
                date_format(month.month, "YEAR_MONTH_FORMAT"),
                decimal(month.offered, 0),
                decimal(month.answered, 0),
                "—" if month.mean is None else decimal(month.mean, 2),
            )
            for month in reversed(self.months)
        ]

    @property
    def total(self) -> str:
        answered, offered = sum(self.counts), sum(month.offered for month in self.months)
        told = {"answered": decimal(answered, 0), "offered": decimal(offered, 0)}
        sentence = ngettext(
            "%(answered)s rating of %(offered)s asked for",
            "%(answered)s ratings of %(offered)s asked for",
            int(answered),
        )
        return sentence % told

    @property
    def columns(self) -> list[str]:
        return [_("Month"), _("Asked"), _("Answered"), _("Mean")]

    @cached_property
    def incidents(self) -> list[ViralIncident]:
        return list(known_incidents().filter(agent=self.agent))

    @cached_property
    def results(self) -> list[Result]:
        return list(self.agent.results.order_by("-taken_at"))

    @cached_property
    def candidacies(self) -> list[Candidate]:
        return list(self.agent.candidacies.select_related("round").order_by("-nominated_at"))
