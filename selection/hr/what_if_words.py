"""Sliders and their changes in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from scoring.policy import Policy, Role, Unit, named
from scoring.what_if import Lever
from selection.reasons import criterion_name, decimal, language, measured, percent

SCALES = {
    Unit.MONTHS: "months",
    Unit.SHARE: "share",
    Unit.PROBABILITY: "share",
    Unit.PERCENT: "percent",
    Unit.CHATS: "count",
    Unit.SEVERITY: "severity",
    Unit.LEVEL: "level",
}
# What is written in percent, and by what it is divided for that.
PERCENTAGES = {Unit.SHARE: 1, Unit.PROBABILITY: 1, Unit.PERCENT: 100}


def label(lever: Lever) -> str:
    """What a slider moves: a weight, or a cut with its unit."""
    name = criterion_name(lever.criterion)
    if lever.unit is None:
        return name
    told = {"name": name}
    text = _("%(name)s: at least") % told
    if lever.role is Role.ANY_OF:
        text = _("%(name)s, one door of several: at least") % told
    elif lever.role is Role.VETO:
        text = _("%(name)s: stops from") % told
    unit = "" if lever.unit in PERCENTAGES else named("unit", lever.unit.value, language())
    return f"{text} ({unit})" if unit else text


def shown(lever: Lever, value: float) -> str:
    """The number beside a slider, as the script writes it while the slider moves."""
    if lever.unit in PERCENTAGES:
        return percent(value / PERCENTAGES[lever.unit])
    return decimal(value, 1 if lever.unit is Unit.LEVEL else 0)


def change(policy: Policy, key: str, moved: Mapping[str, float]) -> str:
    """One change in a sentence of its own."""
    one = next((one for one in policy.criteria if one.key == key), None)
    if one is None:
        return key
    if one.unit is None:
        told = {"new": decimal(moved["to"], 0), "old": decimal(moved["from"], 0)}
        return _("%(name)s: weight %(new)s instead of %(old)s") % {"name": criterion_name(one.criterion), **told}
    scale = SCALES.get(one.unit, "")
    told = {"new": _value(moved["to"], scale), "old": _value(moved["from"], scale)}
    return _("%(name)s: %(new)s instead of %(old)s") % {"name": criterion_name(one.criterion), **told}


def changes(policy: Policy, moved: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Every change, in the order of the document."""
    order = {one.key: at for at, one in enumerate(policy.criteria)}
    return [change(policy, key, moved[key]) for key in sorted(moved, key=lambda key: order.get(key, len(order)))]


def _value(value: float, scale: str) -> str:
    return decimal(value, 1) if scale == "level" else measured(value, scale)


def numbers(values: Mapping[str, Any], names: list[str]) -> dict[str, float]:
    """The numbers that a form sent under these names; whatever is no finite number is left out."""
    found: dict[str, float] = {}
    for name in names:
        try:
            value = float(values.get(name, ""))
        except ValueError:
            continue
        if -1e9 < value < 1e9:
            found[name] = value
    return found
