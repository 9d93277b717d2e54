"""Evidence: ratings, viral incidents, and results of tests, tasks and references."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models.agents import Agent
from scoring.models.batches import Batch


class Instrument(models.TextChoices):
    """The survey that was answered; answers are kept on its own scale."""

    CSAT5 = "csat5", _("1 to 5")
    THUMBS = "thumbs", _("thumbs")
    THREE_POINT = "three_point", _("three points")
    NPS = "nps", _("0 to 10 (NPS)")


class Rating(models.Model):
    """One survey about one chat: answered (value) or only offered (no value). Counts while its batch is published.

    Millions of rows: no database-level foreign keys (their deferred trigger costs 38 % of a load) and no index
    beyond the natural key and the agent.
    """

    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, related_name="ratings", db_constraint=False, db_index=False
    )
    record = models.PositiveIntegerField(_("record"))
    # Longer than any key of a file: a withdrawn row keeps its own behind a mark, and frees it for another import.
    key = models.CharField(_("natural key"), max_length=160)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="ratings", db_constraint=False)
    chat_id = models.CharField(_("chat"), max_length=120, blank=True)
    instrument = models.CharField(_("instrument"), max_length=12, choices=Instrument.choices)
    value = models.FloatField(_("value"), null=True)
    rated_at = models.DateTimeField(_("rated at"))
    channel = models.CharField(_("channel"), max_length=60, blank=True)
    topic = models.CharField(_("topic"), max_length=120, blank=True)
    rater = models.CharField(_("rater"), max_length=120, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    handling_seconds = models.FloatField(_("handling time, seconds"), null=True)
    is_resolved = models.BooleanField(_("resolved"), null=True)
    share = models.FloatField(_("share of the chat"), default=1.0)

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = (models.UniqueConstraint(fields=["key"], name="scoring_rating_key"),)

    def __str__(self) -> str:
        return self.key


class IncidentState(models.TextChoices):
    """Whether an incident counts: only verified ones that are the agent's do."""

    UNVERIFIED = "unverified", _("unverified")
    VERIFIED = "verified", _("verified")
    REJECTED = "rejected", _("rejected")
    NOT_AT_FAULT = "not_at_fault", _("agent not at fault")


class IncidentSign(models.TextChoices):
    """Which way the public took it."""

    POSITIVE = "positive", _("positive")
    NEGATIVE = "negative", _("negative")
    MIXED = "mixed", _("mixed")


class ViralIncident(models.Model):
    """One chat that went public, however many posts there are about it. The link is stored, never fetched."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="incidents", null=True, blank=True)
    record = models.PositiveIntegerField(_("record"), null=True, blank=True)
    chat_id = models.CharField(_("chat"), max_length=120)
    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="incidents")
    is_viral = models.BooleanField(_("went viral"), default=True)
    sign = models.CharField(_("sign"), max_length=8, choices=IncidentSign.choices, default=IncidentSign.POSITIVE)
    # Empty until people have settled it; what a file says stays as it came.
    severity = models.PositiveSmallIntegerField(_("severity"), null=True, blank=True)
    views = models.PositiveBigIntegerField(_("views"), null=True, blank=True)
    platform = models.CharField(_("platform"), max_length=60, blank=True)
    url = models.CharField(_("link"), max_length=2000, blank=True)
    reason = models.TextField(_("what happened"), blank=True)
    statement = models.TextField(_("the agent's own words"), blank=True)
    stated_at = models.DateTimeField(_("said by the agent at"), null=True, blank=True)
    flagged_at = models.DateTimeField(_("flagged at"))
    expires_on = models.DateField(_("counts until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=IncidentState.choices, default=IncidentState.UNVERIFIED)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("recorded by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("verified by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    verification_reason = models.TextField(_("reason of the verification"), blank=True)

    class Meta:
        verbose_name = _("viral incident")
        verbose_name_plural = _("viral incidents")
        ordering = ("-flagged_at",)
        constraints = (
            models.UniqueConstraint(fields=["chat_id"], name="scoring_incident_chat"),
            models.CheckConstraint(condition=models.Q(severity__range=(1, 4)), name="scoring_incident_severity"),
            models.CheckConstraint(
                condition=~models.Q(state=IncidentState.VERIFIED) | models.Q(severity__isnull=False),
                name="scoring_incident_verified_severity",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_by=None)
                | models.Q(recorded_by=None)
                | ~models.Q(verified_by=models.F("recorded_by")),
                name="scoring_incident_two_people",
            ),
        )

    def __str__(self) -> str:
        return self.chat_id


class ResultKind(models.TextChoices):
    """Evidence that is measured once, not rated by customers."""

    KNOWLEDGE_TEST = "knowledge_test", _("knowledge test")
    TEST_TASK = "test_task", _("test task")
    INVOLVEMENT = "involvement", _("involvement")
    CULTURE = "culture", _("culture")


class Result(models.Model):
    """What an assessment or a set of references said of an agent, with its uncertainty.

    `value` is a share of the best possible result, 0 to 1; `standard_error` is on the same scale.
    `source` names where it came from (kind and code), without a link to anonymous work.
    """

    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="results")
    kind = models.CharField(_("kind"), max_length=16, choices=ResultKind.choices)
    value = models.FloatField(_("value"))
    standard_error = models.FloatField(_("standard error"))
    observations = models.PositiveIntegerField(_("observations"), default=1)
    is_vetoed = models.BooleanField(_("vetoed"), default=False)
    source = models.CharField(_("source"), max_length=120)
    taken_at = models.DateTimeField(_("taken at"))

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ("-taken_at",)
        constraints = (
            models.UniqueConstraint(fields=["kind", "source"], name="scoring_result_source"),
            models.CheckConstraint(condition=models.Q(value__range=(0, 1)), name="scoring_result_share"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.value:.2f}"
