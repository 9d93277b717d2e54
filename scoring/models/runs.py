"""Score runs and the scores they gave."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models.agents import Agent
from scoring.models.policies import PolicyVersion


class Verdict(models.TextChoices):
    """What a run says of an agent, in words."""

    CLEAR = "clear", _("among the best")
    BORDERLINE = "borderline", _("borderline")
    UNLIKELY = "unlikely", _("unlikely")
    INSUFFICIENT = "insufficient", _("not enough data")


class RunState(models.TextChoices):
    """Scores of a run become visible together, when it is finished."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    FAILED = "failed", _("stopped by an error")


class ScoreRun(models.Model):
    """One evaluation of one policy version on one snapshot of evidence; can be repeated to the byte."""

    policy_version = models.ForeignKey(
        PolicyVersion, verbose_name=_("policy version"), on_delete=models.PROTECT, related_name="runs"
    )
    as_of = models.DateField(_("as of"))
    places = models.PositiveIntegerField(_("places"))
    seed = models.PositiveBigIntegerField(_("seed"))
    code_version = models.CharField(_("code version"), max_length=40)
    evidence_fingerprint = models.CharField(_("evidence fingerprint"), max_length=64, blank=True)
    result_hash = models.CharField(_("hash of the scores"), max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.WAITING)
    message = models.TextField(_("message"), blank=True)
    summary = models.JSONField(_("summary"), default=dict)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("score run")
        verbose_name_plural = _("score runs")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.pk} {self.policy_version} {self.as_of}"


class Score(models.Model):
    """What one run says of one agent.

    `criteria` and `gates` hold, per criterion, what the explanation needs: points, value, interval, n and reasons.
    """

    run = models.ForeignKey(ScoreRun, verbose_name=_("run"), on_delete=models.CASCADE, related_name="scores")
    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="scores")
    team_name = models.CharField(_("team"), max_length=120, blank=True)
    score = models.FloatField(_("score"))
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    p_top = models.FloatField(_("probability of a place"))
    rank = models.PositiveIntegerField(_("rank"))
    rank_low = models.PositiveIntegerField(_("best plausible rank"))
    rank_high = models.PositiveIntegerField(_("worst plausible rank"))
    ratings = models.PositiveIntegerField(_("ratings"), default=0)
    gates_met = models.PositiveSmallIntegerField(_("gates met"), default=0)
    gates_total = models.PositiveSmallIntegerField(_("gates"), default=0)
    is_eligible = models.BooleanField(_("all gates met"), default=False)
    criteria = models.JSONField(_("criteria"), default=dict)
    gates = models.JSONField(_("gates"), default=dict)
    explanation = models.JSONField(_("explanation"), default=dict)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ("rank", "id")
        constraints = (
            models.UniqueConstraint(fields=["run", "agent"], name="scoring_score_agent"),
            models.CheckConstraint(
                condition=models.Q(rank_low__lte=models.F("rank_high")), name="scoring_score_rank_range"
            ),
        )
        indexes = (models.Index(fields=["run", "rank", "id"], name="scoring_score_rank"),)

    def __str__(self) -> str:
        return f"{self.rank}. {self.score:.1f}"
