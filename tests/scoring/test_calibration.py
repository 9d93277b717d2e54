"""Claimed against true chances, on evidence whose truth is known."""

from datetime import date
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from journal.models import Entry
from scoring.calibration import NotCalibrated, Question, calibrate, default_rounds, latest_calibration
from scoring.models import Agent, Calibration
from scoring.snapshot import take_snapshot
from tests.scoring.worlds import DAY, NOW, RATING, agent, policy, publish, rate

pytestmark = pytest.mark.django_db
MONTHS = [date(2026, month, 1) for month in (7, 8, 9, 10)]


def world(*, agents: int = 40, spread: float = 0.4, months: list[date] = MONTHS) -> list[Agent]:
    """Agents of normally distributed skill, twenty ratings a month each, in one queue."""
    rng = np.random.default_rng(7)
    made = [agent(f"A-{number:03d}") for number in range(agents)]
    for one, skill in zip(made, rng.normal(3.5, spread, agents), strict=True):
        for month in months:
            rate(one, np.clip(np.round(rng.normal(skill, 1.0, 20)), 1, 5).tolist(), month=month)
    return made


def ask(*, places: int = 5, seed: int = 3, rounds: int = 40) -> Question:
    return Question(policy_version=publish(policy(RATING)), as_of=DAY, places=places, seed=seed, rounds=rounds)


def test_intervals_cover_and_claims_hold() -> None:
    world()
    made = calibrate(question=ask(rounds=80), actor=None, at=NOW)
    assert made.simulated["coverage"] == pytest.approx(0.95, abs=0.02)
    told = [one for one in made.simulated["bins"] if one["agents"] >= 60]
    assert len(told) >= 4
    assert all(abs(one["claimed"] - one["true"]) < 0.08 for one in told)
    assert sum(one["agents"] for one in made.simulated["bins"]) == 40 * 80


def test_two_halves_of_the_months_agree_as_promised() -> None:
    world()
    halves = calibrate(question=ask(), actor=None, at=NOW).halves
    assert halves["correlation"] > 0.6
    assert halves["overlap"] == pytest.approx(halves["expected"], abs=0.25)


def test_one_month_has_no_halves() -> None:
    world(months=MONTHS[:1])
    assert calibrate(question=ask(rounds=5), actor=None, at=NOW).halves == {}


def test_agents_who_do_not_differ_are_no_fault() -> None:
    world(spread=0.0)
    made = calibrate(question=ask(rounds=20), actor=None, at=NOW)
    assert made.simulated["coverage"] > 0.9


def test_the_same_question_gives_the_same_answer_and_says_on_what() -> None:
    world(agents=12)
    question = ask(rounds=5)
    first, second = (calibrate(question=question, actor=None, at=NOW) for _ in range(2))
    assert (first.simulated, first.halves) == (second.simulated, second.halves)
    assert first.evidence_fingerprint == take_snapshot(DAY).fingerprint
    assert first.seed == 3
    assert latest_calibration() == second


def test_another_seed_simulates_another_world() -> None:
    world(agents=12)
    question = ask(rounds=5, seed=4)
    other = calibrate(question=question, actor=None, at=NOW)
    same = calibrate(question=Question(**{**vars(question), "seed": 5}), actor=None, at=NOW)
    assert other.simulated != same.simulated


def test_the_journal_knows() -> None:
    world(agents=5)
    made = calibrate(question=ask(rounds=2), actor=None, at=NOW)
    entry = Entry.objects.get(verb="calibrate")
    assert entry.subject_id == str(made.pk)
    assert entry.detail["evidence"] == made.evidence_fingerprint


def test_without_ratings_there_is_nothing_to_hold_against() -> None:
    world(agents=2)
    with pytest.raises(NotCalibrated, match="2 agents are rated; at least 3 are needed"):
        calibrate(question=ask(), actor=None, at=NOW)
    assert not Calibration.objects.exists()


@pytest.mark.parametrize(("agents", "rounds"), [(40, 60), (2000, 200), (10_000, 40), (500_000, 1)])
def test_the_rounds_shrink_with_the_company(agents: int, rounds: int) -> None:
    assert default_rounds(agents) == rounds


def test_the_command_prints_tenths_and_coverage() -> None:
    world(agents=12)
    publish(policy(RATING))
    out = StringIO()
    call_command("calibrate", policy="tested", as_of=DAY, rounds=5, places=2, stdout=out)
    assert "12 rated agents, 2 places" in out.getvalue()
    assert "Simulated 5 times: 95% intervals hold the truth in" in out.getvalue()
    assert "are the best of the other" in out.getvalue()


def test_the_command_says_when_the_halves_are_missing() -> None:
    world(agents=6, months=MONTHS[:1])
    publish(policy(RATING))
    out = StringIO()
    call_command("calibrate", policy="tested", as_of=DAY, rounds=2, stdout=out)
    assert "it needs two months and three agents" in out.getvalue()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"policy": "nobody's"}, "There is no published policy"),
        ({"places": 0}, "--places must be a whole number from 1"),
        ({"as_of": DAY}, "0 agents are rated"),
    ],
)
def test_the_command_refuses_in_sentences(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("calibrate", **options)
