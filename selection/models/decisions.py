"""Decisions: a person, a reason, and the evidence they saw."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from selection.models.candidates import Candidate
from selection.stages import Role


class Verdict(models.TextChoices):
    """What was decided."""

    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")


class Decision(models.Model):
    """One signature on the way to a promotion. One person has one voice per candidate."""

    candidate = models.ForeignKey(
        Candidate, verbose_name=_("candidate"), on_delete=models.PROTECT, related_name="decisions"
    )
    role = models.CharField(
        _("as"),
        max_length=32,
        choices=[(Role.LINE_MANAGER.value, _("line manager")), (Role.HEAD.value, _("head of public communications"))],
    )
    verdict = models.CharField(_("decision"), max_length=8, choices=Verdict.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(_("reason"))
    dossier_hash = models.CharField(_("hash of the dossier seen"), max_length=64)
    decided_at = models.DateTimeField(_("decided at"))
    is_current = models.BooleanField(_("in force"), default=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("decided_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["candidate", "role"],
                condition=models.Q(is_current=True),
                name="selection_decision_one_per_role",
            ),
            models.UniqueConstraint(
                fields=["candidate", "person"],
                condition=models.Q(is_current=True),
                name="selection_decision_one_voice",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="selection_decision_has_reason"),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_verdict_display()}"
