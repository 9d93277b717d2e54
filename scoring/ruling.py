"""From a policy document to the rules of the formula."""

from dataclasses import dataclass, field

from scoring.formula import AnyOf, Gate, Rules, Veto, Weight
from scoring.policy import Criterion, Policy, Unit, WhenMissing
from scoring.policy import Measure as Name

# What is measured during a round: before it, missing evidence waits instead of shutting people out of the nomination.
MEASURED_IN_A_ROUND = frozenset({Name.KNOWLEDGE_TEST, Name.TEST_TASK, Name.INVOLVEMENT, Name.CULTURE})
PASS_PERCENT = 60.0
LIKELY = 0.5
MEASURE_OF_UNIT = {
    (Name.CUSTOMER_RATING, Unit.SHARE): "customer_rating.share",
    (Name.CUSTOMER_RATING, Unit.LEVEL): "customer_rating.level",
    (Name.VIRAL_CHATS, Unit.CHATS): "viral_chats.chats",
    (Name.VIRAL_CHATS, Unit.SEVERITY): "viral_chats.severity",
    (Name.TECHNICAL_SUPPORT, Unit.MONTHS): "technical_support.months",
    (Name.TEST_TASK, Unit.YES_NO): "test_task.veto",
}


@dataclass(frozen=True)
class Ruling:
    """The rules of a policy, and which criterion of the document each gate or door came from, by its label."""

    rules: Rules
    sources: dict[str, tuple[Criterion, ...]] = field(default_factory=dict)


def rule(policy: Policy) -> Ruling:
    """Translate a policy. Labels of gates are measure names, labels of any-of rules their groups."""
    gates = {one: _gate(one) for one in policy.gates}
    groups = {name: AnyOf(name, tuple(_gate(one) for one in members)) for name, members in policy.groups.items()}
    sources = {gate.label: (one,) for one, gate in gates.items()} | dict(policy.groups)
    rules = Rules(
        gates=tuple(gates.values()),
        weights=tuple(_weight(one) for one in policy.weights),
        any_of=tuple(groups.values()),
        vetoes=tuple(Veto(measure_name(one), at_least=one.cut) for one in policy.vetoes),
        minimum_reliability=policy.verdict.reliability,
    )
    return Ruling(rules, sources)


def measure_name(one: Criterion) -> str:
    """The measure that a criterion is judged by: its own, or the one in the unit of its cut."""
    return MEASURE_OF_UNIT.get((one.criterion, one.unit), one.criterion.value) if one.unit else one.criterion.value


def in_measure(one: Criterion) -> tuple[float, float]:
    """The cut in the unit of the measure, and the probability with which it must be reached."""
    cut = one.cut or 0.0
    if one.unit is Unit.PROBABILITY:
        return PASS_PERCENT, cut
    if one.criterion in MEASURED_IN_A_ROUND and one.unit is Unit.LEVEL:
        return (cut - 1.0) / 4.0 * 100.0, LIKELY
    if one.criterion in MEASURED_IN_A_ROUND and one.unit is Unit.SHARE:
        return cut * 100.0, LIKELY
    return cut, LIKELY


def _gate(one: Criterion) -> Gate:
    cut, probability = in_measure(one)
    return Gate(measure_name(one), at_least=cut, probability=probability, missing=_missing(one))


def _missing(one: Criterion) -> str:
    if one.criterion in MEASURED_IN_A_ROUND:
        return "wait"
    return "prior" if one.when_missing is WhenMissing.PRIOR else "incomplete"


def _weight(one: Criterion) -> Weight:
    if one.criterion in MEASURED_IN_A_ROUND:
        return Weight(one.criterion.value, one.weight or 0.0, missing="wait")
    missing = "incomplete" if one.when_missing is WhenMissing.INCOMPLETE else "prior"
    return Weight(one.criterion.value, one.weight or 0.0, missing=missing, minimum_count=one.evidence_needed)
