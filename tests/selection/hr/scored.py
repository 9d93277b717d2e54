"""A company with real scores for the pages: six agents of falling ratings, the best of them new here."""

from datetime import date

from scoring import what_if
from scoring.models import PolicyVersion, ScoreRun
from scoring.runs import execute_run, request_run
from tests.scoring import worlds
from tests.scoring.worlds import DAY, NOW, RATING, TENURE

EFFICIENT = {**RATING, "criterion": "efficiency", "weight": 40}


def stairs() -> list[int]:
    """The agents, the best one hired in February."""
    what_if._ground.cache_clear()
    made = worlds.staircase()
    made[0].employments.update(hired_on=date(2026, 2, 1))
    for place, one in enumerate(made):
        worlds.rate(one, [], month=date(2026, 10, 1), judged=100, resolved=80 - 5 * ((place * 5) % 6))
    return [one.pk for one in made]


def policy_of(*, service: float, places: int = 2) -> PolicyVersion:
    """A published policy of ratings, efficiency and so many months of service."""
    return worlds.publish(worlds.policy(RATING | {"weight": 60}, EFFICIENT, TENURE | {"cut": service}, places=places))


def run_of(version: PolicyVersion, places: int = 2) -> ScoreRun:
    """Its scores."""
    asked = request_run(policy_version=version, as_of=DAY, places=places, actor=None, at=NOW)
    return execute_run(run=asked, at=NOW)
