"""Maximising a likelihood in one positive parameter, safely: a coarse grid first, then a bounded search beside its
best.
"""

from collections.abc import Callable

import numpy as np
from scipy import optimize


def maximise_positive(log_likelihood: Callable[[float], float], *, low: float, high: float, points: int = 41) -> float:
    """The argument between `low` and `high` (both > 0) with the highest `log_likelihood`, found on the log scale."""
    grid = np.linspace(np.log(low), np.log(high), points)
    best = int(np.argmax([log_likelihood(float(np.exp(at))) for at in grid]))
    result = optimize.minimize_scalar(
        lambda at: -log_likelihood(float(np.exp(at))),
        bounds=(grid[max(best - 1, 0)], grid[min(best + 1, points - 1)]),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(np.exp(result.x))
