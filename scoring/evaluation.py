"""One policy applied to one snapshot: measures, rules, composite."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scoring.formula import Composite, evaluate, heterogeneity
from scoring.measuring import Measures, measure
from scoring.policy import Policy
from scoring.ruling import Ruling, rule
from scoring.snapshot import Snapshot

# Above this many agents the chance of a place is computed instead of drawn.
DRAWN_UP_TO = 2000
DRAWS = 4000
SOURCES = ("formula", "policy", "measuring.py", "ruling.py", "evaluation.py", "scorecards.py", "snapshot.py")


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

    @property
    def equality(self) -> float | None:
        """p value of "all agents are equally good" on customer ratings; None when fewer than two were rated."""
        model = self.measures.ratings
        if model is None or len(model.mix.agents) < 2:
            return None
        effects = model.mix.agents
        return heterogeneity(effects["effect"].to_numpy(), effects["variance"].to_numpy(), tau2=0.0)[1]


def evaluate_policy(policy: Policy, snapshot: Snapshot, *, places: int, seed: int) -> Evaluation:
    """Score every agent of the snapshot. The same policy, evidence, places and seed give the same numbers.

    Raises NoEvidence when the snapshot holds no agent.
    """
    if snapshot.agents.empty:
        raise NoEvidence
    measures, ruling = measure(snapshot, policy.evidence), rule(policy)
    composite = evaluate(
        measures.by_name.values(),
        ruling.rules,
        places=places,
        rng=np.random.default_rng(seed),
        agents=snapshot.agents.index,
        draws=DRAWS if len(snapshot.agents) <= DRAWN_UP_TO else 0,
    )
    return Evaluation(policy, snapshot, measures, ruling, composite)


def code_version() -> str:
    """Name the code that computes scores by the SHA-256 of its sources, 12 digits."""
    digest = hashlib.sha256()
    for name in SOURCES:
        place = Path(__file__).parent / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
