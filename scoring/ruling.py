"""From a policy document to the rules of the formula.

Three roles ask for three things when evidence is missing. A knowledge test, a task or references that nobody can have
before a round wait: they are held against nobody, and count from the first result on. A gate or a door asks for the
pieces of evidence that the policy names and treats fewer as none. A weight does so when its rule is "incomplete"; when
the average stands in ("prior"), few pieces move the estimate little anyway, so they are used, without a verdict.
"""

from dataclasses import dataclass, field

from scoring.formula import AnyOf, Gate, Rules, Veto, Weight
from scoring.measuring import needing
from scoring.policy import Criterion, Policy, Unit, WhenMissing
from scoring.policy import Measure as Name
from scoring.policy.document import PASS_PERCENT

MEASURED_IN_A_ROUND = frozenset({Name.KNOWLEDGE_TEST, Name.TEST_TASK, Name.INVOLVEMENT, Name.CULTURE})
# Facts need no number of pieces, questions of a test are no pieces, and the cut on viral chats counts them itself.
NEEDS_NO_PIECES = frozenset({Name.TENURE, Name.TECHNICAL_SUPPORT, Name.KNOWLEDGE_TEST, Name.VIRAL_CHATS})
LIKELY = 0.5
MEASURE_OF_UNIT = {
    (Name.CUSTOMER_RATING, Unit.SHARE): "customer_rating.share",
    (Name.CUSTOMER_RATING, Unit.LEVEL): "customer_rating.level",
    (Name.VIRAL_CHATS, Unit.CHATS): "viral_chats.chats",
    (Name.VIRAL_CHATS, Unit.SEVERITY): "viral_chats.severity",
    (Name.TECHNICAL_SUPPORT, Unit.MONTHS): "technical_support.months",
    (Name.EFFICIENCY, Unit.SHARE): "efficiency.share",
    (Name.TEST_TASK, Unit.YES_NO): "test_task.veto",
}


@dataclass(frozen=True)
class Ruling:
    """The rules of a policy, and which criterion of the document each gate or door came from, by its label."""

    rules: Rules
    sources: dict[str, tuple[Criterion, ...]] = field(default_factory=dict)


def rule(policy: Policy) -> Ruling:
    """Translate a policy. Labels of gates are names of measures, labels of any-of rules their groups."""
    gates = {one: _gate(one) for one in policy.gates}
    groups = {name: AnyOf(name, tuple(_gate(one) for one in members)) for name, members in policy.groups.items()}
    sources = {gate.label: (one,) for one, gate in gates.items()} | dict(policy.groups)
    rules = Rules(
        gates=tuple(gates.values()),
        weights=tuple(_weight(one) for one in policy.weights),
        any_of=tuple(groups.values()),
        vetoes=tuple(Veto(unit_name(one), at_least=one.cut) for one in policy.vetoes),
        minimum_reliability=policy.verdict.reliability,
    )
    return Ruling(rules, sources)


def unit_name(one: Criterion) -> str:
    """The measure in the unit of the cut, whatever evidence it needs; the criterion itself without a cut."""
    return MEASURE_OF_UNIT.get((one.criterion, one.unit), one.criterion.value) if one.unit else one.criterion.value


def measure_name(one: Criterion) -> str:
    """The measure that a gate, a door or a weight is judged by, with the evidence it needs."""
    is_used_anyway = one.weight is not None and _missing(one) == "prior"
    if is_used_anyway or one.criterion in NEEDS_NO_PIECES:
        return unit_name(one)
    return needing(unit_name(one), one.evidence_needed)


def in_measure(one: Criterion) -> tuple[float, float]:
    """The cut in the unit of the measure, and the probability with which it must be reached."""
    cut = one.cut or 0.0
    if one.unit is Unit.PROBABILITY:
        return float(PASS_PERCENT), cut
    if one.criterion in MEASURED_IN_A_ROUND and one.unit is Unit.LEVEL:
        return (cut - 1.0) / 4.0 * 100.0, LIKELY
    if one.criterion in MEASURED_IN_A_ROUND and one.unit is Unit.SHARE:
        return cut * 100.0, LIKELY
    return cut, LIKELY


def _gate(one: Criterion) -> Gate:
    cut, probability = in_measure(one)
    return Gate(measure_name(one), at_least=cut, probability=probability, missing=_missing(one))


def _missing(one: Criterion) -> str:
    """The formula's word. "Does not hold yet" is incomplete there too: nothing is known against the agent."""
    if one.criterion in MEASURED_IN_A_ROUND:
        return "wait"
    return "prior" if one.when_missing is WhenMissing.PRIOR else "incomplete"


def _weight(one: Criterion) -> Weight:
    counts = 0.0 if one.criterion in MEASURED_IN_A_ROUND | NEEDS_NO_PIECES else float(one.evidence_needed)
    return Weight(measure_name(one), one.weight or 0.0, missing=_missing(one), minimum_count=counts)
