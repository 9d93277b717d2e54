"""What scoring stores: the roster, evidence and its batches, cells, policies, score runs and what follows from them."""

from scoring.models.agents import Agent, Assignment, Employment, Leave, Team
from scoring.models.batches import Batch, Refusal, SourceProfile, WaitingRow
from scoring.models.calibrations import Calibration
from scoring.models.cells import Cell, CellChange, CellSum, WarehouseRefresh
from scoring.models.comparisons import Comparison
from scoring.models.disputes import RatingDispute
from scoring.models.evidence import Rating, Result, ViralIncident
from scoring.models.flags import IntegrityFlag
from scoring.models.incidents import IncidentPicture, SeverityMark
from scoring.models.policies import PolicyVersion
from scoring.models.replacements import ReplacedRecord, Replacement
from scoring.models.runs import Score, ScoreRun

__all__ = [
    "Agent",
    "Assignment",
    "Batch",
    "Calibration",
    "Cell",
    "CellChange",
    "CellSum",
    "Comparison",
    "Employment",
    "IncidentPicture",
    "IntegrityFlag",
    "Leave",
    "PolicyVersion",
    "Rating",
    "RatingDispute",
    "Refusal",
    "ReplacedRecord",
    "Replacement",
    "Result",
    "Score",
    "ScoreRun",
    "SeverityMark",
    "SourceProfile",
    "Team",
    "ViralIncident",
    "WaitingRow",
    "WarehouseRefresh",
]
