"""Two versions on the same evidence: known answers, kept once, with one journal entry."""

from dataclasses import replace

import pytest

from journal.models import Entry
from scoring.comparison import compare, documents, draws_for, main_channels, seed_of
from scoring.evaluation import NoEvidence
from scoring.models import Agent, Cell, CellSum, Comparison, PolicyVersion
from scoring.models.evidence import ResultKind
from scoring.policy import Policy, policy_hash, render
from scoring.snapshot import take_snapshot
from tests.scoring import worlds
from tests.scoring.worlds import DAY, NOW, RATING, TASK, TENURE, policy

pytestmark = pytest.mark.django_db
NEWCOMER = worlds.DAY.replace(month=9)


def pair(before: Policy, after: Policy) -> tuple[PolicyVersion, PolicyVersion]:
    return worlds.publish(before), worlds.publish(after)


def compared(before: Policy, after: Policy, *, places: int = 2) -> Comparison:
    old, new = pair(before, after)
    return compare(before=old, after=new, as_of=DAY, places=places, actor=None, at=NOW)


def rows(comparison: Comparison) -> dict[str, dict[str, object]]:
    return {row["staff_number"]: row for row in comparison.result["rows"]}


@pytest.fixture
def stairs() -> list[Agent]:
    """Six agents of falling ratings; the best one has worked here for two months only."""
    made = worlds.staircase()
    made[0].employments.update(hired_on=NEWCOMER)
    return made


def test_a_new_gate_turns_the_best_away_and_the_next_moves_up(stairs: list[Agent]) -> None:
    found = rows(compared(policy(RATING), policy(RATING, TENURE)))
    assert {number: row["kind"] for number, row in found.items() if row["kind"]} == {
        "A-0": "leaves",
        "A-1": "stays",
        "A-2": "enters",
    }
    assert found["A-0"]["cause"] == {"kind": "condition", "names": ["tenure"]}
    assert found["A-0"]["stopped_by"] == [[], ["tenure"]]
    assert found["A-2"]["cause"] == {"kind": "others", "names": ["tenure"]}
    assert found["A-2"]["place"] == [3, 2]
    assert found["A-3"]["state"] == ["out", "out"]


def test_the_whole_of_a_comparison_is_told(stairs: list[Agent]) -> None:
    result = compared(policy(RATING), policy(RATING, TENURE)).result
    assert result["agents"] == 6
    assert result["door"] == {"both": 5, "loses": 1, "gains": 0, "neither": 0}
    assert result["states"] == [{"in": 2, "out": 4}, {"barred": 1, "in": 2, "out": 3}]
    assert result["conditions"] == [[], [{"label": "tenure", "keys": ["tenure.gate"], "stops": 1, "alone": 1}]]
    # The first becomes the last: 5 of 15 pairs turn round.
    assert result["tau"] == pytest.approx((10 - 5) / 15)
    assert result["shares"] == [{"customer_rating": 1.0}, {"customer_rating": 1.0}]


def test_a_fact_is_never_judged_wrongly_and_a_measured_cut_sometimes(stairs: list[Agent]) -> None:
    door = RATING | {"role": "gate", "cut": 0.5, "unit": "share"}
    gate = {name: value for name, value in door.items() if name != "weight"}
    errors = compared(policy(RATING, TENURE), policy(RATING, gate)).result["errors"]
    assert errors[0]["tenure"] == {"wrongly_rejected": 0.0, "wrongly_admitted": 0.0, "qualified": pytest.approx(5 / 6)}
    measured = errors[1]["customer_rating.share|30"]
    assert 0.0 < measured["wrongly_admitted"] < 0.5
    assert draws_for(6) == 2000
    assert draws_for(10_000) == 200


def test_two_weights_are_told_apart_by_what_each_did(stairs: list[Agent]) -> None:
    for one, value in zip(stairs, (0.5, 0.9, 0.5, 0.5, 0.5, 0.95), strict=True):
        worlds.result(one, ResultKind.TEST_TASK, value)
    half, task = RATING | {"weight": 10}, TASK | {"role": "weight", "weight": 90, "when_missing": "prior"}
    without_cut = {name: value for name, value in task.items() if name not in {"cut", "unit"}}
    found = rows(compared(policy(RATING), policy(half, without_cut)))
    assert (found["A-5"]["kind"], found["A-0"]["kind"]) == ("enters", "leaves")
    # Ratings weigh less than they did: that helps the last one most against those who had the places.
    assert found["A-5"]["cause"] == {"kind": "score", "names": ["customer_rating"]}
    assert found["A-0"]["cause"]["kind"] == "score"  # type: ignore[index]
    for row in found.values():
        change = row["score"][1] - row["score"][0]  # type: ignore[index]
        assert sum(row["parts"].values()) == pytest.approx(change, abs=0.02)  # type: ignore[attr-defined]


def test_teams_and_channels_are_counted_before_and_after(stairs: list[Agent]) -> None:
    groups = compared(policy(RATING), policy(RATING, TENURE)).result["groups"]
    (team,), (after,) = groups["team"]["door"]
    assert (team["group"], team["passed"], team["total"]) == ("Technical support", 6, 6)
    assert (after["passed"], after["flag"]) == (5, "small")
    assert groups["channel"]["place"][0][0]["passed"] == 2


def test_the_main_channel_is_the_one_with_most_answers(stairs: list[Agent]) -> None:
    mail = Cell.objects.create(instrument="csat5", channel="email", topic="bills")
    month = worlds.date(2026, 11, 1)
    CellSum.objects.create(agent=stairs[1], cell=mail, month=month, offered=90, answered=90, total=360, squares=1500)
    unheard = worlds.agent("A-9")
    CellSum.objects.create(agent=unheard, cell=mail, month=month, offered=5)
    assert main_channels(take_snapshot(DAY)) == ["chat", "email", "chat", "chat", "chat", "chat", ""]


def test_a_comparison_is_made_once_and_journaled_once(stairs: list[Agent]) -> None:
    old, new = pair(policy(RATING), policy(RATING, TENURE))
    first = compare(before=old, after=new, as_of=DAY, places=2, actor=None, at=NOW)
    assert compare(before=old, after=new, as_of=DAY, places=2, actor=None, at=NOW).pk == first.pk
    entry = Entry.objects.get(verb="compare_policies")
    assert (entry.detail["seed"], entry.detail["places"]) == (first.seed, 2)
    assert first.seed == seed_of(old, new) != seed_of(new, old)
    assert compare(before=old, after=new, as_of=DAY, places=3, actor=None, at=NOW).pk != first.pk
    worlds.rate(stairs[0], [1] * 60, topic="roaming")
    assert compare(before=old, after=new, as_of=DAY, places=2, actor=None, at=NOW).pk != first.pk


def test_a_comparison_stays_as_it_was_when_a_draft_changes(stairs: list[Agent]) -> None:
    old, new = pair(policy(RATING), policy(RATING, TENURE))
    kept = compare(before=old, after=new, as_of=DAY, places=2, actor=None, at=NOW)
    other = replace(policy(RATING), places=5)
    # Only a draft can change like this; the update goes round the verbs to stand for one.
    draft = PolicyVersion.objects.create(
        name="tested", version=9, document=render(other), document_hash=policy_hash(other), created_at=NOW
    )
    Comparison.objects.filter(pk=kept.pk).update(after=draft)
    kept.refresh_from_db()
    assert documents(kept)[1] == policy(RATING, TENURE)
    assert compare(before=old, after=draft, as_of=DAY, places=2, actor=None, at=NOW).pk != kept.pk


def test_without_evidence_there_is_nothing_to_compare() -> None:
    with pytest.raises(NoEvidence):
        compared(policy(RATING), policy(RATING, TENURE))
    assert not Comparison.objects.exists()
