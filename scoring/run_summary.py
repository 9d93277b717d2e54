"""What a page says about a whole run; the shape stands in docs/scores.md."""

from collections.abc import Sequence
from typing import Any

from scoring.evaluation import Evaluation
from scoring.measuring import plain_name
from scoring.models.runs import Verdict
from scoring.run_robustness import of_run
from scoring.scorecards import Scorecard

DIGITS = 6


def summary(evaluation: Evaluation, cards: Sequence[Scorecard]) -> dict[str, Any]:
    """Counts of verdicts, what the ratings can tell, the shares that counted, and what to mind."""
    verdicts = [card.verdict for card in cards]
    return {
        "agents": len(cards),
        "eligible": sum(card.is_eligible for card in cards),
        **{verdict.value: verdicts.count(verdict.value) for verdict in Verdict},
        **_ratings(evaluation),
        "method": "draws" if evaluation.is_drawn else "analytic",
        "shares": {plain_name(name): round(share, DIGITS) for name, share in evaluation.composite.shares.items()},
        "sensitivity": of_run(evaluation),
        "warnings": _warnings(evaluation),
    }


def _ratings(evaluation: Evaluation) -> dict[str, Any]:
    measures, model = evaluation.measures, evaluation.measures.ratings
    months = measures.evidence.months()
    return {
        "distinguishable": evaluation.is_distinguishable,
        "p_equal": None if evaluation.equality is None else round(evaluation.equality, DIGITS),
        "between_sd": round(model.posterior.prior_sd, DIGITS) if model else None,
        "mean_rating": round(model.centre, DIGITS) if model else None,
        "rated_agents": len(model.mix.agents) if model else 0,
        "ratings": round(float(measures.answered.sum())),
        "offered": round(float(measures.offered.sum())),
        "components": model.mix.components if model else 0,
        "months": [f"{month // 12}-{month % 12 + 1:02d}" for month in months] if months else [],
    }


def _warnings(evaluation: Evaluation) -> list[dict[str, Any]]:
    found = [
        {"code": "criterion_without_evidence", "params": {"criterion": plain_name(one.criterion)}}
        for one in evaluation.composite.rules.weights
        if one.missing == "prior" and not evaluation.composite.measures[one.criterion].known.any()
    ]
    instruments = _instruments(evaluation)
    if len(instruments) > 1:
        found.append({"code": "several_instruments", "params": {"instruments": instruments}})
    model = evaluation.measures.ratings
    if model is not None and model.mix.components > 1:
        found.append({"code": "several_components", "params": {"components": model.mix.components}})
    return found


def _instruments(evaluation: Evaluation) -> list[str]:
    """The surveys with answers in the window."""
    sums = evaluation.measures.evidence.sums
    used = sums["cell"][sums["answered"] > 0].unique()
    names: list[str] = sorted(evaluation.snapshot.cells["instrument"].iloc[used].unique())
    return names
