"""The cells equal a recount of the ratings, and a planted difference is found and mended."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from journal.models import Entry
from scoring.models import Batch, CellSum, Rating
from scoring.models.batches import BatchState
from scoring.recount import check, counted, rebuild, stored
from tests.cast import NOW
from tests.scoring.ratings import cells, hire, import_ratings, ratings


@pytest.fixture(params=["Europe/Moscow", "America/New_York"])
def imported(request: pytest.FixtureRequest, db: None, tmp_path: Path, settings: Settings) -> None:
    """Six hundred ratings of five agents, in a company east and one west of Greenwich."""
    settings.TIME_ZONE = request.param
    hire()
    import_ratings(ratings(600), tmp_path)


def told(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("rebuild_cells", *arguments, stdout=out)
    return out.getvalue()


def test_the_cells_of_an_import_equal_a_recount(imported: None) -> None:
    assert check().empty
    assert told("--check") == f"All {CellSum.objects.count()} cells equal the recount.\n"
    assert counted()["offered"].sum() == stored()["offered"].sum() == Rating.objects.count() == 600


@pytest.mark.parametrize("name", ["offered", "satisfied", "seconds_squares"])
def test_a_planted_difference_is_listed_and_mended(imported: None, name: str) -> None:
    right = cells()
    cell = CellSum.objects.select_related("agent", "cell").order_by("pk")[3]
    setattr(cell, name, getattr(cell, name) + 1)
    cell.save()
    out = StringIO()
    with pytest.raises(CommandError, match="1 cell differs"):
        call_command("rebuild_cells", "--check", stdout=out)
    assert cell.agent.staff_number in out.getvalue()
    assert f"{name} stored" in out.getvalue()
    assert "1 cells were replaced." in told()
    assert cells() == right
    assert Entry.objects.get(verb="rebuild_cells").detail == {"changed": 1}


def test_lost_and_invented_cells_are_mended(imported: None) -> None:
    right = cells()
    lost, moved = CellSum.objects.order_by("pk")[:2]
    lost.delete()
    CellSum.objects.filter(pk=moved.pk).update(month="2020-01-01")
    assert len(check()) == 3
    rebuild(actor=None, at=NOW)
    assert cells() == right


def test_what_is_right_stays_untouched_and_needs_no_entry(imported: None) -> None:
    before = list(CellSum.objects.order_by("pk").values_list("pk", flat=True))
    assert rebuild(actor=None, at=NOW).empty
    assert list(CellSum.objects.order_by("pk").values_list("pk", flat=True)) == before
    assert not Entry.objects.filter(verb="rebuild_cells").exists()


def test_ratings_of_a_batch_that_does_not_count_are_not_counted(imported: None) -> None:
    batch = Batch.objects.order_by("pk").first()
    assert batch is not None
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.STAGING)
    assert counted()["offered"].sum() == 600 - batch.accepted
    assert not check().empty
