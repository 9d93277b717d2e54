"""A comparison in sentences that a manager can retell. The codes and numbers come from scoring.comparison."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scoring.policy import Order, Policy, rule
from selection.reasons import criterion_name, decimal, language, percent, signed

Row = Mapping[str, Any]
STATES = {
    "in": gettext_lazy("has a place"),
    "level": gettext_lazy("level at the last place"),
    "out": gettext_lazy("waits behind"),
    "barred": gettext_lazy("may not be chosen"),
}
KINDS = {
    "enters": gettext_lazy("enters"),
    "leaves": gettext_lazy("leaves"),
    "stays": gettext_lazy("stays"),
    "": "",
}
NAMED = 3


def joined(words: Sequence[str]) -> str:
    """Words in a row, with "and" before the last."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def asks_for(policy: Policy) -> list[str]:
    """What must hold under a policy, a sentence each; a group of doors is one."""
    sentences = [rule(one, language()) for one in policy.gates]
    for members in policy.groups.values():
        sentences.append(
            _("One of these is enough. %(doors)s") % {"doors": " ".join(rule(m, language()) for m in members)}
        )
    sentences += [
        _("Stops until people have looked. %(veto)s") % {"veto": rule(one, language())} for one in policy.vetoes
    ]
    return sentences or [_("Nothing: everybody may be chosen.")]


def goes_by(policy: Policy, shares: Mapping[str, float]) -> str:
    """What decides among those who may be chosen, and how much of it is measured already."""
    if policy.order is Order.LOT:
        return _("A lot decides among them.")
    told = [f"{criterion_name(name)} {percent(share)}" for name, share in shares.items() if share]
    if not told:
        return _("What counts has not been measured of anybody yet, so all stand level.")
    sentence = _("Among them the order goes by: %(parts)s.") % {"parts": ", ".join(told)}
    waiting = [criterion_name(name) for name, share in shares.items() if not share]
    if waiting:
        sentence += " " + _("Not measured of anybody yet: %(names)s.") % {"names": ", ".join(waiting)}
    return sentence


def condition(label: str, keys: Mapping[str, Sequence[str]]) -> str:
    """The short name of a condition: its criteria, "or" between the doors of a group."""
    names = list(dict.fromkeys(criterion_name(key.partition(".")[0]) for key in keys.get(label, [label])))
    kind = label.partition(":")[0]
    text = _(" or ").join(names)
    if kind == "veto":
        return _("%(name)s (stops)") % {"name": text}
    return _("%(name)s (enough evidence)") % {"name": text} if kind == "evidence" else text


def in_short(result: Row, titles: tuple[str, str], keys: Mapping[str, Sequence[str]]) -> list[str]:
    """What each policy asks for and goes by, in one sentence each: the one to retell."""
    told = zip(titles, result["conditions"], result["shares"], strict=True)
    return [
        _asked(title, [condition(one["label"], keys) for one in side if ":" not in one["label"]], shares)
        for title, side, shares in told
    ]


def _asked(title: str, names: list[str], shares: Mapping[str, float]) -> str:
    counting = [f"{criterion_name(name)} {percent(share)}" for name, share in shares.items() if share]
    told = {"title": title, "names": joined(names), "order": joined(counting)}
    if not names and not counting:
        return _("“%(title)s” asks for nothing, and a lot decides.") % told
    if not names:
        return _("“%(title)s” asks for nothing, and goes by %(order)s.") % told
    if not counting:
        return _("“%(title)s” asks for %(names)s; nothing else has been measured yet.") % told
    return _("“%(title)s” asks for %(names)s, and goes by %(order)s.") % told


def door(result: Row, titles: tuple[str, str], keys: Mapping[str, Sequence[str]]) -> list[str]:
    """How many may be chosen, who loses that and gains it, and by which conditions."""
    counts = result["door"]
    told = {
        "before": titles[0],
        "after": titles[1],
        "old": counts["both"] + counts["loses"],
        "new": counts["both"] + counts["gains"],
        "all": result["agents"],
    }
    first = _("Under “%(before)s” %(old)d of %(all)d agents may be chosen, under “%(after)s” %(new)d.") % told
    crossings = [*_crossing(result, 1, "loses", keys), *_crossing(result, 0, "gains", keys)]
    return [first, *crossings, *_closed(result, titles, keys)]


def _closed(result: Row, titles: tuple[str, str], keys: Mapping[str, Sequence[str]]) -> list[str]:
    """What keeps everybody out where nobody may be chosen at all: it is hardly ever the people."""
    told = []
    for side, title in enumerate(titles):
        if any(row["state"][side] != "barred" for row in result["rows"]):
            continue
        counted = Counter(name for row in result["rows"] for name in row["stopped_by"][side]).most_common(NAMED)
        causes = joined([f"{condition(name, keys)} ({found})" for name, found in counted])
        sentence = _(
            "Under “%(title)s” nobody may be chosen: %(causes)s. A condition that stops everybody often lacks its "
            "evidence: import it first, or change the condition."
        )
        told.append(sentence % {"title": title, "causes": causes})
    return told


def _crossing(result: Row, side: int, way: str, keys: Mapping[str, Sequence[str]]) -> list[str]:
    """Who crossed the door one way; `side` is the one on which they stand outside."""
    number = result["door"][way]
    if not number:
        return []
    crossed = [r for r in result["rows"] if (r["state"][side] == "barred") != (r["state"][1 - side] == "barred")]
    barred = [r for r in crossed if r["state"][side] == "barred"]
    counted = Counter(name for r in barred for name in r["stopped_by"][side]).most_common(NAMED)
    causes = joined([f"{condition(name, keys)} ({found})" for name, found in counted])
    sentence = (
        ngettext(
            "%(n)d person can no longer be chosen: %(causes)s.",
            "%(n)d people can no longer be chosen: %(causes)s.",
            number,
        )
        if way == "loses"
        else ngettext(
            "%(n)d person can be chosen now who could not before: %(causes)s.",
            "%(n)d people can be chosen now who could not before: %(causes)s.",
            number,
        )
    )
    return [sentence % {"n": number, "causes": causes}]


def places(result: Row, titles: tuple[str, str], number: int, keys: Mapping[str, Sequence[str]]) -> list[str]:
    """How many places change hands, and why; and when a policy puts people level so that nobody has a place."""
    kinds = Counter(row["kind"] for row in result["rows"])
    if not {"stays", "enters", "leaves"} & set(kinds):
        return [_("Nobody has a place under either.")]
    told = {"places": number, "stays": kinds["stays"]}
    sentences = [
        _("No place stays with the same person.")
        if not kinds["stays"]
        else ngettext(
            "Of %(places)d place, %(stays)d stays with the same person.",
            "Of %(places)d places, %(stays)d stay with the same people.",
            number,
        )
        % told
    ]
    sentences += [
        _("Under “%(title)s” %(level)d people stand level at the last place: what counts cannot tell them apart.")
        % {"title": title, "level": states["level"]}
        for title, states in zip(titles, result["states"], strict=True)
        if states.get("level")
    ]
    return [*sentences, *_changed(result, "enters", keys), *_changed(result, "leaves", keys)]


def _changed(result: Row, kind: str, keys: Mapping[str, Sequence[str]]) -> list[str]:
    rows = [row for row in result["rows"] if row["kind"] == kind]
    if not rows:
        return []
    causes = Counter(cause(row, result["shares"], keys) for row in rows)
    told = {"n": len(rows), "causes": "; ".join(f"{number} — {text}" for text, number in causes.most_common())}
    if kind == "enters":
        return [ngettext("%(n)d person enters: %(causes)s.", "%(n)d people enter: %(causes)s.", len(rows)) % told]
    return [ngettext("%(n)d person leaves: %(causes)s.", "%(n)d people leave: %(causes)s.", len(rows)) % told]


def cause(row: Row, shares: Sequence[Mapping[str, float]], keys: Mapping[str, Sequence[str]]) -> str:
    """Why somebody enters or leaves."""
    kind, names = row["cause"]["kind"], row["cause"]["names"]
    if kind == "condition":
        text = _("no longer held back by %(names)s") if row["kind"] == "enters" else _("held back by %(names)s")
        return text % {"names": joined([condition(name, keys) for name in names])}
    if kind == "score" and names:
        return _counts(names[0], shares)
    if kind == "others" and names:
        told = {"name": condition(names[0], keys)}
        if row["kind"] == "enters":
            return _("people ahead are held back by %(name)s") % told
        return _("others come in, no longer held back by %(name)s") % told
    return ""


def _counts(name: str, shares: Sequence[Mapping[str, float]]) -> str:
    old, new = (side.get(name, 0.0) for side in shares)
    told = {"name": criterion_name(name), "old": percent(old), "new": percent(new)}
    if round(old, 2) == round(new, 2):
        return _("%(name)s is measured otherwise") % told
    return _("%(name)s counts %(new)s instead of %(old)s") % told


def agreement(tau: float | None) -> str:
    """Kendall's tau in words."""
    if tau is None:
        return _("One of the two puts everybody level, so the orders cannot be compared.")
    words = (
        (0.7, _("The two orders are much alike")),
        (0.3, _("The two orders have something in common")),
        (-0.3, _("The two orders have little to do with each other")),
        (-1.1, _("The two orders run against each other")),
    )
    text = next(word for bound, word in words if tau > bound)
    return _("%(text)s: Kendall’s tau is %(tau)s (1 the same order, 0 unrelated, −1 reversed).") % {
        "text": text,
        "tau": signed(tau),
    }


def parts(row: Row, *, most: int = 2) -> str:
    """The changes of the points that matter most; all of them add up to the change of the score."""
    told = sorted(row["parts"].items(), key=lambda pair: -abs(pair[1]))
    return ", ".join(
        f"{criterion_name(name)} {signed(change, 1)}" for name, change in told[:most] if abs(change) >= 0.05
    )


def standing(row: Row, side: int, keys: Mapping[str, Sequence[str]]) -> str:
    """Where somebody stands on one side; and what holds them back, if anything does."""
    state = row["state"][side]
    if state == "barred":
        return _("may not be chosen: %(names)s") % {
            "names": joined([condition(n, keys) for n in row["stopped_by"][side]])
        }
    return f"{decimal(row['place'][side], 0)} · {STATES[state]}"


def keys_of(conditions: Iterable[Iterable[Row]]) -> dict[str, list[str]]:
    """The entries of the policies behind every label of either side."""
    return {one["label"]: one["keys"] for side in conditions for one in side}
