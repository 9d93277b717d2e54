"""Why a verdict is what it is: what is missing and by which rule that was handled, and how far it is from another."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.models import Score
from scoring.models.runs import Verdict
from scoring.policies import read
from scoring.policy import Policy
from selection.numbers import chance, decimal, percent
from selection.reasons import criterion_name, gate_name

Entry = Mapping[str, Any]
ELIGIBLE = "eligible"

_WEIGHTS = {
    "wait": gettext_lazy("a round measures it; until then the average of all stands in, with all its doubt"),
    "prior": gettext_lazy("the average of all stands in, with all its doubt"),
    "incomplete": gettext_lazy("nobody is placed before it is there"),
}
_GATES = {
    "wait": gettext_lazy("a round measures it; until then it counts neither for nor against anybody"),
    "prior": gettext_lazy("decided on the average of all, with all its doubt"),
    "incomplete": gettext_lazy("nobody is placed before it is there"),
    "not_met": gettext_lazy("the condition does not hold until it is there"),
}


def missing_lines(score: Score) -> list[str]:
    """What there is no evidence of, or too little, each with the rule of the policy that was applied."""
    weights = [
        _missing(criterion_name(name), str((_WEIGHTS if entry["maximum"] else _GATES)[entry["missing_rule"]]))
        for name, entry in score.criteria.items()
        if entry["missing"] and entry["role"] == "weight" and entry["missing_rule"] in _WEIGHTS
    ]
    gates = [
        _missing(gate_name(key), str(_GATES[gate["missing_rule"]]))
        for key, gate in score.gates.items()
        if gate.get("missing_rule") in _GATES
    ]
    few = [
        _few(criterion_name(name), entry)
        for name, entry in score.criteria.items()
        if not entry["missing"] and not entry.get("enough", True)
    ]
    return list(dict.fromkeys([*weights, *gates, *few]))


def _missing(name: str, rule: str) -> str:
    return _("%(name)s: no evidence yet; %(rule)s.") % {"name": name, "rule": rule}


def _few(name: str, entry: Entry) -> str:
    told = {"name": name, "seen": decimal(entry["observations"], 0), "needed": decimal(entry["needed"], 0)}
    return _("%(name)s: %(seen)s of the %(needed)s observations the policy asks for; they count as they are.") % told


def verdict_distance(score: Score) -> list[str]:
    """How far the verdict is from the next one: by the chance of a place, or by the evidence that is not enough."""
    policy = read(score.run.policy_version)
    stopped = score.explanation.get("vetoed_by", "")
    if stopped:
        return [_("%(name)s: people look at it first; until then nothing else matters.") % {"name": gate_name(stopped)}]
    if score.verdict == Verdict.INSUFFICIENT:
        return _not_enough(score, policy)
    if score.explanation.get("standing", ELIGIBLE) != ELIGIBLE:
        return [_("A condition does not hold; without it there is no chance of a place, whatever the score.")]
    return [_by_chance(score, policy)]


def _by_chance(score: Score, policy: Policy) -> str:
    """The way to the nearer of the two bounds between the verdicts."""
    bounds = {Verdict.CLEAR: policy.verdict.clear, Verdict.BORDERLINE: policy.verdict.borderline}
    nearest = min(bounds, key=lambda verdict: abs(bounds[verdict] - score.p_top))
    gap = round(100 * abs(bounds[nearest] - score.p_top))
    told = {"chance": chance(score.p_top), "bound": percent(bounds[nearest]), "verdict": str(nearest.label), "gap": gap}
    if score.p_top < bounds[nearest]:
        return _("The chance of a place is %(chance)s; from %(bound)s it reads “%(verdict)s” (+%(gap)d).") % told
    return _("The chance of a place is %(chance)s; under %(bound)s it no longer reads “%(verdict)s” (−%(gap)d).") % told


def _not_enough(score: Score, policy: Policy) -> list[str]:
    """Why the evidence is not enough for a verdict."""
    if score.run.summary.get("distinguishable") is False:
        return [_("By their ratings these agents cannot be told apart: the differences may be luck alone.")]
    reliability = score.explanation.get("reliability")
    if reliability is None or reliability >= policy.verdict.reliability:
        return [_("There is less evidence than the policy asks for, so there is no verdict yet.")]
    told = {"reliability": percent(reliability), "needed": percent(policy.verdict.reliability)}
    return [
        _(
            "%(reliability)s of the visible differences in the score are real, the rest may be luck; the policy asks "
            "for %(needed)s before it speaks of a verdict."
        )
        % told
    ]
