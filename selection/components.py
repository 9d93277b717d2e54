"""The shapes that pages hand to the components of selection.templatetags.rostrum; data only.

A component reads its items by name, so a dict with the same keys does as well.
"""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

Text = str | Promise
StepState = Literal["done", "current", "upcoming"]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A tab or a filter chip; `count` stands small after the label."""

    label: Text
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a plain table; numbers stand right."""

    label: Text
    numeric: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a person's path: what it is, how it stands, and the one thing to do now."""

    title: Text
    state: StepState
    text: Text = ""
    action_url: str = ""
    action_label: Text = ""
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a score: points, the most it can give, and how it came about.

    `colour` is a number of the palette, from 1; 0 takes the next one, by the place among the parts.
    """

    label: Text
    points: float
    maximum: float
    note: Text = ""
    colour: int = 0


@dataclass(frozen=True, kw_only=True)
class Change:
    """A value before and after."""

    label: Text
    before: Text
    after: Text
