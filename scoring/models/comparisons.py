"""Comparisons of two policy versions on the same evidence, kept as they were seen."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models.policies import PolicyVersion


class Comparison(models.Model):
    """What it would mean to go from one version to another; `result` keeps both documents and every agent's line."""

    before = models.ForeignKey(
        PolicyVersion, verbose_name=_("from policy version"), on_delete=models.CASCADE, related_name="+"
    )
    after = models.ForeignKey(
        PolicyVersion, verbose_name=_("to policy version"), on_delete=models.CASCADE, related_name="+"
    )
    as_of = models.DateField(_("as of"))
    places = models.PositiveIntegerField(_("places"))
    seed = models.PositiveBigIntegerField(_("seed"))
    evidence_fingerprint = models.CharField(_("evidence fingerprint"), max_length=64)
    code_version = models.CharField(_("code version"), max_length=40)
    result = models.JSONField(_("result"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("comparison of policies")
        verbose_name_plural = _("comparisons of policies")
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"{self.before} → {self.after}, {self.as_of}"
