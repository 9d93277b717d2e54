"""The calibration as a picture: claimed against true chances, with the range that chance alone explains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from scoring.formula import wilson_interval
from scoring.models import Calibration
from selection.numbers import decimal, percent

# The square of the diagram in units of its drawing: left, top, side.
LEFT, TOP, SIDE = 48.0, 10.0, 260.0
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
FEWEST = 10


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One tenth of the claims: lengths as SVG writes them, and the same in words."""

    x: str
    y: str
    low: str
    high: str
    radius: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A mark on both axes."""

    x: str
    y: str
    label: str


@dataclass(frozen=True)
class CalibrationPicture:
    """What the method page shows of the newest calibration."""

    calibration: Calibration

    @property
    def simulated(self) -> list[Dot]:
        return _dots(self.calibration.simulated["bins"])

    @property
    def halves(self) -> list[Dot]:
        return _dots(self.calibration.halves.get("bins", []))

    @property
    def ticks(self) -> list[Tick]:
        return [Tick(x=_x(share), y=_y(share), label=percent(share)) for share in TICKS]

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """The simulated tenths as a table."""
        bins = self.calibration.simulated["bins"]
        return [(percent(one["claimed"]), percent(one["true"]), decimal(one["agents"], 0)) for one in bins]

    @property
    def columns(self) -> list[str]:
        return [_("Claimed chance"), _("Truly among the best"), _("Cases")]

    @property
    def sentences(self) -> list[str]:
        """Coverage, halves, and on what this rests."""
        made = self.calibration
        coverage = _("Of the 95 %% intervals %(share)s held the truth, in %(rounds)s simulated worlds.") % {
            "share": _("%(number)s%%") % {"number": decimal(100 * made.simulated["coverage"], 1)},
            "rounds": decimal(made.rounds, 0),
        }
        basis = _("Checked with %(agents)s rated agents and %(places)s places, on the evidence until %(day)s.") % {
            "agents": decimal(made.agents, 0),
            "places": decimal(made.places, 0),
            "day": date_format(made.as_of),
        }
        return [coverage, _halves(made.halves), basis]


def _halves(halves: Mapping[str, Any]) -> str:
    if not halves:
        return _("The evidence has no two halves yet: that needs two months of ratings.")
    told = {"overlap": percent(halves["overlap"]), "expected": percent(halves["expected"])}
    return (
        _(
            "Of those placed first by one half of the months, the other half places %(overlap)s first; the method "
            "promised %(expected)s."
        )
        % told
    )


def _dots(bins: Sequence[Mapping[str, float]]) -> list[Dot]:
    """A dot for each tenth with enough cases to say anything; its bar is the 95 % range of the true share."""
    shown = [one for one in bins if one["agents"] >= FEWEST]
    if not shown:
        return []
    most = max(one["agents"] for one in shown)
    cases = [one["agents"] for one in shown]
    low, high = wilson_interval([one["true"] * one["agents"] for one in shown], cases)
    return [
        Dot(
            x=_x(one["claimed"]),
            y=_y(one["true"]),
            low=_y(float(bottom)),
            high=_y(float(top)),
            radius=f"{3 + 4 * (one['agents'] / most) ** 0.5:.1f}",
            title=_("claimed %(claimed)s, true %(true)s, %(cases)s cases")
            % {"claimed": percent(one["claimed"]), "true": percent(one["true"]), "cases": decimal(one["agents"], 0)},
        )
        for one, bottom, top in zip(shown, low, high, strict=True)
    ]


def _x(share: float) -> str:
    return f"{LEFT + SIDE * share:.1f}"


def _y(share: float) -> str:
    return f"{TOP + SIDE * (1.0 - share):.1f}"
