"""A file as rows of cells, whatever its container: what the readers of CSV, workbooks, JSON and Parquet hand on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | None


NESTED = "nested_value"


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that holds no value: a spreadsheet error, a formula nobody has calculated, a list (NESTED)."""

    text: str
    code: str = "error_cell"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Trouble:
    """A record that could not be split into cells; `fatal` when nothing after it can be trusted."""

    code: str
    text: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    fatal: bool = False


Row: TypeAlias = list[Any] | tuple[Any, ...] | Trouble
Rows: TypeAlias = list[Row]
Batches: TypeAlias = Iterator[Rows]
