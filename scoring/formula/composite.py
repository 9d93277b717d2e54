"""The composite: gates, weights, any-of rules and vetoes to a score, P(top k) and a verdict (methods A4).

The score is 0 to 100. A weighted criterion with share w gives w * (50 + 50 z / 3) points, z being the estimated true
value in standard deviations of the agents with evidence, held between -3 and 3. So 50 is the average colleague in
everything, parts add up to the total, every part is monotone in its criterion and bounded by 100 w, and the score is
linear in the weighted sum of z, so that score, P(top k) and sensitivity speak of the same order. (A normal-curve map
would bend the weights: the same improvement would be worth less to the best.)

Sources: Guion (2011) ch. 8; Wainer (1976); Mosier (1943) for the reliability; Lahdelma & Salminen (2001) for
acceptability.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.formula.arrays import BoolArray, FloatArray, Labels
from scoring.formula.errors import ShapeError
from scoring.formula.measures import Measure
from scoring.formula.normal_ranks import threshold_top
from scoring.formula.ranking import BORDERLINE, CLEAR, INSUFFICIENT, UNLIKELY, check_places, rank, top_share, verdicts
from scoring.formula.rules import Gate, GateOutcome, Rules, by_name, judge_any, judge_gate, judge_vetoes

Z_LIMIT = 3.0
DRAWS = 4000
DRAWN_AT_ONCE = 250
PLACE_DIGITS = 9
ELIGIBLE, INCOMPLETE, FAILED, VETOED = "eligible", "incomplete", "failed", "vetoed"


@dataclass(frozen=True, eq=False)
class Composite:
    """The outcome for p agents. Frames are indexed by agent, in the order given.

    table: `score` (0 to 100), `p_top` (P(among the best k of those whose gates hold), 0 for the others), `p_selected`
        (gates drawn too), `expected_rank`, `rank_low`, `rank_high` (95 % interval among the eligible, nan for others),
        `place` (ties share it; eligible first, then incomplete, failed, vetoed), `standing`, `retest`, `reliability`,
        `verdict`.
    points, z: columns by weighted criterion; rows of `points` add up to `score`.
    gates: outcomes in the order of the rules, any-of rules last. shares: of the weighted criteria, adding up to 1.
    """

    table: pd.DataFrame
    points: pd.DataFrame
    z: pd.DataFrame
    gates: tuple[GateOutcome, ...]
    shares: Mapping[str, float]
    measures: Mapping[str, Measure]
    rules: Rules
    places: int

    @property
    def gate_states(self) -> pd.DataFrame:
        """State of every gate, columns by label."""
        return pd.DataFrame({gate.label: gate.state for gate in self.gates}, index=self.table.index)

    @property
    def order(self) -> pd.Index:
        """Agents, best first."""
        return self.table.sort_values("place", kind="stable").index


def evaluate(
    measures: Iterable[Measure],
    rules: Rules,
    *,
    places: int,
    rng: np.random.Generator,
    agents: Labels | None = None,
    draws: int = DRAWS,
) -> Composite:
    """Apply the rules to the measures of p agents and place them.

    measures: one for each criterion the rules name, all of length p. agents: their identifiers (0 to p - 1 by default).
    places: k >= 1. draws: joint draws behind `p_selected`; 0 takes an analytic approximation instead (criteria
    independent), which 10,000 agents need to stay fast. The answer depends on neither the order of agents nor of rules.
    Raises FormulaError for unknown criteria or lengths that differ.
    """
    given = by_name(measures, rules)
    size = next(iter(given.values())).size
    index = pd.Index(np.arange(size) if agents is None else agents, name="agent")
    if len(index) != size:
        raise ShapeError(name="agents", got=len(index), expected=size)
    # Draws go to agents in the order of their identifiers, so the order of the input cannot matter.
    order = np.argsort(index.to_numpy(), kind="stable")
    sorted_measures = {name: measure if _sorted(order) else measure.take(order) for name, measure in given.items()}
    table, points, z, gates = _evaluate(sorted_measures, rules, check_places(places), rng, draws)
    back = np.argsort(order, kind="stable")
    outcomes = tuple(
        GateOutcome(g.label, g.state[back], g.probability[back], g.retest[back], g.criteria) for g in gates
    )
    return Composite(
        table=_frame(table, index, back),
        points=_frame(points, index, back),
        z=_frame(z, index, back),
        gates=outcomes,
        shares=rules.shares(given),
        measures=given,
        rules=rules,
        places=places,
    )


def _sorted(order: np.ndarray) -> bool:
    return bool((order[:-1] < order[1:]).all())


def _frame(columns: Mapping[str, np.ndarray], index: pd.Index, back: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({name: values[back] for name, values in columns.items()}, index=index)


Columns = dict[str, np.ndarray]


def _evaluate(
    measures: Mapping[str, Measure], rules: Rules, places: int, rng: np.random.Generator, draws: int
) -> tuple[Columns, Columns, Columns, list[GateOutcome]]:
    shares = rules.shares(measures)
    size = next(iter(measures.values())).size
    gates = [judge_gate(gate, measures[gate.criterion]) for gate in rules.gates]
    gates += [judge_any(rule, measures) for rule in rules.any_of]
    standing = standing_of(rules, measures, gates, size)
    z = {name: measures[name].z().clip(-Z_LIMIT, Z_LIMIT) for name in shares}
    points = {name: 100.0 * share * (0.5 + z[name] / (2 * Z_LIMIT)) for name, share in shares.items()}
    mean, sd = weighted_z(measures, shares, size)
    ranks = _rank_eligible(mean, sd, standing == ELIGIBLE, places, rng)
    score = np.sum(list(points.values()), axis=0) if points else np.full(size, 50.0)
    retest = np.any([gate.retest for gate in gates], axis=0) if gates else np.zeros(size, dtype=bool)
    reliability = composite_reliability_by_agent(mean, sd)
    selected = (
        draw_selection(measures, rules, places=places, rng=rng, draws=draws)
        if draws
        else _selection_chance(mean, sd, gates, standing, places)
    )
    enough = _enough(rules, measures, reliability, shares, size)
    table = {
        "score": score, **ranks, "p_selected": selected, "standing": standing, "retest": retest,
        "reliability": reliability, "place": places_of(ranks["p_top"], score, standing),
        "verdict": _verdicts(ranks["p_top"], standing, retest, enough),
    }  # fmt: skip
    return table, points, z, gates


def weighted_z(
    measures: Mapping[str, Measure], shares: Mapping[str, float], size: int
) -> tuple[FloatArray, FloatArray]:
    """Mean and own standard deviation of the weighted sum of z of each agent, shape (p,)."""
    mean, variance = np.zeros(size), np.zeros(size)
    for name, share in shares.items():
        measure = measures[name]
        spread = measure.reference[1]
        mean += share * measure.z().clip(-Z_LIMIT, Z_LIMIT)
        variance += (share * measure.sd / spread) ** 2 if spread else 0.0
    return mean, np.sqrt(variance)


def composite_reliability_by_agent(mean: FloatArray, sd: FloatArray) -> FloatArray:
    """1 - error variance of the agent / variance of true composites; 0 when the composites have no spread."""
    total = float(mean.var() + (sd**2).mean())
    return np.maximum(1.0 - sd**2 / total, 0.0) if total > 1e-18 else np.zeros(mean.size)


def standing_of(rules: Rules, measures: Mapping[str, Measure], gates: list[GateOutcome], size: int) -> np.ndarray:
    """Standing of p agents (eligible, incomplete, failed, vetoed) by the outcomes of gates and any-of rules."""
    failed, incomplete = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    for gate in gates:
        failed |= gate.state == "not_met"
        incomplete |= gate.state == "missing"
    for weight in rules.weights:
        incomplete |= ~measures[weight.criterion].known & (weight.missing == "incomplete")
    standing = np.where(failed, FAILED, np.where(incomplete, INCOMPLETE, ELIGIBLE)).astype(object)
    standing[judge_vetoes(rules, measures, size)] = VETOED
    return standing


def _rank_eligible(
    mean: FloatArray, sd: FloatArray, eligible: BoolArray, places: int, rng: np.random.Generator
) -> Columns:
    size = mean.size
    columns = {
        "p_top": np.zeros(size),
        **{n: np.full(size, np.nan) for n in ("expected_rank", "rank_low", "rank_high")},
    }
    if eligible.any():
        ranking = rank(mean[eligible], sd[eligible], places=places, rng=rng)
        for name in columns:
            columns[name][eligible] = getattr(ranking, name)
    return columns


def draw_selection(
    measures: Mapping[str, Measure], rules: Rules, *, places: int, rng: np.random.Generator, draws: int = DRAWS
) -> FloatArray:
    """P(selected) of p agents: all components drawn jointly, vetoes, gates, any-of rules and weights applied to each
    draw.
    """
    size = next(iter(measures.values())).size
    shares = rules.shares(measures)
    barred = judge_vetoes(rules, measures, size)
    for weight in rules.weights:
        barred |= ~measures[weight.criterion].known & (weight.missing == "incomplete")
    sums = np.zeros(size)
    for done in range(0, draws, DRAWN_AT_ONCE):
        block = min(DRAWN_AT_ONCE, draws - done)
        values = {name: measures[name].draws(rng, block) for name in rules.criteria}
        total = np.zeros((block, size))
        for name, share in shares.items():
            total += share * measures[name].z(values[name]).clip(-Z_LIMIT, Z_LIMIT)
        sums += top_share(total, places, drawn_gates(values, measures, rules) & ~barred).sum(axis=0)
    return sums / draws


def drawn_gates(values: Mapping[str, FloatArray], measures: Mapping[str, Measure], rules: Rules) -> BoolArray:
    """Which agents meet every gate and any-of rule in each draw; `values` by criterion and result of shape (draws,
    p).
    """
    shape = next(iter(values.values())).shape if values else (1, next(iter(measures.values())).size)
    held = np.ones(shape, dtype=bool)
    for gate in rules.gates:
        held &= _drawn_gate(gate, values, measures)
    for rule in rules.any_of:
        held &= np.any([_drawn_gate(door, values, measures) for door in rule.doors], axis=0)
    return held


def _drawn_gate(gate: Gate, values: Mapping[str, FloatArray], measures: Mapping[str, Measure]) -> BoolArray:
    drawn = values[gate.criterion]
    inside = np.ones(drawn.shape, dtype=bool)
    if gate.at_least is not None:
        inside &= drawn >= gate.at_least
    if gate.at_most is not None:
        inside &= drawn <= gate.at_most
    known = measures[gate.criterion].known
    return inside if gate.missing == "prior" else np.where(known, inside, gate.missing == "wait")


def _selection_chance(
    mean: FloatArray, sd: FloatArray, gates: list[GateOutcome], standing: np.ndarray, places: int
) -> FloatArray:
    """P(selected) without draws: P(all gates hold) times P(above the threshold that fills the places)."""
    gate = np.prod([g.probability for g in gates], axis=0) if gates else np.ones(mean.size)
    gate = np.where(np.isin(standing, [VETOED, INCOMPLETE]), 0.0, gate)
    if gate.sum() <= places:
        return np.asarray(gate)
    return threshold_top(mean, sd, places, chance=gate)


def _enough(
    rules: Rules, measures: Mapping[str, Measure], reliability: FloatArray, shares: Mapping[str, float], size: int
) -> BoolArray:
    enough = np.ones(size, dtype=bool)
    for weight in rules.weights:
        measure = measures[weight.criterion]
        if shares[weight.criterion]:
            enough &= (measure.count >= weight.minimum_count) & (measure.reliability >= weight.minimum_reliability)
    return enough & (reliability >= rules.minimum_reliability) if rules.weights else enough


def _verdicts(p_top: FloatArray, standing: np.ndarray, retest: BoolArray, enough: BoolArray) -> np.ndarray:
    """By P(top k); a gate that is itself uncertain allows no "clear"."""
    words = verdicts(p_top, enough)
    words[(words == CLEAR) & retest] = BORDERLINE
    words[np.isin(standing, [FAILED, VETOED])] = UNLIKELY
    words[standing == INCOMPLETE] = INSUFFICIENT
    return words


def places_of(p_top: FloatArray, score: FloatArray, standing: np.ndarray) -> np.ndarray:
    """Eligible agents by P(top k), then score; then incomplete, failed and vetoed ones by score. Ties share."""
    tiers = {ELIGIBLE: 0, INCOMPLETE: 1, FAILED: 2, VETOED: 3}
    tier = np.array([tiers[word] for word in standing])
    keys = np.column_stack([tier, -np.round(p_top, PLACE_DIGITS), -np.round(score, PLACE_DIGITS)])
    order = np.lexsort(keys.T[::-1])
    fresh = np.concatenate([[True], (np.diff(keys[order], axis=0) != 0).any(axis=1)])
    places = np.empty(order.size, dtype=np.int64)
    places[order] = np.maximum.accumulate(np.where(fresh, np.arange(1, order.size + 1), 0))
    return places
