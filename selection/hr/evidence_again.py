"""What a batch's page says of files that share its ratings: who stands in for it, and for whom it stood in."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from journal.models import Entry
from scoring.batches import is_silent
from scoring.models import Batch
from scoring.models.batches import BatchState
from scoring.rereading import CHANGED, GONE, UNCLEAR, gone_from, sharers
from selection.numbers import grouped

REMEDIES = {
    GONE: gettext_lazy("The file itself is no longer stored. Import it again from where it came."),
    CHANGED: gettext_lazy("The stored file is not the one that was imported. Import the right one again."),
    UNCLEAR: gettext_lazy("The stored file is no longer understood as it was. Import it again and settle its columns."),
}


class Sharing:
    """One batch and the batches that say some of the same."""

    def __init__(self, batch: Batch, *, at: datetime) -> None:
        self.batch, self.at = batch, at

    @cached_property
    def others(self) -> list[Batch]:
        """Batches that are read again when this one is withdrawn, or were."""
        if self.batch.state != BatchState.WITHDRAWN:
            return list(sharers(self.batch))
        return list(Batch.objects.filter(pk__in=self._last("withdraw_batch").get("read_again", [])).order_by("pk"))

    @cached_property
    def is_due(self) -> bool:
        """Whether the file is to be read again, or being read."""
        return bool(gone_from(self.batch))

    @property
    def is_running(self) -> bool:
        """Whether a worker has it in hand."""
        return bool(self.batch.worker) and not is_silent(self.batch, self.at)

    @property
    def sentences(self) -> list[str]:
        """What came of reading it again, the last time."""
        told = self._last("read_again")
        if not told:
            return []
        numbers = ", ".join(map(str, told["withdrawn"]))
        return _failure(told, numbers) if "failed" in told else list(filter(None, _success(told, numbers)))

    @property
    def has_failed(self) -> bool:
        """Whether its ratings have left the scores although it says them."""
        return "failed" in self._last("read_again")

    def _last(self, verb: str) -> dict[str, Any]:
        found = Entry.objects.filter(subject_kind="scoring.batch", subject_id=str(self.batch.pk), verb=verb)
        last = found.order_by("-sequence").first()
        return dict(last.detail) if last else {}


def _failure(told: dict[str, Any], numbers: str) -> list[str]:
    lost = ngettext(
        "Import %(numbers)s was withdrawn, and %(n)s rating that this file has too left the scores with it.",
        "Import %(numbers)s was withdrawn, and %(n)s ratings that this file has too left the scores with it.",
        told["repeated"],
    )
    return [lost % {"numbers": numbers, "n": grouped(told["repeated"])}, str(REMEDIES[told["failed"]])]


def _success(told: dict[str, Any], numbers: str) -> list[str]:
    regained = ngettext(
        "Import %(numbers)s was withdrawn; %(n)s rating that this file has too goes on counting, as its own.",
        "Import %(numbers)s was withdrawn; %(n)s ratings that this file has too go on counting, as its own.",
        told["regained"],
    )
    contradicted = ngettext(
        "%(n)s rating was imported with other values meanwhile and stays as it is now.",
        "%(n)s ratings were imported with other values meanwhile and stay as they are now.",
        told["contradicted"],
    )
    return [
        regained % {"numbers": numbers, "n": grouped(told["regained"])},
        contradicted % {"n": grouped(told["contradicted"])} if told["contradicted"] else "",
    ]
