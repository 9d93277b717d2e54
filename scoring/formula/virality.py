"""Viral chats: rare, heavy-tailed evidence that opens a door and never decides (methods A7).

Only verified incidents count, one incident once however many posts it has, with its sign, until it expires. Reach is
the customer's audience and does not enter. HR line: "a viral chat makes us look; it does not choose".

Sources: Clayton & Kaldor (1987) Biometrics 43:671-681 (Gamma-Poisson rates); Good (1983) (weight of evidence).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from scoring.formula.arrays import FloatArray, Numbers, as_nonnegative, as_positive, check_columns, check_share
from scoring.formula.errors import ValueRangeError

EXPIRY_DAYS = 365
HALF_LIFE_DAYS = 180.0
HOLD_SEVERITY = 3
LIKELIHOOD_RATIO = 3.0
LIKELIHOOD_CAP = 5.0
SIGNS = ("positive", "negative", "mixed")


def viral_evidence(
    incidents: pd.DataFrame,
    *,
    at: date,
    expiry_days: int = EXPIRY_DAYS,
    half_life: float = HALF_LIFE_DAYS,
    hold_severity: int = HOLD_SEVERITY,
) -> pd.DataFrame:
    """Sum the verified incidents of each agent as they count on the day `at`.

    incidents: one row for each agent and incident: `agent`, `incident` (its identifier), `at` (date), `sign` (positive,
    negative or mixed), `severity` (1 to 4), `state` (only "verified" counts). Repeated rows of an incident count once.

    Returns a frame indexed by agent, with a row for every agent named in the input: `positive` and `negative` (counts,
    halved every `half_life` days, nothing after `expiry_days`), `net`, `live` (incidents that count, mixed ones too),
    `worst` (highest severity of a live negative incident, 0 if none), `hold` (worst >= hold_severity: a person looks at
    it, with a right of reply), `uncounted` (not verified, or expired).
    """
    check_columns(incidents, ["agent", "incident", "at", "sign", "severity", "state"])
    _check_signs(incidents)
    once = incidents.drop_duplicates(["agent", "incident"])
    age = (pd.Timestamp(at) - pd.to_datetime(once["at"])).dt.days.to_numpy(dtype=float)
    live = (once["state"] == "verified").to_numpy() & (age >= 0) & (age < expiry_days)
    weight = np.where(live, np.exp2(-np.maximum(age, 0.0) / half_life), 0.0)
    good, bad = (once["sign"] == "positive").to_numpy(), (once["sign"] == "negative").to_numpy()
    table = pd.DataFrame({
        "positive": weight * good, "negative": weight * bad, "net": weight * good - weight * bad,
        "live": live.astype(int), "worst": np.where(live & bad, once["severity"], 0).astype(int),
        "uncounted": (~live).astype(int),
    })  # fmt: skip
    grouped = table.groupby(once["agent"].to_numpy(), sort=True)
    result = grouped.sum().assign(worst=grouped["worst"].max())
    result.index.name = "agent"
    return result.assign(hold=result["worst"] >= hold_severity)


def _check_signs(incidents: pd.DataFrame) -> None:
    strange = ~incidents["sign"].isin(SIGNS)
    if strange.any():
        raise ValueRangeError(name="sign", rule=f"one of {', '.join(SIGNS)}", value=incidents["sign"][strange].iloc[0])
    wrong = ~incidents["severity"].between(1, 4)
    if wrong.any():
        raise ValueRangeError(name="severity", rule="1 to 4", value=incidents["severity"][wrong].iloc[0])


def cap_likelihood_ratio(ratio: float, *, cap: float = LIKELIHOOD_CAP) -> float:
    """Keep a likelihood ratio inside [1 / cap, cap]: one incident can never carry a decision."""
    positive = float(as_positive("ratio", ratio, size=1)[0])
    return float(min(max(positive, 1.0 / cap), cap))


def estimate_likelihood_ratio(
    flagged_top: float,
    top: float,
    flagged_rest: float,
    rest: float,
    *,
    strength: float = 20.0,
    cap: float = LIKELIHOOD_CAP,
) -> float:
    """P(flag | top) / P(flag | not top) from history, shrunk to 1 and capped.

    Counts of agents: flagged and all, among later top performers and the rest. Both rates get `strength` agents at the
    pooled rate added, so without history the ratio is 1.
    """
    top, rest = float(as_positive("top", top, size=1)[0]), float(as_positive("rest", rest, size=1)[0])
    pooled = (flagged_top + flagged_rest) / (top + rest)
    if pooled == 0:
        return 1.0
    in_top = (flagged_top + strength * pooled) / (top + strength)
    in_rest = (flagged_rest + strength * pooled) / (rest + strength)
    return cap_likelihood_ratio(in_top / in_rest, cap=cap)


def door_probability(
    prior: float,
    positive: Numbers,
    negative: Numbers = 0.0,
    *,
    ratio: float = LIKELIHOOD_RATIO,
    cap: float = LIKELIHOOD_CAP,
) -> FloatArray:
    """P(agent belongs to the top) after the incidents: odds = prior odds x ratio^positive / ratio^negative.

    prior: share of agents in the top, 0 to 1. positive, negative: (decayed) counts, shape (k,). The ratio is capped;
    with 3, a prior of 5 % and one incident give 14 %, not 100 %.
    """
    good = as_nonnegative("positive", positive)
    bad = as_nonnegative("negative", negative, size=good.size)
    base = check_share("prior", prior)
    odds = base / (1.0 - base) * cap_likelihood_ratio(ratio, cap=cap) ** (good - bad)
    return odds / (1.0 + odds)


@dataclass(frozen=True)
class AttributionAudit:
    """Rate with the limits of its interval."""

    rate: float
    low: float
    high: float


def false_attribution_rate(wrong: int, audited: int, *, level: float = 0.95) -> AttributionAudit:
    """Share of audited verified flags that named the wrong agent, with a Beta(.5, .5) interval."""
    from_audit = as_positive("audited", audited, size=1)[0]
    found = as_nonnegative("wrong", wrong, size=1)[0]
    if found > from_audit:
        raise ValueRangeError(name="wrong", rule=f"at most the {audited} audited flags", value=wrong)
    return AttributionAudit(float(found / from_audit), *beta_interval(float(found), float(from_audit), level))


def beta_interval(hits: float, trials: float, level: float) -> tuple[float, float]:
    """Central interval of a rate under Jeffreys' prior, closed at 0 and 1 when no or all trials hit."""
    tail = (1.0 - check_share("level", level)) / 2
    a, b = hits + 0.5, trials - hits + 0.5
    low = 0.0 if hits == 0 else float(betaincinv(a, b, tail))
    return low, 1.0 if hits == trials else float(betaincinv(a, b, 1.0 - tail))
