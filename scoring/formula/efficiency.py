"""Efficiency: handling time and resolution against the same cells, each with its own shrinkage (methods A2, A4).

Handling times are compared on the log scale: long calls are multiplied, not added, and minutes or seconds do not
matter. Both parts are put in standard deviations between agents, so that neither unit nor noise decides how much it
counts.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.formula.arrays import FloatArray, check_columns, check_share
from scoring.formula.casemix import CaseMix, fit_case_mix
from scoring.formula.cells import cell_statistics
from scoring.formula.errors import ValueRangeError
from scoring.formula.shrinkage import Posterior, estimate


@dataclass(frozen=True, eq=False)
class Efficiency:
    """table: frame by agent: `efficiency` (0 is the average agent, 1 one standard deviation better) with `sd` and
    `reliability`, `faster` (share of time saved against the same chats, shrunken), `resolved` (points above the
    expected share, shrunken), `n`; the two case-mix fits and posteriors stand behind it.
    """

    table: pd.DataFrame
    time: CaseMix
    resolution: CaseMix | None
    time_posterior: Posterior
    resolution_posterior: Posterior | None


def time_statistics(chats: pd.DataFrame, *, by: list[str], seconds: str = "seconds") -> pd.DataFrame:
    """Sums of log handling time by agent and cell; times must be above 0, missing ones are left out."""
    check_columns(chats, ["agent", *by, seconds])
    times = chats[seconds].dropna()
    if (times <= 0).any():
        raise ValueRangeError(name=seconds, rule="above 0", value=times[times <= 0].iloc[0])
    return cell_statistics(chats.assign(rating=np.log(chats[seconds].astype(float))), by=by)


def efficiency_scores(
    time_stats: pd.DataFrame, resolution_stats: pd.DataFrame | None = None, *, resolution_share: float = 0.5
) -> Efficiency:
    """Combine speed and resolution of every agent.

    time_stats: `agent`, `cell`, `n`, `s`, `ss` of log handling time (`time_statistics`); resolution_stats: the same
    of 1 for resolved at first contact and 0 otherwise. resolution_share: weight of resolution, 0 to 1. An agent
    without resolution data gets the average agent's there, with its full uncertainty.
    """
    share = check_share("resolution_share", resolution_share, closed=True) if resolution_stats is not None else 0.0
    time = fit_case_mix(time_stats)
    speed = estimate(-time.agents["effect"], time.agents["variance"])
    resolution = None if resolution_stats is None else fit_case_mix(resolution_stats)
    solved = None if resolution is None else estimate(resolution.agents["effect"], resolution.agents["variance"])
    quick, quick_sd = _standardised(speed)
    good, good_sd = _aligned(resolution, solved, time.agents.index)
    weight = np.hypot(1.0 - share, share)
    value = ((1.0 - share) * quick + share * good) / weight
    sd = np.hypot((1.0 - share) * quick_sd, share * good_sd) / weight
    table = pd.DataFrame({
        "efficiency": value, "sd": sd, "reliability": np.maximum(1.0 - sd**2, 0.0),
        "faster": 1.0 - np.exp(-speed.mean * time.points), "resolved": _points(resolution, solved, time.agents.index),
        "n": time.agents["n"],
    }, index=time.agents.index)  # fmt: skip
    return Efficiency(table, time, resolution, speed, solved)


def _standardised(posterior: Posterior) -> tuple[FloatArray, FloatArray]:
    """Estimates and deviations in standard deviations between agents; nothing to tell apart gives 0 +- 1."""
    spread = posterior.prior_sd
    if spread <= 1e-9:
        return np.zeros(posterior.mean.size), np.ones(posterior.mean.size)
    return (posterior.mean - posterior.prior_mean) / spread, posterior.own_sd / spread


def _aligned(mix: CaseMix | None, posterior: Posterior | None, agents: pd.Index) -> tuple[FloatArray, FloatArray]:
    if mix is None or posterior is None:
        return np.zeros(len(agents)), np.ones(len(agents))
    mean, sd = _standardised(posterior)
    table = pd.DataFrame({"mean": mean, "sd": sd}, index=mix.agents.index).reindex(agents)
    return np.asarray(table["mean"].fillna(0.0), dtype=np.float64), np.asarray(
        table["sd"].fillna(1.0), dtype=np.float64
    )


def _points(mix: CaseMix | None, posterior: Posterior | None, agents: pd.Index) -> FloatArray:
    if mix is None or posterior is None:
        return np.full(len(agents), np.nan)
    table = pd.Series(posterior.mean * mix.points, index=mix.agents.index).reindex(agents)
    return np.asarray(table, dtype=np.float64)
