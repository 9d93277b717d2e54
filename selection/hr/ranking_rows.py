"""The rows of the ranking as HTML, written by f-strings: a template spent nine tenths of the page's time on fifty rows.

Every value that came from outside goes through `escape`; everything else is a number or a sentence of ours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.formats import get_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from scoring.models.runs import Verdict
from selection import charts
from selection.hr.ranking_choice import RankingChoice
from selection.reasons import INCOMPLETE, MISSED, RETEST, WAITING, chance, gates_in, is_viral_door

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RankingTable:
    """What all rows of a page share: the choice, the row that is explained, the places and the number of agents."""

    choice: RankingChoice
    current: int
    places: int
    total: int

    def html(self, rows: Iterable[Row]) -> SafeString:
        """All rows, ready for the body of the table."""
        return mark_safe("".join(self.row(row) for row in rows))  # noqa: S308  # escaped value by value

    def row(self, row: Row) -> str:
        """One agent: place, name, range, score, verdict, conditions, number of ratings."""
        words, current = self._words, " class=is-current" if row["id"] == self.current else ""
        return (
            f'<tr{current}><td class="number" data-label="{words["rank"]}">{row["rank"]}</td>'
            f'<th scope="row"><a class="name" id="score-{row["id"]}" href="{self._address}{row["id"]}">'
            f'{escape(row["agent__full_name"])}</a><span class="sub">{self._about(row)}</span></th>'
            f'<td data-label="{words["range"]}">{self._interval(row)}</td>'
            f'<td class="number" data-label="{words["score"]}"><strong>{self._decimal(row["score"])}</strong></td>'
            f'<td data-label="{words["verdict"]}"><div>{self._verdict(row)}</div></td>'
            f'<td data-label="{words["gates"]}"><div>{self._gates(row)}</div></td>'
            f'<td class="number" data-label="{words["ratings"]}">{self._whole(row["ratings"])}</td></tr>'
        )

    @cached_property
    def _words(self) -> dict[str, str]:
        words = {
            "rank": _("Rank"),
            "range": _("Rank with a probability of 95 %"),
            "score": _("Score"),
            "verdict": _("Verdict"),
            "gates": _("Conditions"),
            "ratings": _("Ratings"),
            "met": _("%(met)d of %(total)d met"),
            "open": _("not met: %(names)s"),
            "to_come": _("%(waiting)d to come"),
            "odd": _("ratings look odd"),
            "viral": _("door opened by a viral chat"),
            "place": _("%(chance)s for a place"),
            "picture": _("rank %(rank)d, plausibly from %(low)d to %(high)d; places to give: %(places)d"),
        }
        return {name: escape(text) for name, text in words.items()}

    @cached_property
    def _badges(self) -> dict[str, str]:
        return {
            verdict.value: f'<span class="badge badge-{verdict.value}">{escape(capfirst(str(verdict.label)))}</span>'
            for verdict in Verdict
        }

    @cached_property
    def _address(self) -> str:
        address = self.choice.address(score=0)
        return escape(f"{address}{'' if address == '?' else '&'}score=")

    @cached_property
    def _flags(self) -> str:
        return reverse("hr:flags")

    @cached_property
    def _separators(self) -> tuple[str, str]:
        return get_format("DECIMAL_SEPARATOR"), get_format("THOUSAND_SEPARATOR")

    def _about(self, row: Row) -> str:
        told = [escape(text) for text in (row["team_name"], row["agent__staff_number"]) if text]
        if row["is_flagged"]:
            told.append(f'<a class="danger-text" href="{self._flags}" hx-boost="false">{self._words["odd"]}</a>')
        return " · ".join(told)

    def _interval(self, row: Row) -> str:
        rank, low, high = row["rank"], row["rank_low"], row["rank_high"]
        drawn = charts.interval(rank, low, high, self.places, self.total)
        told = self._words["picture"] % {"rank": rank, "low": low, "high": high, "places": self.places}
        line = f'<line class="places" x1="{drawn.places}" x2="{drawn.places}" y1="0" y2="20"/>' if drawn.places else ""
        return (
            f'<div class="interval interval-{row["verdict"]}"><svg role="img" aria-label="{told}">{line}'
            f'<rect class="band" x="{drawn.band}" width="{drawn.width}" y="7.5" height="5" rx="2.5"/>'
            f'<circle class="dot" cx="{drawn.dot}" cy="10" r="4.5"/></svg>'
            f'<span class="interval-text">{self._whole(low)}–{self._whole(high)}</span></div>'
        )

    def _verdict(self, row: Row) -> str:
        place = self._words["place"] % {"chance": chance(row["p_top"])}
        return f'{self._badges[row["verdict"]]}<span class="sub">{place}</span>'

    def _gates(self, row: Row) -> str:
        gates, words, to_come = row["gates"], self._words, len(gates_in(row["gates"], WAITING))
        counted = {"met": row["gates_met"], "total": row["gates_total"] - to_come, "waiting": to_come}
        told = [words["met"] % counted]
        if to_come:
            told.append(f'<span class="sub">{words["to_come"] % counted}</span>')
        if any(is_viral_door(key, gate) for key, gate in gates.items()):
            told.append(f'<span class="sub viral">{words["viral"]}</span>')
        if names := gates_in(gates, MISSED, RETEST, INCOMPLETE):
            told.append(f'<span class="sub">{words["open"] % {"names": escape(", ".join(names))}}</span>')
        return ("✓ " if row["is_eligible"] else "") + "".join(told)

    def _decimal(self, value: float) -> str:
        return f"{value:.1f}".replace(".", self._separators[0])

    def _whole(self, value: int) -> str:
        return f"{value:,}".replace(",", self._separators[1])
