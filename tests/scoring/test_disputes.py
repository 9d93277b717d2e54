"""A disputed rating: it counts until a person upholds the dispute, and both people's words stay on record."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from journal.models import Entry
from scoring.batches import withdraw
from scoring.disputes import decide_dispute, dispute_rating, own_ratings, why_not_decide
from scoring.models import Batch, Rating, RatingDispute
from scoring.models.disputes import DisputeState
from scoring.recount import check
from scoring.refusals import EvidenceRefused
from tests.cast import NOW, Cast
from tests.scoring.test_batches import HEAD, ROWS, WHY, cast, imported, sums

OBJECTION = "The customer rated the outage, not my answer to it."
REASON = "The chat shows an outage that the agent could not mend."
__all__ = ["cast"]


@pytest.fixture
def rating(cast: Cast) -> Rating:
    """Ania's two, in a file that Hanna brought in."""
    imported(HEAD + ROWS, cast.hanna)
    return Rating.objects.select_related("agent", "batch").get(chat_id="c2")


def disputed(rating: Rating, cast: Cast) -> RatingDispute:
    """Ania objects."""
    return dispute_rating(rating=rating, reason=OBJECTION, actor=cast.ania, at=NOW)


def decided(dispute: RatingDispute, cast: Cast, state: DisputeState = DisputeState.UPHELD) -> RatingDispute:
    """Pavel decides."""
    return decide_dispute(dispute=dispute, state=state, reason=REASON, actor=cast.pavel, at=NOW)


def test_a_disputed_rating_counts_until_it_is_decided(rating: Rating, cast: Cast) -> None:
    before = sums()
    made = disputed(rating, cast)
    assert (made.state, made.rating_key, made.reason) == (DisputeState.OPEN, rating.key, OBJECTION)
    assert sums() == before
    assert Entry.objects.latest("sequence").verb == "dispute_rating"


def test_an_upheld_dispute_takes_the_rating_out_of_the_cells_and_keeps_it(rating: Rating, cast: Cast) -> None:
    made = decided(disputed(rating, cast), cast)
    assert (made.state, made.answer, made.decided_by) == (DisputeState.UPHELD, REASON, cast.pavel)
    assert sums() == [("2026-01-01", 1, 5.0)]
    assert Rating.objects.filter(pk=rating.pk).exists()
    assert check().empty
    entry = Entry.objects.get(verb="decide_dispute")
    assert (entry.detail["state"], entry.detail["rating"]) == ("upheld", rating.pk)


def test_a_rejected_dispute_changes_no_cell(rating: Rating, cast: Cast) -> None:
    before = sums()
    assert decided(disputed(rating, cast), cast, DisputeState.REJECTED).state == DisputeState.REJECTED
    assert sums() == before
    assert check().empty


def test_the_same_file_again_does_not_bring_it_back(rating: Rating, cast: Cast) -> None:
    decided(disputed(rating, cast), cast)
    again = imported(HEAD + ROWS + "9,c9,S-13,4,2026-04-01 10:00,Roaming\n", cast.pavel)
    assert again.accepted == 3
    assert (again.refused, Rating.objects.count()) == (0, 3)
    assert sums() == [("2026-01-01", 1, 5.0), ("2026-04-01", 1, 4.0)]
    assert check().empty


@pytest.mark.parametrize("order", ["decided first", "withdrawn first"])
def test_a_withdrawn_batch_takes_each_rating_out_once(rating: Rating, cast: Cast, order: str) -> None:
    made = disputed(rating, cast)
    batch = Batch.objects.get()
    if order == "decided first":
        made = decided(made, cast)
    withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)
    if order == "withdrawn first":
        made = decided(made, cast)
    assert made.state == DisputeState.UPHELD
    assert sums() == []
    assert check().empty


def test_only_the_agent_disputes(rating: Rating, cast: Cast) -> None:
    for stranger in (cast.boris, cast.hanna):
        with pytest.raises(EvidenceRefused, match="Only the agent"):
            dispute_rating(rating=rating, reason=OBJECTION, actor=stranger, at=NOW)


def test_a_rating_is_disputed_once(rating: Rating, cast: Cast) -> None:
    decided(disputed(rating, cast), cast, DisputeState.REJECTED)
    with pytest.raises(EvidenceRefused, match="disputed already"):
        disputed(rating, cast)


def test_an_objection_needs_twenty_characters(rating: Rating, cast: Cast) -> None:
    with pytest.raises(EvidenceRefused, match="sentence"):
        dispute_rating(rating=rating, reason=" this is not fair!  ", actor=cast.ania, at=NOW)
    assert dispute_rating(rating=rating, reason="this is really unfair", actor=cast.ania, at=NOW)


def test_old_and_withdrawn_ratings_are_not_disputed(rating: Rating, cast: Cast) -> None:
    with pytest.raises(EvidenceRefused, match="twelve months"):
        dispute_rating(rating=rating, reason=OBJECTION, actor=cast.ania, at=NOW + timedelta(days=200))
    withdraw(batch=Batch.objects.get(), reason=WHY, actor=cast.hanna, at=NOW)
    with pytest.raises(EvidenceRefused, match="does not count any more"):
        disputed(rating, cast)


def test_neither_the_agent_nor_the_importer_decides(rating: Rating, cast: Cast) -> None:
    made = disputed(rating, cast)
    assert "of their own" in why_not_decide(made, cast.ania)
    assert "they imported" in why_not_decide(made, cast.hanna)
    with pytest.raises(EvidenceRefused, match="they imported"):
        decide_dispute(dispute=made, state=DisputeState.REJECTED, reason=REASON, actor=cast.hanna, at=NOW)
    assert why_not_decide(made, cast.pavel) == ""


def test_a_decision_needs_a_reason_and_is_taken_once(rating: Rating, cast: Cast) -> None:
    made = disputed(rating, cast)
    with pytest.raises(EvidenceRefused, match="reason"):
        decide_dispute(dispute=made, state=DisputeState.UPHELD, reason="ok", actor=cast.pavel, at=NOW)
    decided(made, cast)
    with pytest.raises(EvidenceRefused, match="decided already"):
        decided(made, cast, DisputeState.REJECTED)
    assert sums() == [("2026-01-01", 1, 5.0)]


def test_the_database_keeps_the_promises(rating: Rating, cast: Cast) -> None:
    made = disputed(rating, cast)
    broken = [
        {"state": DisputeState.UPHELD},
        {"state": DisputeState.UPHELD, "decided_by": cast.ania, "decided_at": NOW, "answer": REASON},
        {"state": DisputeState.UPHELD, "decided_by": cast.pavel, "decided_at": NOW, "answer": ""},
    ]
    for fields in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            RatingDispute.objects.filter(pk=made.pk).update(**fields)
    good = {"state": DisputeState.UPHELD, "decided_by": cast.pavel, "decided_at": NOW, "answer": REASON}
    assert RatingDispute.objects.filter(pk=made.pk).update(**good) == 1


def test_own_ratings_are_the_answered_ones_of_twelve_months(rating: Rating, cast: Cast) -> None:
    ania = cast.agents["ania"]
    assert [one.chat_id for one in own_ratings(ania, at=NOW)] == ["c2", "c1"]
    assert [one.chat_id for one in own_ratings(ania, at=NOW + timedelta(days=100))] == ["c2"]
    Rating.objects.filter(chat_id="c1").update(value=None)
    assert [one.chat_id for one in own_ratings(ania, at=NOW)] == ["c2"]
    assert not own_ratings(cast.agents["boris"], at=NOW).exists()
