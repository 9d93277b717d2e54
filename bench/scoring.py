"""The ways of scoring that `bench.scores` compares. Import only after Django is set up."""

from datetime import UTC, date, datetime
from itertools import count

import pandas as pd

from scoring.evaluation import evaluate_policy
from scoring.models import Rating
from scoring.policy import parse
from scoring.presets import published
from scoring.runs import execute_run, request_run
from scoring.scorecards import scorecards
from scoring.snapshot import take_snapshot

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = date(2026, 11, 22)
PLACES = count(10)


def group_by_mean() -> pd.Series:
    """What a spreadsheet does: the plain mean of each agent's ratings, best first."""
    rows = Rating.objects.filter(value__isnull=False).values_list("agent_id", "value")
    frame = pd.DataFrame.from_records(rows, columns=["agent", "value"])
    return frame.groupby("agent")["value"].mean().sort_values(ascending=False)


def evaluate() -> int:
    """Snapshot, case mix, shrinkage, composite, ranks and explanations, not stored."""
    policy = parse(published("current", at=AT).document)
    return len(list(scorecards(evaluate_policy(policy, take_snapshot(DAY), places=10, seed=1))))


def whole_run() -> None:
    """A score run as the button makes it; places differ, so that no run is found done already."""
    run = request_run(policy_version=published("current", at=AT), as_of=DAY, places=next(PLACES), actor=None, at=AT)
    execute_run(run=run, at=AT)
