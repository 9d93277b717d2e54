"""Reads of the ranking page: which scores, how many of each kind, which of them on this page."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from scoring.flags import open_flags
from scoring.models import Score, ScoreRun
from selection.hr.ranking_choice import SORTS, RankingChoice
from selection.reasons import MET

PAGE = 50
GATE_KEY = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
COLUMNS = (
    "id", "agent_id", "agent__full_name", "agent__staff_number", "team_name", "score", "verdict", "p_top", "rank",
    "rank_low", "rank_high", "ratings", "gates_met", "gates_total", "is_eligible", "gates",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many agents there are, by verdict and by team, under the filters other than verdict and team."""

    groups: Counter[tuple[str, str]]

    def of_verdict(self, verdict: str, *, team: str = "") -> int:
        """Agents with a verdict ("" for any), in one team or in all."""
        return sum(n for (v, t), n in self.groups.items() if verdict in ("", v) and team in ("", t))

    @property
    def teams(self) -> list[str]:
        """The teams there are, by name."""
        return sorted({team for _verdict, team in self.groups if team})


def counts(run: ScoreRun, choice: RankingChoice) -> Counts:
    """Count every chip and the list itself in one query; a finished run never changes, so a whole one counts once."""
    if choice.gate or choice.search or not run.result_hash:
        return _counted(_searched(run, choice))
    return _counts_of_run(run.pk, run.result_hash, run.finished_at)


@lru_cache(maxsize=64)
def _counts_of_run(pk: int, result_hash: str, finished_at: datetime | None) -> Counts:
    """The key names the content of the run and not only its number, which another database may have given too."""
    return _counted(Score.objects.filter(run=pk))


def _counted(scores: QuerySet[Score]) -> Counts:
    grouped = scores.order_by().values_list("verdict", "team_name").annotate(agents=Count("id"))
    return Counts(groups=Counter({(verdict, team): agents for verdict, team, agents in grouped}))


def ranked(run: ScoreRun, choice: RankingChoice) -> QuerySet[Score]:
    """The scores that the choice leaves, in the chosen order."""
    scores = _searched(run, choice)
    if choice.verdict:
        scores = scores.filter(verdict=choice.verdict)
    if choice.team:
        scores = scores.filter(team_name=choice.team)
    return scores.order_by(*SORTS[choice.sort])


def page_of(run: ScoreRun, choice: RankingChoice, counted: Counts) -> Page[dict[str, Any]]:
    """One page of rows as plain dictionaries; the number of them is known from `counted`, not counted again."""
    flagged = Exists(open_flags().filter(agent=OuterRef("agent_id")))
    paginator = Paginator(ranked(run, choice).values(*COLUMNS, is_flagged=flagged), PAGE)
    paginator.count = counted.of_verdict(choice.verdict, team=choice.team)
    return paginator.get_page(choice.page)


def name_pattern(search: str) -> str:
    """A regular expression that finds a name in any letter case, with е for ё, whatever the database's collation."""
    return "".join(_letter(letter) for letter in search)


def _letter(letter: str) -> str:
    forms = {letter.lower(), letter.upper(), *("еЕёЁ" if letter in "еЕёЁ" else "")}
    plain = sorted(form for form in forms if len(form) == 1 and form.isalnum())
    return f"[{''.join(plain)}]" if len(plain) > 1 else re.escape(letter)


def _searched(run: ScoreRun, choice: RankingChoice) -> QuerySet[Score]:
    scores = Score.objects.filter(run=run)
    state, _colon, criterion = choice.gate.partition(":")
    if GATE_KEY.fullmatch(criterion):
        holds = Q(**{f"gates__{criterion}__state": MET})
        scores = scores.filter(holds if state == MET else ~holds)
    if choice.search:
        pattern = name_pattern(choice.search)
        scores = scores.filter(Q(agent__full_name__regex=pattern) | Q(agent__staff_number__regex=pattern))
    return scores
