"""What each criterion can be measured in, how far its scale goes, and how much evidence anybody can have of it."""

from dataclasses import dataclass

from scoring.policy.document import Measure, Role, Unit


@dataclass(frozen=True)
class Scale:
    """Where a cut makes sense: from `low` to `high`, both included, inside a scale that ends at `top`.

    Measured qualities are estimates drawn towards the average: an estimate never reaches the very top, so a cut there
    is a gate that nobody can meet. Facts (months, counts, yes or no) may be asked for up to the top.
    """

    low: float
    high: float
    top: float
    whole: bool = False


_MONTHS = Scale(1, 480, 480)
_YES = Scale(1, 1, 1, whole=True)
_SHARE = Scale(0.01, 0.99, 1)
_LEVEL = Scale(1.1, 4.9, 5)
_PERCENT = Scale(1, 99, 100)
_PROBABILITY = Scale(0.05, 0.95, 1)

CUTS: dict[Measure, dict[Unit, Scale]] = {
    Measure.TENURE: {Unit.MONTHS: _MONTHS},
    Measure.TECHNICAL_SUPPORT: {Unit.YES_NO: _YES, Unit.MONTHS: _MONTHS},
    Measure.KNOWLEDGE_TEST: {Unit.PERCENT: _PERCENT, Unit.PROBABILITY: _PROBABILITY},
    Measure.TEST_TASK: {Unit.PERCENT: _PERCENT, Unit.PROBABILITY: _PROBABILITY},
    Measure.CUSTOMER_RATING: {Unit.SHARE: _SHARE, Unit.LEVEL: _LEVEL},
    Measure.VIRAL_CHATS: {Unit.CHATS: Scale(1, 5, 5, whole=True)},
    Measure.INVOLVEMENT: {Unit.LEVEL: _LEVEL, Unit.SHARE: _SHARE},
    Measure.CULTURE: {Unit.LEVEL: _LEVEL, Unit.SHARE: _SHARE},
    Measure.EFFICIENCY: {Unit.SHARE: _SHARE},
}

# A veto looks at a harm that people have verified: a grave negative incident, or a reputational risk in the test task.
VETO_CUTS: dict[Measure, dict[Unit, Scale]] = {
    Measure.VIRAL_CHATS: {Unit.SEVERITY: Scale(3, 4, 4, whole=True)},
    Measure.TEST_TASK: {Unit.YES_NO: _YES},
}

# The most that anybody can have: one work record, three references (the line manager and two colleagues), and so on.
MOST_EVIDENCE: dict[Measure, int] = {
    Measure.TENURE: 1,
    Measure.TECHNICAL_SUPPORT: 1,
    Measure.KNOWLEDGE_TEST: 5,
    Measure.TEST_TASK: 10,
    Measure.CUSTOMER_RATING: 10_000,
    Measure.VIRAL_CHATS: 5,
    Measure.INVOLVEMENT: 3,
    Measure.CULTURE: 3,
    Measure.EFFICIENCY: 100_000,
}

FACTS = frozenset({Measure.TENURE, Measure.TECHNICAL_SUPPORT})


def cuts(measure: Measure, role: Role) -> dict[Unit, Scale]:
    """The units, with their scales, in which `measure` may be cut in `role`; empty where the role makes no sense.

    Going viral is rare and mostly luck, so it may open a door or count a little, but is never demanded of anybody.
    """
    if role is Role.VETO:
        return VETO_CUTS.get(measure, {})
    if role is Role.GATE and measure is Measure.VIRAL_CHATS:
        return {}
    return CUTS[measure]
