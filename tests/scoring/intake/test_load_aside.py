"""Sums are written down first and count all at once, or not at all."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from django.db import transaction

from scoring.intake.load_aside import set_aside
from scoring.intake.load_cells import Sums, add_sums
from scoring.models import CellChange, CellSum

pytestmark = pytest.mark.django_db
MOMENTS = ("2026-09-01T06:00", "2026-09-02T06:00", "2026-10-01T20:30")


def sums(*values: float | None, agent: int = 7) -> Sums:
    """Ratings of one agent at MOMENTS; the last one is of the night in Moscow."""
    found = Sums("Europe/Moscow")
    columns: dict[str, Any] = {
        "agent": [agent] * len(values),
        "channel": ["chat"] * len(values),
        "topic": ["billing"] * len(values),
        "rated_at": np.array(MOMENTS[: len(values)], dtype="datetime64[us]"),
        "value": list(values),
        "share": [1.0] * len(values),
        "handling_seconds": [None] * len(values),
        "resolved": [None] * len(values),
    }
    found.add(columns, "csat5")
    return found


def stored() -> list[tuple[Any, ...]]:
    """What counts now."""
    names = ("agent_id", "month", "offered", "answered", "total", "squares", "satisfied")
    return list(CellSum.objects.order_by("agent_id", "month").values_list(*names))


SEPTEMBER = (7, date(2026, 9, 1), 2, 1.0, 5.0, 25.0, 1.0)
OCTOBER = (7, date(2026, 10, 1), 1, 1.0, 2.0, 4.0, 0.0)


def test_nothing_counts_before_it_is_added() -> None:
    with set_aside(sums(5, None, 2).tables()) as add:
        assert stored() == []
        add()
        assert stored() == [SEPTEMBER, OCTOBER]


def test_sums_are_added_to_those_that_are_there() -> None:
    add_sums(sums(4).table())
    with set_aside(sums(5, None, 2).tables()) as add:
        add()
    assert stored() == [(7, date(2026, 9, 1), 3, 2.0, 9.0, 41.0, 2.0), OCTOBER]


def test_what_was_added_can_be_taken_out() -> None:
    add_sums(sums(5, None, 2).table())
    with set_aside(sums(None).tables(), sign=-1) as take_out:
        take_out()
    assert stored() == [(7, date(2026, 9, 1), 1, 1.0, 5.0, 25.0, 1.0), OCTOBER]


@pytest.mark.parametrize("is_polite", [True, False])
def test_either_way_gives_the_same_and_tells_whose_sums_changed(is_polite: bool) -> None:
    with set_aside(sums(5, None, 2).tables(), is_polite=is_polite) as add:
        assert not CellChange.objects.exists()
        add()
    assert stored() == [SEPTEMBER, OCTOBER]
    assert [note.agents for note in CellChange.objects.all()] == [[7]]


def test_no_sums_change_nothing() -> None:
    with set_aside(sums().tables()) as add:
        add()
    assert stored() == []
    assert not CellChange.objects.exists()


def add_and_fail() -> None:
    """What else the transaction does goes wrong after the sums are in."""
    with set_aside(sums(5).tables()) as add, transaction.atomic():
        add()
        raise RuntimeError


@pytest.mark.django_db(transaction=True)
def test_what_fails_adds_nothing_and_leaves_nothing_behind() -> None:
    with pytest.raises(RuntimeError):
        add_and_fail()
    assert stored() == []
    with set_aside(sums(5, None, 2).tables()) as add, transaction.atomic():
        add()
    assert stored() == [SEPTEMBER, OCTOBER]
