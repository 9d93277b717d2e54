"""Who did not answer: the share of answers beside what is usual on the same chats, and what silence could change.

Nothing here moves a score. What the silent think is not in the data; it can be said whose surveys are answered
unusually often or seldom, and how far the silent would have to differ before a decision turns.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.fitting import Evidence
from scoring.formula import response_rates, tipping_point

# Fewer offers or colleagues say nothing about a share of answers.
LEAST_OFFERED, LEAST_COLLEAGUES = 30, 5
# In standard deviations: by chance, one of fifteen thousand agents lies so far out.
ODD_AT = 4.0


@dataclass(frozen=True, eq=False)
class Silence:
    """Of every agent of a snapshot, shape (p,): the share of surveys answered with its interval, the share usual on the
    same chats (nan where nothing was offered), and whether the share is odd."""

    rate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    expected: np.ndarray
    is_odd: np.ndarray

    def tipping(self, value: np.ndarray, needed: np.ndarray) -> np.ndarray:
        """Mean that the silent would need for the whole to be `needed` instead of `value`; nan where nobody is silent,
        or nothing is known."""
        known = np.isfinite(self.rate) & (self.rate < 1.0) & np.isfinite(needed)
        found = np.full(value.size, np.nan)
        if known.any():
            found[known] = value[known] - tipping_point(value[known] - needed[known], 0.0, self.rate[known])
        return found


def silence(given: Evidence) -> Silence:
    """Measure the silence of the evidence in the window."""
    size = len(given.snapshot.agents)
    nothing = np.full(size, np.nan)
    offers = _offers(given)
    if offers.empty:
        return Silence(nothing, nothing, nothing, nothing, np.zeros(size, dtype=bool))
    table = shares_of_answers(offers).reindex(np.arange(size))
    rate, low, high, expected = (table[name].to_numpy(dtype=np.float64) for name in ("rate", "low", "high", "expected"))
    return Silence(rate, low, high, expected, table["is_odd"].eq(True).to_numpy())


def shares_of_answers(offers: pd.DataFrame) -> pd.DataFrame:
    """What `response_rates` says of these surveys, and whether a share is odd enough to be told (`is_odd`).

    Nobody is told of few surveys, or beside fewer than LEAST_COLLEAGUES others.
    """
    table = response_rates(offers, flag_at=ODD_AT)
    has_colleagues = offers["agent"].nunique() - 1 >= LEAST_COLLEAGUES
    return table.assign(is_odd=table["flag"] & (table["offered"] >= LEAST_OFFERED) & has_colleagues)


def _offers(given: Evidence) -> pd.DataFrame:
    """Surveys offered and answered by agent and kind of work; months are added up, and no sum has more answers."""
    sums = given.sums
    asked = np.flatnonzero(sums["offered"].to_numpy() > 0)
    agent, cell = sums["agent"].to_numpy()[asked], sums["cell"].to_numpy()[asked]
    first = np.flatnonzero(np.concatenate([[True], (np.diff(agent) != 0) | (np.diff(cell) != 0)])[: agent.size])
    offered, answered = (
        np.add.reduceat(sums[name].to_numpy()[asked], first) if asked.size else np.empty(0)
        for name in ("offered", "answered")
    )
    columns = {"agent": agent[first], "cell": cell[first], "offered": offered}
    return pd.DataFrame(columns | {"answered": np.minimum(answered, offered)})
