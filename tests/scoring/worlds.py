"""Small worlds with known answers: agents, sums of ratings, incidents, results and a policy, built with the ORM."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from scoring.evaluation import Evaluation, evaluate_policy
from scoring.models import Agent, Assignment, Cell, CellSum, Employment, PolicyVersion, Result, Team, ViralIncident
from scoring.models.evidence import IncidentState, ResultKind
from scoring.models.policies import PolicyState
from scoring.policy import Policy, from_dict, policy_hash, render
from scoring.scorecards import Scorecard, scorecards
from scoring.snapshot import take_snapshot

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SATISFIED_FROM = {"csat5": 4, "thumbs": 1, "three_point": 1, "nps": 9}
HIRED = date(2024, 11, 22)

RATING = {
    "criterion": "customer_rating",
    "role": "weight",
    "weight": 100,
    "evidence_needed": 30,
    "when_missing": "prior",
    "requirement": "public_communication",
    "quality": "productivity",
}
TENURE = {
    "criterion": "tenure",
    "role": "gate",
    "cut": 6,
    "unit": "months",
    "evidence_needed": 1,
    "when_missing": "incomplete",
    "requirement": "product_knowledge",
    "quality": "length_of_service",
}
TASK = {
    "criterion": "test_task",
    "role": "gate",
    "cut": 60,
    "unit": "percent",
    "evidence_needed": 2,
    "when_missing": "not_met",
    "requirement": "public_communication",
    "quality": "qualification",
}
SUPPORT = {
    "criterion": "technical_support",
    "role": "gate",
    "cut": 1,
    "unit": "yes_no",
    "evidence_needed": 1,
    "when_missing": "incomplete",
    "requirement": "product_knowledge",
    "quality": "qualification",
}
HOLD = {
    "criterion": "viral_chats",
    "role": "veto",
    "cut": 3,
    "unit": "severity",
    "effect": "hold",
    "evidence_needed": 1,
    "when_missing": "not_met",
    "requirement": "public_communication",
    "quality": "qualification",
}


def policy(
    *criteria: dict[str, Any], places: int = 2, order: str = "score", window: int = 12, **verdict: float
) -> Policy:
    """A policy of these criteria; words that must be there are filled in."""
    words = {"en": "As agreed.", "ru": "Как договорились."}
    return from_dict(
        {
            "format": 1,
            "name": "tested",
            "title": words,
            "purpose": words,
            "places": places,
            "order": order,
            "approvals": ["line_manager", "head_of_public_communications"],
            "evidence": {"window_months": window, "half_life_days": 180, "leave_counts_in_tenure": True},
            "verdict": {"clear": 0.8, "borderline": 0.2, "reliability": 0.3} | verdict,
            "certificate": {"valid_months": 12},
            "outcome": {"review_after_months": 9},
            "criteria": [{"why": words} | ({"cut_why": words} if "cut" in one else {}) | one for one in criteria],
        }
    )


def publish(wanted: Policy) -> PolicyVersion:
    """Keep a policy as a published version."""
    return PolicyVersion.objects.create(
        name=wanted.name,
        version=PolicyVersion.objects.count() + 1,
        document=render(wanted),
        document_hash=policy_hash(wanted),
        state=PolicyState.PUBLISHED,
        created_at=NOW,
        published_at=NOW,
    )


def agent(
    number: str, *, hired: date | None = HIRED, left: date | None = None, team: str = "", technical: bool = True
) -> Agent:
    """An agent, employed unless `hired` is None, in a team if one is named."""
    made = Agent.objects.create(staff_number=number, full_name=f"Agent {number}", created_at=NOW)
    if hired is not None:
        Employment.objects.create(agent=made, hired_on=hired, left_on=left)
    if team:
        room, _ = Team.objects.get_or_create(name=team, defaults={"is_technical_support": technical})
        Assignment.objects.create(agent=made, team=room, starts_on=hired or HIRED)
    return made


def rate(
    one: Agent,
    values: Sequence[float],
    *,
    month: date = date(2026, 11, 1),
    topic: str = "bills",
    instrument: str = "csat5",
    unanswered: int = 0,
    hour_band: int = 0,
    **others: float,
) -> CellSum:
    """Ratings of one agent in one cell and month, as the sums in which they are kept."""
    cell, _ = Cell.objects.get_or_create(instrument=instrument, channel="chat", topic=topic, hour_band=hour_band)
    marks = np.asarray(values, dtype=float)
    return CellSum.objects.create(
        agent=one,
        cell=cell,
        month=month,
        offered=len(values) + unanswered,
        answered=len(values),
        total=marks.sum(),
        squares=(marks**2).sum(),
        satisfied=(marks >= SATISFIED_FROM[instrument]).sum(),
        **others,
    )


def spread(mean: float, count: int) -> list[float]:
    """Marks from 1 to 5 with about this mean and a standard deviation of 1, without any chance in them."""
    quantiles = (np.arange(count) + 0.5) / count
    marks = mean + 2.0 * np.sqrt(3.0) * (quantiles - 0.5)
    return [float(mark) for mark in np.clip(np.round(marks), 1, 5)]


def incident(
    one: Agent,
    *,
    sign: str = "positive",
    severity: int = 1,
    on: date = date(2026, 10, 1),
    expires: date | None = None,
    state: str = IncidentState.VERIFIED,
) -> ViralIncident:
    """A chat that went public."""
    return ViralIncident.objects.create(
        chat_id=f"C-{ViralIncident.objects.count()}",
        agent=one,
        sign=sign,
        severity=severity,
        state=state,
        expires_on=expires,
        flagged_at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
    )


def result(
    one: Agent,
    kind: ResultKind,
    value: float,
    *,
    error: float = 0.02,
    observations: int = 2,
    on: date = date(2026, 11, 1),
    vetoed: bool = False,
) -> Result:
    """What an assessment said of an agent."""
    return Result.objects.create(
        agent=one,
        kind=kind,
        value=value,
        standard_error=error,
        observations=observations,
        is_vetoed=vetoed,
        source=f"s-{Result.objects.count()}",
        taken_at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
    )


def evaluated(wanted: Policy, *, day: date = DAY, places: int | None = None, seed: int = 1) -> Evaluation:
    """The policy applied to what is in the database."""
    return evaluate_policy(wanted, take_snapshot(day), places=places or wanted.places, seed=seed)


def cards(wanted: Policy, *, day: date = DAY, places: int | None = None, seed: int = 1) -> dict[str, Scorecard]:
    """The same as scorecards by staff number."""
    return {card.staff_number: card for card in scorecards(evaluated(wanted, day=day, places=places, seed=seed))}


def staircase(count: int = 6, *, ratings: int = 60) -> list[Agent]:
    """Agents A-0, A-1 ... of falling ratings, all in one queue, each step large against its noise."""
    made = [agent(f"A-{place}", team="Technical support") for place in range(count)]
    for place, one in enumerate(made):
        rate(one, spread(4.4 - 1.8 * place / max(count - 1, 1), ratings), unanswered=20)
    return made
