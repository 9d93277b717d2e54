"""How far referees agree: about one candidate, and over all of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scoring.formula import (
    FormulaError,
    Icc,
    Kappa,
    Nearness,
    intraclass_correlations,
    nearness,
    weighted_kappa,
)
from selection.models import Observation
from selection.models.references import ReferenceState, Relation
from selection.references import scales

FEWEST_TARGETS = 5
REFEREES = 3


@dataclass(frozen=True, kw_only=True)
class ScaleAgreement:
    """Agreement on one scale over all candidates; a figure that the data cannot tell yet is None.

    `icc` is over candidates with three references, each with referees of their own, so ICC(1,1) and ICC(1,3) hold;
    `kappa` sets the line manager against each colleague, with quadratic weights.
    """

    scale: str
    candidates: int
    near: Nearness | None
    icc: Icc | None
    kappa: Kappa | None


def agreement() -> list[ScaleAgreement]:
    """Agreement on every scale."""
    return [_on(scale.key, len(scale.by_language["en"].levels)) for scale in scales()]


def near(levels: Sequence[int]) -> Nearness | None:
    """How near the levels of one candidate are to each other."""
    return nearness([levels]) if len(levels) > 1 else None


def _on(scale: str, levels: int) -> ScaleAgreement:
    given = _levels(scale)
    several = [[level for _relation, level in one] for one in given.values() if len(one) > 1]
    whole = [one for one in several if len(one) == REFEREES]
    return ScaleAgreement(
        scale=scale,
        candidates=len(several),
        near=nearness(several) if several else None,
        icc=_icc(whole),
        kappa=_kappa(list(given.values()), levels),
    )


def _levels(scale: str) -> dict[int, list[tuple[str, int]]]:
    """What was handed in about each candidate, the manager first."""
    rows = Observation.objects.filter(scale=scale, reference__state=ReferenceState.HANDED_IN)
    found: dict[int, list[tuple[str, int]]] = {}
    for case, relation, level in rows.order_by("-reference__relation", "pk").values_list(
        "reference__candidate_id", "reference__relation", "level"
    ):
        found.setdefault(case, []).append((relation, level))
    return found


def _icc(levels: list[list[int]]) -> Icc | None:
    if len(levels) < FEWEST_TARGETS:
        return None
    try:
        return intraclass_correlations(levels)
    except FormulaError:
        return None


def _kappa(given: list[list[tuple[str, int]]], levels: int) -> Kappa | None:
    pairs: Counter[tuple[int, int]] = Counter()
    for one in given:
        managers = [level for relation, level in one if relation == Relation.MANAGER]
        others = [level for relation, level in one if relation == Relation.COLLEAGUE]
        pairs.update((manager, other) for manager in managers for other in others)
    if pairs.total() < FEWEST_TARGETS:
        return None
    table = [[pairs[row, column] for column in range(1, levels + 1)] for row in range(1, levels + 1)]
    try:
        return weighted_kappa(table)
    except FormulaError:
        return None
