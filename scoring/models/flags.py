"""What looks odd about evidence: a question to HR, never a verdict."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models.agents import Agent
from scoring.models.batches import Batch


class FlagCode(models.TextChoices):
    """What was noticed."""

    BURST = "burst", _("a burst of top ratings")
    IDENTICAL_TEXTS = "identical_texts", _("identical comments")
    BACKDATED = "backdated", _("ratings from before the file's own time")
    CLOSED_PERIOD = "closed_period", _("ratings added to a time that was reported before")
    RESPONSE_RATE = "response_rate", _("an unusual share of answers")
    COVERAGE_GAP = "coverage_gap", _("months without ratings")
    MISSING_NUMBERS = "missing_numbers", _("numbers left out")
    DISPUTED_BEFORE = "disputed_before", _("ratings that were disputed with success")


class FlagState(models.TextChoices):
    """Whether HR has looked at it."""

    OPEN = "open", _("open")
    CLEARED = "cleared", _("cleared")


class IntegrityFlag(models.Model):
    """One thing noticed about one batch, and about one agent in it unless it is about the whole."""

    batch = models.ForeignKey(Batch, verbose_name=_("batch"), on_delete=models.PROTECT, related_name="flags")
    agent = models.ForeignKey(
        Agent, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="flags", null=True, blank=True
    )
    code = models.CharField(_("what"), max_length=20, choices=FlagCode.choices)
    detail = models.JSONField(_("detail"), default=dict)
    raised_at = models.DateTimeField(_("noticed at"))
    state = models.CharField(_("state"), max_length=8, choices=FlagState.choices, default=FlagState.OPEN)
    reason = models.TextField(_("reason"), blank=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("cleared by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    cleared_at = models.DateTimeField(_("cleared at"), null=True)

    class Meta:
        verbose_name = _("integrity flag")
        verbose_name_plural = _("integrity flags")
        ordering = ("-raised_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["batch", "agent", "code"], name="scoring_flag_agent"),
            models.UniqueConstraint(
                fields=["batch", "code"], condition=models.Q(agent=None), name="scoring_flag_batch"
            ),
            models.CheckConstraint(
                condition=models.Q(state=FlagState.OPEN, cleared_by=None, cleared_at=None)
                | models.Q(state=FlagState.CLEARED, cleared_by__isnull=False, cleared_at__isnull=False)
                & ~models.Q(reason=""),
                name="scoring_flag_cleared_with_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.agent_id or ''}: {self.code}"
