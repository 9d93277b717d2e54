"""A stored rating is corrected by two people, and what it said before stays in the journal."""

import pytest

from journal.models import Entry
from scoring.models import Batch, Rating
from scoring.recount import check
from scoring.refusals import EvidenceRefused
from scoring.replacements import differences, replace_ratings
from tests.cast import NOW, Cast
from tests.scoring.test_batches import HEAD, ROWS, cast, imported, sums

__all__ = ["cast"]
CORRECTED = ROWS.replace("c2,S-13,2,", "c2,S-13,4,") + "9,c9,S-13,5,2026-03-04 11:00,Roaming\n"


@pytest.fixture
def conflict(cast: Cast) -> Batch:
    """A second file that contradicts the first in one record."""
    imported(HEAD + ROWS, cast.hanna)
    return imported(HEAD + CORRECTED, cast.hanna)


def test_the_difference_is_shown_field_by_field(conflict: Batch) -> None:
    (found,) = differences(batch=conflict)
    assert (found.record, found.key, found.changes) == (2, "2", {"value": (2.0, 4)})


def test_two_people_replace_a_rating(cast: Cast, conflict: Batch) -> None:
    first = Rating.objects.get(key="2").batch
    count = replace_ratings(batch=conflict, records=[2], requested_by=cast.hanna, confirmed_by=cast.pavel, at=NOW)
    now = Rating.objects.get(key="2")
    assert (count, now.value, now.batch_id, Rating.objects.count()) == (1, 4.0, conflict.pk, 3)
    assert sums() == [("2026-01-01", 1, 5.0), ("2026-03-01", 2, 9.0)]
    assert check().empty
    counts = [Batch.objects.get(pk=pk).accepted for pk in (first.pk, conflict.pk)]
    assert counts == [1, 3]
    conflict.refresh_from_db()
    assert (conflict.refused, differences(batch=conflict)) == (0, [])


def test_the_journal_holds_both_values_and_both_people(cast: Cast, conflict: Batch) -> None:
    replace_ratings(batch=conflict, records=[2], requested_by=cast.hanna, confirmed_by=cast.pavel, at=NOW)
    entry = Entry.objects.get(verb="replace_ratings")
    assert entry.detail["requested_by"] == cast.hanna.get_username()
    assert entry.detail["replaced"][0]["changes"] == {"value": [2.0, 4]}


def test_nobody_replaces_alone(cast: Cast, conflict: Batch) -> None:
    with pytest.raises(EvidenceRefused, match="second person"):
        replace_ratings(batch=conflict, records=[2], requested_by=cast.hanna, confirmed_by=cast.hanna, at=NOW)
    assert Rating.objects.get(key="2").value == 2.0


def test_only_what_was_refused_for_other_values_is_replaced(cast: Cast, conflict: Batch) -> None:
    with pytest.raises(EvidenceRefused, match="Record 1 cannot be replaced"):
        replace_ratings(batch=conflict, records=[1, 2], requested_by=cast.hanna, confirmed_by=cast.pavel, at=NOW)
    assert Rating.objects.get(key="2").value == 2.0
