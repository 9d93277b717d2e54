"""What-ifs: every "and if the cut were there?", kept so that shopping for a threshold is seen."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models import ScoreRun
from selection.models.rounds import Round


class WhatIf(models.Model):
    """One what-if over the list of one run: which weights and cuts were moved, and what became of the list.

    changes: {"tenure.gate": {"from": 6, "to": 12}, ...} by the key of the entry in the policy. summary: who would enter
    and leave (agents' numbers), and how many may be chosen before and after.
    """

    run = models.ForeignKey(ScoreRun, verbose_name=_("score run"), on_delete=models.PROTECT, related_name="what_ifs")
    round = models.ForeignKey(
        Round, verbose_name=_("round"), on_delete=models.PROTECT, null=True, related_name="what_ifs"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    changes = models.JSONField(_("what was changed"))
    summary = models.JSONField(_("what would follow"))

    class Meta:
        verbose_name = _("what-if")
        verbose_name_plural = _("what-ifs")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.pk} {self.run_id}"
