"""The posterior of few agents, integrated over the between-agent standard deviation tau (methods A1).

With few agents a plugged-in tau is overconfident, and at tau = 0 it claims that all agents are equal. Integrating
over a grid of tau keeps honest uncertainty. Source: Gelman et al., Bayesian Data Analysis 3rd ed., section 5.4, eq.
5.21.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from scoring.formula.arrays import FloatArray, Numbers, as_floats, as_positive, check_option, check_share
from scoring.formula.errors import NotIdentifiedError

PRIORS = ("uniform", "half_normal")
TAIL = 1e-7


@dataclass(frozen=True, eq=False)
class IntegratedPosterior:
    """Posterior of k agents as a mixture over T values of tau.

    tau, weight: grid and its probabilities, shape (T,); mu, mu_sd: overall mean given tau, shape (T,); share: B_j given
    tau; location, spread: mean and standard deviation of each agent given tau (overall mean integrated out), (T, k).
    """

    tau: FloatArray
    weight: FloatArray
    mu: FloatArray
    mu_sd: FloatArray
    share: FloatArray
    location: FloatArray
    spread: FloatArray

    @property
    def mean(self) -> FloatArray:
        """Posterior means, shape (k,)."""
        return self.weight @ self.location

    @property
    def sd(self) -> FloatArray:
        """Posterior standard deviations, shape (k,)."""
        return np.sqrt(self.weight @ (self.spread**2 + (self.location - self.mean) ** 2))

    @property
    def reliability(self) -> FloatArray:
        """Average share of the agent's own evidence, shape (k,)."""
        return self.weight @ self.share

    @property
    def prior_mean(self) -> float:
        """Posterior mean of the overall mean."""
        return float(self.weight @ self.mu)

    @property
    def prior_sd(self) -> float:
        """Posterior mean of tau."""
        return float(self.weight @ self.tau)

    @property
    def common(self) -> FloatArray:
        """Part of the standard deviation that all agents share through the overall mean."""
        return np.sqrt(self.weight @ ((1.0 - self.share) ** 2 * self.mu_sd[:, None] ** 2))

    @property
    def own_sd(self) -> FloatArray:
        """The rest of the standard deviation."""
        return np.sqrt(np.maximum(self.sd**2 - self.common**2, 0.0))

    def probability_above(self, cut: float) -> FloatArray:
        """P(true value >= cut), shape (k,)."""
        return np.asarray(self.weight @ ndtr((self.location - cut) / self.spread))

    def quantile(self, share: float) -> FloatArray:
        """Posterior quantile of each agent, shape (k,), by bisection of the mixture distribution."""
        wanted = 1.0 - check_share("share", share)
        low, high = (self.location - 40 * self.spread).min(axis=0), (self.location + 40 * self.spread).max(axis=0)
        for _ in range(100):
            middle = (low + high) / 2
            above = self.weight @ ndtr((self.location - middle) / self.spread)
            low, high = np.where(above > wanted, middle, low), np.where(above > wanted, high, middle)
        return np.asarray((low + high) / 2)

    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Lower and upper limits of the central `level` interval."""
        tail = (1.0 - check_share("level", level)) / 2
        return self.quantile(tail), self.quantile(1.0 - tail)

    def draws(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Joint draws (tau, then the overall mean, then the agents), shape (size, k)."""
        at = rng.choice(self.tau.size, size=size, p=self.weight)
        share, mu_sd = self.share[at], self.mu_sd[at, None]
        own = np.sqrt(np.maximum(self.spread[at] ** 2 - ((1.0 - share) * mu_sd) ** 2, 0.0))
        shared = (1.0 - share) * mu_sd * rng.standard_normal((size, 1))
        return self.location[at] + shared + own * rng.standard_normal(share.shape)

    def tau_quantile(self, share: float) -> float:
        """Posterior quantile of tau (nearest grid point from below)."""
        return float(self.tau[min(int(np.searchsorted(np.cumsum(self.weight), share)), self.tau.size - 1)])


def integrate(
    y: Numbers, v: Numbers, *, prior: str = "uniform", scale: float | None = None, points: int = 200
) -> IntegratedPosterior:
    """Integrate the normal-normal posterior over a grid of `points` values of tau.

    y, v: agent means and sampling variances, shape (k,). prior: "uniform" on tau (needs k >= 3) or "half_normal" with
    standard deviation `scale` (default: twice the standard deviation of y). Raises NotIdentifiedError for a uniform
    prior with fewer than three agents, where it does not give a proper posterior.
    """
    values = as_floats("y", y)
    variances = as_positive("v", v, size=values.size)
    check_option("prior", prior, PRIORS)
    if prior == "uniform" and values.size < 3:
        raise NotIdentifiedError(name="tau", reason="a uniform prior needs at least 3 agents; use prior='half_normal'")
    width = None if prior == "uniform" else scale or 2.0 * float(values.std()) + float(np.sqrt(variances.mean()))
    tau = _grid(values, variances, width, points)
    log_density = _log_density(tau, values, variances, width)
    # Midpoint cells of equal width: the density is the weight.
    weight = np.exp(log_density - log_density.max())
    return _mixture(tau, weight / weight.sum(), values, variances)


def _log_density(tau: FloatArray, y: FloatArray, v: FloatArray, width: float | None) -> FloatArray:
    total = v + tau[:, None] ** 2
    precision = (1.0 / total).sum(axis=1)
    mu = (y / total).sum(axis=1) / precision
    log_likelihood = -0.5 * (np.log(total) + (y - mu[:, None]) ** 2 / total).sum(axis=1)
    log_prior = 0.0 if width is None else -0.5 * (tau / width) ** 2
    return np.asarray(log_likelihood - 0.5 * np.log(precision) + log_prior)


def _grid(y: FloatArray, v: FloatArray, width: float | None, points: int) -> FloatArray:
    """Midpoints from 0 to where the density has become negligible (at most 100 natural scales)."""
    natural = float(y.std() + np.sqrt(v.min()))
    reach = natural * np.logspace(-4, 2, 241)
    density = _log_density(reach, y, v, width)
    kept = np.flatnonzero(density > density.max() + np.log(TAIL))
    ceiling = reach[min(int(kept[-1]) + 1, reach.size - 1)]
    return np.asarray((np.arange(points) + 0.5) * ceiling / points)


def _mixture(tau: FloatArray, weight: FloatArray, y: FloatArray, v: FloatArray) -> IntegratedPosterior:
    total = v + tau[:, None] ** 2
    precision = (1.0 / total).sum(axis=1)
    mu = (y / total).sum(axis=1) / precision
    share = tau[:, None] ** 2 / total
    location = mu[:, None] + share * (y - mu[:, None])
    spread = np.sqrt(share * v + (1.0 - share) ** 2 / precision[:, None])
    return IntegratedPosterior(tau, weight, mu, precision**-0.5, share, location, spread)
