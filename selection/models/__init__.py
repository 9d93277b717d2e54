"""Rounds, candidates, decisions and what came of them."""

from selection.models.acknowledgements import PolicyAcknowledgement
from selection.models.candidates import Appeal, Candidate, Invitation, StageChange
from selection.models.decisions import Decision
from selection.models.overrides import Override
from selection.models.placements import Placement
from selection.models.pushes import Push
from selection.models.references import Observation, Reference
from selection.models.rounds import Round, RoundGrader
from selection.models.what_ifs import WhatIf

__all__ = [
    "Appeal",
    "Candidate",
    "Decision",
    "Invitation",
    "Observation",
    "Override",
    "Placement",
    "PolicyAcknowledgement",
    "Push",
    "Reference",
    "Round",
    "RoundGrader",
    "StageChange",
    "WhatIf",
]
