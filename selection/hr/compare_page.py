"""What stands on the page of a comparison: a picture, sentences, tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from scoring.comparison import documents
from scoring.models import Agent, Comparison
from scoring.policy import Policy
from selection.components import Part
from selection.hr import compare_words as words
from selection.hr.run_form import policy_label
from selection.reasons import decimal, language, percent, signed
from selection.slopes import Lane, lane

Row = dict[str, Any]
ZONES = ("in", "level", "out", "barred")
DRAWN, MOVERS = 24, 20
ALL = "all"
ERRORS = ("wrongly_rejected", "wrongly_admitted")
MARKS = {"enters": "+", "leaves": "−", "stays": "="}


@dataclass(frozen=True, kw_only=True)
class Slope:
    """One agent in the picture: where the line begins and ends, and what stands at either end."""

    name: str
    kind: str
    y1: int
    y2: int
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text of the picture at a height."""

    text: str
    y: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One agent in the table."""

    pk: int
    name: str
    about: str
    kind: str
    word: str
    before: str
    after: str
    change: str
    parts: str
    why: str


@dataclass(frozen=True, kw_only=True)
class GroupLine:
    """One team or channel at one stage, before and after, with the uncertainty; `flag` is of the new policy."""

    group: str
    total: int
    before: str
    after: str
    ratio_before: str
    ratio_after: str
    flag: str


@dataclass(frozen=True)
class ComparisonPage:
    """One comparison in the reader's language. It is read from what was kept, never computed again."""

    comparison: Comparison

    @cached_property
    def result(self) -> Row:
        found: Row = self.comparison.result
        return found

    @cached_property
    def policies(self) -> tuple[Policy, Policy]:
        return documents(self.comparison)

    @cached_property
    def titles(self) -> tuple[str, str]:
        """The titles; with the version where both are versions of one policy."""
        before, after = (policy.title.within(language()) for policy in self.policies)
        if before != after:
            return before, after
        return policy_label(self.comparison.before), policy_label(self.comparison.after)

    @cached_property
    def keys(self) -> dict[str, list[str]]:
        return words.keys_of(self.result["conditions"])

    @property
    def asks(self) -> list[tuple[str, list[str], str]]:
        """For each side: its title, what must hold, and what decides among the rest."""
        return [
            (title, words.asks_for(policy), words.goes_by(policy, shares))
            for title, policy, shares in zip(self.titles, self.policies, self.result["shares"], strict=True)
        ]

    @property
    def in_short(self) -> list[str]:
        return words.in_short(self.result, self.titles, self.keys)

    @property
    def door(self) -> list[str]:
        return words.door(self.result, self.titles, self.keys)

    @property
    def door_parts(self) -> list[Part]:
        """The whole company on one bar: under both, no longer, now, under neither."""
        labels = {
            "both": _("under both"),
            "loses": _("no longer"),
            "gains": _("only now"),
            "neither": _("under neither"),
        }
        counts = self.result["door"]
        return [Part(label=text, points=counts[name], maximum=self.result["agents"]) for name, text in labels.items()]

    @property
    def places(self) -> list[str]:
        return words.places(self.result, self.titles, self.comparison.places, self.keys)

    @property
    def agreement(self) -> str:
        return words.agreement(self.result["tau"])

    @cached_property
    def chosen(self) -> list[Row]:
        """Who has a place under either, those whose place changes first."""
        order = {"enters": 0, "leaves": 1, "stays": 2}
        found = [row for row in self.result["rows"] if row["kind"]]
        return sorted(found, key=lambda row: (order[row["kind"]], min(row["place"]), row["staff_number"]))

    @cached_property
    def movers(self) -> list[Row]:
        """Others who may be chosen under both and move furthest."""
        both = [r for r in self.result["rows"] if not r["kind"] and "barred" not in r["state"]]
        return sorted(both, key=lambda r: (-abs(r["place"][1] - r["place"][0]), r["staff_number"]))[:MOVERS]

    @cached_property
    def names(self) -> dict[int, str]:
        shown = [row["agent"] for row in (*self.chosen, *self.movers)]
        return dict(Agent.objects.filter(pk__in=shown).values_list("pk", "full_name"))

    def name(self, row: Row) -> str:
        """The agent's name, or the staff number of somebody who is no longer on the roster."""
        return self.names.get(row["agent"]) or str(row["staff_number"])

    @property
    def drawn(self) -> list[Row]:
        """The picture takes a few dozen lines; the table has them all."""
        return self.chosen[:DRAWN]

    @cached_property
    def lanes(self) -> tuple[Lane, Lane]:
        sides = [[(r["agent"], r["state"][side], r["place"][side]) for r in self.drawn] for side in (0, 1)]
        return lane(sides[0], ZONES), lane(sides[1], ZONES)

    @property
    def height(self) -> int:
        return max(one.height for one in self.lanes)

    @property
    def headings(self) -> list[list[Label]]:
        return [[Label(text=self._zone(h.zone), y=h.y) for h in one.headings] for one in self.lanes]

    def _zone(self, zone: str) -> str:
        names = {
            "in": _("with a place"),
            "level": _("level"),
            "out": _("behind"),
            "barred": _("held back"),
        }
        return names[zone]

    @property
    def slopes(self) -> list[Slope]:
        return [
            Slope(
                name=self.name(row),
                kind=row["kind"],
                y1=self.lanes[0].at[row["agent"]],
                y2=self.lanes[1].at[row["agent"]],
                before=self._rank(row, 0),
                after=f"{MARKS[row['kind']]} {self._rank(row, 1)}".strip(),
            )
            for row in self.drawn
        ]

    def _rank(self, row: Row, side: int) -> str:
        return "–" if row["state"][side] == "barred" else decimal(row["place"][side], 0)

    @property
    def lines(self) -> list[Line]:
        """Who enters, leaves and stays."""
        return [self._line(row) for row in self.chosen]

    @property
    def mover_lines(self) -> list[Line]:
        """Who else moves furthest."""
        return [self._line(row) for row in self.movers]

    def _line(self, row: Row) -> Line:
        return Line(
            pk=row["agent"],
            name=self.name(row),
            about=" · ".join(text for text in (row["team"], row["staff_number"]) if text),
            kind=row["kind"],
            word=str(words.KINDS[row["kind"]]),
            before=words.standing(row, 0, self.keys),
            after=words.standing(row, 1, self.keys),
            change=signed(row["score"][1] - row["score"][0], 1),
            parts=words.parts(row),
            why=words.cause(row, self.result["shares"], self.keys),
        )

    @property
    def conditions(self) -> list[tuple[str, str, str]]:
        """Each condition: whom it stops before and after, and of those whom it alone stops."""
        old, new = ({one["label"]: one for one in side} for side in self.result["conditions"])
        return [
            (words.condition(label, self.keys), _stops(old.get(label)), _stops(new.get(label)))
            for label in dict.fromkeys([*old, *new])
        ]

    @property
    def errors(self) -> list[list[str]]:
        """Both error rates of the conditions: wrongly turned away and wrongly let in, each before and after."""
        old, new = self.result["errors"]
        labels = [label for label in dict.fromkeys([*old, *new]) if label != ALL]
        return [
            [
                words.condition(label, self.keys) if label != ALL else _("All together"),
                *(_share(side.get(label), name) for name in ERRORS for side in (old, new)),
            ]
            for label in (*labels, ALL)
        ]

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, list[GroupLine]]]]]:
        """Teams and channels, each at the door and at the places."""
        kinds = {"team": _("By team"), "channel": _("By channel of most ratings")}
        stages = {"door": _("May be chosen"), "place": _("Has a place")}
        found = self.result["groups"]
        return [
            (title, [(stage, _group_lines(found[kind][name])) for name, stage in stages.items()])
            for kind, title in kinds.items()
        ]

    @property
    def csv_address(self) -> str:
        return reverse("hr:comparison_csv", args=[self.comparison.pk])

    @property
    def xlsx_address(self) -> str:
        return reverse("hr:comparison_xlsx", args=[self.comparison.pk])


def _stops(one: Row | None) -> str:
    if one is None:
        return _("not asked")
    told = {"stops": decimal(one["stops"], 0), "alone": decimal(one["alone"], 0)}
    return _("%(stops)s, of whom %(alone)s for this alone") % told if one["stops"] else decimal(0, 0)


def _share(rates: Row | None, name: str) -> str:
    if rates is None:
        return _("not asked")
    value = rates[name]
    return "—" if value is None else _("%(number)s%%") % {"number": decimal(100 * value, 1)}


def _group_lines(sides: Sequence[Sequence[Row]]) -> list[GroupLine]:
    return [
        GroupLine(
            group=after["group"],
            total=after["total"],
            before=_rate(before),
            after=_rate(after),
            ratio_before=_ratio(before),
            ratio_after=_ratio(after),
            flag=after["flag"],
        )
        for before, after in zip(*sides, strict=True)
    ]


def _rate(one: Row) -> str:
    told = {"rate": percent(one["rate"]), "low": percent(one["low"]), "high": percent(one["high"])}
    return _("%(rate)s (%(low)s to %(high)s)") % told


def _ratio(one: Row) -> str:
    if one["is_reference"]:
        return _("the highest")
    if one["ratio"] is None:
        return "—"
    told = {name: decimal(one[name], 2) for name in ("ratio", "ratio_low", "ratio_high")}
    return _("%(ratio)s (%(ratio_low)s to %(ratio_high)s)") % told
