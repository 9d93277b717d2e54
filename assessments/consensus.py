"""Several graders, one result: shares, their mean, its uncertainty, the veto and the further look. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import fmean

# What two graders of one text usually differ by, as a standard deviation of shares, worth two degrees of freedom:
# with two or three gradings the observed spread alone is often 0 by chance.
USUAL_SPREAD = 0.10
USUAL_SPREAD_FREEDOM = 2.0
LEVELS_APART = 2
VETOES_NEEDED = 2
GRADERS_AT_MOST = 3


class FurtherLook(StrEnum):
    """Why a third grader looks, blind like the first two."""

    LEVELS_DIFFER = "levels_differ"
    SINGLE_VETO = "single_veto"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A criterion of the rubric: its weight (above 0) and its lowest and highest level."""

    weight: float
    lowest: int
    highest: int


@dataclass(frozen=True, kw_only=True)
class Marks:
    """One grading: a level for each criterion's code, and whether the grader saw a reputational risk."""

    levels: Mapping[str, int]
    is_vetoed: bool = False


@dataclass(frozen=True, kw_only=True)
class Consensus:
    """`share` 0 to 1 is the mean of `shares`, one for each grading in the order given."""

    share: float
    standard_error: float
    shares: tuple[float, ...]
    vetoes: int
    is_vetoed: bool
    further_look: FurtherLook | None


def grading_share(*, levels: Mapping[str, int], scales: Mapping[str, Scale]) -> float:
    """Weighted share of the way from the lowest to the highest level, 0 to 1.

    Raises ValueError when a criterion lacks a level, is unknown, or its level lies outside the scale.
    """
    if set(levels) != set(scales):
        raise ValueError(f"Levels are needed for exactly these criteria: {', '.join(sorted(scales))}.")
    for code, scale in scales.items():
        if not scale.lowest <= levels[code] <= scale.highest:
            raise ValueError(f"{code}: level {levels[code]} is outside {scale.lowest} to {scale.highest}.")
    reached = sum(s.weight * (levels[code] - s.lowest) / (s.highest - s.lowest) for code, s in scales.items())
    return reached / sum(scale.weight for scale in scales.values())


def consensus(gradings: Sequence[Marks], scales: Mapping[str, Scale]) -> Consensus:
    """Join one to three gradings of one submission; the veto is never averaged into the share.

    Nobody's grade is dropped: the result is the plain mean (Johnson, Penny & Gordon 2000, the parity rule).
    Raises ValueError without gradings, or as grading_share does.
    """
    if not gradings:
        raise ValueError("A submission without gradings has no result.")
    shares = tuple(grading_share(levels=marks.levels, scales=scales) for marks in gradings)
    vetoes = sum(marks.is_vetoed for marks in gradings)
    return Consensus(
        share=fmean(shares),
        standard_error=mean_error(shares),
        shares=shares,
        vetoes=vetoes,
        is_vetoed=vetoes >= VETOES_NEEDED,
        further_look=further_look(gradings),
    )


def further_look(gradings: Sequence[Marks]) -> FurtherLook | None:
    """Whether a third grader must look: one veto against none, or a criterion two levels apart."""
    if not 1 < len(gradings) < GRADERS_AT_MOST:
        return None
    if sum(marks.is_vetoed for marks in gradings) == 1:
        return FurtherLook.SINGLE_VETO
    if widest_gap(gradings) >= LEVELS_APART:
        return FurtherLook.LEVELS_DIFFER
    return None


def widest_gap(gradings: Sequence[Marks]) -> int:
    """The largest difference in levels that any criterion shows between two gradings."""
    columns = ([marks.levels[code] for marks in gradings] for code in gradings[0].levels)
    return max(max(levels) - min(levels) for levels in columns)


def mean_error(shares: Sequence[float]) -> float:
    """Standard error of the mean of the gradings, from their spread shrunk towards the usual spread.

    The variance is the posterior scale of a normal variance under a scaled inverse chi-squared prior
    (Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., sec. 2.6), divided by the number of gradings.
    """
    mean = fmean(shares)
    squares = sum((share - mean) ** 2 for share in shares)
    freedom = USUAL_SPREAD_FREEDOM + len(shares) - 1
    return sqrt((USUAL_SPREAD_FREEDOM * USUAL_SPREAD**2 + squares) / freedom / len(shares))
