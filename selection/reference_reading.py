"""What HR and the auditor read of a candidate's references: nothing before there are two, then all of it."""

from dataclasses import dataclass
from functools import cached_property

from fixtures.content import ScaleText
from scoring.formula import Nearness
from scoring.models import Result
from selection.models import Candidate, Observation, Reference
from selection.models.references import ReferenceState
from selection.reasons import decimal, language, percent
from selection.reference_agreement import ScaleAgreement, agreement, near
from selection.references import NEEDED, worded_scales


@dataclass(frozen=True, kw_only=True)
class Told:
    """One observation: by whom, as what, which level, and the case that shows it."""

    referee: str
    relation: str
    level: int
    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ScaleTold:
    """All observations on one scale, what they amount to, and how far they agree."""

    key: str
    name: str
    question: str
    told: list[Told]
    result: Result | None
    near: Nearness | None


@dataclass(frozen=True)
class ReferenceReading:
    """References about one candidate. No answer is shown before there are two: nobody is led by the first."""

    candidate: Candidate

    @cached_property
    def asked(self) -> list[Reference]:
        found = Reference.objects.filter(candidate=self.candidate).select_related("referee")
        return list(found.exclude(state=ReferenceState.RELEASED).order_by("-relation", "pk"))

    @property
    def handed_in(self) -> int:
        return sum(one.state == ReferenceState.HANDED_IN for one in self.asked)

    @property
    def is_readable(self) -> bool:
        return self.handed_in >= NEEDED

    @property
    def still_needed(self) -> int:
        return max(NEEDED - self.handed_in, 0)

    @cached_property
    def scales(self) -> list[ScaleTold]:
        """Scale by scale, once it may be read."""
        if not self.is_readable:
            return []
        observed = list(
            Observation.objects.filter(reference__in=self.asked).select_related("reference__referee").order_by("pk")
        )
        results = {one.kind: one for one in Result.objects.filter(source=f"references:{self.candidate.pk}")}
        return [
            ScaleTold(
                key=key,
                name=words.name,
                question=words.question,
                told=[_told(one, words) for one in observed if one.scale == key],
                result=results.get(key),
                near=near([one.level for one in observed if one.scale == key]),
            )
            for key, words in worded_scales(language())
        ]

    @cached_property
    def agreement(self) -> list[tuple[str, ...]]:
        """Agreement over all candidates, one row for each scale."""
        names = {key: words.name for key, words in worded_scales(language())}
        return [_row(names[one.scale], one) for one in agreement()]


def _told(one: Observation, words: ScaleText) -> Told:
    return Told(
        referee=one.reference.referee.full_name,
        relation=one.reference.get_relation_display(),
        level=one.level,
        label=words.levels[one.level - 1].label,
        text=one.text,
    )


def _row(name: str, one: ScaleAgreement) -> tuple[str, ...]:
    near_words = (percent(one.near.exact), percent(one.near.adjacent)) if one.near else ("—", "—")
    icc = [
        f"{_coefficient(c.value)} ({_coefficient(c.low)} … {_coefficient(c.high)})"
        for c in ((one.icc.single_1, one.icc.mean_1) if one.icc else ())
    ] or ["—", "—"]
    kappa = _coefficient(one.kappa.value) if one.kappa else "—"
    return (name, decimal(one.candidates, 0), *near_words, kappa, *icc)


def _coefficient(value: float) -> str:
    return decimal(value, 2).replace("-", "−")
