"""Timing and printing that the benches share."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = 3


@dataclass(frozen=True)
class Line:
    """One variant: seconds of every round, and how many rows it handled."""

    name: str
    seconds: Sequence[float]
    rows: int

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def rate(self) -> float:
        return self.rows / self.median


def in_turn(
    variants: dict[str, Callable[[], object]],
    *,
    rows: int,
    rounds: int = ROUNDS,
    before: Callable[[], object] = lambda: None,
) -> list[Line]:
    """Time every variant in turn, round by round, so that a slow moment of the machine hits them all.

    `before` runs before each timing and is not counted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for _round in range(rounds):
        for name, run in variants.items():
            before()
            begun = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - begun)
    return [Line(name, taken, rows) for name, taken in seconds.items()]


def show(title: str, lines: Sequence[Line], *, base: str) -> None:
    """Print medians, rows per second, and how many times as fast as the line named `base`."""
    reference = next(line for line in lines if line.name == base)
    print(f"\n{title}")
    print(f"  {'':44} {'median s':>9} {'min':>8} {'max':>8} {'rows/s':>10} {'x':>8}")
    for line in lines:
        print(
            f"  {line.name:44} {line.median:9.3f} {min(line.seconds):8.3f} {max(line.seconds):8.3f} "
            f"{line.rate:10,.0f} {reference.median / line.median:8.2f}"
        )
