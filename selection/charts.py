"""Geometry of the charts: numbers in, lengths of an SVG out, as fractions of its width or height. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

NARROWEST = 0.004
FEWEST_COLUMNS = 6


def percent(fraction: float) -> str:
    """Word a fraction as an SVG length; never localised, since SVG knows only the decimal point."""
    return f"{100 * fraction:.2f}%"


def clamp(fraction: float) -> float:
    """Keep a fraction between 0 and 1."""
    return min(max(fraction, 0.0), 1.0)


def edge(rank: float, total: int) -> float:
    """Where a rank stands on a square-root scale, 0 at the left edge of rank 1 and 1 at the right edge of the last.

    The root widens the first ranks, which are the ones to be decided about: of 312 agents the first 12 take a fifth.
    """
    return math.sqrt(clamp((rank - 0.5) / max(total, 1)))


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A rank with the range it may really have, and the line of the last place to give; all SVG lengths."""

    dot: str
    band: str
    width: str
    places: str | None


def interval(rank: float, low: float, high: float, places: int, total: int) -> Interval:
    """Lay out a rank interval; every rank owns the cell from half a rank before it to half a rank after it."""
    start, end = edge(low - 0.5, total), edge(high + 0.5, total)
    line = edge(places + 0.5, total) if 0 < places < total else None
    return Interval(
        dot=percent((edge(rank - 0.5, total) + edge(rank + 0.5, total)) / 2),
        band=percent(start),
        width=percent(max(end - start, NARROWEST)),
        places=None if line is None else percent(line),
    )


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A piece of a stacked bar; SVG lengths."""

    start: str
    width: str


def segments(points: Sequence[float], total: float) -> list[Segment]:
    """Lay parts end to end on a bar of length `total`; negative parts take no room."""
    whole = total if total > 0 else 1.0
    laid, at = [], 0.0
    for value in points:
        width = clamp(min(value / whole, 1.0 - at))
        laid.append(Segment(start=percent(at), width=percent(width)))
        at += width
    return laid


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A column of a bar chart: SVG lengths across, and units of the drawing's height down."""

    left: str
    middle: str
    width: str
    top: float
    height: float


def columns(values: Sequence[float], *, ceiling: float, floor: float) -> list[Bar]:
    """Lay out columns whose tallest reaches `ceiling` and whose feet stand at `floor` (SVG units grow downwards)."""
    tallest = max((v for v in values if math.isfinite(v)), default=0.0)
    step = 1 / max(len(values), FEWEST_COLUMNS)
    return [_column(i, value / tallest if tallest > 0 else 0.0, step, ceiling, floor) for i, value in enumerate(values)]


def _column(index: int, share: float, step: float, ceiling: float, floor: float) -> Bar:
    gap = step * 0.14
    height = round((floor - ceiling) * clamp(share), 1) if math.isfinite(share) else 0.0
    return Bar(
        left=percent(index * step + gap / 2),
        middle=percent((index + 0.5) * step),
        width=percent(step - gap),
        top=round(floor - height, 1),
        height=height,
    )
