"""From a snapshot of evidence to measures: what is believed of every agent on every criterion a policy names."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.formula import (
    CaseMix,
    Measure,
    Posterior,
    decay_statistics,
    estimate,
    fact,
    fit_case_mix,
    fit_gamma_poisson,
    from_posterior,
    measured,
    merge_small_cells,
    months_between,
    tenure_months,
)
from scoring.policy import EvidenceRules
from scoring.snapshot import Snapshot

LEVELS = ("instrument", "channel", "topic")
SUM_NAMES = {"answered": "n", "total": "s", "squares": "ss"}
SHARE_NAMES = {"answered": "n", "satisfied": "s"}
TIME_NAMES = {"timed": "n", "seconds": "s", "seconds_squares": "ss"}
PERCENT = 100.0


@dataclass(frozen=True, eq=False)
class RatingModel:
    """A fitted case mix with its posterior on the rating scale.

    rows: position of each rated agent among the agents of the snapshot; centre: the rating of an average agent on an
    average chat; raw: frame by agent with offered, answered and total, undecayed.
    """

    mix: CaseMix
    posterior: Posterior
    rows: np.ndarray
    centre: float
    raw: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Measures:
    """Measures by name, and the rating model behind them (None when nobody was rated)."""

    by_name: dict[str, Measure]
    ratings: RatingModel | None


def measure(snapshot: Snapshot, rules: EvidenceRules) -> Measures:
    """Measure every criterion for every agent of the snapshot, in its order.

    Names: the criteria themselves; `customer_rating.share` for cuts on the share of satisfied customers,
    `customer_rating.level` for cuts on the rating scale, `viral_chats.chats` and `viral_chats.severity` for cuts on
    incidents, `technical_support.months`, `test_task.veto`.
    """
    size = len(snapshot.agents)
    model = _rating_model(snapshot, rules, SUM_NAMES)
    share = _rating_model(snapshot, rules, SHARE_NAMES, scale=False)
    speed = _rating_model(snapshot, rules, TIME_NAMES)
    found = [
        _from_model("customer_rating", model, size),
        _from_model("customer_rating.level", model, size),
        _from_model("customer_rating.share", share, size),
        _from_model("efficiency", speed, size, sign=-1.0),
        *_viral(snapshot, model),
        *_service(snapshot, rules),
        *(_results(snapshot, kind) for kind in ("knowledge_test", "test_task", "involvement", "culture")),
        fact("test_task.veto", _result_column(snapshot, "test_task", "is_vetoed").astype(float)),
    ]
    return Measures({one.name: one for one in found}, model)


def _rating_model(
    snapshot: Snapshot, rules: EvidenceRules, names: dict[str, str], *, scale: bool = True
) -> RatingModel | None:
    counted = snapshot.sums[snapshot.sums[next(iter(names))] > 0]
    if counted.empty:
        return None
    monthly = counted.rename(columns={"agent_id": "agent", "cell_id": "cell", **names})
    if "ss" not in names.values():
        monthly["ss"] = monthly["s"]  # a yes counts 1, and 1 squared is 1
    decayed = decay_statistics(
        monthly, at=snapshot.as_of, half_life=rules.half_life_days, window_months=rules.window_months
    )
    if decayed.empty:
        return None
    decayed = decayed.join(snapshot.cells[list(LEVELS)], on="cell")
    mix = fit_case_mix(merge_small_cells(decayed, levels=LEVELS), scale=scale)
    return _with_posterior(snapshot, mix)


def _with_posterior(snapshot: Snapshot, mix: CaseMix) -> RatingModel:
    centre = float(np.average(mix.agents["expected"], weights=mix.agents["n"]))
    effect, variance = mix.agents["effect"].to_numpy(), mix.agents["variance"].to_numpy()
    raw = snapshot.sums.groupby("agent_id")[["offered", "answered", "total"]].sum()
    return RatingModel(
        mix=mix,
        posterior=estimate(centre + mix.points * effect, mix.points**2 * variance),
        rows=snapshot.agents.index.get_indexer(mix.agents.index),
        centre=centre,
        raw=raw.reindex(mix.agents.index),
    )


def _from_model(name: str, model: RatingModel | None, size: int, *, sign: float = 1.0) -> Measure:
    if model is None:
        return _unknown(name, size)
    if sign > 0:
        return from_posterior(name, model.posterior, rows=model.rows, size=size, count=model.raw["answered"])
    mean, sd = np.full(size, np.nan), np.zeros(size)
    mean[model.rows], sd[model.rows] = sign * model.posterior.mean, model.posterior.own_sd
    count, reliability = np.zeros(size), np.zeros(size)
    count[model.rows], reliability[model.rows] = model.mix.agents["n"], model.posterior.reliability
    return measured(name, mean, sd, reliability=reliability, count=count)


def _unknown(name: str, size: int) -> Measure:
    return measured(name, np.full(size, np.nan), 0.0, prior=(0.0, 0.0))


def _viral(snapshot: Snapshot, model: RatingModel | None) -> list[Measure]:
    positive = _per_agent(snapshot, snapshot.incidents["sign"] == "positive", "size")
    negative = snapshot.incidents["sign"] == "negative"
    severity = _per_agent(snapshot, negative, "max")
    exposure = np.full(len(snapshot.agents), 1.0)
    if model is not None:
        exposure = snapshot.agents.index.to_series().map(model.raw["offered"]).fillna(0).to_numpy(dtype=float) + 1.0
    expected = exposure * positive.sum() / exposure.sum()
    return [
        _rate(positive, expected),
        fact("viral_chats.chats", positive),
        fact("viral_chats.severity", severity),
    ]


def _rate(positive: np.ndarray, expected: np.ndarray) -> Measure:
    if positive.sum() == 0:
        return _unknown("viral_chats", positive.size)
    rates = fit_gamma_poisson(positive, expected, mean=1.0)
    low, high = rates.interval(positive, expected, level=0.6827)
    return measured("viral_chats", rates.posterior_mean(positive, expected), (high - low) / 2, count=positive)


def _per_agent(snapshot: Snapshot, chosen: pd.Series, how: str) -> np.ndarray:
    rows = snapshot.incidents[chosen].groupby("agent_id")["severity"].agg(how)
    return rows.reindex(snapshot.agents.index).fillna(0).to_numpy(dtype=float)


def _service(snapshot: Snapshot, rules: EvidenceRules) -> list[Measure]:
    return [
        fact("tenure", _tenure(snapshot, rules)),
        fact("technical_support", snapshot.agents["is_technical_support"].to_numpy(dtype=float)),
        fact("technical_support.months", _support_months(snapshot)),
    ]


def _tenure(snapshot: Snapshot, rules: EvidenceRules) -> np.ndarray:
    """Months of the running employment; missing for agents whose hire date nobody imported."""
    hired = snapshot.employments[snapshot.employments["starts_on"] <= snapshot.as_of]
    if hired.empty:
        return np.full(len(snapshot.agents), np.nan)
    leave = snapshot.leaves.rename(columns={"agent_id": "agent", "starts_on": "start", "ends_on": "end"})
    counted = tenure_months(
        hired.groupby("agent_id")["starts_on"].max(),
        at=snapshot.as_of,
        leave=leave,
        counts_leave=rules.leave_counts_in_tenure,
    )
    return counted["months"].reindex(snapshot.agents.index).to_numpy(dtype=float)


def _support_months(snapshot: Snapshot) -> np.ndarray:
    as_of = snapshot.as_of
    served = [
        months_between(start, as_of if pd.isna(end) or end > as_of else end)
        for start, end in zip(snapshot.support["starts_on"], snapshot.support["ends_on"], strict=True)
    ]
    totals = pd.Series(served, index=snapshot.support["agent_id"], dtype=float).groupby(level=0).sum()
    return totals.reindex(snapshot.agents.index).fillna(0.0).to_numpy()


def _results(snapshot: Snapshot, kind: str) -> Measure:
    value = _result_column(snapshot, kind, "value").to_numpy(dtype=float) * PERCENT
    error = _result_column(snapshot, kind, "standard_error").fillna(0).to_numpy(dtype=float) * PERCENT
    count = _result_column(snapshot, kind, "observations").fillna(0).to_numpy(dtype=float)
    return measured(kind, value, error, count=count)


def _result_column(snapshot: Snapshot, kind: str, column: str) -> pd.Series:
    rows = snapshot.results[snapshot.results["kind"] == kind].set_index("agent_id")
    return rows[column].reindex(snapshot.agents.index)
