"""`manage.py close_overdue`: what the clock ends: sittings and answers nobody came back to, and leases of graders."""

import random
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import grading, sittings, submissions


class Command(BaseCommand):
    """Safe to run at any time and as often as one likes; `--every 60` does so each minute."""

    help = "Close overdue sittings and submissions, and take back gradings whose lease ran out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="do it again and again, until stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        self._close(options["verbosity"])
        while options["every"]:
            time.sleep(options["every"])
            close_old_connections()
            self._close(options["verbosity"])

    def _close(self, verbosity: int) -> None:
        at = timezone.now()
        counts = {
            "sittings": len(sittings.close_overdue(at=at)),
            "submissions": len(submissions.close_overdue(at=at)),
            "gradings": len(grading.requeue_expired(at=at, rng=random.SystemRandom())),
        }
        told = _("Closed: %(sittings)s sittings, %(submissions)s answers; taken back: %(gradings)s gradings.")
        if verbosity:
            self.stdout.write(told % counts)
