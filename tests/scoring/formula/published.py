"""Reading the published tables beside this file."""

import math
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

TABLES = Path(__file__).parent / "tables"


def rows(name: str) -> pd.DataFrame:
    """The input of a published example."""
    return pd.read_csv(TABLES / name / "input.csv")


@dataclass(frozen=True)
class Published:
    """The figures of one published example by (quantity, key)."""

    name: str
    figures: dict[tuple[str, str], tuple[float, float]]

    def check(self, quantity: str, key: object, value: float) -> None:
        """Fail unless `value` is within the stated tolerance of the figure."""
        figure, tolerance = self.figures[quantity, str(key)]
        assert math.isclose(value, figure, rel_tol=0, abs_tol=tolerance + 1e-9), (
            f"{self.name}: {quantity} {key} is {value}, {figure} +- {tolerance} is published"
        )

    def keys(self, quantity: str) -> list[str]:
        """Keys under which a quantity is published."""
        return [key for name, key in self.figures if name == quantity]

    def quantities(self) -> set[str]:
        """Every quantity of the table, so that a test can show that it left none out."""
        return {name for name, _ in self.figures}


def published(name: str) -> Published:
    """The figures of an example: the printed one where there is one, else the computed one."""
    table = pd.read_csv(TABLES / name / "expected.csv", dtype=str, keep_default_na=False)
    figures = {}
    for quantity, key, printed, computed, tolerance in table.iloc[:, :5].to_numpy():
        figures[str(quantity), str(key)] = (float(printed or computed), float(tolerance))
    return Published(name, figures)
