"""Calibrations: how far the method keeps its word on the company's own evidence."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models.policies import PolicyVersion


class Calibration(models.Model):
    """One check of claimed against true chances, for one policy version on one snapshot of evidence.

    `simulated` and `halves` are plain numbers (scoring.calibration); `halves` is empty where the evidence has no two
    halves. The same evidence, places, seed and code give the same numbers.
    """

    policy_version = models.ForeignKey(
        PolicyVersion, verbose_name=_("policy version"), on_delete=models.PROTECT, related_name="calibrations"
    )
    as_of = models.DateField(_("as of"))
    places = models.PositiveIntegerField(_("places"))
    seed = models.PositiveBigIntegerField(_("seed"))
    code_version = models.CharField(_("code version"), max_length=40)
    evidence_fingerprint = models.CharField(_("evidence fingerprint"), max_length=64)
    agents = models.PositiveIntegerField(_("rated agents"))
    rounds = models.PositiveIntegerField(_("simulated data sets"))
    simulated = models.JSONField(_("simulated"))
    halves = models.JSONField(_("split halves"), default=dict, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("calibration")
        verbose_name_plural = _("calibrations")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.policy_version} {self.as_of}"
