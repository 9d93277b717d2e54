"""Geometry of a slope chart: who stands where on two lists, as rows of an SVG. Pure."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

ROW, HEADING, TOP = 26, 24, 6


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The heading of a zone of one list; `y` is the middle of the text in units of the drawing."""

    zone: str
    y: int


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One list laid out from the top: where each item stands, and the headings of its zones."""

    at: Mapping[Hashable, int]
    headings: tuple[Heading, ...]
    height: int


def lane(items: Sequence[tuple[Hashable, str, float]], zones: Sequence[str]) -> Lane:
    """Lay out items (key, zone, rank) by zone in the order of `zones`, then by rank; empty zones take no room."""
    at: dict[Hashable, int] = {}
    headings: list[Heading] = []
    y = TOP
    for zone in zones:
        inside = sorted((rank, index) for index, (_key, where, rank) in enumerate(items) if where == zone)
        if inside:
            headings.append(Heading(zone=zone, y=y + HEADING // 2))
            y += HEADING
        for _rank, index in inside:
            at[items[index][0]] = y + ROW // 2
            y += ROW
    return Lane(at=at, headings=tuple(headings), height=y + TOP)
