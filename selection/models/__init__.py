"""Rounds, candidates, decisions and what came of them."""

from selection.models.candidates import Appeal, Candidate, Invitation, StageChange
from selection.models.decisions import Decision
from selection.models.placements import Placement
from selection.models.pushes import Push
from selection.models.rounds import Round, RoundGrader

__all__ = [
    "Appeal",
    "Candidate",
    "Decision",
    "Invitation",
    "Placement",
    "Push",
    "Round",
    "RoundGrader",
    "StageChange",
]
