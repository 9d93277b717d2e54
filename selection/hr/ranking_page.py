"""What stands on the ranking page, gathered in five queries: runs, chips, rows, the explained score, open rounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page
from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from scoring import policies
from scoring.models import Score, ScoreRun
from scoring.models.runs import RunState, Verdict
from scoring.policy import Policy, Role
from selection.components import Link, Part, Text
from selection.hr.ranking_choice import RankingChoice
from selection.hr.ranking_list import Counts, counts, page_of
from selection.hr.ranking_rows import RankingTable
from selection.hr.run_form import policy_label
from selection.models import Candidate, Round
from selection.models.overrides import NOMINATE, OverrideReason
from selection.models.rounds import RoundPhase
from selection.overrides import is_override
from selection.rating_steps import Steps, rating_steps
from selection.reasons import (
    GateLine,
    decimal,
    gate_lines,
    gate_name,
    language,
    note_sentences,
    parts,
    parts_to_come,
    standing,
    what_would_change,
    why_rating_differs,
)  # fmt: skip
from selection.sensitivity import RunSensitivity, ScoreSensitivity
from selection.verdict_words import missing_lines, verdict_distance

RECENT = 20


@dataclass(frozen=True, kw_only=True)
class Head:
    """The head of a column that sorts: `direction` is what aria-sort says."""

    label: str
    url: str
    direction: str
    numeric: bool


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One score in words, with the rounds into which its agent can be nominated."""

    score: Score

    @property
    def policy(self) -> str:
        return policy_label(self.score.run.policy_version)

    @property
    def parts(self) -> list[Part]:
        return parts(self.score)

    @property
    def to_come(self) -> str:
        return ", ".join(parts_to_come(self.score))

    @property
    def standing(self) -> str:
        return standing(self.score, self.score.run.places)

    @property
    def why(self) -> list[str]:
        return why_rating_differs(self.score)

    @property
    def steps(self) -> Steps | None:
        return rating_steps(self.score)

    @property
    def missing(self) -> list[str]:
        return missing_lines(self.score)

    @property
    def distance(self) -> list[str]:
        return verdict_distance(self.score)

    @property
    def flips(self) -> list[str]:
        return what_would_change(self.score)

    @property
    def gates(self) -> list[GateLine]:
        return gate_lines(self.score.gates)

    @property
    def notes(self) -> list[str]:
        return note_sentences(self.score.explanation.get("notes", []))

    @property
    def sensitivity(self) -> ScoreSensitivity:
        return ScoreSensitivity(self.score)

    @property
    def is_against(self) -> bool:
        """Whether to nominate goes against the verdict, so that it takes a code and a text."""
        return is_override(NOMINATE, self.score)

    @property
    def codes(self) -> list[tuple[str, Text]]:
        return list(OverrideReason.choices)

    @cached_property
    def rounds(self) -> list[Round]:
        """Rounds that take nominations under this policy version, the agent's own ones aside."""
        there = Candidate.objects.filter(round=OuterRef("pk"), agent=self.score.agent_id)
        taking = Round.objects.filter(
            ~Exists(there), phase=RoundPhase.NOMINATION, policy_version=self.score.run.policy_version_id
        )
        return list(taking)


@dataclass(frozen=True)
class RankingPage:
    """The ranking of one run as one person chose to see it."""

    run: ScoreRun
    choice: RankingChoice
    runs: Sequence[ScoreRun]

    @cached_property
    def policy(self) -> Policy:
        return policies.read(self.run.policy_version)

    @property
    def policy_title(self) -> str:
        return self.policy.title.within(language())

    @cached_property
    def counts(self) -> Counts:
        return counts(self.run, self.choice)

    @cached_property
    def rows(self) -> Page[dict[str, Any]]:
        return page_of(self.run, self.choice, self.counts)

    @cached_property
    def agents(self) -> int:
        """How many agents the run ranked: what the drawn scale ends at."""
        return int(self.run.summary.get("agents") or self.counts.of_verdict(""))

    @property
    def body(self) -> SafeString:
        current = self.explained.score.pk if self.explained else 0
        table = RankingTable(choice=self.choice, current=current, places=self.run.places, total=self.agents)
        return table.html(self.rows)

    @cached_property
    def explained(self) -> Explained | None:
        """The chosen score, or the first of the page."""
        wanted = self.choice.score or next((row["id"] for row in self.rows), 0)
        if not wanted:
            return None
        score = get_object_or_404(Score.objects.select_related("agent"), pk=wanted, run=self.run)
        score.run = self.run
        return Explained(score=score)

    @property
    def sensitivity(self) -> RunSensitivity:
        return RunSensitivity(self.run)

    @property
    def chips(self) -> list[Link]:
        """The verdicts with the number of agents behind each."""
        labels = {"": _("All"), **{v.value: capfirst(str(v.label)) for v in Verdict}}
        return [
            Link(
                label=label,
                url=self.choice.address(verdict=verdict),
                current=self.choice.verdict == verdict,
                count=self.counts.of_verdict(verdict, team=self.choice.team),
            )
            for verdict, label in labels.items()
        ]

    @property
    def teams(self) -> list[str]:
        return sorted({*self.counts.teams, *([self.choice.team] if self.choice.team else [])})

    @property
    def gates(self) -> list[tuple[str, str]]:
        """Choices of the filter by condition."""
        keys = sorted((one.key for one in self.policy.criteria if one.role is not Role.WEIGHT), key=gate_name)
        words = {"met": _("met: %(name)s"), "open": _("not met: %(name)s")}
        return [(f"{state}:{key}", text % {"name": gate_name(key)}) for key in keys for state, text in words.items()]

    @property
    def everybody(self) -> str:
        """The address without any filter."""
        return self.choice.address(verdict="", team="", gate="", search="")

    @property
    def csv_address(self) -> str:
        return reverse("hr:ranking_csv") + self.choice.address(run=self.run.pk)

    @property
    def xlsx_address(self) -> str:
        return reverse("hr:ranking_xlsx") + self.choice.address(run=self.run.pk)

    @property
    def run_choices(self) -> list[tuple[int, str]]:
        """The recent runs by policy and day, for the chooser."""
        return [(run.pk, f"{policy_label(run.policy_version)} · {date_format(run.as_of)}") for run in self.runs]

    @property
    def heads(self) -> list[Head]:
        return [
            self._head("rank", _("Rank"), numeric=True),
            self._head("name", _("Agent")),
            Head(label=_("Rank with a probability of 95 %"), url="", direction="", numeric=False),
            self._head("score", _("Score"), numeric=True),
            Head(label=_("Verdict"), url="", direction="", numeric=False),
            Head(label=_("Conditions"), url="", direction="", numeric=False),
            self._head("ratings", _("Ratings"), numeric=True),
        ]

    def _head(self, key: str, label: str, *, numeric: bool = False) -> Head:
        url, direction = self.choice.sorted_by(key), self.choice.direction_of(key)
        return Head(label=label, url=url, direction=direction, numeric=numeric)

    @property
    def is_indistinguishable(self) -> bool:
        """Tell whether the evidence does not tell the agents apart; then the order is no more than chance."""
        return self.run.summary.get("distinguishable") is False

    @property
    def honesty(self) -> str:
        """What to say when the ranking means little."""
        return _(
            "The ratings cannot tell these agents apart: differences as large as theirs come about by chance alone "
            "with a probability of %(p)s. The order below says nothing, and nobody should be chosen by it."
        ) % {"p": decimal(self.run.summary.get("p_equal") or 0.0, 2)}

    @property
    def warnings(self) -> list[str]:
        """What a reader must know of the whole run."""
        return note_sentences(self.run.summary.get("warnings", []))


def recent_runs() -> list[ScoreRun]:
    """The newest finished runs, the one to show first."""
    finished: QuerySet[ScoreRun] = ScoreRun.objects.filter(state=RunState.FINISHED).select_related("policy_version")
    return list(finished.order_by("-as_of", "-created_at", "-pk")[:RECENT])


def chosen_run(runs: Sequence[ScoreRun], pk: int) -> ScoreRun | None:
    """The run that was asked for, or the newest one; 404 if it does not exist or is not finished."""
    if not pk:
        return next(iter(runs), None)
    known = next((run for run in runs if run.pk == pk), None)
    return known or get_object_or_404(ScoreRun.objects.select_related("policy_version"), pk=pk, state=RunState.FINISHED)
