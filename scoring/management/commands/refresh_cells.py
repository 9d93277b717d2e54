"""`manage.py refresh_cells`: take the cells from the company's warehouse."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from scoring.models import WarehouseRefresh
from scoring.refusals import EvidenceRefused
from scoring.warehouse import refresh


class Command(BaseCommand):
    """Have the engine behind EVIDENCE_SOURCE count the ratings, and make the cells equal to what it counted."""

    help = "Take the cells from the data set that EVIDENCE_SOURCE names."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EVIDENCE_SOURCE:
            raise CommandError(_("EVIDENCE_SOURCE is not set. docs/configuration.md says what it may be."))
        try:
            made = refresh(source=settings.EVIDENCE_SOURCE, actor=None, at=timezone.now())
        except EvidenceRefused as refused:
            raise CommandError(refused.sentence) from None
        self._print(made)

    def _print(self, made: WarehouseRefresh) -> None:
        told = {"rows": made.rows, "counted": made.counted, "changed": made.changed, "print": made.fingerprint[:12]}
        self.stdout.write(
            _("%(counted)d of %(rows)d ratings count; %(changed)d cells changed; fingerprint %(print)s.") % told
        )
        for column, count in made.left_out.items():
            self.stdout.write(_("%(n)d ratings left out for their %(column)s.") % {"n": count, "column": column})
        for number, count in made.strangers.items():
            self.stdout.write(_("%(n)d ratings of %(number)s, whom nobody knows.") % {"n": count, "number": number})
