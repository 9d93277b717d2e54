"""Gradings: one grader's marks on one anonymous submission."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.tasks import RubricCriterion, Submission


class GradingState(models.TextChoices):
    """A grading is a lease until it is handed in."""

    ASSIGNED = "assigned", _("to be graded")
    SUBMITTED = "submitted", _("graded")
    EXPIRED = "expired", _("lease run out")
    SKIPPED = "skipped", _("given back")
    VOIDED = "voided", _("voided")


class Grading(models.Model):
    """One grader's look at one submission, under an alias made for this grader alone."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="gradings")
    grader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    alias = models.CharField(_("alias"), max_length=16)
    state = models.CharField(_("state"), max_length=10, choices=GradingState.choices, default=GradingState.ASSIGNED)
    is_vetoed = models.BooleanField(_("reputational risk"), default=False)
    veto_reason = models.TextField(_("reason and rule"), blank=True)
    comment = models.TextField(_("comment"), blank=True)
    ending_reason = models.TextField(_("why it was given back or voided"), blank=True)
    share = models.FloatField(_("result"), null=True)
    assigned_at = models.DateTimeField(_("assigned at"))
    lease_until = models.DateTimeField(_("lease until"))
    opened_at = models.DateTimeField(_("opened at"), null=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)

    class Meta:
        verbose_name = _("grading")
        verbose_name_plural = _("gradings")
        ordering = ("alias",)  # the alias is random, so the order tells nothing
        constraints = (
            models.UniqueConstraint(fields=["submission", "grader"], name="assessments_grading_once"),
            models.UniqueConstraint(fields=["alias"], name="assessments_grading_alias"),
            models.CheckConstraint(
                condition=models.Q(is_vetoed=False) | ~models.Q(veto_reason=""), name="assessments_veto_has_reason"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="submitted") | models.Q(share__range=(0, 1), submitted_at__isnull=False),
                name="assessments_grading_has_share",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("skipped", "voided")) | ~models.Q(ending_reason=""),
                name="assessments_grading_end_has_reason",
            ),
        )

    def __str__(self) -> str:
        return self.alias


class Mark(models.Model):
    """The level that a grader saw on one criterion."""

    grading = models.ForeignKey(Grading, on_delete=models.CASCADE, related_name="marks")
    criterion = models.ForeignKey(RubricCriterion, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(_("level"))

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = (models.UniqueConstraint(fields=["grading", "criterion"], name="assessments_mark_once"),)

    def __str__(self) -> str:
        return f"{self.criterion} {self.level}"
