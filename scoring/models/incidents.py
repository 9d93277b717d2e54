"""What people add to a viral incident: their marks of its severity, and pictures of what was posted."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models.evidence import ViralIncident
from scoring.picture_content import JPEG, PNG, WEBP

MARKS_AT_MOST = 3


class SeverityMark(models.Model):
    """One person's mark of the severity, on the rubric. Nobody reads another's before the severity is settled."""

    incident = models.ForeignKey(
        ViralIncident, verbose_name=_("viral incident"), on_delete=models.PROTECT, related_name="severity_marks"
    )
    number = models.PositiveSmallIntegerField(_("which mark"))
    level = models.PositiveSmallIntegerField(_("severity"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("given by"), on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("mark of a severity")
        verbose_name_plural = _("marks of severities")
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["incident", "number"], name="scoring_severity_mark_number"),
            models.UniqueConstraint(fields=["incident", "given_by"], name="scoring_severity_mark_person"),
            models.CheckConstraint(condition=models.Q(level__range=(1, 4)), name="scoring_severity_mark_level"),
            models.CheckConstraint(
                condition=models.Q(number__range=(1, MARKS_AT_MOST)), name="scoring_severity_mark_most"
            ),
        )

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.number}"


class IncidentPicture(models.Model):
    """A picture of what was posted, kept without its metadata under a name of our own."""

    incident = models.ForeignKey(
        ViralIncident, verbose_name=_("viral incident"), on_delete=models.PROTECT, related_name="pictures"
    )
    stored_as = models.CharField(_("stored as"), max_length=120)
    content_type = models.CharField(_("format"), max_length=20, choices=[(one, one) for one in (PNG, JPEG, WEBP)])
    content_hash = models.CharField(_("content hash"), max_length=64)
    width = models.PositiveIntegerField(_("width, pixels"))
    height = models.PositiveIntegerField(_("height, pixels"))
    byte_size = models.PositiveIntegerField(_("size in bytes"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("added by"), on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("picture of an incident")
        verbose_name_plural = _("pictures of incidents")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["incident", "content_hash"], name="scoring_incident_picture_once"),
        )

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.content_hash[:12]}"
