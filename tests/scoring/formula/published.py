"""Reading the published tables beside this file."""

import math
from dataclasses import dataclass, field
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
    checked: set[tuple[str, str]] = field(default_factory=set)

    def check(self, quantity: str, key: object, value: float) -> None:
        """Fail unless `value` is within the stated tolerance of the figure."""
        figure, tolerance = self.figures[quantity, str(key)]
        self.checked.add((quantity, str(key)))
        assert math.isclose(value, figure, rel_tol=0, abs_tol=tolerance + 1e-9), (
            f"{self.name}: {quantity} {key} is {value}, {figure} +- {tolerance} is published"
        )

    def keys(self, quantity: str) -> list[str]:
        """Keys under which a quantity is published."""
        return [key for name, key in self.figures if name == quantity]

    def quantities(self) -> set[str]:
        """Every quantity of the table."""
        return {name for name, _ in self.figures}

    def complete(self, *left_to_others: str) -> None:
        """Fail if any figure was left out, beside the quantities that another test checks."""
        missed = {one for one in set(self.figures) - self.checked if one[0] not in left_to_others}
        assert not missed, f"{self.name}: nobody has checked {sorted(missed)}"


def published(name: str) -> Published:
    """The figures of an example: the printed one where there is one, else the computed one."""
    table = pd.read_csv(TABLES / name / "expected.csv", dtype=str, keep_default_na=False)
    figures = {}
    for quantity, key, printed, computed, tolerance in table.iloc[:, :5].to_numpy():
        figures[str(quantity), str(key)] = (float(printed or computed), float(tolerance))
    return Published(name, figures)
