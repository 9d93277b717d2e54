"""Whether the ranking keeps its word on this evidence: claimed against true chances, stored for the method page."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from journal.record import record
from scoring.evaluation import code_version
from scoring.fitting import RATING, Evidence, RatingModel, evidence, fit, statistics
from scoring.formula import FormulaError, simulate_calibration, split_halves
from scoring.models import Calibration, PolicyVersion
from scoring.policies import read
from scoring.snapshot import take_snapshot

FEWEST_AGENTS = 3
# Exact chances of few agents cost more than the computed ones of many; and no calibration takes minutes.
FEW_AGENTS, FEW_ROUNDS, ROUNDS, MOST_CLAIMS = 500, 60, 200, 400_000
SEED = 2014
DIGITS = 6


class NotCalibrated(Exception):
    """There is too little evidence to hold the method against; `sentence` says how much there is."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be calibrated: chances of so many places, as one policy weighs the evidence of one day."""

    policy_version: PolicyVersion
    as_of: date
    places: int
    seed: int = SEED
    rounds: int | None = None


def calibrate(*, question: Question, actor: User | None, at: datetime) -> Calibration:
    """Simulate from the fitted rating model, split the real evidence in two halves, and keep both answers.

    Raises NotCalibrated when fewer than three agents are rated.
    """
    snapshot = take_snapshot(question.as_of)
    given = evidence(snapshot, read(question.policy_version).evidence)
    model = fit(given, RATING)
    agents = 0 if model is None else len(model.mix.agents)
    if model is None or agents < FEWEST_AGENTS:
        told = {"agents": agents, "day": question.as_of, "needed": FEWEST_AGENTS}
        raise NotCalibrated(
            _("On %(day)s %(agents)s agents are rated; at least %(needed)s are needed. Import ratings first.") % told
        )
    rounds = question.rounds or default_rounds(agents)
    made = Calibration(
        policy_version=question.policy_version,
        as_of=question.as_of,
        places=question.places,
        seed=question.seed,
        code_version=code_version(),
        evidence_fingerprint=snapshot.fingerprint,
        agents=agents,
        rounds=rounds,
        simulated=_simulated(model, question, rounds),
        halves=_halves(given, question),
        requested_by=actor,
        created_at=at,
    )
    return _kept(made, actor, at)


def default_rounds(agents: int) -> int:
    """How many data sets to simulate: enough to fill the tenths, few enough to stay under a minute."""
    return max(1, min(FEW_ROUNDS if agents <= FEW_AGENTS else ROUNDS, MOST_CLAIMS // agents))


def latest_calibration() -> Calibration | None:
    """The newest calibration there is."""
    return Calibration.objects.select_related("policy_version").first()


def _kept(made: Calibration, actor: User | None, at: datetime) -> Calibration:
    with transaction.atomic():
        made.save(force_insert=True)
        detail = {"evidence": made.evidence_fingerprint, "places": made.places, "coverage": made.simulated["coverage"]}
        record(actor=actor, verb="calibrate", subject=made, at=at, detail=detail)
    return made


def _simulated(model: RatingModel, question: Question, rounds: int) -> dict[str, Any]:
    found = simulate_calibration(
        model.posterior.prior_mean,
        model.posterior.prior_sd**2,
        model.mix.points**2 * model.mix.agents["variance"].to_numpy(),
        places=question.places,
        rng=np.random.default_rng(question.seed),
        rounds=rounds,
    )
    return _plain(asdict(found))


def _halves(given: Evidence, question: Question) -> dict[str, Any]:
    """Every second month against the others, so that both halves see all seasons; empty where that is impossible."""
    parity = given.sums["month"].to_numpy() % 2
    first, second = (statistics(_narrowed(given, parity == half), RATING) for half in (0, 1))
    if first is None or second is None:
        return {}
    try:
        found = split_halves(first, second, places=question.places, rng=np.random.default_rng(question.seed))
    except FormulaError:
        return {}
    return _plain(asdict(found))


def _narrowed(given: Evidence, rows: np.ndarray) -> Evidence:
    return Evidence(given.snapshot, given.rules, given.sums[rows])


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Numbers as JSON keeps them; what cannot be computed is None."""
    bins: pd.DataFrame = found["bins"]
    numbers = {name: _number(value) for name, value in found.items() if name != "bins"}
    rows = [{str(name): _number(value) for name, value in row.items()} for row in bins.to_dict("records")]
    return numbers | {"bins": rows}


def _number(value: float) -> float | None:
    return round(float(value), DIGITS) + 0.0 if np.isfinite(value) else None
