"""Where a customer rating comes from, step by step, as numbers that add up as they are shown and as a picture.

Raw mean; what an average agent would have got on the same chats; the difference; the weighing of queues; the pull of
luck; what counts, with its interval. One axis in rating points, on which the average agent is a line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from scoring.models import Score
from scoring.policy.document import Measure
from selection.charts import percent as length
from selection.numbers import decimal, signed

DIGITS = 2
MARGIN = 0.04


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: its name and number in words; where it is drawn, as SVG lengths. `note` says why it is there."""

    label: str
    value: str
    note: str = ""
    tone: str = ""
    start: str = ""
    width: str = ""
    dot: str = ""


@dataclass(frozen=True, kw_only=True)
class Steps:
    """All steps with the line of the average agent."""

    rows: list[Step]
    zero: str


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The numbers as they are shown: each is rounded once, and every step is the difference of two that are shown."""

    raw: float
    expected: float
    adjusted: float
    shrunken: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        return round(self.raw - self.expected, DIGITS)

    @property
    def weighing(self) -> float:
        return round(self.adjusted - self.difference, DIGITS)

    @property
    def pull(self) -> float:
        return round(self.shrunken - self.adjusted, DIGITS)


def chain_of(score: Score) -> Chain | None:
    """The shown numbers of a score; None for agents without ratings."""
    detail: Mapping[str, Any] = score.criteria.get(Measure.CUSTOMER_RATING, {}).get("detail") or {}
    names = {"raw": "raw_mean", "expected": "expected", "shrunken": "shrunken", "low": "low", "high": "high"}
    if any(detail.get(key) is None for key in names.values()):
        return None
    shown = {name: round(detail[key], DIGITS) for name, key in names.items()}
    difference = round(shown["raw"] - shown["expected"], DIGITS)
    return Chain(adjusted=round(detail.get("adjusted", difference), DIGITS), **shown)


def rating_steps(score: Score) -> Steps | None:
    """The steps of a score, drawn; None for agents without ratings."""
    chain = chain_of(score)
    if chain is None:
        return None
    scale = _Scale.over(chain)
    weighed, counted = chain.expected + chain.adjusted, chain.expected + chain.shrunken
    rows = [
        scale.dot(_("Mean of the ratings"), decimal(chain.raw, DIGITS), chain.raw),
        scale.dot(_("An average agent on the same chats"), decimal(chain.expected, DIGITS), chain.expected),
        scale.bar(_("Difference"), chain.difference, chain.expected, chain.raw),
        scale.bar(_("Weighing of the queues"), chain.weighing, chain.raw, weighed, _weighing()),
        scale.bar(_("Allowing for luck"), chain.pull, weighed, counted, _luck()),
        scale.interval(chain, counted),
    ]
    return Steps(rows=rows, zero=scale.at(chain.expected))


def _weighing() -> str:
    return _("A queue in which the own level is less certain weighs less.")


def _luck() -> str:
    return _("The fewer ratings, the nearer to the average agent.")


@dataclass(frozen=True)
class _Scale:
    """From rating points to lengths along the picture."""

    low: float
    high: float

    @classmethod
    def over(cls, chain: Chain) -> "_Scale":
        ends = [chain.raw, chain.expected, *(chain.expected + move for move in (chain.adjusted, chain.low, chain.high))]
        room = max(max(ends) - min(ends), 0.1) * MARGIN
        return cls(min(ends) - room, max(max(ends), min(ends) + 0.1) + room)

    def share(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)

    def at(self, value: float) -> str:
        return length(self.share(value))

    def dot(self, label: str, value: str, place: float) -> Step:
        return Step(label=label, value=value, dot=self.at(place))

    def bar(self, label: str, move: float, start: float, end: float, note: str = "") -> Step:
        left, right = sorted((self.share(start), self.share(end)))
        tone = "up" if move > 0 else "down"
        width = length(right - left) if move else ""
        return Step(label=label, value=signed(move), note=note, tone=tone, start=length(left), width=width)

    def interval(self, chain: Chain, place: float) -> Step:
        left, right = (self.share(chain.expected + move) for move in (chain.low, chain.high))
        told = {"low": signed(chain.low), "high": signed(chain.high)}
        return Step(
            label=_("What counts"),
            value=signed(chain.shrunken),
            note=_("With a probability of 95 %% between %(low)s and %(high)s.") % told,
            tone="band",
            start=length(left),
            width=length(right - left),
            dot=self.at(place),
        )
