"""Structured references: who was asked about a candidate, and what they have seen."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from scoring.models import Agent
from selection.models.candidates import Candidate

SHORTEST_OBSERVATION = 40


class Relation(models.TextChoices):
    """How a referee knows the candidate's work."""

    MANAGER = "manager", _("line manager")
    COLLEAGUE = "colleague", _("colleague")


class ReferenceState(models.TextChoices):
    """Where a reference stands. Whoever declines, or is released by HR, makes room for somebody else."""

    ASKED = "asked", _("asked")
    HANDED_IN = "handed_in", _("handed in")
    DECLINED = "declined", _("declined")
    RELEASED = "released", _("released")


class Reference(models.Model):
    """One person asked about one candidate; handed in once, by them alone, and not changed afterwards."""

    candidate = models.ForeignKey(
        Candidate, verbose_name=_("candidate"), on_delete=models.PROTECT, related_name="references"
    )
    referee = models.ForeignKey(Agent, verbose_name=_("referee"), on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(_("as"), max_length=9, choices=Relation.choices)
    state = models.CharField(_("state"), max_length=9, choices=ReferenceState.choices, default=ReferenceState.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    reason = models.TextField(_("why not"), blank=True)

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        ordering = ("asked_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["candidate", "referee"], name="selection_reference_once"),
            models.UniqueConstraint(
                fields=["candidate"],
                condition=models.Q(
                    relation=Relation.MANAGER, state__in=[ReferenceState.ASKED, ReferenceState.HANDED_IN]
                ),
                name="selection_reference_one_manager",
            ),
        )

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.referee_id} {self.state}"


class Observation(models.Model):
    """What a referee has seen on one scale: a level, and the case that shows it. No level without a case."""

    reference = models.ForeignKey(
        Reference, verbose_name=_("reference"), on_delete=models.PROTECT, related_name="observations"
    )
    scale = models.SlugField(_("scale"), max_length=20)
    level = models.PositiveSmallIntegerField(_("level"))
    text = models.TextField(_("what was observed"))

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering = ("reference", "pk")
        constraints = (
            models.UniqueConstraint(fields=["reference", "scale"], name="selection_observation_once"),
            models.CheckConstraint(condition=models.Q(level__gte=1), name="selection_observation_level"),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("text"), SHORTEST_OBSERVATION),
                name="selection_observation_is_described",
            ),
        )

    def __str__(self) -> str:
        return f"{self.scale} {self.level}"
