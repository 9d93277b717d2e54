"""The evidence as of a day: who is in it, what counts, and that only evidence leaves a mark on it."""

from datetime import date, timedelta

import pytest
from django.db import connection

from scoring.cell_reading import COUNTS, read_cell_sums
from scoring.models import Agent, Assignment, Cell, CellSum, Employment, Team
from scoring.models.evidence import IncidentState, ResultKind
from scoring.snapshot import Snapshot, take_snapshot
from tests.scoring import worlds
from tests.scoring.worlds import DAY

pytestmark = pytest.mark.django_db


def staff(snapshot: Snapshot) -> list[str]:
    return list(snapshot.agents["staff_number"])


def test_an_agent_is_in_it_while_employed_and_with_any_evidence() -> None:
    for number, hired, left in (
        ("employed", date(2025, 1, 1), None),
        ("leaves today", date(2025, 1, 1), DAY),
        ("left", date(2025, 1, 1), DAY - timedelta(days=1)),
        ("comes later", DAY + timedelta(days=1), None),
        ("nobody imported dates", None, None),
    ):
        worlds.rate(worlds.agent(number, hired=hired, left=left), [5])
    worlds.agent("without evidence")
    assert staff(take_snapshot(DAY)) == ["employed", "leaves today", "nobody imported dates"]


def test_who_came_back_is_there_once() -> None:
    back = worlds.agent("back", hired=date(2020, 1, 1), left=date(2021, 1, 1))
    Employment.objects.create(agent=back, hired_on=date(2025, 1, 1))
    worlds.rate(back, [5])
    snapshot = take_snapshot(DAY)
    assert staff(snapshot) == ["back"]
    assert len(snapshot.employments) == 2


def test_unanswered_surveys_are_evidence_too() -> None:
    worlds.rate(worlds.agent("never rated"), [], unanswered=3)
    snapshot = take_snapshot(DAY)
    assert staff(snapshot) == ["never rated"]
    assert snapshot.sums["offered"].tolist() == [3.0]


def test_what_was_withdrawn_again_leaves_nothing() -> None:
    one = worlds.agent("one")
    row = worlds.rate(one, [5, 4])
    CellSum.objects.filter(pk=row.pk).update(
        offered=0, answered=1e-13, total=-2e-13, squares=0, satisfied=0, timed=0, judged=0
    )
    assert staff(take_snapshot(DAY)) == []


def test_months_after_the_day_do_not_count() -> None:
    one = worlds.agent("one")
    for month in (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)):
        worlds.rate(one, [5], month=month)
    months = take_snapshot(DAY).sums["month"]
    assert [(number // 12, number % 12 + 1) for number in months] == [(2026, 10), (2026, 11)]


def test_the_team_is_that_of_the_day() -> None:
    one = worlds.agent("moved", team="Old")
    worlds.rate(one, [5])
    Assignment.objects.update(ends_on=date(2026, 5, 31))
    Assignment.objects.create(agent=one, team=Team.objects.create(name="New"), starts_on=date(2026, 6, 1), ends_on=None)
    for day, team, technical in ((date(2026, 5, 31), "Old", 1.0), (date(2026, 6, 1), "New", 0.0)):
        CellSum.objects.update(month=day.replace(day=1))
        agents = take_snapshot(day).agents
        assert (agents["team"][0], agents["is_technical_support"][0]) == (team, technical)


def test_without_a_team_technical_support_is_unknown_not_no() -> None:
    worlds.rate(worlds.agent("alone"), [5])
    agents = take_snapshot(DAY).agents
    assert agents["team"][0] == ""
    assert agents["is_technical_support"].isna().all()


def test_only_verified_live_incidents_count() -> None:
    one = worlds.agent("one")
    worlds.incident(one, severity=1)
    worlds.incident(one, severity=2, state=IncidentState.UNVERIFIED)
    worlds.incident(one, severity=2, state=IncidentState.NOT_AT_FAULT)
    worlds.incident(one, severity=2, expires=DAY - timedelta(days=1))
    worlds.incident(one, severity=4, expires=DAY)
    worlds.incident(one, severity=2, on=DAY + timedelta(days=1))
    worlds.incident(one, severity=2, on=DAY - timedelta(days=365))
    worlds.incident(one, severity=3, on=DAY - timedelta(days=364))
    assert sorted(take_snapshot(DAY).incidents["severity"]) == [1.0, 3.0, 4.0]


def test_the_newest_result_of_a_kind_counts() -> None:
    one = worlds.agent("one")
    worlds.result(one, ResultKind.TEST_TASK, 0.4, on=date(2026, 3, 1))
    worlds.result(one, ResultKind.TEST_TASK, 0.9, on=date(2026, 9, 1))
    worlds.result(one, ResultKind.TEST_TASK, 0.1, on=DAY + timedelta(days=1))
    assert take_snapshot(DAY).results["value"].tolist() == [0.9]


def test_nothing_at_all_is_an_empty_snapshot() -> None:
    snapshot = take_snapshot(DAY)
    assert snapshot.agents.empty
    assert snapshot.sums.empty
    assert len(snapshot.fingerprint) == 64


def fill(order: int) -> None:
    """The same evidence, imported from the front or from the back."""
    for number in ("A-1", "A-2", "A-3")[::order]:
        one = worlds.agent(number, team="Technical support")
        for topic in ("bills", "roaming")[::order]:
            for month in (date(2026, 9, 1), date(2026, 10, 1))[::order]:
                worlds.rate(one, [5, 4, int(number[-1])], topic=topic, month=month)
        worlds.incident(one)


def test_the_order_of_rows_leaves_no_mark() -> None:
    fill(1)
    forwards = take_snapshot(DAY)
    for model in (CellSum, Assignment, Employment, Cell):
        model.objects.all().delete()
    Agent.objects.all()[0].incidents.model.objects.all().delete()
    Agent.objects.all().delete()
    fill(-1)
    backwards = take_snapshot(DAY)
    assert forwards.agents["agent_id"].tolist() != backwards.agents["agent_id"].tolist()
    assert forwards.fingerprint == backwards.fingerprint


@pytest.mark.parametrize("column", COUNTS)
def test_every_number_is_part_of_the_fingerprint(column: str) -> None:
    worlds.rate(worlds.agent("one"), [5, 4], timed=2, seconds=100, seconds_squares=6000, judged=2, resolved=1)
    before = take_snapshot(DAY).fingerprint
    assert take_snapshot(DAY).fingerprint == before
    row = CellSum.objects.get()
    setattr(row, column, getattr(row, column) + 1)
    row.save()
    assert take_snapshot(DAY).fingerprint != before


def test_a_new_name_is_no_new_evidence_but_a_new_team_is() -> None:
    worlds.rate(worlds.agent("one", team="Technical support"), [5])
    before = take_snapshot(DAY).fingerprint
    Agent.objects.update(full_name="Married Name")
    assert take_snapshot(DAY).fingerprint == before
    Team.objects.update(name="Technical support 2")
    assert take_snapshot(DAY).fingerprint != before


def test_sums_come_out_as_they_went_in() -> None:
    row = worlds.rate(
        worlds.agent("one"), [5, 4], timed=2, seconds=100.5, seconds_squares=6000.25, judged=2, resolved=1
    )
    found = read_cell_sums(DAY)
    assert len(found) == 1, connection.vendor
    kept = {name: found[name].iloc[0] for name in ("agent_id", "cell_id", *COUNTS)}
    assert kept == {name: getattr(row, name) for name in kept}
    assert found["month"].iloc[0] == 2026 * 12 + 10
