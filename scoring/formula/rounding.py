"""Parts of many totals, rounded so that each row adds up to its rounded total: `round_parts` for all rows at once.

Hamilton's method of largest remainders.
"""

import numpy as np

from scoring.formula.arrays import FloatArray
from scoring.formula.errors import ShapeError


def round_rows(parts: FloatArray, *, digits: int = 1) -> tuple[FloatArray, FloatArray]:
    """Round a table of parts, shape (p, m), to `digits`; also gives the totals, shape (p,).

    Half a unit of a total rounds up; of equal remainders the first goes up. Raises ShapeError for other shapes.
    """
    values = np.asarray(parts, dtype=np.float64)
    if values.ndim != 2:
        raise ShapeError(name="parts", got=values.shape, expected="(rows, parts)")
    unit = 10.0**digits
    # A remainder of .4999999 from binary fractions must count as what it was meant to be.
    scaled = np.round(values * unit, 9)
    floors = np.floor(scaled)
    total = np.floor(np.round(scaled.sum(axis=1), 9) + 0.5)
    missing = total - floors.sum(axis=1)
    order = np.argsort(-(scaled - floors), axis=1, kind="stable")
    turn = np.argsort(order, axis=1, kind="stable")
    floors += turn < missing[:, None]
    return np.asarray(np.round(floors) / unit), np.asarray(total / unit)
