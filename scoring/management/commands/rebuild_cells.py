"""`manage.py rebuild_cells`: count the cells again, and prove that they are right or make them so."""

from argparse import ArgumentParser
from typing import Any

import pandas as pd
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.models import Agent, CellSum
from scoring.recount import Difference, check, described, rebuild
from scoring.refusals import EvidenceRefused
from scoring.warehouse import check_against

SHOWN = 50


class Command(BaseCommand):
    """Compare the cells that scores read with a recount of the ratings; without --check, replace those that differ."""

    help = "Count the cells again from the published, undisputed ratings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when cells differ")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            return self._check()
        if settings.EVIDENCE_SOURCE:
            raise CommandError(_("The cells come from the warehouse (EVIDENCE_SOURCE). Run refresh_cells instead."))
        found = rebuild(actor=None, at=timezone.now())
        self._list(found)
        self.stdout.write(_("%(n)d cells were replaced.") % {"n": len(found)} if len(found) else _equal())
        return None

    def _check(self) -> None:
        try:
            found = check_against(settings.EVIDENCE_SOURCE, at=timezone.now()) if settings.EVIDENCE_SOURCE else check()
        except EvidenceRefused as refused:
            raise CommandError(refused.sentence) from None
        self._list(found)
        if found.empty:
            self.stdout.write(_equal())
            return
        told = ngettext("%(n)d cell differs from the recount.", "%(n)d cells differ from the recount.", len(found))
        raise CommandError(told % {"n": len(found)})

    def _list(self, found: pd.DataFrame) -> None:
        numbers = dict(Agent.objects.values_list("pk", "staff_number"))
        for one in described(found, numbers, most=SHOWN):
            self.stdout.write(_line(one))
        if len(found) > SHOWN:
            self.stdout.write(_("… and %(n)d more.") % {"n": len(found) - SHOWN})


def _equal() -> str:
    return _("All %(n)d cells equal the recount.") % {"n": CellSum.objects.count()}


def _line(one: Difference) -> str:
    sums = ", ".join(
        _("%(sum)s stored %(stored)s, counted %(counted)s") % {"sum": name, "stored": stored, "counted": counted}
        for name, (stored, counted) in one.sums.items()
    )
    return f"{one.staff_number} {one.cell} {one.month}: {sums}"
