"""Other values for stored ratings and incidents: asked for by one person, confirmed by another; or later answers."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models.batches import Batch


class ReplacementState(models.TextChoices):
    """What became of it; only one that is done has changed anything."""

    STAGED = "staged", _("found while loading")
    OFFERED = "offered", _("nobody has asked yet")
    OPEN = "open", _("waits for a second person")
    DONE = "done", _("done")
    DECLINED = "declined", _("declined")
    UNDONE = "undone", _("undone: the import was withdrawn")


class Replacement(models.Model):
    """Values of a batch for records that are stored already: ratings or viral incidents, as the batch's kind says.

    Refused records are offered; one person asks for some of them and another decides. What nobody has asked for and yet
    is done comes from a source whose customers may edit their answers.
    """

    batch = models.ForeignKey(Batch, verbose_name=_("batch"), on_delete=models.PROTECT, related_name="replacements")
    state = models.CharField(_("state"), max_length=8, choices=ReplacementState.choices, default=ReplacementState.OPEN)
    reason = models.TextField(_("reason"), blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.TextField(_("reason of the decision"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("replacement of stored values")
        verbose_name_plural = _("replacements of stored values")
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["batch", "state"],
                condition=models.Q(state__in=["staged", "offered", "open"]),
                name="scoring_replacement_waits_once",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("asked_by")),
                name="scoring_replacement_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(asked_by=None, decided_by=None) & ~models.Q(state__in=["open", "declined"])
                | models.Q(asked_by__isnull=False, decided_by=None, state="open") & ~models.Q(reason="")
                | models.Q(asked_by__isnull=False, decided_by__isnull=False)
                & ~models.Q(state__in=["open", "staged"])
                & ~models.Q(reason=""),
                name="scoring_replacement_decided",
            ),
        )

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.state}"

    @property
    def is_of_source(self) -> bool:
        """Whether customers changed their answers at the source, and nobody had to ask."""
        return self.asked_by_id is None


class ReplacedRecord(models.Model):
    """One record of a replacement: all that is stored, or was before, and what the file says. Both stay on record.

    An incident that a person recorded by hand was stored by no batch.
    """

    replacement = models.ForeignKey(
        Replacement, verbose_name=_("replacement"), on_delete=models.CASCADE, related_name="rows"
    )
    record = models.PositiveBigIntegerField(_("record"))
    key = models.CharField(_("natural key"), max_length=160)
    stored_batch = models.ForeignKey(
        Batch, verbose_name=_("stored by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    stored_record = models.PositiveBigIntegerField(_("record there"), null=True)
    before = models.JSONField(_("before"))
    after = models.JSONField(_("instead"))

    class Meta:
        verbose_name = _("replaced record")
        verbose_name_plural = _("replaced records")
        ordering = ("record",)
        constraints = (models.UniqueConstraint(fields=["replacement", "record"], name="scoring_replaced_record"),)

    def __str__(self) -> str:
        return f"{self.key}: {', '.join(self.changes)}"

    @property
    def origin(self) -> dict[str, Any]:
        """Batch and record that held `before`, by the names that ratings and incidents have for them."""
        return {"batch_id": self.stored_batch_id, "record": self.stored_record}

    @property
    def changes(self) -> dict[str, tuple[object, object]]:
        """Field -> (before, instead), only where they differ."""
        pairs = {name: (self.before.get(name), value) for name, value in self.after.items()}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
