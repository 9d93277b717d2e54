"""`manage.py score`: a ranking as a table or as JSON, and the proof that it can be repeated."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from journal.models import Entry
from scoring.management.commands import score as command
from scoring.models import PolicyVersion, Score, ScoreRun
from tests.scoring import worlds
from tests.scoring.test_evaluation import call_centre
from tests.scoring.worlds import RATING, TENURE

pytestmark = pytest.mark.django_db
AS_OF = "--as-of=2026-11-22"


@pytest.fixture
def version() -> PolicyVersion:
    """A published policy of ratings and tenure for two places."""
    return worlds.publish(worlds.policy(TENURE, RATING))


def run(*arguments: str) -> tuple[str, str]:
    """What the command prints on both streams."""
    out, err = StringIO(), StringIO()
    call_command("score", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def told(*arguments: str) -> dict[str, Any]:
    """The one JSON object of a run."""
    found: dict[str, Any] = json.loads(run("--policy=tested", AS_OF, "--json", *arguments)[0])
    return found


def test_json_is_one_object_of_the_agreed_shape(version: PolicyVersion) -> None:
    worlds.staircase(3)
    found = told()
    stored = ScoreRun.objects.get()
    assert {key: found[key] for key in ("run", "policy", "policy_hash", "as_of", "places")} == {
        "run": stored.pk, "policy": "tested", "policy_hash": version.document_hash, "as_of": "2026-11-22", "places": 2,
    }  # fmt: skip
    best = found["agents"][0]
    assert set(best) == {
        "agent", "name", "score", "verdict", "p_top", "rank", "rank_low", "rank_high", "criteria", "gates",
    }  # fmt: skip
    assert (best["agent"], best["name"], best["rank"]) == ("A-0", "Agent A-0", 1)
    assert [one["agent"] for one in found["agents"]] == ["A-0", "A-1", "A-2"]
    assert set(best["criteria"]) == {"tenure", "customer_rating"}
    assert set(best["gates"]) == {"tenure.gate"}


def test_the_places_can_be_given(version: PolicyVersion) -> None:
    worlds.staircase(4)
    found = told("--places=3")
    assert found["places"] == 3
    assert sum(one["p_top"] for one in found["agents"]) == pytest.approx(3.0, abs=1e-5)


@pytest.mark.parametrize("places", ["0", "-2", "many"])
def test_no_places_are_refused(version: PolicyVersion, places: str) -> None:
    worlds.staircase(2)
    with pytest.raises(CommandError, match="whole number from 1"):
        run("--policy=tested", AS_OF, f"--places={places}")


def test_the_table_says_when_agents_cannot_be_told_apart(version: PolicyVersion) -> None:
    call_centre(effect=0.0)
    assert "cannot be told apart" in run("--policy=tested", AS_OF)[0]


def test_the_table_shows_the_best_first(version: PolicyVersion) -> None:
    worlds.staircase(3)
    lines = run("--policy=tested", AS_OF)[0].splitlines()
    assert lines[0] == "tested 1, 2026-11-22: 3 agents, 2 places"
    assert [line.split()[-3] for line in lines[1:]] == ["A-0", "A-1", "A-2"]


def test_asked_again_it_says_that_nothing_changed(version: PolicyVersion) -> None:
    worlds.staircase(3)
    first, quiet = run("--policy=tested", AS_OF, "--json")
    again, said = run("--policy=tested", AS_OF, "--json")
    assert (json.loads(first), quiet) == (json.loads(again), "")
    assert "Nothing has changed" in said


def test_it_repeats_a_run_to_the_byte(version: PolicyVersion) -> None:
    worlds.staircase(3)
    number = told()["run"]
    assert ScoreRun.objects.get().result_hash in run(f"--repeat={number}")[0]


def test_a_repetition_says_what_has_changed(version: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_others = worlds.staircase(3)
    number = told()["run"]
    with monkeypatch.context() as patched:
        patched.setattr("scoring.scorecards.FLIPS_SHOWN", 0)
        patched.setattr("scoring.runs.code_version", lambda: "later")
        with pytest.raises(CommandError, match="code has changed"):
            run(f"--repeat={number}")
    worlds.rate(first, [1] * 40, topic="roaming")
    with pytest.raises(CommandError, match="evidence has changed"):
        run(f"--repeat={number}")
    Score.objects.filter(agent=first).update(p_top=0.5)
    with pytest.raises(CommandError, match="altered afterwards"):
        run(f"--repeat={number}")


def test_a_run_that_is_not_there_cannot_be_repeated() -> None:
    with pytest.raises(CommandError, match="no finished run 7"):
        run("--repeat=7")


def test_an_unknown_policy_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(CommandError, match="current, founding, full-profile, lottery"):
        run("--policy=loudest")


def test_without_evidence_it_says_what_to_do(version: PolicyVersion) -> None:
    with pytest.raises(CommandError, match="Import agents and ratings first"):
        run("--policy=tested", AS_OF)


def test_shipped_policies_are_installed_once_with_an_entry_each() -> None:
    worlds.staircase(3)
    for name in ("current", "founding", "full-profile", "lottery", "current"):
        run(f"--policy={name}", AS_OF)
    verbs = list(Entry.objects.values_list("verb", flat=True))
    counts = {verb: verbs.count(verb) for verb in set(verbs)}
    assert counts == {"install_policy": 4, "request_run": 4, "finish_run": 4, "reuse_run": 1}


def test_the_report_is_that_of_the_stored_run(version: PolicyVersion) -> None:
    worlds.staircase(3)
    printed = told()
    assert json.loads(json.dumps(command.report(ScoreRun.objects.get()))) == printed
