"""An agent's objection to a rating of their own; the rating and both people's words stay on record."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models.evidence import Rating


class DisputeState(models.TextChoices):
    """What became of it; an upheld one takes the rating out of the sums."""

    OPEN = "open", _("waits for an answer")
    UPHELD = "upheld", _("upheld: the rating no longer counts")
    REJECTED = "rejected", _("rejected: the rating counts")


class RatingDispute(models.Model):
    """One rating is disputed at most once, and decided by another person than its agent."""

    # The database refuses to delete a disputed rating; asking Django to look would load every row of a large deletion.
    rating = models.OneToOneField(Rating, verbose_name=_("rating"), on_delete=models.DO_NOTHING, related_name="dispute")
    rating_key = models.CharField(_("natural key of the rating"), max_length=120, db_index=True)
    reason = models.TextField(_("reason"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("disputed by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("disputed at"))
    state = models.CharField(_("state"), max_length=8, choices=DisputeState.choices, default=DisputeState.OPEN)
    answer = models.TextField(_("reason of the decision"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("dispute of a rating")
        verbose_name_plural = _("disputes of ratings")
        ordering = ("-made_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state=DisputeState.OPEN, decided_by=None, decided_at=None)
                | ~models.Q(state=DisputeState.OPEN)
                & ~models.Q(answer="")
                & models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="scoring_dispute_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("made_by")),
                name="scoring_dispute_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rating_key}: {self.state}"
