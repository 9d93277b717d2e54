"""From a snapshot of evidence to measures: what is believed of every agent on every criterion a policy names."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from scoring.cell_reading import month_number
from scoring.fitting import RATING, RESOLVED, SATISFIED, TIME, Evidence, RatingModel, evidence, fit, statistics
from scoring.formula import (
    Measure,
    Posterior,
    decay_weight,
    efficiency_scores,
    fact,
    fit_gamma_poisson,
    from_posterior,
    measured,
    months_between,
    tenure_months,
)
from scoring.formula.virality import HALF_LIFE_DAYS
from scoring.policy import EvidenceRules
from scoring.silence import Silence, silence
from scoring.snapshot import Snapshot

PERCENT = 100.0
ONE_SD = 0.6827
RESULTS = ("knowledge_test", "test_task", "involvement", "culture")
SEPARATOR = "|"


@dataclass(frozen=True, eq=False)
class Measures:
    """Measures by name, the rating model behind them (None when nobody was rated) and the evidence in the window.

    answered, offered: whole ratings and surveys of each agent, undecayed. silence: who did not answer.
    """

    by_name: dict[str, Measure]
    ratings: RatingModel | None
    evidence: Evidence
    answered: np.ndarray
    offered: np.ndarray

    @cached_property
    def silence(self) -> Silence:
        """Shares of answers; for the explanation, never for the score."""
        return silence(self.evidence)


def measure(snapshot: Snapshot, rules: EvidenceRules, names: Collection[str]) -> Measures:
    """Measure what is named for every agent of the snapshot, in its order.

    Names: the criteria themselves; `customer_rating.level` and `customer_rating.share` (of satisfied customers),
    `efficiency.share` (of cases solved), `viral_chats.chats`, `viral_chats.severity`, `technical_support.months`,
    `test_task.veto`. With "|n" behind a name, fewer than n pieces of evidence count as none.
    """
    given = evidence(snapshot, rules)
    ratings = fit(given, RATING)
    makers = _makers(given, ratings)
    plain = {name.partition(SEPARATOR)[0] for name in names}
    made = {name: makers[name]() for name in makers if name in plain or name == "customer_rating"}
    asked = {name: _with_enough(made, name) for name in names if SEPARATOR in name}
    return Measures(made | asked, ratings, given, given.per_agent("answered"), given.per_agent("offered"))


def needing(name: str, pieces: int) -> str:
    """The name of a measure that counts from so many pieces of evidence on."""
    return f"{name}{SEPARATOR}{pieces}" if pieces > 1 else name


def plain_name(name: str) -> str:
    """The name of the measure without the evidence it needs."""
    return name.partition(SEPARATOR)[0]


def _with_enough(made: dict[str, Measure], name: str) -> Measure:
    """The measure with agents of too little evidence turned into unknown ones."""
    base, _, pieces = name.partition(SEPARATOR)
    whole = made[base]
    kept = whole.known & (whole.count >= float(pieces))
    return replace(
        whole,
        name=name,
        mean=np.where(kept, whole.mean, whole.prior_mean),
        sd=np.where(kept, whole.sd, whole.prior_sd),
        common=np.where(kept, whole.common, 0.0),
        reliability=np.where(kept, whole.reliability, 0.0),
        known=kept,
        posterior=whole.posterior if kept.all() else None,
    )


def _makers(given: Evidence, ratings: RatingModel | None) -> dict[str, Callable[[], Measure]]:
    """How each measure is made; models that nobody asks for are never fitted."""
    snapshot, months = given.snapshot, given.rules.window_months
    results = _recent(snapshot, snapshot.results, "taken_on", months)
    incidents = _recent(snapshot, snapshot.incidents, "flagged_on", months)
    return {
        "customer_rating": lambda: _modelled("customer_rating", ratings, given, "answered"),
        "customer_rating.level": lambda: _modelled("customer_rating.level", ratings, given, "answered"),
        "customer_rating.share": lambda: _modelled(
            "customer_rating.share", fit(given, SATISFIED, scale=False), given, "answered"
        ),
        "efficiency": lambda: _efficiency(given),
        "efficiency.share": lambda: _modelled("efficiency.share", fit(given, RESOLVED, scale=False), given, "judged"),
        "viral_chats": lambda: _viral_rate(given, incidents),
        "viral_chats.chats": lambda: fact("viral_chats.chats", _counted(snapshot, incidents, "positive")),
        "viral_chats.severity": lambda: fact("viral_chats.severity", _worst(snapshot, incidents)),
        "tenure": lambda: fact("tenure", _tenure(snapshot, given.rules)),
        "technical_support": lambda: fact("technical_support", snapshot.agents["is_technical_support"]),
        "technical_support.months": lambda: fact("technical_support.months", _support_months(snapshot)),
        "test_task.veto": lambda: fact("test_task.veto", _column(snapshot, results, "test_task", "is_vetoed")),
        **{kind: _result_maker(snapshot, results, kind) for kind in RESULTS},
    }


def _modelled(name: str, model: RatingModel | None, given: Evidence, count: str) -> Measure:
    size = len(given.snapshot.agents)
    if model is None:
        return _unknown(name, size)
    return from_posterior(name, model.posterior, rows=model.rows, size=size, count=given.per_agent(count)[model.rows])


def _unknown(name: str, size: int) -> Measure:
    return measured(name, np.full(size, np.nan), 0.0, prior=(0.0, 0.0))


def _efficiency(given: Evidence) -> Measure:
    """Speed and resolution against the same cells, in standard deviations between agents, higher is better."""
    size = len(given.snapshot.agents)
    time, resolved = statistics(given, TIME), statistics(given, RESOLVED)
    if time is None:
        model = None if resolved is None else fit(given, RESOLVED, scale=False)
        return _unknown("efficiency", size) if model is None else _in_deviations(model.posterior, model.rows, given)
    table = efficiency_scores(time, resolved).table
    rows = table.index.to_numpy(dtype=np.int64)
    return _spread(rows, table["efficiency"].to_numpy(), table["sd"].to_numpy(), given)


def _in_deviations(posterior: Posterior, rows: np.ndarray, given: Evidence) -> Measure:
    spread = posterior.prior_sd
    if spread <= 0.0:
        return _spread(rows, np.zeros(rows.size), np.ones(rows.size), given)
    return _spread(rows, (posterior.mean - posterior.prior_mean) / spread, posterior.own_sd / spread, given)


def _spread(rows: np.ndarray, mean: np.ndarray, sd: np.ndarray, given: Evidence) -> Measure:
    size = len(given.snapshot.agents)
    values, errors, reliability = np.full(size, np.nan), np.zeros(size), np.zeros(size)
    values[rows], errors[rows], reliability[rows] = mean, sd, np.maximum(1.0 - sd**2, 0.0)
    chats = np.maximum(given.per_agent("timed"), given.per_agent("judged"))
    return measured("efficiency", values, errors, prior=(0.0, 1.0), reliability=reliability, count=chats)


def _recent(snapshot: Snapshot, rows: pd.DataFrame, column: str, months: int) -> pd.DataFrame:
    """Dated evidence inside the window, counted in whole months as the sums are."""
    today = month_number(snapshot.as_of)
    return rows[np.array([today - month_number(day) < months for day in rows[column]], dtype=bool)]


def _viral_rate(given: Evidence, incidents: pd.DataFrame) -> Measure:
    """Verified praise relative to what the agent's number of chats makes us expect; 1 is average.

    Praise loses half of its weight in half a year. Where a policy counts chats, a live one is one, as the policy says.
    """
    positive, faded = (_counted(given.snapshot, incidents, "positive", fading=fading) for fading in (False, True))
    if positive.sum() == 0:
        return _unknown("viral_chats", positive.size)
    exposure = given.per_agent("offered") + 1.0  # nobody's chats are quite zero: an incident is one of them
    expected = exposure * faded.sum() / exposure.sum()
    rates = fit_gamma_poisson(faded, expected, mean=1.0)
    low, high = rates.interval(faded, expected, level=ONE_SD)
    reliability = rates.reliability(expected)
    mean = rates.posterior_mean(faded, expected)
    return measured("viral_chats", mean, (high - low) / 2, reliability=reliability, count=positive)


def _counted(snapshot: Snapshot, incidents: pd.DataFrame, sign: str, *, fading: bool = False) -> np.ndarray:
    rows = incidents[incidents["sign"] == sign]
    ages = np.array([(snapshot.as_of - day).days for day in rows["flagged_on"]], dtype=np.float64)
    weights = decay_weight(ages, half_life=HALF_LIFE_DAYS) if fading and ages.size else np.ones(ages.size)
    agents = rows["agent"].to_numpy(dtype=np.int64)
    return np.bincount(agents, weights, minlength=len(snapshot.agents)).astype(np.float64)


def _worst(snapshot: Snapshot, incidents: pd.DataFrame) -> np.ndarray:
    worst = np.zeros(len(snapshot.agents))
    bad = incidents[incidents["sign"] == "negative"]
    np.maximum.at(worst, bad["agent"].to_numpy(dtype=np.int64), bad["severity"].to_numpy(dtype=np.float64))
    return worst


def _tenure(snapshot: Snapshot, rules: EvidenceRules) -> np.ndarray:
    """Months of the running employment; missing for agents whose hire date nobody imported."""
    months = np.full(len(snapshot.agents), np.nan)
    hired = snapshot.employments[snapshot.employments["starts_on"] <= snapshot.as_of]
    if hired.empty:
        return months
    leave = snapshot.leaves.rename(columns={"starts_on": "start", "ends_on": "end"})
    leave = leave[leave["start"] <= snapshot.as_of]
    first = hired.groupby("agent")["starts_on"].max()
    counted = tenure_months(first, at=snapshot.as_of, leave=leave, counts_leave=rules.leave_counts_in_tenure)
    months[counted.index.to_numpy(dtype=np.int64)] = counted["months"].to_numpy(dtype=np.float64)
    return months


def _support_months(snapshot: Snapshot) -> np.ndarray:
    """Months in teams of technical support; 0 for others who have a team, missing for those who have none."""
    months = np.full(len(snapshot.agents), np.nan)
    months[snapshot.seated] = 0.0
    for agent, start, after in _spells(snapshot):
        months[agent] += months_between(start, after)
    return months


def _spells(snapshot: Snapshot) -> list[tuple[int, date, date]]:
    """Work in technical support up to the day, a move between two of its teams not being an interruption."""
    spells: list[tuple[int, date, date]] = []
    for agent, start, last in snapshot.support.itertuples(index=False):
        after = snapshot.as_of if last is None else min(last + timedelta(days=1), snapshot.as_of)
        if spells and spells[-1][0] == agent and start <= spells[-1][2]:
            spells[-1] = (agent, spells[-1][1], max(after, spells[-1][2]))
        else:
            spells.append((agent, start, after))
    return spells


def _result_maker(snapshot: Snapshot, results: pd.DataFrame, kind: str) -> Callable[[], Measure]:
    def make() -> Measure:
        value, error, count = (
            _column(snapshot, results, kind, name) for name in ("value", "standard_error", "observations")
        )
        return measured(kind, value * PERCENT, np.nan_to_num(error) * PERCENT, count=np.nan_to_num(count))

    return make


def _column(snapshot: Snapshot, results: pd.DataFrame, kind: str, column: str) -> np.ndarray:
    values = np.full(len(snapshot.agents), np.nan)
    rows = results[results["kind"] == kind]
    values[rows["agent"].to_numpy(dtype=np.int64)] = rows[column].to_numpy(dtype=np.float64)
    return values
