"""Ranking under uncertainty: who is among the best k, and how sure we are (methods A3).

Order by P(top k), not by the estimate: it maximises the expected number of truly best among the chosen (Lin, Louis,
Paddock & Ridgeway 2006, Bayesian Analysis 1:915-946; Laird & Louis 1989, J Educ Stat 14:29-46 for expected ranks).

Many agents: analytic, a threshold t with sum_j P(theta_j > t) = k, and rank limits on a grid. Few agents: quadrature
that is exact for independent normals; very few places of many agents: draws. Any joint posterior: `rank_draws`. Ties
share their place and their chance: when agents cannot be told apart, every P(top k) is k / p.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from scoring.formula.arrays import (
    BoolArray,
    FloatArray,
    Labels,
    Numbers,
    as_floats,
    as_nonnegative,
    check_option,
    check_share,
)  # fmt: skip
from scoring.formula.errors import EmptyInputError, ShapeError, ValueRangeError
from scoring.formula.normal_ranks import (
    distribution_limits,
    quadrature_top,
    rank_distribution,
    rank_limits,
    threshold_top,
)  # fmt: skip

FEW_AGENTS = 50
SMALL_K = 10
DRAWS = 4000
DRAWN_AT_ONCE = 250
# Steps of the exact method (p log p k) that still answer in well under a second.
EXACT_STEPS = 100_000
METHODS = ("auto", "analytic", "quadrature", "draws")
CLEAR, BORDERLINE, UNLIKELY, INSUFFICIENT = "clear", "borderline", "unlikely", "insufficient"


@dataclass(frozen=True, eq=False)
class Ranking:
    """Places of p agents, arrays of shape (p,).

    p_top: P(among the best `places`), summing to min(places, p); expected_rank: 1 is best; rank_low, rank_high: limits
    of the central interval of the rank; place: 1 + number of agents with a higher P(top k), so ties share it;
    method: how it was computed.
    """

    p_top: FloatArray
    expected_rank: FloatArray
    rank_low: FloatArray
    rank_high: FloatArray
    place: np.ndarray
    places: int
    method: str

    def frame(self, agents: Labels) -> pd.DataFrame:
        """The same as a frame indexed by agent, best first."""
        columns = {name: getattr(self, name) for name in ("p_top", "expected_rank", "rank_low", "rank_high", "place")}
        return pd.DataFrame(columns, index=pd.Index(agents, name="agent")).sort_values("place", kind="stable")


def rank(
    mean: Numbers,
    sd: Numbers,
    *,
    places: int,
    level: float = 0.95,
    method: str = "auto",
    rng: np.random.Generator | None = None,
    draws: int = DRAWS,
) -> Ranking:
    """Rank agents with independent normal posteriors N(mean_j, sd_j^2).

    mean, sd: shape (p,), sd >= 0 (0 for facts). places: k >= 1; k >= p gives everybody 1. level: of the rank interval.
    method: "auto" takes "quadrature" while it is cheap (always under 50 agents), else "draws" for k < 10 (then `rng` is
    needed), else "analytic".
    For joint posteriors that are not independent normals use `rank_draws`.
    """
    centre = as_floats("mean", mean)
    spread = as_nonnegative("sd", sd, size=centre.size)
    chosen = choose_method(centre.size, places) if check_option("method", method, METHODS) == "auto" else method
    check_places(places)
    if chosen == "draws" and rng is None:
        raise ValueRangeError(name="rng", rule="given when ranks are drawn", value=None)
    if centre.size < FEW_AGENTS and chosen == "quadrature":
        table = rank_distribution(centre, spread)
        p_top = quadrature_top(centre, spread, places)
        expected, low, high = distribution_limits(table, level=level)
    else:
        p_top = _p_top(centre, spread, places, chosen, rng, draws)
        expected, low, high = rank_limits(centre, spread, level=level)
    return Ranking(p_top, expected, low, high, shared_places(p_top), places, chosen)


def _p_top(
    mean: FloatArray, sd: FloatArray, places: int, method: str, rng: np.random.Generator | None, draws: int
) -> FloatArray:
    if rng is not None and method == "draws":
        blocks = [min(DRAWN_AT_ONCE, draws - done) for done in range(0, draws, DRAWN_AT_ONCE)]
        sums = [top_share(mean + sd * rng.standard_normal((size, mean.size)), places).sum(axis=0) for size in blocks]
        return np.asarray(np.sum(sums, axis=0) / draws)
    return (quadrature_top if method == "quadrature" else threshold_top)(mean, sd, places)


def choose_method(agents: int, places: int) -> str:
    """The switch of `rank`: exact where it is cheap, draws for very few places or rejections, analytic for the many."""
    edge = min(places, agents - places)
    if agents < FEW_AGENTS or agents * np.log2(agents) * edge <= EXACT_STEPS:
        return "quadrature"
    return "draws" if edge < SMALL_K else "analytic"


def check_places(places: int) -> int:
    """A whole number of places, at least one."""
    if places < 1 or places != int(places):
        raise ValueRangeError(name="places", rule="a whole number from 1", value=places)
    return int(places)


def rank_draws(sample: FloatArray, *, places: int, level: float = 0.95) -> Ranking:
    """Rank agents from joint draws of their true values, shape (draws, p); equal draws share their places."""
    values = np.asarray(sample, dtype=np.float64)
    if values.ndim != 2 or not values.size:
        raise EmptyInputError(name="sample")
    check_places(places)
    p_top = top_share(values, places).mean(axis=0)
    # Average ranks within a draw; one double argsort a row would not share ties.
    ranks = np.asarray(stats.rankdata(-values, axis=1))
    tail = 100.0 * (1.0 - check_share("level", level)) / 2
    low, high = np.percentile(ranks, [tail, 100.0 - tail], axis=0)
    return Ranking(p_top, ranks.mean(axis=0), low, high, shared_places(p_top), places, "draws")


def top_share(values: FloatArray, places: int, eligible: BoolArray | None = None) -> FloatArray:
    """Who is among the best `places` of each row of `values` (shape (d, p)); ties at the edge share what is left.

    eligible: shape (d, p) or (p,), others get 0. Rows sum to min(places, number of eligible agents).
    """
    allowed = np.ones(values.shape, dtype=bool) if eligible is None else np.broadcast_to(eligible, values.shape)
    masked = np.where(allowed, values, -np.inf)
    k = min(places, values.shape[1])
    edge = np.partition(masked, values.shape[1] - k, axis=1)[:, values.shape[1] - k][:, None]
    above, tied = masked > edge, (masked == edge) & allowed
    left = k - above.sum(axis=1, keepdims=True)
    ties = np.maximum(tied.sum(axis=1, keepdims=True), 1)
    return np.where(above, 1.0, np.where(tied, np.minimum(left / ties, 1.0), 0.0))


def shared_places(p_top: FloatArray, *, digits: int = 9) -> np.ndarray:
    """Competition places (1, 2, 2, 4) by falling value, equal to `digits` decimals."""
    return np.asarray(stats.rankdata(-np.round(p_top, digits), method="min"), dtype=np.int64)


def probability_better(better: int, worse: int, posterior_draws: FloatArray) -> float:
    """P(agent `better` is truly better than agent `worse`) from joint draws, ties counted half."""
    values = np.asarray(posterior_draws, dtype=np.float64)
    if values.ndim != 2 or max(better, worse) >= values.shape[1]:
        raise ShapeError(name="posterior_draws", got=values.shape, expected=f"(draws, more than {max(better, worse)})")
    first, second = values[:, better], values[:, worse]
    return float((first > second).mean() + 0.5 * (first == second).mean())


def verdicts(p_top: Numbers, enough: BoolArray | Sequence[bool] | None = None) -> np.ndarray:
    """The verdict of each chance: "clear" from .8, "borderline" from .2, "unlikely" under .2; "insufficient" where
    the evidence is not `enough`.
    """
    chance = as_floats("p_top", p_top)
    words = np.where(chance >= 0.8, CLEAR, np.where(chance >= 0.2, BORDERLINE, UNLIKELY)).astype(object)
    return words if enough is None else np.where(np.asarray(enough, dtype=bool), words, INSUFFICIENT)


def threshold_states(p_above: Numbers) -> np.ndarray:
    """State of a single requirement: "pass" from .9, "fail" up to .1, "insufficient" between (methods A1)."""
    chance = as_floats("p_above", p_above)
    return np.where(chance >= 0.9, "pass", np.where(chance <= 0.1, "fail", INSUFFICIENT)).astype(object)
