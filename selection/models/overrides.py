"""Overrides: where a person decided against the verdict, and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models.runs import Verdict
from selection.models.candidates import MOVE_NAMES, Candidate


class OverrideReason(models.TextChoices):
    """Why a person knows better than the score: a short list, so that it can be counted."""

    UNSEEN = "unseen", _("evidence that the score does not see")
    WRONG_DATA = "wrong_data", _("the data is wrong or incomplete")
    CHANGED = "changed", _("something has changed since the scores were made")
    NEED = "need", _("a need of the department: language, shift, subject")
    RISK = "risk", _("a risk to the reputation")
    OWN_WISH = "own_wish", _("the person's own wish or situation")


NOMINATE = "nominate"
MOVES = ("propose", "decline", "release", "refuse_release", "approve", "refuse_approval")
OVERRIDABLE = {NOMINATE: _("nominate"), **{name: MOVE_NAMES[name] for name in MOVES}}


class Override(models.Model):
    """One step that went against the verdict on the score at nomination. Written with the step, never edited."""

    candidate = models.ForeignKey(
        Candidate, verbose_name=_("candidate"), on_delete=models.PROTECT, related_name="overrides"
    )
    move = models.CharField(_("step"), max_length=20, choices=list(OVERRIDABLE.items()))
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    was_eligible = models.BooleanField(_("all gates met"))
    code = models.CharField(_("reason"), max_length=12, choices=OverrideReason.choices)
    text = models.TextField(_("explanation"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        ordering = ("-at", "-pk")
        constraints = (models.CheckConstraint(condition=~models.Q(text=""), name="selection_override_says_why"),)

    def __str__(self) -> str:
        return f"{self.candidate} {self.move}"
