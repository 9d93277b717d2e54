"""How much a list hangs on its weights, in words and lengths; read from what the run has kept (docs/scores.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.models import Agent, Score, ScoreRun
from selection import charts
from selection.reasons import criterion_name, decimal, fine_percent, percent

STEADY, SHAKY = 0.95, 0.05
NAMED = 4


@dataclass(frozen=True, kw_only=True)
class WeightBar:
    """One criterion: its weight as written and what it really does; widths are SVG lengths."""

    name: str
    nominal: str
    effective: str
    written: str
    works: str


@dataclass(frozen=True)
class RunSensitivity:
    """The whole list of a run."""

    run: ScoreRun

    @property
    def kept(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.run.summary.get("sensitivity") or {}
        return found

    @property
    def weightings(self) -> int:
        """How many random weightings were drawn; 0 when there is nothing to weigh."""
        return int(self.kept.get("weightings", 0))

    @property
    def nothing_to_weigh(self) -> str:
        """Why no weightings were drawn, if the run knows."""
        counting = [name for name, share in self.run.summary.get("shares", {}).items() if share]
        if not self.kept or self.weightings or len(counting) != 1:
            return ""
        return _("Only one criterion counts so far, %(name)s: there is nothing to weigh.") % {
            "name": criterion_name(counting[0])
        }

    @property
    def bars(self) -> list[WeightBar]:
        """Weights as written against their share in the differences of the score."""
        return [_bar(one) for one in self.kept.get("weights", []) if one["effective"] is not None]

    @property
    def sentences(self) -> list[str]:
        """Which single criterion, left out, would change the list; and how near the two at the line are."""
        told = [self._without(one) for one in self.kept.get("without", [])]
        edge = self.kept.get("edge")
        if edge:
            names = {"last": self._name(edge["last"]), "first": self._name(edge["agent"])}
            told.append(
                _("At the line: %(first)s draws level with %(last)s if %(change)s.")
                % {**names, "change": _change(edge)}
            )
        return told

    def _without(self, one: Mapping[str, Any]) -> str:
        told = {"name": criterion_name(one["criterion"]), "n": len(one["enters"])}
        if not one["enters"] and not one["leaves"]:
            return _("Without %(name)s the places would go to the same people.") % told
        told |= {"enters": self._names(one["enters"]), "leaves": self._names(one["leaves"])}
        return _("Without %(name)s: in %(enters)s; out %(leaves)s.") % told

    def _names(self, numbers: Sequence[str]) -> str:
        shown = ", ".join(self._name(number) for number in numbers[:NAMED])
        rest = len(numbers) - NAMED
        if rest > 0:
            return _("%(names)s and %(n)d more") % {"names": shown, "n": rest}
        return shown or _("nobody")

    def _name(self, number: str) -> str:
        return self._people.get(number, number)

    @cached_property
    def _people(self) -> dict[str, str]:
        """The names of everybody who is named, in one query."""
        wanted = [number for one in self.kept.get("without", []) for way in ("enters", "leaves") for number in one[way]]
        edge = self.kept.get("edge") or {}
        wanted += [edge[name] for name in ("last", "agent") if name in edge]
        return dict(Agent.objects.filter(staff_number__in=wanted).values_list("staff_number", "full_name"))


@dataclass(frozen=True)
class ScoreSensitivity:
    """One agent's place in the list."""

    score: Score

    @property
    def is_known(self) -> bool:
        """Whether the run drew weightings and the agent may be chosen at all."""
        return bool(self.score.is_eligible and RunSensitivity(self.score.run).weightings)

    @property
    def stays(self) -> float:
        return float(self.score.explanation.get("stays", 0.0))

    @property
    def width(self) -> str:
        """The share as the length of a bar."""
        return charts.percent(charts.clamp(self.stays))

    @property
    def sentences(self) -> list[str]:
        """How steady the place is, and how near the neighbour below."""
        told = [self._stays]
        swap = self.score.explanation.get("swap")
        if swap:
            below = Agent.objects.filter(staff_number=swap["agent"]).values_list("full_name", flat=True).first()
            told.append(
                _("The next one of the list, %(name)s, draws level if %(change)s.")
                % {"name": below or swap["agent"], "change": _change(swap)}
            )
        return told

    @property
    def _stays(self) -> str:
        run = self.score.run
        told = {
            "share": percent(self.stays),
            "places": run.places,
            "n": decimal(RunSensitivity(run).weightings, 0),
        }
        sentence = ngettext(
            "Holds the %(places)d place in %(share)s of %(n)s random weightings.",
            "Among the best %(places)d in %(share)s of %(n)s random weightings.",
            run.places,
        )
        if self.stays >= STEADY:
            return sentence % told + " " + _("The place does not hang on the weights.")
        if self.stays <= SHAKY:
            return sentence % told + " " + _("No reasonable weights would give a place.")
        return sentence % told + " " + _("The place hangs on the weights.")


def _bar(one: Mapping[str, Any]) -> WeightBar:
    return WeightBar(
        name=criterion_name(one["criterion"]),
        nominal=charts.percent(charts.clamp(one["nominal"])),
        effective=charts.percent(charts.clamp(one["effective"])),
        written=percent(one["nominal"]),
        works=percent(one["effective"]),
    )


def _change(swap: Mapping[str, Any]) -> str:
    told = {
        "name": criterion_name(swap["criterion"]),
        "needed": fine_percent(swap["needed"], swap["now"]),
        "now": fine_percent(swap["now"], swap["needed"]),
    }
    return _("%(name)s weighs %(needed)s instead of %(now)s") % told
