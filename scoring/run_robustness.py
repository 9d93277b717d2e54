"""What a run keeps of its sensitivity to the weights, as plain data (docs/scores.md)."""

import math
from typing import Any

import numpy as np

from scoring.evaluation import Evaluation
from scoring.formula.robustness import Swap
from scoring.measuring import plain_name

DIGITS = 6


def stays(evaluation: Evaluation) -> list[float]:
    """How often each agent is among the best k under random weightings."""
    shares: list[float] = (np.round(evaluation.robustness.stays, DIGITS) + 0.0).tolist()
    return shares


def swaps(evaluation: Evaluation) -> list[dict[str, Any] | None]:
    """For each agent, the smallest change of one weight that brings the next one of the list level."""
    agents = evaluation.snapshot.agents["staff_number"].tolist()
    found = evaluation.robustness.swaps
    return [_swap(found[at], agents) if at in found else None for at in range(len(agents))]


def _swap(one: Swap, agents: list[str]) -> dict[str, Any]:
    """The change as a share of all weights, which stay one whole: the others give way in proportion."""
    needed = one.now + one.change
    return {
        "agent": agents[one.below],
        "criterion": plain_name(one.criterion),
        "now": round(one.now, DIGITS),
        "needed": round(needed / (needed + 1.0 - one.now), DIGITS),
    }


def of_run(evaluation: Evaluation) -> dict[str, Any]:
    """What holds for the whole list: the number of weightings, what the weights do, and which one the list hangs on."""
    found, agents = evaluation.robustness, evaluation.snapshot.agents["staff_number"].tolist()
    return {
        "weightings": found.weightings,
        "weights": [
            {
                "criterion": plain_name(name),
                "nominal": round(evaluation.composite.shares[name], DIGITS),
                "effective": None if math.isnan(share) else round(share, DIGITS),
            }
            for name, share in found.effective.items()
        ],
        "without": [
            {
                "criterion": plain_name(name),
                "enters": [agents[at] for at in enters],
                "leaves": [agents[at] for at in leaves],
            }
            for name, (enters, leaves) in found.without.items()
        ],
        "edge": _edge(evaluation, agents),
    }


def _edge(evaluation: Evaluation, agents: list[str]) -> dict[str, Any] | None:
    """The swap across the line, of the last who has a place with the first who has none; None if they are level."""
    place, places = evaluation.composite.table["place"].to_numpy(), evaluation.composite.places
    across = [(at, one) for at, one in evaluation.robustness.swaps.items() if place[at] <= places < place[one.below]]
    return {"last": agents[across[0][0]], **_swap(across[0][1], agents)} if across else None
