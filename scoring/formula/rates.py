"""Thumbs of few agents: the beta-binomial posterior with the doubt about its own prior (methods A1).

`fit_beta_binomial` plugs the likeliest Beta(alpha, beta) in, which is enough for many agents. Few cannot tell it well:
here it is integrated over a grid of (log alpha/beta, log(alpha + beta)) under the density (alpha + beta)^(-5/2), which
is uniform in the mean of the true rates and in (alpha + beta)^(-1/2), about their standard deviation. Source: Gelman et
al., Bayesian Data Analysis 3rd ed., section 5.3, eqs. 5.8 and 5.9.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, expit, gammaln

from scoring.formula.arrays import FloatArray, Numbers, as_nonnegative, as_positive, check_share
from scoring.formula.errors import NotIdentifiedError, ValueRangeError

POINTS, TAIL = 61, 1e-7
WIDEST = np.array([[-12.0, 12.0], [-4.0, 14.0]])
# Members of the mixture lighter than this, relative to the heaviest, are left out; of quantiles sooner.
KEPT, HEAVY = 1e-6, 1e-3


@dataclass(frozen=True, eq=False)
class IntegratedRates:
    """Posterior of the true rates of k agents as a mixture over T pairs of alpha and beta.

    alpha, beta, weight: shape (T,), weights add up to 1; ups, votes: the counts, (k,).
    """

    alpha: FloatArray
    beta: FloatArray
    weight: FloatArray
    ups: FloatArray
    votes: FloatArray

    @property
    def expected_alpha(self) -> float:
        """Posterior mean of alpha."""
        return float(self.weight @ self.alpha)

    @property
    def expected_beta(self) -> float:
        """Posterior mean of beta."""
        return float(self.weight @ self.beta)

    @property
    def mean(self) -> FloatArray:
        """Posterior means of the rates, shape (k,)."""
        return self.weight @ self._location

    @property
    def sd(self) -> FloatArray:
        """Posterior standard deviations, shape (k,)."""
        size = self.votes + (self.alpha + self.beta)[:, None]
        within = self._location * (1.0 - self._location) / (size + 1.0)
        return np.sqrt(self.weight @ (within + (self._location - self.mean) ** 2))

    @property
    def reliability(self) -> FloatArray:
        """Average share of the agent's own votes, n / (n + alpha + beta), shape (k,)."""
        return self.weight @ (self.votes / (self.votes + (self.alpha + self.beta)[:, None]))

    @property
    def _location(self) -> FloatArray:
        return np.asarray((self.ups + self.alpha[:, None]) / (self.votes + (self.alpha + self.beta)[:, None]))

    def draws(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Joint draws of the rates, shape (size, k)."""
        at = rng.choice(self.weight.size, size=size, p=self.weight)
        alpha, beta = self.alpha[at, None], self.beta[at, None]
        return rng.beta(self.ups + alpha, self.votes - self.ups + beta)

    def quantile(self, share: float) -> FloatArray:
        """Posterior quantile of each rate, by bisection of the mixture's distribution, shape (k,)."""
        wanted, heavy = check_share("share", share), self.weight > HEAVY * self.weight.max()
        weight = self.weight[heavy] / self.weight[heavy].sum()
        a, b = self.ups + self.alpha[heavy, None], self.votes - self.ups + self.beta[heavy, None]
        low, high = np.zeros(self.ups.size), np.ones(self.ups.size)
        for _ in range(40):
            middle = (low + high) / 2
            under = weight @ betainc(a, b, middle) < wanted
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return np.asarray((low + high) / 2)

    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Lower and upper limits of the central `level` interval."""
        tail = (1.0 - check_share("level", level)) / 2
        return self.quantile(tail), self.quantile(1.0 - tail)


def integrate_beta_binomial(ups: Numbers, votes: Numbers, *, points: int = POINTS) -> IntegratedRates:
    """Integrate the beta-binomial posterior over `points` x `points` values of its prior.

    ups, votes: counts of k >= 3 agents, 0 <= ups <= votes, votes > 0. Raises NotIdentifiedError when every vote is the
    same, where the posterior is not proper.
    """
    n = as_positive("votes", votes)
    x = as_nonnegative("ups", ups, size=n.size)
    if (x > n).any():
        raise ValueRangeError(name="ups", rule="at most the votes", value=x[x > n][0])
    if n.size < 3 or x.sum() in (0.0, n.sum()):
        raise NotIdentifiedError(name="The rates", reason="it takes three agents, and votes that are not all the same")
    pairs, copies = np.unique(np.column_stack([x, n]), axis=0, return_counts=True)
    limits = WIDEST
    for _ in range(3):
        u, v, density = _on_grid(limits, pairs, copies, points)
        limits = _narrowed(u, v, density)
    u, v, density = _on_grid(limits, pairs, copies, points)
    weight = np.exp(density - density.max()).ravel()
    kept = weight > KEPT * weight.max()
    share = expit(np.repeat(u, v.size)[kept])
    size = np.exp(np.tile(v, u.size)[kept])
    return IntegratedRates(share * size, (1.0 - share) * size, weight[kept] / weight[kept].sum(), x, n)


def _on_grid(
    limits: FloatArray, pairs: FloatArray, copies: np.ndarray, points: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Values of log(alpha / beta) and log(alpha + beta), and the log posterior density of every pair."""
    u, v = (np.linspace(low, high, points) for low, high in limits)
    share = expit(u)[:, None]
    size = np.exp(v)[None, :]
    a, b = share * size, (1.0 - share) * size
    # The Jacobian of the two logarithms is alpha beta.
    total = np.log(a) + np.log(b) - 2.5 * np.log(size)
    for (x, n), many in zip(pairs, copies, strict=True):
        total = total + many * (
            gammaln(a + x) - gammaln(a) + gammaln(b + n - x) - gammaln(b) - gammaln(size + n) + gammaln(size)
        )
    return u, v, np.asarray(total)


def _narrowed(u: FloatArray, v: FloatArray, density: FloatArray) -> FloatArray:
    """The limits between which the density is worth computing, one step wider on each side."""
    there = density > density.max() + np.log(TAIL)
    found = []
    for values, axis in ((u, 1), (v, 0)):
        at = np.flatnonzero(there.any(axis=axis))
        found.append((values[max(at[0] - 1, 0)], values[min(at[-1] + 1, values.size - 1)]))
    return np.array(found)
