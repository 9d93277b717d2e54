"""HR's tests: logged-in clients, and a run with agents of every kind."""

import pytest
from django.test import Client

from scoring.models import Agent, Score, ScoreRun
from scoring.models.runs import Verdict
from tests.cast import NOW, Cast, agent, build_policy, build_run

NAMES = ("Мария Кузнецова", "Semyon O’Brien", "Фёдор Алёшин", "=cmd|' /C calc'!A0")


def logged_in(user: object) -> Client:
    """A browser in which somebody is logged in."""
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


@pytest.fixture
def hanna(cast: Cast) -> Client:
    """HR's browser."""
    return logged_in(cast.hanna)


@pytest.fixture
def ada(cast: Cast) -> Client:
    """The auditor's browser."""
    return logged_in(cast.ada)


@pytest.fixture
def run(cast: Cast) -> ScoreRun:
    """A run over six agents: Ania first, then Boris, then four whose names are awkward."""
    others = [agent(name, number=f"S-{20 + number}") for number, name in enumerate(NAMES)]
    made = build_run(build_policy(cast), cast.agents["ania"], cast.agents["boris"], *others, places=2)
    made.summary = {"agents": 6, "distinguishable": True, "p_equal": 0.01}
    made.save(update_fields=["summary"])
    gate = {"criterion": "tenure", "role": "gate", "state": "met", "value": 24.0, "cut": 6, "scale": "months"}
    made.scores.update(gates={"tenure.gate": gate | {"p": 1.0, "group": ""}})
    return made


def score_of(run: ScoreRun, one: Agent) -> Score:
    """The score of one agent in a run."""
    return run.scores.get(agent=one)


def vary(run: ScoreRun) -> None:
    """Give the six scores different verdicts, teams, gates and numbers of ratings."""
    verdicts = [Verdict.CLEAR, Verdict.BORDERLINE, Verdict.BORDERLINE, Verdict.UNLIKELY, Verdict.UNLIKELY]
    for score, verdict in zip(run.scores.order_by("rank"), [*verdicts, Verdict.INSUFFICIENT], strict=True):
        score.verdict, score.ratings = verdict, 100 * score.rank
        score.team_name = "Billing" if score.rank % 2 == 0 else "Roaming"
        if score.rank == 4:
            score.gates["tenure.gate"]["state"], score.is_eligible, score.gates_met = "missed", False, 0
        score.save()


__all__ = ["NOW", "logged_in", "score_of", "vary"]
