"""The whole way from nomination to a placement, and what each move leaves behind."""

from journal.verify import problems
from selection.models import Candidate, Placement
from selection.stages import Stage
from tests.cast import Cast, bring_to


def test_ania_goes_all_the_way(cast: Cast, candidate: Candidate) -> None:
    promoted = bring_to(candidate, Stage.PROMOTED, cast=cast)
    placement = Placement.objects.get(candidate=promoted)
    assert (placement.agent, placement.starts_on.isoformat()) == (cast.agents["ania"], "2026-11-23")
    assert list(promoted.changes.values_list("move", flat=True)) == [
        "invite",
        "accept",
        "finish_test",
        "hand_in",
        "take_results",
        "propose",
        "release",
        "approve",
    ]
    assert list(problems()) == []
