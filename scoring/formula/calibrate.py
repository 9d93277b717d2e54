"""Does the ranking keep its word? Claimed against true chances, by simulation and by split halves (methods A3).

The simulation draws true values from the fitted model, new ratings around them, fits again and compares. Split halves
need no model: the first half of the evidence makes the claim, the second half is the judge.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.formula.arrays import FloatArray, Numbers, as_floats, as_nonnegative, as_positive
from scoring.formula.casemix import fit_case_mix
from scoring.formula.errors import NotIdentifiedError
from scoring.formula.ranking import check_places, rank, top_share
from scoring.formula.shrinkage import Posterior, estimate

BINS = 10


@dataclass(frozen=True, eq=False)
class Calibration:
    """coverage: share of true values inside their 95 % interval; bins: frame with `claimed` and `true` mean P(top k)
    and `agents` in each tenth of claimed chances that occurs; correlation: of estimates with the truth; hits:
    expected number of truly best among the k placed first, as a share of k.
    """

    coverage: float
    bins: pd.DataFrame
    correlation: float
    hits: float

    @property
    def worst_gap(self) -> float:
        """Largest distance of claimed and true chance over the tenths, weighted down where agents are few (< 50)."""
        weight = np.minimum(self.bins["agents"] / 50.0, 1.0)
        return float(((self.bins["claimed"] - self.bins["true"]).abs() * weight).max())


def simulate_calibration(
    mean: float, tau2: float, v: Numbers, *, places: int, rng: np.random.Generator, rounds: int = 20
) -> Calibration:
    """Simulate from theta ~ N(mean, tau2), y ~ N(theta, v), estimate again, and hold the claims against the truth.

    v: sampling variances of the agents (p,), as fitted; rounds: simulated data sets.
    """
    variances = as_positive("v", v)
    spread = float(np.sqrt(as_nonnegative("tau2", tau2, size=1)[0]))
    claims, truths, inside, correlations = [], [], [], []
    for _ in range(rounds):
        theta = mean + spread * rng.standard_normal(variances.size)
        posterior = estimate(theta + np.sqrt(variances) * rng.standard_normal(variances.size), variances)
        low, high = posterior.interval(0.95)
        inside.append(float(((low <= theta) & (theta <= high)).mean()))
        claims.append(_claim(posterior, places, rng))
        truths.append(top_share(theta[None, :], places)[0])
        correlations.append(_correlation(posterior.mean, theta))
    claimed, true = np.concatenate(claims), np.concatenate(truths)
    hits = float(np.mean([_hits(c, t, places) for c, t in zip(claims, truths, strict=True)]))
    return Calibration(float(np.mean(inside)), calibration_bins(claimed, true), float(np.mean(correlations)), hits)


def _claim(posterior: Posterior, places: int, rng: np.random.Generator) -> FloatArray:
    return rank(posterior.mean, posterior.own_sd, places=check_places(places), rng=rng).p_top


def _hits(claimed: FloatArray, true: FloatArray, places: int) -> float:
    chosen = top_share(claimed[None, :], places)[0]
    return float(chosen @ true) / min(places, true.size)


def _correlation(first: FloatArray, second: FloatArray) -> float:
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def calibration_bins(claimed: Numbers, true: Numbers, *, bins: int = BINS) -> pd.DataFrame:
    """Mean claimed chance, mean outcome (0 to 1) and count in each of `bins` equal parts of the claimed chance."""
    chance = as_floats("claimed", claimed)
    outcome = as_floats("true", true, size=chance.size)
    part = np.minimum((chance * bins).astype(int), bins - 1)
    table = pd.DataFrame({"claimed": chance, "true": outcome, "agents": 1.0}).groupby(part)
    return table.agg({"claimed": "mean", "true": "mean", "agents": "sum"}).rename_axis("bin")


@dataclass(frozen=True, eq=False)
class SplitHalves:
    """correlation: of the case-mix adjusted effects of two halves; reliability: of the whole (Spearman-Brown);
    overlap: share of the first half's best k that are among the second half's; expected: what the claims of the first
    half promise for it; bins: claimed P(top k) from the first half against the same from the second, in tenths."""

    correlation: float
    reliability: float
    overlap: float
    expected: float
    bins: pd.DataFrame


def split_halves(first: pd.DataFrame, second: pd.DataFrame, *, places: int, rng: np.random.Generator) -> SplitHalves:
    """Fit both halves of the evidence (statistics by agent and cell) and compare agents that are in both.

    What the first half promises is drawn: its posterior plus the sampling error of the second half, so a fair
    comparison is between `overlap` and `expected`. Raises NotIdentifiedError with fewer than three common agents.
    """
    one, two = fit_case_mix(first).agents, fit_case_mix(second).agents
    common = one.index.intersection(two.index)
    if len(common) < 3:
        raise NotIdentifiedError(name="The agreement", reason=f"{len(common)} agents are in both halves, 3 are needed")
    one, two = one.loc[common], two.loc[common]
    before = estimate(one["effect"], one["variance"])
    after = estimate(two["effect"], two["variance"])
    correlation = _correlation(one["effect"].to_numpy(), two["effect"].to_numpy())
    claimed, later = _claim(before, places, rng), _claim(after, places, rng)
    chosen = top_share(before.mean[None, :], places)[0]
    seen = top_share(after.mean[None, :], places)[0]
    k = min(places, len(common))
    return SplitHalves(
        correlation,
        2.0 * correlation / (1.0 + correlation) if correlation > -1 else float("nan"),
        float(chosen @ seen) / k,
        _promised(before, two["variance"].to_numpy(), chosen, places, rng),
        calibration_bins(claimed, later),
    )


def _promised(before: Posterior, noise: FloatArray, chosen: FloatArray, places: int, rng: np.random.Generator) -> float:
    """Expected overlap when the second half is what the first half believes, seen through its sampling error."""
    spread = before.prior_sd**2
    share = spread / (spread + noise) if spread > 0 else np.zeros(noise.size)
    drawn = before.draws(rng, 500)
    seen = drawn + np.sqrt(noise) * rng.standard_normal(drawn.shape)
    shrunken = before.prior_mean + share * (seen - before.prior_mean)
    return float((top_share(shrunken, places) @ chosen).mean()) / min(places, noise.size)
