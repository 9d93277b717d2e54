"""The list with and without ratings that look odd: what it would be had they never come, until somebody clears them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from scoring import flag_reading, what_if
from scoring.batches import withdraw
from scoring.flags import clear_flag, flag_batch
from scoring.models import Agent, Batch, IntegrityFlag, ScoreRun
from scoring.models.flags import FlagCode
from scoring.runs import execute_run, request_run
from scoring.what_if import EvidenceChanged
from scoring.without_flagged import without_flagged
from tests.cast import NOW, Cast
from tests.scoring.test_batches import WHY, cast, imported
from tests.scoring.test_flags import REASON, USUAL, Row, people, text
from tests.scoring.worlds import DAY, RATING, policy, publish

__all__ = ["cast", "people"]
EVENING = datetime(2026, 9, 20, 17, tzinfo=UTC)
BURST: list[Row] = [("T-5", 5, EVENING + timedelta(minutes=number), "") for number in range(40)]
OTHERS: list[Row] = [("T-1", 4, datetime(2026, 9, 21, 9, tzinfo=UTC), "")]


@pytest.fixture(autouse=True)
def nothing_in_memory() -> None:
    what_if._ground.cache_clear()


@pytest.fixture
def burst(cast: Cast) -> Batch:
    """A second file: forty fives for T-5 in forty minutes, and one rating of T-1."""
    imported(text(USUAL), cast.hanna)
    batch = imported(text(BURST + OTHERS, series="b"), cast.hanna)
    assert [flag.code for flag in flag_batch(batch=batch, at=NOW)] == [FlagCode.BURST]
    return batch


def run(places: int = 1) -> ScoreRun:
    """Scores by customer ratings alone."""
    version = publish(policy(RATING, places=places))
    return execute_run(run=request_run(policy_version=version, as_of=DAY, actor=None, at=NOW), at=NOW)


def test_the_other_list_is_that_of_the_evidence_without_them(cast: Cast, burst: Batch) -> None:
    found = without_flagged(run())
    assert (found.ratings, set(found.flagged)) == (40, {Agent.objects.get(staff_number="T-5").pk})
    without = found.answer.after
    withdraw(batch=burst, reason=WHY, actor=cast.hanna, at=NOW)
    imported(text(OTHERS, series="b"), cast.hanna)
    alone = without_flagged(run())
    assert (alone.ratings, alone.moved) == (0, [])
    np.testing.assert_allclose(without.score, alone.answer.before.score, rtol=1e-9)
    np.testing.assert_array_equal(without.place, alone.answer.before.place)


def test_who_wins_a_place_by_them_is_named(burst: Batch) -> None:
    found = without_flagged(run())
    lifted = Agent.objects.get(staff_number="T-5").pk
    assert found.answer.leaves == [lifted]
    (entering,) = found.answer.enters
    moved = {one.agent: (one.place, one.place_without) for one in found.moved}
    assert (set(moved), moved[lifted][0], moved[entering][1]) == ({lifted, entering}, 1, 1)
    assert moved[lifted][1] > 1


def test_what_was_cleared_counts_in_both_lists(cast: Cast, burst: Batch) -> None:
    clear_flag(flag=IntegrityFlag.objects.get(), reason=REASON, actor=cast.pavel, at=NOW)
    found = without_flagged(run())
    assert (found.ratings, found.moved, found.answer.enters) == (0, [], [])


def test_other_evidence_is_no_ground(cast: Cast, burst: Batch) -> None:
    made = run()
    imported(text(OTHERS, series="c"), cast.hanna)
    with pytest.raises(EvidenceChanged):
        without_flagged(made)


@pytest.mark.parametrize(
    ("code", "detail", "count"),
    [
        (FlagCode.BACKDATED, {"count": 1, "before": "2026-09-21"}, 40),
        (FlagCode.CLOSED_PERIOD, {"count": 1, "months": ["2026-08-01", "2026-09-01"]}, 40),
        (FlagCode.CLOSED_PERIOD, {"count": 1, "months": ["2026-08-01"]}, 0),
        (FlagCode.IDENTICAL_TEXTS, {"count": 1, "elsewhere": 0, "text": "thanks a lot"}, 2),
        (FlagCode.DISPUTED_BEFORE, {"count": 1}, 0),
        (FlagCode.RESPONSE_RATE, {"offered": 1, "rate": 0.1, "expected": 0.5}, 0),
    ],
)
def test_each_flag_points_at_its_ratings(
    cast: Cast, burst: Batch, code: FlagCode, detail: dict[str, object], count: int
) -> None:
    first = list(burst.ratings.filter(agent__staff_number="T-5").order_by("pk").values_list("pk", flat=True)[:2])
    burst.ratings.filter(pk__in=first).update(comment="Thanks - a lot!")
    agent = Agent.objects.get(staff_number="T-5")
    flag = IntegrityFlag.objects.create(batch=burst, agent=agent, code=code, detail=detail, raised_at=NOW)
    assert flag_reading.flagged([flag]).count() == count
