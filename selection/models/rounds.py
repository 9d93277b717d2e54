"""Rounds: an intake with places, a policy version and deadlines."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models import KnowledgeTest, TestTask
from scoring.models import PolicyVersion, ScoreRun


class RoundPhase(models.TextChoices):
    """Where a round stands."""

    NOMINATION = "nomination", _("nomination")
    ASSESSMENT = "assessment", _("assessment")
    DECISION = "decision", _("decision")
    CLOSED = "closed", _("closed")


class Round(models.Model):
    """One intake. It keeps the policy version it opened with."""

    title = models.CharField(_("title"), max_length=160)
    policy_version = models.ForeignKey(
        PolicyVersion, verbose_name=_("policy version"), on_delete=models.PROTECT, related_name="rounds"
    )
    run = models.ForeignKey(
        ScoreRun, verbose_name=_("score run"), on_delete=models.PROTECT, null=True, related_name="rounds"
    )
    places = models.PositiveSmallIntegerField(_("places"))
    phase = models.CharField(_("phase"), max_length=10, choices=RoundPhase.choices, default=RoundPhase.NOMINATION)
    knowledge_test = models.ForeignKey(
        KnowledgeTest, verbose_name=_("knowledge test"), on_delete=models.PROTECT, related_name="+"
    )
    test_task = models.ForeignKey(TestTask, verbose_name=_("test task"), on_delete=models.PROTECT, related_name="+")
    assessments_until = models.DateTimeField(_("test and task until"))
    decisions_until = models.DateTimeField(_("decisions until"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("opened by"), on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("opened at"))

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ("-opened_at",)
        constraints = (
            models.UniqueConstraint(fields=["title"], name="selection_round_title"),
            models.CheckConstraint(condition=models.Q(places__gte=1), name="selection_round_has_a_place"),
            models.CheckConstraint(
                condition=models.Q(decisions_until__gte=models.F("assessments_until")), name="selection_round_order"
            ),
        )

    def __str__(self) -> str:
        return self.title


class RoundGrader(models.Model):
    """A grader who may be drawn for the submissions of a round."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="graders")
    grader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("grader of a round")
        verbose_name_plural = _("graders of a round")
        constraints = (models.UniqueConstraint(fields=["round", "grader"], name="selection_round_grader_once"),)

    def __str__(self) -> str:
        return f"{self.round} {self.grader_id}"
