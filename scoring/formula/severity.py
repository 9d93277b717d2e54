"""Customer severity: some customers rate everybody low (methods A1).

Where ratings name the customer, each rating is freed of its customer's severity before it is summed: y = agent + cell
+ customer + error, agents and cells as in the case-mix model, customers shrunken (most rate a few times only).
Alternating least squares with a shrunken third effect is the posterior mode of the mixed model; compare
`fit_crossed_effects`, which estimates everything by likelihood.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.formula.arrays import FloatArray, IntArray, check_columns

TOLERANCE = 1e-6
ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Severity:
    """ratings: the input with `rating` freed of severity; customers: severity by customer (below 0 is severe),
    shrunken; variance: between customers; residual: error variance.
    """

    ratings: pd.DataFrame
    customers: pd.Series
    variance: float
    residual: float


def remove_customer_severity(ratings: pd.DataFrame, *, by: Sequence[str]) -> Severity:
    """Estimate the severity of each customer and take it out of the ratings.

    ratings: one row for each rating with `agent`, `customer`, `rating` and the columns `by` that make the cell. Rows
    without a customer or a rating keep their value. A customer who rated once moves little.
    """
    check_columns(ratings, ["agent", "customer", "rating", *by])
    used = ratings[ratings["customer"].notna() & ratings["rating"].notna()]
    check_columns(used, ["rating"])
    y = used["rating"].to_numpy(dtype=np.float64)
    agent, cell = pd.factorize(used["agent"])[0], np.asarray(used.groupby(list(by), sort=True).ngroup(), dtype=np.int64)
    who, names = pd.factorize(used["customer"], sort=True)
    severity, variance, residual = _backfit(y, agent, cell, who)
    freed = ratings["rating"].astype(float).copy()
    freed.loc[used.index] = y - severity[who]
    customers = pd.Series(severity, index=pd.Index(names, name="customer"))
    return Severity(ratings.assign(rating=freed), customers, variance, residual)


def _backfit(y: FloatArray, agent: IntArray, cell: IntArray, who: IntArray) -> tuple[FloatArray, float, float]:
    """Alternate the three effects and the two variances (moments of the residuals) until severities rest."""
    count = np.bincount(who).astype(np.float64)
    level, queue, severity = np.zeros(agent.max() + 1), np.zeros(cell.max() + 1), np.zeros(count.size)
    variance, residual = 0.1 * float(y.var()), max(float(y.var()), 1e-12)
    for _ in range(ROUNDS):
        queue = _means(y - level[agent] - severity[who], cell)
        level = _means(y - queue[cell] - severity[who], agent)
        left = y - level[agent] - queue[cell]
        total = np.bincount(who, weights=left)
        before, severity = severity, variance * total / (variance * count + residual)
        severity = severity - severity @ count / count.sum()
        # EM: the spread of the estimates plus what is still unknown about each of them.
        unknown = variance * residual / (variance * count + residual)
        variance = float((severity**2 + unknown).mean())
        residual = max(
            float(((left - severity[who]) ** 2).sum() + count @ unknown) / max(y.size - level.size, 1), 1e-12
        )
        if float(np.abs(severity - before).max()) < TOLERANCE:
            break
    return severity, variance, residual


def _means(values: FloatArray, codes: IntArray) -> FloatArray:
    count = np.bincount(codes)
    return np.asarray(np.bincount(codes, weights=values) / np.maximum(count, 1))
