"""Placements: an effective-dated promotion into the department."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models import Agent
from selection.models.candidates import Candidate


class Placement(models.Model):
    """A place in public communications, from a day on."""

    candidate = models.OneToOneField(Candidate, on_delete=models.PROTECT, related_name="placement")
    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="placements")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ("-starts_on",)
        constraints = (
            models.UniqueConstraint(
                fields=["agent"], condition=models.Q(ends_on=None), name="selection_placement_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="selection_placement_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.agent} {self.starts_on}"
