"""What stands on a what-if's page: sliders, what would follow in a sentence, and the first rows of the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

import numpy as np
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.formula.composite import VETOED
from scoring.formula.quick import QuickList
from scoring.measuring import plain_name
from scoring.models import Agent, ScoreRun
from scoring.what_if import Answer, Lever, levers_of
from selection.hr import what_if_words as words
from selection.hr.compare_words import joined
from selection.hr.run_form import policy_label
from selection.models import WhatIf
from selection.reasons import chance, criterion_name, decimal, signed
from selection.what_ifs import what_ifs_on

ROWS = 50
NAMED = 8


@dataclass(frozen=True, kw_only=True)
class Slider:
    """One slider as it stands now; numbers for attributes are texts that no language changes."""

    key: str
    label: str
    value: str
    low: str
    high: str
    step: str
    shown: str
    own: str
    percent_of: int
    digits: int


@dataclass(frozen=True)
class WhatIfPage:
    """A run's policy with its sliders; `kept` is the what-if that is looked at, `answer` what would follow.

    Without an answer (the evidence has changed since) only what was kept is told.
    """

    run: ScoreRun
    answer: Answer | None
    kept: WhatIf | None = None

    @property
    def policy(self) -> str:
        return policy_label(self.run.policy_version)

    @cached_property
    def moved(self) -> Mapping[str, Mapping[str, float]]:
        return self.kept.changes if self.kept else {}

    @cached_property
    def sliders(self) -> list[Slider]:
        return [_slider(lever, self.moved.get(lever.key, {}).get("to", lever.value)) for lever in levers_of(self.run)]

    @property
    def weights(self) -> list[Slider]:
        return [one for one, lever in zip(self.sliders, levers_of(self.run), strict=True) if lever.is_weight]

    @property
    def cuts(self) -> list[Slider]:
        return [one for one, lever in zip(self.sliders, levers_of(self.run), strict=True) if not lever.is_weight]

    @property
    def changes(self) -> list[str]:
        return words.changes(self.answer.ground.policy, self.moved) if self.answer else []

    @cached_property
    def count(self) -> int:
        """How many what-ifs there have been with this policy, whichever version and round."""
        return what_ifs_on(self.run.policy_version.name).count()

    @cached_property
    def names(self) -> dict[int, tuple[str, str]]:
        """Names and staff numbers of everybody who is named on the page, in one query."""
        if self.answer is None:
            return {}
        first = self.answer.ground.agent_ids[self.order[:ROWS]].tolist()
        wanted = {*first, *self.answer.enters[:NAMED], *self.answer.leaves[:NAMED]}
        found = Agent.objects.filter(pk__in=wanted).values_list("pk", "full_name", "staff_number")
        return {pk: (name, number) for pk, name, number in found}

    @cached_property
    def order(self) -> np.ndarray:
        assert self.answer is not None
        return np.argsort(self.answer.after.place, kind="stable")

    @property
    def outcome(self) -> list[str]:
        """What would follow, in sentences."""
        if self.answer is None or not self.moved:
            return []
        old, new = self.answer.eligible
        door = _("%(new)s agents may be chosen instead of %(old)s.") % {"new": decimal(new, 0), "old": decimal(old, 0)}
        if old == new:
            door = _("As many may be chosen as before: %(new)s.") % {"new": decimal(new, 0)}
        return [door, *self._places(self.answer)]

    def _places(self, answer: Answer) -> list[str]:
        enters, leaves = answer.enters, answer.leaves
        if not enters and not leaves:
            return [_("The places stay with the same people.")]
        come = ngettext("%(n)d person enters: %(names)s.", "%(n)d people enter: %(names)s.", len(enters))
        go = ngettext("%(n)d person leaves: %(names)s.", "%(n)d people leave: %(names)s.", len(leaves))
        return [
            text % {"n": len(agents), "names": self._named(agents)}
            for text, agents in ((come, enters), (go, leaves))
            if agents
        ]

    def _named(self, agents: Sequence[int]) -> str:
        names = [self.names.get(pk, (str(pk), ""))[0] for pk in agents[:NAMED]]
        rest = len(agents) - len(names)
        return joined(names) if not rest else _("%(names)s and %(n)d more") % {"names": ", ".join(names), "n": rest}

    @property
    def body(self) -> SafeString:
        """The first rows of the list, written at once: a slider waits for them."""
        if self.answer is None:
            return mark_safe("")
        table = _Table(self.answer, self.names, self.run.places)
        return mark_safe("".join(table.row(at) for at in self.order[:ROWS].tolist()))  # noqa: S308  # escaped in row


class _Table:
    """The rows. Every value from outside goes through `escape`."""

    def __init__(self, answer: Answer, names: Mapping[int, tuple[str, str]], places: int) -> None:
        self.after, self.before, self.names = answer.after, answer.before, names
        self.agents, self.teams = answer.ground.agent_ids, answer.ground.snapshot.agents["team"].tolist()
        self.address = reverse("hr:agent", args=[0]).removesuffix("0/")
        self.words = {
            name: escape(text)
            for name, text in (
                ("place", _("Rank")),
                ("before", _("Before")),
                ("score", _("Score")),
                ("chance", _("Chance of a place")),
                ("same", _("as before")),
                ("closed", _("held back by %(names)s")),
                ("stopped", _("stopped until people have looked")),
                ("incomplete", _("not enough evidence yet")),
                ("in", _("with a place")),
            )
        }

    def row(self, at: int) -> str:
        """One agent."""
        words, pk = self.words, int(self.agents[at])
        name, number = self.names.get(pk, ("", ""))
        about = " · ".join(escape(text) for text in (self.teams[at], number) if text)
        inside = " class=is-current" if self.after.inside[at] else ""
        return (
            f'<tr{inside}><td class="number" data-label="{words["place"]}">{int(self.after.place[at])}</td>'
            f'<th scope="row"><a class="name" href="{self.address}{pk}/">{escape(name)}</a>'
            f'<span class="sub">{about}</span></th>'
            f'<td data-label="{words["before"]}"><div>{self._before(at)}</div></td>'
            f'<td class="number" data-label="{words["score"]}"><div>{self._score(at)}</div></td>'
            f'<td data-label="{words["chance"]}"><div>{self._chance(at)}</div></td></tr>'
        )

    def _before(self, at: int) -> str:
        old, new = int(self.before.place[at]), int(self.after.place[at])
        if not self.before.eligible[at]:
            return f'<span class="quiet">{self._closed(self.before, at)}</span>'
        if old == new:
            return f'<span class="faint">{self.words["same"]}</span>'
        return f'{old} <span class="faint">{"↑" if new < old else "↓"}</span>'

    def _score(self, at: int) -> str:
        gain = float(self.after.score[at] - self.before.score[at])
        told = decimal(float(self.after.score[at]))
        return f'{told}<span class="sub">{signed(gain, 1)}</span>' if abs(gain) >= 0.05 else told

    def _chance(self, at: int) -> str:
        if not self.after.eligible[at]:
            return f'<span class="quiet">{self._closed(self.after, at)}</span>'
        mark = f'<span class="sub">{self.words["in"]}</span>' if self.after.inside[at] else ""
        return f"{escape(chance(float(self.after.p_top[at])))}{mark}"

    def _closed(self, side: QuickList, at: int) -> str:
        """What holds an agent back: gates and doors by name, else a veto or missing evidence."""
        closed = [gate for gate in side.gates if not gate.holds[at]]
        if not closed:
            return self.words["stopped" if side.standing[at] == VETOED else "incomplete"]
        return self.words["closed"] % {"names": escape(", ".join(_doors(gate.criteria) for gate in closed))}


def _doors(measures: Sequence[str]) -> str:
    """The criteria of a gate, "or" between the doors of a group."""
    names = dict.fromkeys(criterion_name(plain_name(name).partition(".")[0]) for name in measures)
    return _(" or ").join(names)


def _slider(lever: Lever, value: float) -> Slider:
    return Slider(
        key=lever.key,
        label=words.label(lever),
        value=f"{value:g}",
        low=f"{lever.low:g}",
        high=f"{lever.high:g}",
        step=f"{lever.step:g}",
        shown=words.shown(lever, value),
        own=words.shown(lever, lever.value),
        percent_of=words.PERCENTAGES.get(lever.unit, 0) if lever.unit else 0,
        digits=1 if lever.step == 0.1 else 0,
    )
