"""Does the document make sense as a whole? Rules across fields, each one sentence with a remedy."""

import math
from collections.abc import Callable, Sequence

from scoring.policy.document import Criterion, Measure, Order, Role, Unit, WhenMissing
from scoring.policy.fields import OPTIONAL_KEYS, ROLE_KEYS
from scoring.policy.problems import Findings, Path
from scoring.policy.scales import FACTS, MOST_EVIDENCE, Scale, cuts

_WHOLE_SCORE = 100
_TASK_GATE = f"{Measure.TEST_TASK}.{Role.GATE}"
# What a viral chat may never stand in for: everybody is asked for the task, and a test is no matter of luck.
_NOT_REPLACEABLE = (Measure.TEST_TASK, Measure.KNOWLEDGE_TEST)


def check_sense(criteria: Sequence[Criterion], order: Order, findings: Findings) -> None:
    """Notes every fault across fields. `criteria` stand as written, so that the n-th is the n-th block of the text."""
    for index, one in enumerate(criteria):
        for check in _EACH:
            check(one, ("criteria", index), findings)
    _check_repeats(criteria, findings)
    _check_weights(criteria, order, findings)
    _check_groups(criteria, findings)
    _check_viral(criteria, findings)


def _check_keys(one: Criterion, path: Path, findings: Findings) -> None:
    for key in OPTIONAL_KEYS:
        is_needed, is_there = key in ROLE_KEYS[one.role], getattr(one, key) is not None
        if is_needed != is_there:
            code = "missing_for_role" if is_needed else "key_not_for_role"
            about = {"criterion": one.criterion, "role": one.role, "about": f"criteria.{key}"}
            findings.add(code, (*path, key), key=key, **about)


def _check_cut(one: Criterion, path: Path, findings: Findings) -> None:
    scales = cuts(one.criterion, one.role)
    if not scales:
        known = ", ".join(role for role in Role if cuts(one.criterion, role))
        findings.add("role_not_for_criterion", (*path, "role"), criterion=one.criterion, role=one.role, known=known)
    elif one.unit is not None and one.cut is not None and one.role is not Role.WEIGHT:
        _check_unit(one, one.unit, scales, path, findings)


def _check_unit(one: Criterion, unit: Unit, scales: dict[Unit, Scale], path: Path, findings: Findings) -> None:
    if unit in scales:
        _check_height(one, scales[unit], path, findings)
        return
    known = ", ".join(scales)
    findings.add(
        "unit_not_for_criterion", (*path, "unit"), criterion=one.criterion, role=one.role, unit=unit, known=known
    )


def _check_height(one: Criterion, scale: Scale, path: Path, findings: Findings) -> None:
    assert one.cut is not None
    code = _off_scale(one.cut, scale)
    if code and one.role is Role.VETO and code != "cut_not_whole":
        code = "veto_off_scale"
    if code:
        about = {"criterion": one.criterion, "cut": _plain(one.cut), "unit": one.unit}
        findings.add(code, (*path, "cut"), **about, low=scale.low, high=scale.high, top=scale.top)


def _off_scale(cut: float, scale: Scale) -> str:
    if cut > scale.high:
        return "nobody_can_meet"
    if cut < scale.low:
        return "everybody_meets"
    return "cut_not_whole" if scale.whole and cut != int(cut) else ""


def _check_evidence(one: Criterion, path: Path, findings: Findings) -> None:
    most = MOST_EVIDENCE[one.criterion]
    if one.evidence_needed > most:
        here = (*path, "evidence_needed")
        findings.add("evidence_nobody_has", here, criterion=one.criterion, needed=one.evidence_needed, most=most)


def _check_missing(one: Criterion, path: Path, findings: Findings) -> None:
    code = ""
    if one.role is Role.WEIGHT and one.when_missing is WhenMissing.NOT_MET:
        code = "missing_counts_as_zero"
    elif one.role is Role.VETO and one.when_missing is not WhenMissing.NOT_MET:
        code = "veto_of_the_missing"
    elif one.criterion in FACTS and one.when_missing is WhenMissing.PRIOR:
        code = "fact_has_no_prior"
    if code:
        findings.add(code, (*path, "when_missing"), criterion=one.criterion)


def _check_repeats(criteria: Sequence[Criterion], findings: Findings) -> None:
    first: dict[str, int] = {}
    for index, one in enumerate(criteria):
        earlier = first.setdefault(one.key, index)
        if earlier != index:
            _refuse_repeat(criteria[earlier], one, earlier, ("criteria", index), findings)


def _refuse_repeat(earlier: Criterion, later: Criterion, index: int, path: Path, findings: Findings) -> None:
    about = {"criterion": later.criterion}
    if later.role is not Role.GATE or (earlier.cut, earlier.unit) == (later.cut, later.unit):
        findings.add("duplicate_criterion", path, **about, role=later.role, first=index + 1)
        return
    findings.add(
        "contradictory_gates",
        (*path, "cut"),
        **about,
        one=_plain(earlier.cut),
        one_unit=earlier.unit,
        other=_plain(later.cut),
        other_unit=later.unit,
    )


def _check_weights(criteria: Sequence[Criterion], order: Order, findings: Findings) -> None:
    places = [index for index, one in enumerate(criteria) if one.role is Role.WEIGHT]
    if order is Order.LOT:
        for index in places:
            findings.add("lot_with_weights", ("criteria", index, "weight"))
    elif not places:
        findings.add("score_without_weights", ("order",))
    else:
        _check_sum([criteria[index].weight or 0 for index in places], ("criteria", places[-1], "weight"), findings)


def _check_sum(weights: list[float], path: Path, findings: Findings) -> None:
    total = math.fsum(weights)
    if not math.isclose(total, _WHOLE_SCORE, abs_tol=1e-6):
        gap = round(_WHOLE_SCORE - total, 4)
        findings.add("weights_do_not_add_up", path, total=f"{total:.10g}", gap=f"{gap:+.10g}")


def _check_groups(criteria: Sequence[Criterion], findings: Findings) -> None:
    possible = [one for one in criteria if one.role is Role.GATE and cuts(one.criterion, one.role)]
    gates = {(one.criterion, one.unit): one.cut or 0 for one in possible}
    for name, members in _grouped(criteria).items():
        if len(members) == 1:
            findings.add("lonely_any_of", ("criteria", members[0], "group"), group=name)
        for index in members:
            _check_idle(criteria[index], gates, ("criteria", index, "cut"), findings)


def _check_idle(
    one: Criterion, gates: dict[tuple[Measure, Unit | None], float], path: Path, findings: Findings
) -> None:
    gate = gates.get((one.criterion, one.unit))
    if gate is not None and one.cut is not None and gate >= one.cut:
        about = {"criterion": one.criterion, "unit": one.unit, "group": one.group}
        findings.add("idle_any_of", path, **about, gate=_plain(gate), cut=_plain(one.cut))


def _check_viral(criteria: Sequence[Criterion], findings: Findings) -> None:
    """A positive viral chat opens the door to the test task and never replaces it."""
    for name, members in _grouped(criteria).items():
        measures = {criteria[index].criterion: index for index in members}
        if Measure.VIRAL_CHATS not in measures:
            continue
        for measure in _NOT_REPLACEABLE:
            if measure in measures:
                path: Path = ("criteria", measures[measure], "role")
                findings.add("viral_replaces_task", path, group=name, criterion=measure)
        if Measure.TEST_TASK not in measures and not any(one.key == _TASK_GATE for one in criteria):
            findings.add("viral_without_task", ("criteria", measures[Measure.VIRAL_CHATS], "criterion"))


def _grouped(criteria: Sequence[Criterion]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for index, one in enumerate(criteria):
        if one.role is Role.ANY_OF and one.group:
            groups.setdefault(one.group, []).append(index)
    return groups


def _plain(number: float | None) -> float | int:
    return int(number) if number is not None and number == int(number) else number or 0


_EACH: tuple[Callable[[Criterion, Path, Findings], None], ...] = (
    _check_keys,
    _check_cut,
    _check_evidence,
    _check_missing,
)
