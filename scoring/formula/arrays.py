"""Numbers in: arrays and frames checked once, at the border of every public formula."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.formula.errors import EmptyInputError, MissingColumnError, ShapeError, UnknownOptionError, ValueRangeError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Numbers = npt.ArrayLike
Labels = Sequence[Any] | pd.Index | pd.Series | npt.NDArray[Any]


def as_floats(name: str, values: Any, *, size: int | None = None) -> FloatArray:
    """One-dimensional finite floats, never empty; a scalar is repeated `size` times."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0 and size is not None:
        array = np.full(size, float(array))
    array = array.ravel()
    if not array.size:
        raise EmptyInputError(name=name)
    if size is not None and array.size != size:
        raise ShapeError(name=name, got=array.size, expected=size)
    if not np.isfinite(array).all():
        raise ValueRangeError(name=name, rule="finite numbers", value=array[~np.isfinite(array)][0])
    return array


def as_positive(name: str, values: Any, *, size: int | None = None) -> FloatArray:
    """As `as_floats`, and every value above zero."""
    array = as_floats(name, values, size=size)
    if (array <= 0).any():
        raise ValueRangeError(name=name, rule="above 0", value=array[array <= 0][0])
    return array


def as_nonnegative(name: str, values: Any, *, size: int | None = None) -> FloatArray:
    """As `as_floats`, and no value under zero."""
    array = as_floats(name, values, size=size)
    if (array < 0).any():
        raise ValueRangeError(name=name, rule="0 or more", value=array[array < 0][0])
    return array


def check_share(name: str, value: float, *, closed: bool = False) -> float:
    """A number between 0 and 1 (the ends allowed when `closed`)."""
    inside = 0 <= value <= 1 if closed else 0 < value < 1
    if not inside:
        raise ValueRangeError(name=name, rule="between 0 and 1", value=value)
    return float(value)


def check_option(name: str, value: str, options: Iterable[str]) -> str:
    """One of the named options."""
    allowed = tuple(options)
    if value not in allowed:
        raise UnknownOptionError(name=name, value=value, options=", ".join(allowed))
    return value


def check_columns(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """The frame itself, when it has rows and every column."""
    for column in columns:
        if column not in frame.columns:
            raise MissingColumnError(name=column, columns=", ".join(map(str, frame.columns)) or "none")
    if frame.empty:
        raise EmptyInputError(name="The frame")
    return frame
