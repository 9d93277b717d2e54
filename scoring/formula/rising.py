"""Differences of log-gamma functions without the loss of digits that large arguments bring."""

import numpy as np
from scipy.special import gammaln

from scoring.formula.arrays import FloatArray

STIRLING_FROM = 1e3


def log_rising(start: float, steps: FloatArray) -> FloatArray:
    """log [Gamma(start + k) / Gamma(start)] for `start` > 0 and every k >= 0 of `steps`.

    Subtracting two gammaln loses everything once start is large; Stirling's series gives the difference directly.
    """
    if start < STIRLING_FROM:
        return np.asarray(gammaln(start + steps) - gammaln(start))
    end = start + steps
    series = (1 / end - 1 / start) / 12 - (1 / end**3 - 1 / start**3) / 360
    return np.asarray((end - 0.5) * np.log1p(steps / start) + steps * (np.log(start) - 1.0) + series)
