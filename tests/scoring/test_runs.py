"""Score runs: asked for, carried out once, visible together, repeated to the byte, never computed twice."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from journal.models import Entry
from journal.verify import problems
from scoring import runs
from scoring.models import Agent, Assignment, CellSum, Employment, PolicyVersion, Score, ScoreRun
from scoring.models.evidence import ResultKind
from scoring.models.runs import RunState
from scoring.runs import default_day, execute_run, repeat_run, request_run
from scoring.tasks import score
from tests.scoring import worlds
from tests.scoring.test_ruling import DOOR, VIRAL
from tests.scoring.worlds import DAY, HOLD, NOW, RATING, TASK, TENURE

pytestmark = pytest.mark.django_db

# The tiny world of `known_world`, whatever the database and the order of its rows. It changes with the method only:
# then look at the scores, say so in the changelog, and store the new one.
KNOWN_HASH = "c04da166ed29ebfcdf6150515329c8823163eb162c0695d8b033f9baa090932d"


@pytest.fixture
def version() -> PolicyVersion:
    """A published policy of ratings and tenure for two places."""
    return worlds.publish(worlds.policy(TENURE, RATING))


def ask(version: PolicyVersion, **others: Any) -> ScoreRun:
    return request_run(**{"policy_version": version, "as_of": DAY, "actor": None, "at": NOW} | others)


def finish(version: PolicyVersion, **others: Any) -> ScoreRun:
    return execute_run(run=ask(version, **others), at=NOW)


def verbs() -> list[str]:
    return list(Entry.objects.order_by("sequence").values_list("verb", flat=True))


def known_world(order: int = 1) -> PolicyVersion:
    """Agents, two queues, an incident and a task; rows go in from the front or from the back."""
    means = {"K-3": 4.3, "K-1": 3.9, "K-2": 3.2, "K-5": 3.0, "K-4": 2.4}
    for number in list(means)[::order]:
        one = worlds.agent(number, team="Technical support", hired=date(2025, 1, 15))
        for topic, step in [("bills", 0.0), ("roaming", -0.5)][::order]:
            for month in [date(2026, 6, 1), date(2026, 10, 1)][::order]:
                worlds.rate(one, worlds.spread(means[number] + step, 25), topic=topic, month=month, unanswered=5)
    for number, kind in [("K-1", ResultKind.TEST_TASK), ("K-2", ResultKind.TEST_TASK)][::order]:
        worlds.result(Agent.objects.get(staff_number=number), kind, 0.7, error=0.05)
    worlds.incident(Agent.objects.get(staff_number="K-5"))
    return worlds.publish(worlds.policy(TENURE, TASK, HOLD, DOOR, VIRAL, RATING))


def test_a_run_waits_is_carried_out_and_is_finished(version: PolicyVersion) -> None:
    worlds.staircase()
    run = ask(version)
    assert (run.state, run.places, run.scores.count()) == (RunState.WAITING, 2, 0)
    done = execute_run(run=run, at=NOW)
    assert (done.state, done.finished_at, done.scores.count()) == (RunState.FINISHED, NOW, 6)
    assert ScoreRun.objects.get().result_hash == done.result_hash
    assert verbs() == ["request_run", "finish_run"]
    assert list(problems()) == []


def test_carried_out_twice_it_is_finished_once(version: PolicyVersion) -> None:
    worlds.staircase()
    run = ask(version)
    stale = ScoreRun.objects.get(pk=run.pk)
    execute_run(run=run, at=NOW)
    again = execute_run(run=stale, at=NOW + timedelta(hours=1))
    assert (again.state, again.finished_at) == (RunState.FINISHED, NOW)
    assert Score.objects.count() == 6
    assert verbs() == ["request_run", "finish_run"]


def test_a_run_in_other_hands_is_left_alone(version: PolicyVersion) -> None:
    worlds.staircase()
    run = ask(version)
    ScoreRun.objects.update(state=RunState.RUNNING)
    assert execute_run(run=run, at=NOW).state == RunState.RUNNING
    assert Score.objects.count() == 0


def test_scores_become_visible_together(version: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens before the end of the transaction, nobody sees half of a run."""
    worlds.staircase()
    run = ask(version)

    def fails(**_given: object) -> None:
        raise RuntimeError("the journal cannot be written")

    monkeypatch.setattr(runs, "record", fails)
    with pytest.raises(RuntimeError, match="journal"):
        execute_run(run=run, at=NOW)
    assert Score.objects.count() == 0
    assert ScoreRun.objects.get().state == RunState.RUNNING


def test_without_evidence_it_stops_with_a_reason(version: PolicyVersion) -> None:
    run = finish(version)
    assert run.state == RunState.FAILED
    assert "no evidence" in ScoreRun.objects.get().message
    assert verbs() == ["request_run", "fail_run"]


def test_the_worker_carries_it_out(version: PolicyVersion) -> None:
    worlds.staircase()
    run = ask(version)
    score.call(run.pk)
    assert ScoreRun.objects.get().state == RunState.FINISHED


def test_a_run_whose_worker_died_is_given_up(version: PolicyVersion) -> None:
    worlds.staircase()
    lost = ask(version)
    ScoreRun.objects.update(state=RunState.RUNNING)
    fresh = ask(version, at=NOW + timedelta(hours=1))
    assert fresh.pk != lost.pk
    ask(version, at=NOW + timedelta(hours=3))
    lost.refresh_from_db()
    assert lost.state == RunState.FAILED
    assert verbs() == ["request_run", "request_run", "fail_run", "reuse_run"]


def test_repeated_it_is_the_same_to_the_byte(version: PolicyVersion) -> None:
    worlds.staircase()
    run = finish(version)
    repeated = repeat_run(run)
    assert repeated.is_equal
    assert repeated.hash == run.result_hash
    assert Score.objects.count() == 6


def test_other_evidence_shows_in_a_repetition(version: PolicyVersion) -> None:
    first, *_others = worlds.staircase()
    run = finish(version)
    worlds.rate(first, [1] * 30, month=date(2026, 9, 1))
    repeated = repeat_run(run)
    assert (repeated.is_equal, repeated.same_evidence, repeated.same_code) == (False, False, True)


def test_the_button_pressed_twice_computes_once(version: PolicyVersion) -> None:
    worlds.staircase()
    first = finish(version)
    again = ask(version, at=NOW + timedelta(days=1))
    assert (again.pk, again.state) == (first.pk, RunState.FINISHED)
    assert execute_run(run=again, at=NOW + timedelta(days=1)).finished_at == NOW
    assert (ScoreRun.objects.count(), Score.objects.count()) == (1, 6)
    assert verbs() == ["request_run", "finish_run", "reuse_run"]


def test_a_request_that_still_waits_is_joined(version: PolicyVersion) -> None:
    worlds.staircase()
    assert ask(version).pk == ask(version).pk
    assert verbs() == ["request_run", "reuse_run"]


def test_anything_else_is_a_run_of_its_own(version: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_others = worlds.staircase()
    numbers = [finish(version).pk, finish(version, places=3).pk, finish(version, as_of=DAY - timedelta(days=1)).pk]
    numbers.append(finish(worlds.publish(worlds.policy(RATING))).pk)
    worlds.rate(first, [5], month=date(2026, 9, 1))
    numbers.append(finish(version).pk)
    monkeypatch.setattr(runs, "code_version", lambda: "another code")
    numbers.append(finish(version).pk)
    assert len(set(numbers)) == len(numbers)


def test_a_failed_run_is_tried_again(version: PolicyVersion) -> None:
    failed = finish(version)
    worlds.staircase()
    assert finish(version).pk != failed.pk


def test_the_same_evidence_in_any_order_gives_the_same_hash() -> None:
    forwards = finish(known_world(1))
    kept = (forwards.evidence_fingerprint, forwards.result_hash)
    Score.objects.all().delete()
    for model in (CellSum, Assignment, Employment):
        model.objects.all().delete()
    for one in Agent.objects.all():
        one.incidents.all().delete()
        one.results.all().delete()
    Agent.objects.all().delete()
    backwards = finish(known_world(-1))
    assert backwards.pk != forwards.pk
    assert (backwards.evidence_fingerprint, backwards.result_hash) == kept


def test_every_database_gives_the_known_hash() -> None:
    assert finish(known_world()).result_hash == KNOWN_HASH, connection.vendor


def test_scores_are_stored_as_they_were_computed() -> None:
    run = finish(known_world())
    cards = worlds.cards(worlds.policy(TENURE, TASK, HOLD, DOOR, VIRAL, RATING), seed=run.seed)
    for one in run.scores.select_related("agent"):
        card = cards[one.agent.staff_number]
        for name in ("score", "verdict", "p_top", "rank", "rank_low", "rank_high", "ratings", "team_name"):
            assert getattr(one, name) == getattr(card, name)
        assert (one.criteria, one.gates, one.explanation) == (card.criteria, card.gates, card.explanation)
        assert one.is_eligible is card.is_eligible


def test_texts_with_quotes_and_line_breaks_are_stored_unharmed(version: PolicyVersion) -> None:
    name = "Support \"A\"\\\n\t'один', the best"
    one = worlds.agent('N-"1"\\', team=name)
    worlds.rate(one, worlds.spread(4.0, 40), topic='bills "2", \\n')
    stored = finish(version).scores.get()
    assert stored.team_name == name
    assert stored.criteria["customer_rating"]["detail"]["top_cell"] == 'csat5 / chat / bills "2", \\n'


def test_the_summary_counts_what_the_cards_say(version: PolicyVersion) -> None:
    worlds.staircase()
    worlds.rate(worlds.agent("new", hired=date(2026, 10, 1)), worlds.spread(3.0, 50))
    found = finish(version).summary
    counts = {name: found[name] for name in ("agents", "eligible", "clear", "borderline", "unlikely", "insufficient")}
    assert counts == {"agents": 7, "eligible": 6, "clear": 2, "borderline": 0, "unlikely": 5, "insufficient": 0}
    assert (found["ratings"], found["offered"], found["rated_agents"]) == (410, 530, 7)
    assert (found["distinguishable"], found["components"], found["method"]) == (True, 1, "draws")
    assert found["shares"] == {"customer_rating": 1.0}
    assert (found["months"], found["warnings"]) == (["2026-11", "2026-11"], [])


def test_the_summary_says_what_to_mind() -> None:
    for number, topic, instrument in (
        ("A", "x", "csat5"),
        ("B", "x", "csat5"),
        ("C", "y", "thumbs"),
        ("D", "y", "thumbs"),
    ):
        marks = worlds.spread(4.0, 60) if instrument == "csat5" else [1] * 40 + [0] * 20
        worlds.rate(worlds.agent(number), marks, topic=topic, instrument=instrument)
    efficiency = RATING | {"criterion": "efficiency", "weight": 20, "requirement": "economic_efficiency"}
    run = finish(worlds.publish(worlds.policy(RATING | {"weight": 80}, efficiency)))
    assert run.summary["warnings"] == [
        {"code": "criterion_without_evidence", "params": {"criterion": "efficiency"}},
        {"code": "several_instruments", "params": {"instruments": ["csat5", "thumbs"]}},
        {"code": "several_components", "params": {"components": 2}},
    ]


@pytest.mark.parametrize(
    ("month", "day"),
    [(date(2026, 11, 1), DAY), (date(2026, 9, 1), DAY), (date(2026, 8, 1), date(2026, 8, 31)), (None, DAY)],
    ids=["this month", "not long past", "long past", "nothing at all"],
)
def test_the_day_is_today_or_the_end_of_old_evidence(month: date | None, day: date) -> None:
    if month:
        worlds.rate(worlds.agent("one"), [5], month=month)
    assert default_day(NOW) == day
