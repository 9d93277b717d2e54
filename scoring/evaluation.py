"""One policy applied to one snapshot: measures, rules, composite."""

import hashlib
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from scoring.formula import Composite, Rules, evaluate, heterogeneity
from scoring.formula.flips import CRITERION, FlipTable, flip_table
from scoring.formula.robustness import Robustness, robustness
from scoring.measuring import Measures, measure, plain_name
from scoring.policy import Policy
from scoring.ruling import Ruling, rule
from scoring.snapshot import Snapshot

# Above this many agents the chance of a place is computed instead of drawn.
DRAWN_UP_TO = 2000
DRAWS = 4000
EQUAL_ABOVE = 0.05
RATING = "customer_rating"
SOURCES = (
    "formula",
    "policy",
    "cell_reading.py",
    "shelf.py",
    "snapshot.py",
    "fitting.py",
    "silence.py",
    "measuring.py",
    "ruling.py",
    "evaluation.py",
    "scorecard_values.py",
    "scorecards.py",
    "run_robustness.py",
    "score_writing.py",
)


class NoEvidence(ValueError):
    """There is nobody to score: no agent employed on that day has any evidence."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Everything a score run stores and explains."""

    policy: Policy
    snapshot: Snapshot
    measures: Measures
    ruling: Ruling
    composite: Composite
    seed: int

    @cached_property
    def equality(self) -> float | None:
        """p value of "all agents are equally good" on customer ratings; None when fewer than two were rated."""
        model = self.measures.ratings
        if model is None or len(model.mix.agents) < 2:
            return None
        effects = model.mix.agents
        return heterogeneity(effects["effect"].to_numpy(), effects["variance"].to_numpy(), tau2=0.0)[1]

    @cached_property
    def robustness(self) -> Robustness:
        """What the list owes to its weights, by 2,000 random weightings of the run's own seed."""
        return robustness(self.composite, rng=np.random.default_rng(self.seed))

    @cached_property
    def flips(self) -> FlipTable:
        """What would change the outcome of every agent."""
        return flip_table(self.composite)

    @property
    def rating_at_the_line(self) -> np.ndarray:
        """The customer rating at which the last place would change hands, of each agent; nan where it cannot."""
        for column in self.flips.columns:
            if column.kind == CRITERION and plain_name(str(column.criterion[0])) == RATING:
                return np.where(np.isfinite(column.size), column.needed, np.nan)
        return np.full(len(self.snapshot.agents), np.nan)

    @property
    def is_distinguishable(self) -> bool | None:
        """Whether customer ratings tell agents apart at all; None when there is nothing to compare."""
        return None if self.equality is None else self.equality < EQUAL_ABOVE

    @property
    def rests_on_luck(self) -> bool:
        """Whether the order comes from ratings alone, and these do not tell agents apart."""
        named = [name for name, share in self.composite.shares.items() if share and self._varies(name)]
        return bool(named) and self.is_distinguishable is False and all(plain_name(one) == RATING for one in named)

    @property
    def is_drawn(self) -> bool:
        """Whether chances of being chosen were drawn; among many agents they are computed."""
        return len(self.snapshot.agents) <= DRAWN_UP_TO

    def _varies(self, name: str) -> bool:
        return self.composite.measures[name].reference[1] > 0


def evaluate_policy(policy: Policy, snapshot: Snapshot, *, places: int, seed: int) -> Evaluation:
    """Score every agent of the snapshot. The same policy, evidence, places and seed give the same numbers.

    Raises NoEvidence when the snapshot holds no agent.
    """
    if snapshot.agents.empty:
        raise NoEvidence
    ruling = rule(policy)
    names = {*ruling.rules.criteria, *(one.criterion.value for one in policy.criteria)}
    measures = measure(snapshot, policy.evidence, names)
    composite = evaluate(
        measures.by_name.values(),
        _without_idle_minima(ruling.rules, measures),
        places=places,
        rng=np.random.default_rng(seed),
        agents=snapshot.agents.index,
        draws=DRAWS if len(snapshot.agents) <= DRAWN_UP_TO else 0,
    )
    return Evaluation(policy, snapshot, measures, ruling, composite, seed)


def _without_idle_minima(rules: Rules, measures: Measures) -> Rules:
    """What the company does not collect at all is held against nobody's verdict; the average stands in for all."""
    weights = tuple(
        one if measures.by_name[one.criterion].known.any() else replace(one, minimum_count=0.0) for one in rules.weights
    )
    return replace(rules, weights=weights)


@cache
def code_version() -> str:
    """Name the code that computes scores by the SHA-256 of its sources, 12 digits."""
    digest = hashlib.sha256()
    for name in SOURCES:
        place = Path(__file__).parent / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
