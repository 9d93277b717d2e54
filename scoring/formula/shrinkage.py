"""Shrinkage of agent means towards the average agent: empirical Bayes (methods A1).

HR line: "we add a few average ratings to everybody; with few ratings you stay near the average until there is
evidence".

`estimate` is the front door: few agents get the posterior integrated over tau (`posterior.py`), many the plug-in one.
Sources: Efron & Morris (1975) JASA 70:311-319; Morris (1983) JASA 78:47-65; Gelman et al., BDA3 section 5.4.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import stats
from scipy.special import ndtr

from scoring.formula.arrays import FloatArray, Numbers, as_floats, as_nonnegative, as_positive, check_share
from scoring.formula.posterior import integrate
from scoring.formula.variance import between_variance, pooled_mean

FEW_AGENTS = 200


class Posterior(Protocol):
    """What is believed about the true values of k agents; every array has shape (k,)."""

    @property
    def mean(self) -> FloatArray: ...
    @property
    def sd(self) -> FloatArray: ...
    @property
    def reliability(self) -> FloatArray: ...
    @property
    def prior_mean(self) -> float: ...
    @property
    def prior_sd(self) -> float: ...
    @property
    def own_sd(self) -> FloatArray: ...
    @property
    def common(self) -> FloatArray: ...
    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]: ...
    def probability_above(self, cut: float) -> FloatArray: ...
    def draws(self, rng: np.random.Generator, size: int) -> FloatArray: ...


@dataclass(frozen=True, eq=False)
class ShrunkenMeans:
    """Normal posterior of k agents with tau2 plugged in.

    mean: shrunken estimates; own_sd: standard deviation given the overall mean; common: how far an estimate moves
    when the overall mean is wrong by one standard error (perfectly shared by all agents); reliability: tau2 / (tau2 +
    v), the share of the agent's own evidence in the estimate.
    """

    mean: FloatArray
    own_sd: FloatArray
    common: FloatArray
    reliability: FloatArray
    prior_mean: float
    prior_mean_se: float
    tau2: float

    @property
    def prior_sd(self) -> float:
        """Standard deviation of true values between agents."""
        return float(self.tau2**0.5)

    @property
    def sd(self) -> FloatArray:
        """Posterior standard deviation, the uncertainty of the overall mean included (Morris 1983, eq. 1.11)."""
        return np.hypot(self.own_sd, self.common)

    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Lower and upper limits of the central `level` interval."""
        half = stats.norm.ppf(0.5 + check_share("level", level) / 2) * self.sd
        return self.mean - half, self.mean + half

    def probability_above(self, cut: float) -> FloatArray:
        """P(true value >= cut)."""
        return normal_tail(self.mean, self.sd, cut)

    def draws(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Joint draws, shape (size, k)."""
        shared = rng.standard_normal((size, 1)) * self.common
        return self.mean + shared + rng.standard_normal((size, self.mean.size)) * self.own_sd


def normal_tail(mean: FloatArray, sd: FloatArray, cut: float) -> FloatArray:
    """P(N(mean, sd^2) >= cut); exact (0 or 1) where sd is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (mean - cut) / sd
    return np.asarray(ndtr(np.where(sd > 0, z, np.where(mean >= cut, np.inf, -np.inf))), dtype=np.float64)


def shrink(y: Numbers, v: Numbers, *, tau2: float | None = None, method: str = "paule_mandel") -> ShrunkenMeans:
    """Shrink agent means `y` with sampling variances `v` (shape (k,), same squared units) to their pooled mean.

    tau2 given fixes the between variance; otherwise it is estimated by `method` (see `between_variance`).
    B_j = tau2 / (tau2 + v_j); estimate = mu + B_j (y_j - mu); variance = B_j v_j + (1 - B_j)^2 var(mu).
    """
    values = as_floats("y", y)
    variances = as_positive("v", v, size=values.size)
    spread = (
        between_variance(values, variances, method=method) if tau2 is None else as_nonnegative("tau2", tau2, size=1)[0]
    )
    centre = pooled_mean(values, variances, tau2=float(spread))
    share = spread / (spread + variances)
    return ShrunkenMeans(
        mean=centre.mean + share * (values - centre.mean),
        own_sd=np.sqrt(share * variances),
        common=(1.0 - share) * centre.se,
        reliability=share,
        prior_mean=centre.mean,
        prior_mean_se=centre.se,
        tau2=float(spread),
    )


def estimate(y: Numbers, v: Numbers, *, few: int = FEW_AGENTS) -> Posterior:
    """Posterior of the true means: integrated over tau for 3 to `few` agents, plug-in otherwise.

    With one or two agents a between variance cannot be learnt; they get the plug-in answer.
    """
    values = as_floats("y", y)
    if 3 <= values.size <= few:
        posterior: Posterior = integrate(values, v)
        return posterior
    return shrink(values, v)
