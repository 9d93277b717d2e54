"""Thumbs up or down: the beta-binomial model (methods A1).

x_j ~ Bin(n_j, p_j), p_j ~ Beta(m M, (1 - m) M). HR line: "we add M average votes to everybody". Source: Skellam
(1948) JRSS B 10:257-261; Gelman et al., BDA3 section 5.3. Moments of raw proportions ignore the binomial noise and
shrink too little; this is maximum likelihood on the table of distinct (n, x).
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize
from scipy.special import betaincinv, gammaln, xlog1py, xlogy

from scoring.formula.arrays import FloatArray, Numbers, as_nonnegative, as_positive, check_share
from scoring.formula.errors import ValueRangeError
from scoring.formula.profile import maximise_positive
from scoring.formula.rising import log_rising

# From this many added votes on, agents are equal for every practical purpose (their rates differ by less than .0002).
EQUAL_SIZE = 1e7


@dataclass(frozen=True)
class BetaBinomial:
    """Beta distribution of true rates: mean `mean`, weight of `size` votes; `size` is infinite when agents are equal.

    alpha = mean * size and beta = (1 - mean) * size; log_likelihood includes the binomial coefficients.
    """

    mean: float
    size: float
    log_likelihood: float

    @property
    def alpha(self) -> float:
        return self.mean * self.size

    @property
    def beta(self) -> float:
        return (1.0 - self.mean) * self.size

    @property
    def intraclass(self) -> float:
        """Correlation of two votes for one agent, 1 / (size + 1)."""
        return 1.0 / (self.size + 1.0)

    def posterior_mean(self, ups: Numbers, votes: Numbers) -> FloatArray:
        """(x + m M) / (n + M), shape (k,)."""
        x, n = _votes(ups, votes)
        return np.full(x.size, self.mean) if np.isinf(self.size) else (x + self.alpha) / (n + self.size)

    def posterior_sd(self, ups: Numbers, votes: Numbers) -> FloatArray:
        """Standard deviation of the Beta posterior, shape (k,)."""
        centre = self.posterior_mean(ups, votes)
        return np.sqrt(centre * (1.0 - centre) / (as_nonnegative("votes", votes) + self.size + 1.0))

    def interval(self, ups: Numbers, votes: Numbers, *, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Central interval of each true rate from the quantiles of the Beta posterior."""
        x, n = _votes(ups, votes)
        tail = (1.0 - check_share("level", level)) / 2
        if np.isinf(self.size):
            return np.full(x.size, self.mean), np.full(x.size, self.mean)
        a, b = x + self.alpha, n - x + self.beta
        return np.asarray(betaincinv(a, b, tail)), np.asarray(betaincinv(a, b, 1.0 - tail))

    def reliability(self, votes: Numbers) -> FloatArray:
        """n / (n + M), shape (k,)."""
        n = as_nonnegative("votes", votes)
        return np.zeros(n.size) if np.isinf(self.size) else n / (n + self.size)


def fit_beta_binomial(ups: Numbers, votes: Numbers) -> BetaBinomial:
    """Maximum likelihood of the Beta distribution behind `ups` of `votes` (counts, shape (k,), 0 <= ups <= votes,
    votes > 0).

    Raises FormulaError for empty or impossible counts.
    """
    x, n = _votes(ups, votes)
    as_positive("votes", n)
    pairs, copies = np.unique(np.column_stack([x, n]), axis=0, return_counts=True)
    x, n = pairs[:, 0], pairs[:, 1]
    ways = float(copies @ (gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)))
    pooled = float(copies @ x / (copies @ n))
    flat = float(copies @ (xlogy(x, pooled) + xlog1py(n - x, -pooled))) + ways
    if pooled in (0.0, 1.0):
        return BetaBinomial(pooled, np.inf, flat)
    size = maximise_positive(lambda m: _profile(m, x, n, copies)[0], low=1e-3, high=EQUAL_SIZE)
    best, mean = _profile(size, x, n, copies)
    if best + ways <= flat + 1e-6:
        return BetaBinomial(pooled, np.inf, flat)
    return BetaBinomial(mean, size, best + ways)


def _votes(ups: Numbers, votes: Numbers) -> tuple[FloatArray, FloatArray]:
    x = as_nonnegative("ups", ups)
    n = as_nonnegative("votes", votes, size=x.size)
    if (x > n).any():
        raise ValueRangeError(name="ups", rule="at most the votes", value=x[x > n][0])
    return x, n


def _profile(size: float, x: FloatArray, n: FloatArray, copies: np.ndarray) -> tuple[float, float]:
    """Log likelihood at `size` (without binomial coefficients) and the best mean given it."""

    votes = log_rising(size, n)

    def loss(mean: float) -> float:
        a, b = mean * size, (1.0 - mean) * size
        return -float(copies @ (log_rising(a, x) + log_rising(b, n - x) - votes))

    result = optimize.minimize_scalar(loss, bounds=(1e-9, 1 - 1e-9), method="bounded", options={"xatol": 1e-11})
    return -float(result.fun), float(result.x)
