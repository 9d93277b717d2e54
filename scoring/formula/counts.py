"""Gamma-Poisson rates of rare events, relative to what the agent's exposure makes us expect (methods A7).

k_j ~ Poisson(E_j lambda_j), lambda_j ~ Gamma(shape, rate); posterior mean (k_j + shape) / (E_j + rate).
Sources: Clayton & Kaldor (1987) Biometrics 43:671-681, section 2; Robbins (1956).
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize
from scipy.special import gammaincinv, gammaln

from scoring.formula.arrays import FloatArray, Numbers, as_nonnegative, as_positive, check_share
from scoring.formula.errors import NotIdentifiedError
from scoring.formula.profile import maximise_positive
from scoring.formula.rising import log_rising

# Above this shape the rates are equal for every practical purpose (a coefficient of variation under 1/3000).
EQUAL_SHAPE = 1e7


@dataclass(frozen=True)
class GammaPoisson:
    """Gamma(shape, rate) distribution of true rates. `shape` is infinite when the counts show no spread between agents.

    mean: shape / rate, the average rate; log_likelihood: of the counts, constants included.
    """

    shape: float
    rate: float
    mean: float
    log_likelihood: float

    def posterior_mean(self, events: Numbers, exposure: Numbers) -> FloatArray:
        """Shrunken rates, shape (k,)."""
        k, e = _counts(events, exposure)
        if np.isinf(self.shape):
            return np.full(k.size, self.mean)
        return (k + self.shape) / (e + self.rate)

    def interval(self, events: Numbers, exposure: Numbers, *, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Central interval of each true rate from the Gamma posterior."""
        k, e = _counts(events, exposure)
        tail = (1.0 - check_share("level", level)) / 2
        if np.isinf(self.shape):
            return np.full(k.size, self.mean), np.full(k.size, self.mean)
        shape, rate = k + self.shape, e + self.rate
        return gammaincinv(shape, tail) / rate, gammaincinv(shape, 1.0 - tail) / rate

    def reliability(self, exposure: Numbers) -> FloatArray:
        """Share of the agent's own counts in the estimate, E / (E + rate)."""
        e = as_positive("exposure", exposure)
        return np.zeros(e.size) if np.isinf(self.shape) else e / (e + self.rate)


def fit_gamma_poisson(events: Numbers, exposure: Numbers = 1.0, *, mean: float | None = None) -> GammaPoisson:
    """Maximum likelihood of the Gamma distribution behind Poisson counts.

    events: counts >= 0, shape (k,). exposure: expected counts or chats, > 0. mean: fixes shape / rate (1 for rates
    relative to the same cells). Raises NotIdentifiedError when no event happened and the mean is not given.
    """
    k, e = _counts(events, exposure)
    if mean is None and k.sum() == 0:
        raise NotIdentifiedError(name="The rate", reason="no event happened")
    shape = maximise_positive(lambda a: _profile(a, k, e, mean)[0], low=1e-5, high=EQUAL_SHAPE)
    best, centre = _profile(shape, k, e, mean)
    average = mean or float(k.sum() / e.sum())
    flat = float((k * np.log(average * e) - average * e - gammaln(k + 1)).sum())
    if best <= flat + 1e-6:
        return GammaPoisson(np.inf, np.inf, average, flat)
    return GammaPoisson(shape, shape / centre, centre, best)


def robbins_estimate(frequencies: Numbers) -> FloatArray:
    """Robbins' formula (x + 1) f(x + 1) / f(x) for x = 0, 1, ... from the number of agents with each count.

    frequencies: f(0), f(1), ..., shape (m,). Returns shape (m - 1,); nan where f(x) is 0.
    """
    f = as_nonnegative("frequencies", frequencies)
    x = np.arange(f.size - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(f[:-1] > 0, (x + 1) * f[1:] / f[:-1], np.nan)


def _counts(events: Numbers, exposure: Numbers) -> tuple[FloatArray, FloatArray]:
    k = as_nonnegative("events", events)
    return k, as_positive("exposure", exposure, size=k.size)


def _profile(shape: float, k: FloatArray, e: FloatArray, mean: float | None) -> tuple[float, float]:
    """Log likelihood at `shape` and the best mean given it."""
    centre = mean if mean is not None else _best_mean(shape, k, e)
    rate = shape / centre
    terms = log_rising(shape, k) - gammaln(k + 1) + k * np.log(e / (e + rate))
    return float((terms - shape * np.log1p(e / rate)).sum()), centre


def _best_mean(shape: float, k: FloatArray, e: FloatArray) -> float:
    def slope(centre: float) -> float:
        return float((k / centre - (shape + k) * e / (shape + centre * e)).sum())

    rates = (k.sum() + 1e-9) / e.sum()
    low, high = rates * 1e-6, max(float((k / e).max()), float(rates)) * 2
    return float(optimize.brentq(slope, low, high, xtol=1e-15, rtol=1e-14))
