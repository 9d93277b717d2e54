"""The case-mix models of a run: the sums inside the evidence window, decayed, in cells large enough, fitted."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.cell_reading import month_number
from scoring.formula import CaseMix, Posterior, decay_statistics, estimate, fit_case_mix, merge_small_cells
from scoring.policy import EvidenceRules
from scoring.snapshot import Snapshot

LEVELS = ["instrument", "channel", "topic", "hours"]
# Every scale laid on 1 to 5, so that means of different surveys can be shown together: start and length of a step.
# The effects themselves do not depend on it, for ratings are divided by the spread of their own cell.
ON_FIVE_POINTS = {"csat5": (0.0, 1.0), "thumbs": (1.0, 4.0), "three_point": (3.0, 2.0), "nps": (1.0, 0.4)}
HOURS_IN_A_BAND = 8


@dataclass(frozen=True)
class Columns:
    """Which sums a model reads: how many, their total, their squares (those of a yes or no are the total itself)."""

    count: str
    total: str
    squares: str


RATING = Columns("answered", "total", "squares")
SATISFIED = Columns("answered", "satisfied", "satisfied")
TIME = Columns("timed", "seconds", "seconds_squares")
RESOLVED = Columns("judged", "resolved", "resolved")


@dataclass(frozen=True, eq=False)
class RatingModel:
    """A fitted case mix with its posterior, both in the unit of the sums.

    rows: positions of the agents it covers; centre: the value of an average agent on an average chat.
    """

    mix: CaseMix
    posterior: Posterior
    centre: float

    @property
    def rows(self) -> np.ndarray:
        return self.mix.agents.index.to_numpy(dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Evidence:
    """The sums of a snapshot that lie inside the window of a policy."""

    snapshot: Snapshot
    rules: EvidenceRules
    sums: pd.DataFrame

    def per_agent(self, column: str) -> np.ndarray:
        """The undecayed total of one column, for every agent of the snapshot."""
        agents = self.sums["agent"].to_numpy()
        return np.bincount(agents, weights=self.sums[column].to_numpy(), minlength=len(self.snapshot.agents))

    def months(self) -> tuple[int, int] | None:
        """The first and the last month (as month_number) with evidence."""
        if self.sums.empty:
            return None
        return int(self.sums["month"].min()), int(self.sums["month"].max())


def evidence(snapshot: Snapshot, rules: EvidenceRules) -> Evidence:
    """Narrow a snapshot to the window: whole months, the one of the day among them."""
    age = month_number(snapshot.as_of) - snapshot.sums["month"].to_numpy()
    inside = age < rules.window_months
    return Evidence(snapshot, rules, snapshot.sums if inside.all() else snapshot.sums[inside])


def statistics(given: Evidence, columns: Columns) -> pd.DataFrame | None:
    """Agent, cell, n, s, ss as they count on the day of the snapshot; None where nothing was counted.

    Small cells are merged: instrument, channel, topic, hours of the day, from the last one upwards.
    """
    counted = np.flatnonzero(given.sums[columns.count].to_numpy() > 0)
    if not counted.size:
        return None
    needed = {"agent", "cell", "month", columns.count, columns.total, columns.squares}
    rows = {name: given.sums[name].to_numpy()[counted] for name in needed}
    keys = {"agent": rows["agent"], "cell": rows["cell"], "month": _periods(rows["month"])}
    monthly = pd.DataFrame(keys | _on_one_scale(given, rows, columns), copy=False)
    decayed = decay_statistics(monthly, at=given.snapshot.as_of, half_life=given.rules.half_life_days)
    return _merged(decayed, given.snapshot.cells)


def fit(given: Evidence, columns: Columns, *, scale: bool = True) -> RatingModel | None:
    """Fit a case-mix model with its posterior; None where nothing was counted."""
    stats = statistics(given, columns)
    if stats is None:
        return None
    mix = fit_case_mix(stats, scale=scale)
    centre = float(np.average(mix.agents["expected"], weights=mix.agents["n"]))
    effect, variance = mix.agents["effect"].to_numpy(), mix.agents["variance"].to_numpy()
    return RatingModel(mix, estimate(centre + mix.points * effect, mix.points**2 * variance), centre)


def _periods(months: np.ndarray) -> np.ndarray:
    return (months - 1970 * 12).astype("datetime64[M]").astype("datetime64[s]")


def _on_one_scale(given: Evidence, rows: dict[str, np.ndarray], columns: Columns) -> dict[str, np.ndarray]:
    n, s, ss = (rows[name] for name in (columns.count, columns.total, columns.squares))
    instruments = given.snapshot.cells["instrument"]
    if columns is not RATING or (instruments == "csat5").all():
        return {"n": n, "s": s, "ss": ss}
    start, step = np.array([ON_FIVE_POINTS[name] for name in instruments])[rows["cell"]].T
    return {"n": n, "s": start * n + step * s, "ss": start**2 * n + 2 * start * step * s + step**2 * ss}


def _merged(stats: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Merge small cells: decided on the few cells, not on the many rows."""
    whole = stats.groupby("cell")[["n", "s", "ss"]].sum().reset_index()
    banded = cells["hour_band"].nunique() > 1
    hours = [f"{HOURS_IN_A_BAND * band:02d}–{HOURS_IN_A_BAND * (band + 1):02d}" for band in cells["hour_band"]]
    keys = cells.assign(hours=hours).iloc[whole["cell"]]
    levels = LEVELS if banded else LEVELS[:-1]
    named = pd.DataFrame({name: keys[name].to_numpy() for name in levels}).assign(agent=whole["cell"])
    labels = merge_small_cells(named.assign(n=whole["n"], s=whole["s"], ss=whole["ss"]), levels=levels)
    label_of = labels.set_index("agent")["cell"]
    return stats.assign(cell=label_of.reindex(stats["cell"]).to_numpy())[["agent", "cell", "n", "s", "ss"]]
