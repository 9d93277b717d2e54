"""Names that nobody knows: decided once, and the records that waited load by themselves."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from journal.models import Entry
from scoring.intake.load_lease import Busy
from scoring.models import Agent, Batch, Rating, Refusal
from scoring.models.batches import BatchState
from scoring.refusals import EvidenceRefused
from scoring.waiting import create, resolve, strangers
from tests.cast import NOW, Cast
from tests.scoring.test_batches import HEAD, cast, checked, imported, sums

KNOWN = "1,c1,S-13,5,2026-01-02 10:00,Roaming\n"
WAITING = (
    "2,c2,Anna-S,2,2026-01-03 10:00,Roaming\n"
    "3,c3,Anna-S,,2026-02-03 10:00,Roaming\n"
    "4,c4,Zoe,4,2026-01-03 10:00,Roaming\n"
)

__all__ = ["cast"]


def waiting(actor: User) -> Batch:
    """A published batch with one good record and three that wait or are refused."""
    return imported(HEAD + KNOWN + WAITING, actor)


def test_everybody_unknown_is_listed_once_with_the_number_of_records(cast: Cast) -> None:
    waiting(cast.hanna)
    assert [(one.reference, one.records) for one in strangers()] == [("Anna-S", 1), ("Zoe", 1)]


def test_a_record_with_another_fault_does_not_wait(cast: Cast) -> None:
    batch = waiting(cast.hanna)
    assert Refusal.objects.get(batch=batch, record=3).code == "missing_value"


def test_a_match_loads_the_records_and_counts_them(cast: Cast) -> None:
    batch = waiting(cast.hanna)
    assert resolve(reference="Anna-S", agent=cast.agents["ania"], actor=cast.hanna, at=NOW) == 1
    batch.refresh_from_db()
    assert (batch.accepted, batch.waiting, batch.refused) == (2, 1, 2)
    assert sums() == [("2026-01-01", 2, 7.0)]
    loaded = Rating.objects.get(record=2)
    assert (loaded.batch_id, loaded.agent_id, loaded.value) == (batch.pk, cast.agents["ania"].pk, 2.0)
    assert Entry.objects.get(verb="resolve_agent").detail["loaded"] == 1


def test_nobody_is_matched_while_a_file_is_loaded(cast: Cast) -> None:
    waiting(cast.hanna)
    loading = Batch.objects.create(
        kind="ratings", state=BatchState.STAGING, worker="elsewhere:1:x", heartbeat_at=NOW, created_at=NOW
    )
    with pytest.raises(Busy, match="Another import is under way"):
        resolve(reference="Anna-S", agent=cast.agents["ania"], actor=cast.hanna, at=NOW)
    with pytest.raises(Busy):
        create(reference="Zoe", actor=cast.hanna, at=NOW)
    assert not Agent.objects.filter(staff_number="Zoe").exists()
    Batch.objects.filter(pk=loading.pk).update(state=BatchState.CANCELLED)
    assert create(reference="Zoe", actor=cast.hanna, at=NOW) == 1


def test_waiting_ratings_do_not_load_beside_a_warehouse(cast: Cast, settings: Any) -> None:
    waiting(cast.hanna)
    settings.EVIDENCE_SOURCE = "duckdb:///ratings/*.parquet"
    with pytest.raises(EvidenceRefused, match="stay in the company's warehouse"):
        resolve(reference="Anna-S", agent=cast.agents["ania"], actor=cast.hanna, at=NOW)
    assert resolve(reference="Zoe", agent=None, actor=cast.hanna, at=NOW) == 0


def test_a_match_holds_for_the_next_file(cast: Cast) -> None:
    waiting(cast.hanna)
    resolve(reference="Anna-S", agent=cast.agents["ania"], actor=cast.hanna, at=NOW)
    later = imported(HEAD + "9,c9,Anna-S,1,2026-01-05 10:00,Roaming\n", cast.hanna)
    assert (later.accepted, later.waiting) == (1, 0)


def test_an_agent_can_be_made_of_the_name(cast: Cast) -> None:
    waiting(cast.hanna)
    assert create(reference="Zoe", actor=cast.hanna, at=NOW) == 1
    assert Agent.objects.get(staff_number="Zoe").ratings.count() == 1
    with pytest.raises(EvidenceRefused, match="already"):
        create(reference="Zoe", actor=cast.hanna, at=NOW)


def test_records_can_be_left_out_for_good(cast: Cast) -> None:
    batch = waiting(cast.hanna)
    assert resolve(reference="Zoe", agent=None, actor=cast.hanna, at=NOW) == 0
    batch.refresh_from_db()
    assert (batch.accepted, batch.waiting, batch.refused) == (1, 1, 3)
    later = checked(HEAD + "8,c8,Zoe,4,2026-01-05 10:00,Roaming\n", cast.hanna)
    assert later.refusals.get().code == "ignored_agent"


def test_a_name_is_decided_once(cast: Cast) -> None:
    waiting(cast.hanna)
    resolve(reference="Zoe", agent=None, actor=cast.hanna, at=NOW)
    with pytest.raises(EvidenceRefused, match="Nothing waits"):
        resolve(reference="Zoe", agent=cast.agents["ania"], actor=cast.hanna, at=NOW)


def test_a_file_of_which_every_record_waits_is_not_turned_away(cast: Cast) -> None:
    batch = imported(HEAD + "4,c4,Zoe,4,2026-01-03 10:00,Roaming\n", cast.hanna)
    assert (batch.state, batch.accepted, batch.waiting) == (BatchState.PUBLISHED, 0, 1)
    create(reference="Zoe", actor=cast.hanna, at=NOW)
    assert sums() == [("2026-01-01", 1, 4.0)]


def test_a_record_from_before_the_hire_date_is_refused_now(cast: Cast) -> None:
    batch = imported(HEAD + "4,c4,Zoe,4,2001-01-03 10:00,Roaming\n", cast.hanna)
    assert resolve(reference="Zoe", agent=cast.agents["ania"], actor=cast.hanna, at=NOW) == 0
    assert batch.refusals.get().code == "before_hire"
    assert not Rating.objects.exists()
