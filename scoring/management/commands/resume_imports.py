"""`manage.py resume_imports`: take up imports whose worker has died, or that paused on a full disk, and tidy up."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext

from scoring.batch_tasks import take_up_the_dead
from scoring.cell_changes import prune_notes
from scoring.pictures import sweep_pictures


class Command(BaseCommand):
    """Run it every few minutes, and when the background worker starts."""

    help = (
        "Send imports whose worker has died, or that had to pause, to the background worker again, "
        "and clear away what processes left behind that were killed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        count = take_up_the_dead(now)
        self.stdout.write(ngettext("%(n)d import goes on.", "%(n)d imports go on.", count) % {"n": count})
        swept, _pruned = sweep_pictures(at=now), prune_notes(at=now)
        if swept:
            told = ngettext(
                "%(n)d file of a picture that was never kept is deleted.",
                "%(n)d files of pictures that were never kept are deleted.",
                swept,
            )
            self.stdout.write(told % {"n": swept})
