"""`manage.py resume_imports`: take up imports whose worker has died, or that paused on a full disk."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext

from scoring.batch_tasks import take_up_the_dead


class Command(BaseCommand):
    """Run it every few minutes, and when the background worker starts."""

    help = "Send imports whose worker has died, or that had to pause, to the background worker again."

    def handle(self, *args: Any, **options: Any) -> None:
        count = take_up_the_dead(timezone.now())
        self.stdout.write(ngettext("%(n)d import goes on.", "%(n)d imports go on.", count) % {"n": count})
