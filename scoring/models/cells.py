"""Sufficient statistics: what scoring reads instead of ratings."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scoring.models.agents import Agent


class Cell(models.Model):
    """One kind of work: all that is known of a chat before the agent acts."""

    instrument = models.CharField(_("instrument"), max_length=12)
    channel = models.CharField(_("channel"), max_length=60, blank=True)
    topic = models.CharField(_("topic"), max_length=120, blank=True)
    hour_band = models.PositiveSmallIntegerField(_("hour band"), default=0)

    class Meta:
        verbose_name = _("cell")
        verbose_name_plural = _("cells")
        constraints = (
            models.UniqueConstraint(fields=["instrument", "channel", "topic", "hour_band"], name="scoring_cell_key"),
        )

    def __str__(self) -> str:
        return f"{self.instrument}/{self.channel}/{self.topic}/{self.hour_band}"


class CellSum(models.Model):
    """Additive counts and sums of one agent in one cell and month; an import adds, a withdrawal subtracts.

    Nearly as many as ratings where work varies much: no database-level foreign keys, no index beyond the key.
    """

    agent = models.ForeignKey(
        Agent, on_delete=models.PROTECT, related_name="cell_sums", db_constraint=False, db_index=False
    )
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="sums", db_constraint=False, db_index=False)
    month = models.DateField(_("month"), help_text=_("The first day of the month, in the company's time zone."))
    offered = models.BigIntegerField(_("surveys offered"), default=0)
    answered = models.FloatField(_("surveys answered"), default=0)
    total = models.FloatField(_("sum of values"), default=0)
    squares = models.FloatField(_("sum of squared values"), default=0)
    satisfied = models.FloatField(_("answers counted as satisfied"), default=0)
    timed = models.BigIntegerField(_("chats with a handling time"), default=0)
    seconds = models.FloatField(_("sum of handling seconds"), default=0)
    seconds_squares = models.FloatField(_("sum of squared handling seconds"), default=0)
    judged = models.BigIntegerField(_("chats known to be resolved or not"), default=0)
    resolved = models.BigIntegerField(_("chats resolved"), default=0)

    class Meta:
        verbose_name = _("cell sum")
        verbose_name_plural = _("cell sums")
        constraints = (models.UniqueConstraint(fields=["agent", "cell", "month"], name="scoring_cell_sum_key"),)

    def __str__(self) -> str:
        return f"{self.agent_id}/{self.cell_id}/{self.month}"


class CellChange(models.Model):
    """A note that the sums of some agents changed, written with the change; see scoring.shelf. Never changed again."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    agents = models.JSONField(_("identifiers of the agents"), default=list)
    noted_at = models.DateTimeField(_("noted at"), default=timezone.now)
    # Of a note that stands for old ones, which are gone: the fingerprint of exactly those.
    replaces = models.CharField(_("fingerprint of the notes that it replaces"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("change of cells")
        verbose_name_plural = _("changes of cells")

    def __str__(self) -> str:
        return str(self.id)


class WarehouseRefresh(models.Model):
    """One time the cells were taken from the company's warehouse; the newest one says what the cells are."""

    source = models.CharField(_("source"), max_length=500)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    rows = models.PositiveBigIntegerField(_("ratings there"))
    counted = models.PositiveBigIntegerField(_("ratings that count"))
    changed = models.PositiveBigIntegerField(_("cells changed"))
    left_out = models.JSONField(_("ratings left out, by column"), default=dict)
    strangers = models.JSONField(_("ratings of agents nobody knows, by staff number"), default=dict)
    refreshed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    refreshed_at = models.DateTimeField(_("refreshed at"))

    class Meta:
        verbose_name = _("refresh from the warehouse")
        verbose_name_plural = _("refreshes from the warehouse")
        ordering = ("-refreshed_at", "-pk")

    def __str__(self) -> str:
        return f"{self.source} {self.fingerprint[:12]}"
