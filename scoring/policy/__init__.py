"""The policy document: read strictly, hash, write, describe in words, compare. Pure; presets in fixtures/policies/."""

from scoring.policy.changes import Change, diff
from scoring.policy.describe import Paragraph, describe, explain, rule
from scoring.policy.document import (
    Approver,
    Criterion,
    Effect,
    EvidenceRules,
    Measure,
    Order,
    Policy,
    Quality,
    Requirement,
    Role,
    Text,
    Unit,
    VerdictBounds,
    WhenMissing,
)
from scoring.policy.fields import hint
from scoring.policy.jsons import parse_json, to_json
from scoring.policy.problems import PolicyRefused, Problem
from scoring.policy.reading import from_dict, parse, to_dict
from scoring.policy.scales import Scale, cuts
from scoring.policy.schema import schema, schema_text
from scoring.policy.vocabulary import named
from scoring.policy.writing import canonical, policy_hash, render, skeleton

__all__ = [
    "Approver",
    "Change",
    "Criterion",
    "Effect",
    "EvidenceRules",
    "Measure",
    "Order",
    "Paragraph",
    "Policy",
    "PolicyRefused",
    "Problem",
    "Quality",
    "Requirement",
    "Role",
    "Scale",
    "Text",
    "Unit",
    "VerdictBounds",
    "WhenMissing",
    "canonical",
    "cuts",
    "describe",
    "diff",
    "explain",
    "from_dict",
    "hint",
    "named",
    "parse",
    "parse_json",
    "policy_hash",
    "render",
    "rule",
    "schema",
    "schema_text",
    "skeleton",
    "to_dict",
    "to_json",
]
