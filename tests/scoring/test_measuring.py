"""What is believed of every agent on every criterion, with known answers."""

from datetime import date

import numpy as np
import pytest

from scoring.measuring import Measures, measure
from scoring.models import Assignment, CellSum, Leave, Team
from scoring.models.evidence import ResultKind
from scoring.policy import EvidenceRules
from scoring.snapshot import take_snapshot
from tests.scoring import worlds
from tests.scoring.worlds import DAY

pytestmark = pytest.mark.django_db
RULES = EvidenceRules(window_months=12, half_life_days=180, leave_counts_in_tenure=True)


def measures(*names: str, rules: EvidenceRules = RULES) -> Measures:
    return measure(take_snapshot(DAY), rules, names)


def value_of(name: str, rules: EvidenceRules = RULES) -> list[float | None]:
    """The estimate of each agent, None where nothing is known."""
    found = measures(name, rules=rules).by_name[name]
    return [float(mean) if known else None for mean, known in zip(found.mean, found.known, strict=True)]


def test_better_ratings_in_the_same_queue_are_a_better_measure() -> None:
    worlds.staircase()
    found = measures("customer_rating").by_name["customer_rating"]
    assert list(found.mean) == sorted(found.mean, reverse=True)
    assert found.count.tolist() == [60.0] * 6


def test_a_hard_queue_is_not_held_against_its_agent() -> None:
    easy, hard, both = worlds.agent("easy"), worlds.agent("hard"), worlds.agent("both")
    worlds.rate(easy, worlds.spread(4.2, 80), topic="easy")
    worlds.rate(hard, worlds.spread(3.2, 80), topic="hard")
    worlds.rate(both, worlds.spread(4.2, 80), topic="easy")
    worlds.rate(both, worlds.spread(3.2, 80), topic="hard")
    found = measures("customer_rating").by_name["customer_rating"]
    assert np.ptp(found.mean) == pytest.approx(0.0, abs=1e-6)


def test_evidence_outside_the_window_is_as_good_as_none() -> None:
    worlds.staircase()
    CellSum.objects.update(month=date(2025, 11, 1))
    found = measures("customer_rating", "customer_rating.share")
    assert found.ratings is None
    assert not found.by_name["customer_rating"].known.any()
    assert not found.by_name["customer_rating.share"].known.any()
    CellSum.objects.update(month=date(2025, 12, 1))
    assert measures("customer_rating").by_name["customer_rating"].known.all()


def test_other_scales_are_shown_on_one_to_five_and_change_no_effect() -> None:
    for number, ups in (("A", 9), ("B", 6), ("C", 3)):
        worlds.rate(worlds.agent(number), [1] * ups * 10 + [0] * (10 - ups) * 10, instrument="thumbs")
    found = measures("customer_rating", "customer_rating.share")
    model = found.ratings
    assert model is not None
    assert model.mix.agents["raw_mean"].tolist() == pytest.approx([4.6, 3.4, 2.2])
    share = found.by_name["customer_rating.share"]
    assert list(share.mean) == sorted(share.mean, reverse=True)
    assert 0.8 < share.mean[0] < 0.9


def test_cells_are_told_apart_by_the_hours_of_the_day() -> None:
    for number in ("A", "B"):
        one = worlds.agent(number)
        worlds.rate(one, worlds.spread(4.0, 60), hour_band=0)
        worlds.rate(one, worlds.spread(3.0, 60), hour_band=2)
    model = measures("customer_rating").ratings
    assert model is not None
    assert list(model.mix.cells.index) == ["csat5 / chat / bills / 00–08", "csat5 / chat / bills / 16–24"]


def test_one_rated_agent_is_no_reason_to_fail() -> None:
    worlds.rate(worlds.agent("alone"), worlds.spread(4.0, 50))
    found = measures("customer_rating", "efficiency").by_name
    assert found["customer_rating"].known.tolist() == [True]
    assert found["efficiency"].known.tolist() == [False]


@pytest.mark.parametrize(
    ("counts", "months"),
    [(True, 24.0), (False, 18.0)],
    ids=["leave is service", "leave is no service"],
)
def test_tenure_counts_leave_as_the_policy_says(counts: bool, months: float) -> None:
    one = worlds.agent("one")
    worlds.rate(one, [5])
    Leave.objects.create(agent=one, starts_on=date(2025, 5, 22), ends_on=date(2025, 11, 18))
    rules = EvidenceRules(window_months=12, half_life_days=180, leave_counts_in_tenure=counts)
    found = value_of("tenure", rules)[0]
    assert found == pytest.approx(months, abs=0.1)


def test_tenure_is_unknown_when_nobody_imported_dates() -> None:
    worlds.rate(worlds.agent("A", hired=None), [5])
    worlds.rate(worlds.agent("B"), [5])
    assert value_of("tenure") == [None, 24.0]


def test_months_in_technical_support_go_on_over_a_move_between_its_teams() -> None:
    one = worlds.agent("A", team="Technical support 1", hired=date(2026, 5, 22))
    Assignment.objects.update(ends_on=date(2026, 8, 31))
    second = Team.objects.create(name="Technical support 2", is_technical_support=True)
    Assignment.objects.create(agent=one, team=second, starts_on=date(2026, 9, 1))
    other, nowhere = worlds.agent("B", team="Billing", technical=False), worlds.agent("C")
    for each in (one, other, nowhere):
        worlds.rate(each, [5])
    assert value_of("technical_support.months") == [6.0, 0.0, None]


def test_praise_counts_chats_and_harm_its_worst_case() -> None:
    one, other = worlds.agent("A"), worlds.agent("B")
    for each in (one, other):
        worlds.rate(each, [5] * 10)
    worlds.incident(one, severity=2)
    worlds.incident(one, severity=1)
    worlds.incident(other, sign="negative", severity=2)
    worlds.incident(other, sign="negative", severity=4)
    worlds.incident(other, sign="mixed", severity=3)
    assert value_of("viral_chats.chats") == [2.0, 0.0]
    assert value_of("viral_chats.severity") == [0.0, 4.0]
    rate = measures("viral_chats").by_name["viral_chats"]
    assert rate.mean[0] >= rate.mean[1]


def test_old_praise_weighs_less_until_it_expires() -> None:
    people = [worlds.agent(f"A-{number:02d}") for number in range(20)]
    for each in people:
        worlds.rate(each, [5] * 10)
    for _ in range(6):
        worlds.incident(people[0], on=date(2026, 11, 20))
        worlds.incident(people[1], on=date(2026, 2, 20))
        worlds.incident(people[2], on=date(2025, 11, 1))
    fresh, old, expired, none = measures("viral_chats").by_name["viral_chats"].mean[:4]
    assert fresh > old > expired == none
    assert value_of("viral_chats.chats")[:3] == [6.0, 6.0, 0.0]


def test_incidents_outside_the_window_of_the_policy_do_not_count() -> None:
    one = worlds.agent("A")
    worlds.rate(one, [5])
    worlds.incident(one, on=date(2026, 4, 30))
    worlds.incident(one, on=date(2026, 6, 1))
    half_a_year = EvidenceRules(window_months=6, half_life_days=180, leave_counts_in_tenure=True)
    assert value_of("viral_chats.chats") == [2.0]
    assert value_of("viral_chats.chats", half_a_year) == [1.0]


def test_results_are_percent_and_expire_with_the_window() -> None:
    one, other = worlds.agent("A"), worlds.agent("B")
    worlds.result(one, ResultKind.TEST_TASK, 0.72)
    worlds.result(other, ResultKind.TEST_TASK, 0.95, on=date(2025, 6, 1))
    assert value_of("test_task") == [72.0, None]


def test_too_few_pieces_of_evidence_count_as_none_where_they_are_needed() -> None:
    for number, count in (("A", 40), ("B", 12), ("C", 60)):
        worlds.rate(worlds.agent(number), worlds.spread(4.0, count))
    found = measures("customer_rating", "customer_rating|30").by_name
    assert found["customer_rating"].known.tolist() == [True, True, True]
    assert found["customer_rating|30"].known.tolist() == [True, False, True]
    masked = found["customer_rating|30"]
    assert masked.sd[1] == masked.prior_sd
    assert masked.sd[1] > masked.sd[0]


def test_efficiency_is_speed_and_resolution_on_the_same_chats() -> None:
    for place, number in enumerate("ABCD"):
        seconds = 300.0 + 60.0 * place
        worlds.rate(
            worlds.agent(number), [5] * 100, timed=100, seconds=100 * seconds,
            seconds_squares=100 * (seconds**2 + 50.0**2), judged=100, resolved=90 - 10 * place,
        )  # fmt: skip
    found = measures("efficiency", "efficiency.share").by_name
    assert list(found["efficiency"].mean) == sorted(found["efficiency"].mean, reverse=True)
    assert list(found["efficiency.share"].mean) == sorted(found["efficiency.share"].mean, reverse=True)
    CellSum.objects.update(timed=0, seconds=0, seconds_squares=0)
    alone = measures("efficiency").by_name["efficiency"]
    assert list(alone.mean) == sorted(alone.mean, reverse=True)
    CellSum.objects.update(judged=0, resolved=0)
    assert not measures("efficiency").by_name["efficiency"].known.any()


def test_nobody_rated_at_all_leaves_every_measure_unknown_or_fact() -> None:
    worlds.rate(worlds.agent("A"), [], unanswered=4)
    names = ("customer_rating", "customer_rating.share", "efficiency", "viral_chats", "culture")
    found = measures(*names).by_name
    assert {name: bool(found[name].known.any()) for name in names} == dict.fromkeys(names, False)
