"""A score in words: the codes and numbers of a Score become sentences in the reader's language, on every page alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from scoring.formula.cells import SEPARATOR
from scoring.models import Score
from scoring.policy.document import Measure, Role
from scoring.policy.vocabulary import MEASURES
from scoring.scorecards import SCALES
from selection.components import Part

# Named again here, since whoever words a score words its numbers too.
from selection.numbers import chance as chance
from selection.numbers import decimal as decimal
from selection.numbers import percent as percent
from selection.numbers import signed as signed
from selection.rating_steps import Chain, chain_of

Entry = Mapping[str, Any]
MET, MISSED, RETEST, INCOMPLETE, WAITING = "met", "missed", "retest", "incomplete", "waiting"

_NAMES = {str(measure): text for measure, text in MEASURES.items()}
_STATES = {
    MET: gettext_lazy("%(name)s: %(value)s, needed %(cut)s. Met."),
    MISSED: gettext_lazy("%(name)s: %(value)s, needed %(cut)s. Not met."),
    RETEST: gettext_lazy("%(name)s: %(value)s, needed %(cut)s. Too close to call: people look, or it is tried again."),
    INCOMPLETE: gettext_lazy("%(name)s: not enough evidence yet, needed %(cut)s."),
    WAITING: gettext_lazy("%(name)s: measured during a round, needed %(cut)s."),
}
_NOTES = {
    "only_within_component": gettext_lazy(
        "The ratings compare only those who share a kind of chat, here with others in the queue %(cell)s."
    ),
    "confined_to_thin_cell": gettext_lazy(
        "%(share)s of the ratings come from a queue where hardly anybody else works, %(cell)s, so how hard it is "
        "cannot be known."
    ),
    "odd_response_rate": gettext_lazy(
        "%(rate)s of the customers who were asked answered, where %(expected)s is usual on the same chats. Look "
        "whether everybody was asked."
    ),
    "criterion_without_evidence": gettext_lazy(
        "Nobody has evidence on “%(criterion)s” yet, so it tells nobody apart in this run."
    ),
    "several_instruments": gettext_lazy(
        "Answers to different surveys (%(instruments)s) are compared within each survey and shown on one scale."
    ),
    "several_components": gettext_lazy(
        "The agents fall into %(components)s groups that share no kind of chat; compare people within a group only."
    ),
}
_MISSING = {
    "wait": gettext_lazy("Measured during a round: the average of all stands in until then."),
    "prior": gettext_lazy("No evidence of their own yet: the average of all stands in."),
    "incomplete": gettext_lazy("Not enough evidence yet: more is gathered."),
    "not_met": gettext_lazy("No evidence yet, so it does not hold yet."),
}


@dataclass(frozen=True, kw_only=True)
class GateLine:
    """One condition: what it is, how it stands, and a sentence about both. `viral` marks a door opened by a chat."""

    name: str
    state: str
    sentence: str
    viral: bool = False


def language() -> str:
    """The reader's language as the policy's texts name it."""
    return (get_language() or "en")[:2]


def criterion_name(code: str) -> str:
    """The name of a criterion for people; a code that no policy knows stands for itself."""
    return _NAMES[code].within(language()) if code in _NAMES else code


def place_chance(p_top: float, places: int) -> str:
    """The probability of a place in words; never quite certain, never quite impossible."""
    shown = {"chance": chance(p_top), "places": places}
    return ngettext("%(chance)s for the %(places)d place", "%(chance)s for one of %(places)d places", places) % shown


def measured(value: float | None, scale: str) -> str:
    """A value with its unit."""
    if value is None:
        return _("unknown")
    if scale == "yes_no":
        return _("yes") if value >= 0.5 else _("no")
    if scale == "months":
        return ngettext("%(number)s month", "%(number)s months", int(value)) % {"number": decimal(int(value), 0)}
    if scale == "seconds":
        seconds = round(-value)  # a shorter time is better, so the formula keeps its negative
        return ngettext("%(number)s second", "%(number)s seconds", seconds) % {"number": decimal(seconds, 0)}
    if scale == "deviations":
        return _("%(number)s standard deviations") % {"number": signed(value, 1)}
    if scale in {"share", "percent"}:
        return percent(value / (1 if scale == "share" else 100))
    return decimal(value, 0 if scale in {"count", "severity"} else 2)


def parts(score: Score) -> list[Part]:
    """The parts of a score that add up to it, the weightiest first, each with what it rests on."""
    weighed = [(name, entry) for name, entry in score.criteria.items() if entry["maximum"] > 0]
    weighed.sort(key=lambda pair: -pair[1]["maximum"])
    return [
        Part(label=criterion_name(name), points=entry["points"], maximum=entry["maximum"], note=what_it_rests_on(entry))
        for name, entry in weighed
    ]


def parts_to_come(score: Score) -> list[str]:
    """The names of what will count once it is measured: nobody of this run has been in a round yet."""
    return [
        criterion_name(name)
        for name, entry in score.criteria.items()
        if entry["role"] == Role.WEIGHT and not entry["maximum"]
    ]


def what_it_rests_on(entry: Entry) -> str:
    """The value behind a part with its interval and the number of observations; or what stood in for evidence."""
    if entry["missing"]:
        return str(_MISSING.get(entry["missing_rule"], ""))
    seen = entry["observations"]
    told = {"value": measured(entry["value"], entry["scale"]), "n": decimal(seen, 0)}
    if entry["low"] is None or entry["high"] is None or entry["low"] == entry["high"]:
        return ngettext("%(value)s; from %(n)s observation", "%(value)s; from %(n)s observations", seen) % told
    ends = (entry["high"], entry["low"]) if entry["scale"] == "seconds" else (entry["low"], entry["high"])
    told |= {"low": measured(ends[0], entry["scale"]), "high": measured(ends[1], entry["scale"])}
    return (
        ngettext(
            "%(value)s, between %(low)s and %(high)s; from %(n)s observation",
            "%(value)s, between %(low)s and %(high)s; from %(n)s observations",
            seen,
        )
        % told
    )


def gate_lines(gates: Mapping[str, Entry]) -> list[GateLine]:
    """Every condition of the policy, in words, as it stands for one agent."""
    return [
        GateLine(
            name=gate_name(key),
            state=gate["state"],
            sentence=_gate_sentence(gate_name(key), gate),
            viral=is_viral_door(key, gate),
        )
        for key, gate in gates.items()
    ]


def gate_name(key: str) -> str:
    """The name of a condition, whose key is its criterion and its role: `tenure.gate`."""
    return criterion_name(key.partition(".")[0])


def is_viral_door(key: str, gate: Entry) -> bool:
    """Tell whether a viral chat opened a door that other evidence could have opened too."""
    return key.startswith(Measure.VIRAL_CHATS) and gate["state"] == MET and gate["role"] == Role.ANY_OF


def gates_in(gates: Mapping[str, Entry], *states: str) -> list[str]:
    """The names of the conditions in these states; of a group that is met by one, the others do not matter."""
    return [
        gate_name(key) for key, gate in gates.items() if gate["state"] in states and gate.get("group_state", "") != MET
    ]


def queue_name(cell: str) -> str:
    """A kind of work as people read it: its parts without the empty ones and the name of the survey."""
    return ", ".join(part for part in cell.split(SEPARATOR)[1:] if part) or cell


def _gate_sentence(name: str, gate: Entry) -> str:
    if gate["role"] == Role.VETO:
        told = _("%(name)s: nothing stops.") if gate["state"] == MET else _("%(name)s: stops until people have looked.")
        return told % {"name": name}
    value, cut = measured(gate["value"], gate["scale"]), measured(gate["cut"], gate["scale"])
    return str(_STATES[gate["state"]]) % {"name": name, "value": value, "cut": cut}


def standing(score: Score, places: int) -> str:
    """Where somebody stands, as a range, and how likely a place is."""
    told = {"rank": score.rank, "low": score.rank_low, "high": score.rank_high}
    place = _("Rank %(rank)d, somewhere from %(low)d to %(high)d") % told
    return f"{place}; {place_chance(score.p_top, places)}."


def why_rating_differs(score: Score) -> list[str]:
    """Why the adjusted rating is not the plain mean of the answers, step by step; empty without ratings."""
    detail = score.criteria.get(Measure.CUSTOMER_RATING, {}).get("detail") or {}
    if detail.get("raw_mean") is None:
        return []
    answered = round(detail["answered"])
    told = {"mean": decimal(detail["raw_mean"], 2), "n": decimal(answered, 0)}
    first = (
        ngettext(
            "The mean is %(mean)s over %(n)s rating.",
            "The mean is %(mean)s over %(n)s ratings, the newer ones counting more.",
            answered,
        )
        % told
    )
    chain = chain_of(score)
    return [first, *(_expected(detail, chain) + _shrunken(chain) if chain else []), *_response(detail)]


def _expected(detail: Entry, chain: Chain) -> list[str]:
    told = {"expected": decimal(chain.expected, 2), "difference": signed(chain.difference)}
    average = _("An average agent in the same chats would have got %(expected)s: the difference is %(difference)s.")
    if not detail.get("top_cell") or not detail.get("top_share"):
        return [average % told]
    queue = _("%(share)s of the chats came from one queue: %(queue)s.")
    return [queue % {"share": percent(detail["top_share"]), "queue": queue_name(detail["top_cell"])}, average % told]


def _shrunken(chain: Chain) -> list[str]:
    told = {name: signed(getattr(chain, name)) for name in ("weighing", "shrunken", "low", "high")}
    weighed = _("Queues in which the own level is less certain weigh less: %(weighing)s.")
    luck = _("Allowing for luck, %(shrunken)s counts (between %(low)s and %(high)s).")
    return [*([weighed % told] if chain.weighing else []), luck % told]


def _response(detail: Entry) -> list[str]:
    if detail.get("response_rate") is None:
        return []
    told = {"share": percent(detail["response_rate"])}
    if detail.get("response_expected") is None:
        return [_("%(share)s of the customers who were asked answered.") % told]
    told |= {"usual": percent(detail["response_expected"])}
    asked = _("%(share)s of the customers who were asked answered; on the same chats %(usual)s is usual.")
    return [asked % told, *_silent(detail)]


def _silent(detail: Entry) -> list[str]:
    """What those who did not answer could change; nothing where nobody is silent, or there is no line to cross."""
    if detail.get("silent_can_turn") is None:
        return []
    if not detail["silent_can_turn"]:
        return [_("Whatever the others would have given, it could not have moved the last place.")]
    told = {"mean": decimal(detail["silent_mean"], 2)}
    return [_("The last place would change hands if the others had given %(mean)s on average.") % told]


def what_would_change(score: Score) -> list[str]:
    """What would turn the verdict, the nearest change first: other evidence, a condition, or another policy."""
    flips = [_flip_sentence(flip, _scale_of(flip["criterion"], score)) for flip in score.explanation.get("flips", [])]
    return [told for told in flips if told] or [_("No single change would.")]


def fine_percent(share: float, other: float) -> str:
    """A share beside another one: in whole percent, or in tenths where whole ones would look alike."""
    if percent(share) != percent(other):
        return percent(share)
    return _("%(number)s%%") % {"number": decimal(100 * share, 1)}


def _scale_of(measure: str, score: Score) -> str:
    """The scale of a measure as this score was written; a measure in another unit is named `criterion.unit`."""
    return str(score.criteria.get(measure, {}).get("scale", SCALES.get(measure, "")))


def _flip_sentence(flip: Entry, scale: str) -> str:
    told = {"name": criterion_name(flip["criterion"].partition(".")[0])}
    if flip["kind"] == "weight":
        return _weight_sentence(told["name"], flip["now"], flip["needed"])
    needed = 1.0 - flip["now"] if scale == "yes_no" else flip["needed"]  # a fact turns into its opposite
    told |= {"now": measured(flip["now"], scale), "needed": measured(needed, scale)}
    if told["now"] == told["needed"]:
        return _("%(name)s: the smallest change, from %(now)s.") % told
    if scale == "yes_no":
        return _("%(name)s: %(needed)s instead of %(now)s.") % told
    told |= {"change": _distance(flip, scale)}
    if flip["kind"] == "gate":
        return _("%(name)s: the condition turns at %(needed)s, now %(now)s (%(change)s).") % told
    return _("%(name)s: at %(needed)s instead of %(now)s the last place changes hands (%(change)s).") % told


def _weight_sentence(name: str, now: float, alone: float) -> str:
    """Another weight, as a share of all; "" where nothing short of the whole score would do.

    alone: the weight that the formula needs while the others stay as they are, so it may exceed the whole.
    """
    needed = alone / (1.0 - now + alone)
    told = {"name": name, "now": fine_percent(now, needed), "needed": fine_percent(needed, now)}
    if percent(needed) == percent(1.0) or told["now"] == told["needed"]:
        return ""
    return _("%(name)s: a weight of %(needed)s instead of %(now)s, the others in proportion.") % told


def _distance(flip: Entry, scale: str) -> str:
    """How far the change is, with its sign, as the scale counts."""
    change = flip["needed"] - flip["now"]
    if scale in {"share", "percent"}:
        return _("%(change)s percentage points") % {"change": signed(change * (100 if scale == "share" else 1), 0)}
    if scale == "seconds":
        return signed(-change, 0)
    return signed(change, 0 if scale in {"count", "severity", "months"} else 2)


def note_sentences(notes: Sequence[Entry]) -> list[str]:
    """What else must be known of a score; a code that has no sentence here is left out."""
    return [str(_NOTES[note["code"]]) % _told(note.get("params", {})) for note in notes if note["code"] in _NOTES]


def _told(params: Entry) -> dict[str, str]:
    known: dict[str, Callable[[Any], str]] = {
        "cell": queue_name,
        "share": percent,
        "rate": percent,
        "expected": percent,
        "criterion": criterion_name,
        "instruments": ", ".join,
    }
    return {name: known[name](value) if name in known else str(value) for name, value in params.items()}
