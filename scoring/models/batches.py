"""Where evidence came from: profiles, batches, what was refused and what waits."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class EvidenceKind(models.TextChoices):
    """What a file is about."""

    AGENTS = "agents", _("Agents")
    RATINGS = "ratings", _("Ratings")
    VIRAL = "viral", _("Viral incidents")


class BatchState(models.TextChoices):
    """Where a batch stands; its rows count only while it is published."""

    UPLOADED = "uploaded", _("uploaded")
    CHECKED = "checked", _("checked (dry run)")
    STAGING = "staging", _("loading")
    PUBLISHED = "published", _("published")
    REJECTED = "rejected", _("rejected")
    FAILED = "failed", _("stopped by an error")
    CANCELLED = "cancelled", _("cancelled")
    WITHDRAWN = "withdrawn", _("withdrawn")


class SourceProfile(models.Model):
    """A saved column mapping for a known source, made on the mapping page (shipped ones are files)."""

    name = models.SlugField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=EvidenceKind.choices)
    document = models.TextField(_("document"), help_text=_("A TOML profile; see docs/profiles.md."))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("source profile")
        verbose_name_plural = _("source profiles")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["name"], name="scoring_profile_name"),)

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """One file of evidence on its way in: what was understood, how far it is, what became of it."""

    kind = models.CharField(_("kind"), max_length=10, choices=EvidenceKind.choices)
    state = models.CharField(_("state"), max_length=10, choices=BatchState.choices, default=BatchState.UPLOADED)
    file_name = models.CharField(_("file name"), max_length=255)
    stored_path = models.CharField(_("stored as"), max_length=255, blank=True)
    content_hash = models.CharField(_("content hash"), max_length=64, db_index=True)
    byte_size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    profile = models.CharField(_("profile"), max_length=60, blank=True)
    choices = models.JSONField(_("choices made by a person"), default=dict)
    understanding = models.JSONField(_("what was understood"), default=dict)
    create_agents = models.BooleanField(_("create the agents it names"), default=False)
    as_of = models.DateTimeField(_("clock of the checks"), null=True)
    action = models.CharField(_("answer"), max_length=20, blank=True)
    records = models.PositiveBigIntegerField(_("records"), default=0)
    accepted = models.PositiveBigIntegerField(_("accepted"), default=0)
    unanswered = models.PositiveBigIntegerField(_("without an answer"), default=0)
    duplicates = models.PositiveBigIntegerField(_("already known"), default=0)
    waiting = models.PositiveBigIntegerField(_("waiting"), default=0)
    refused = models.PositiveBigIntegerField(_("refused"), default=0)
    warnings = models.JSONField(_("warnings"), default=list)
    message = models.TextField(_("message"), blank=True)
    done = models.PositiveBigIntegerField(_("records done"), default=0)
    # What would leave the scores with another batch although this one says it too (scoring.rereading).
    repeats = models.JSONField(_("records that other batches hold, by batch"), default=dict)
    # Where its ratings lie in their table, which has no index of batches; None: anywhere (scoring.batch_rows).
    first_row = models.PositiveBigIntegerField(_("first row"), null=True)
    last_row = models.PositiveBigIntegerField(_("last row"), null=True)
    worker = models.CharField(_("worker"), max_length=64, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    published_at = models.DateTimeField(_("published at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.pk} {self.file_name}"


class Refusal(models.Model):
    """One record that was not taken, and why; at most a thousand are kept per batch, all are counted."""

    batch = models.ForeignKey(Batch, verbose_name=_("batch"), on_delete=models.CASCADE, related_name="refusals")
    record = models.PositiveBigIntegerField(_("record"))
    code = models.CharField(_("code"), max_length=40)
    column = models.CharField(_("column"), max_length=120, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    sheet = models.CharField(_("sheet"), max_length=120, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict)
    cells = models.JSONField(_("the record as it stood"), default=dict)

    class Meta:
        verbose_name = _("refused record")
        verbose_name_plural = _("refused records")
        ordering = ("record", "id")

    def __str__(self) -> str:
        return f"{self.record}: {self.code}"


class WaitingRow(models.Model):
    """A good record about an agent nobody knows yet; it loads by itself once HR says who that is."""

    batch = models.ForeignKey(Batch, verbose_name=_("batch"), on_delete=models.CASCADE, related_name="waiting_rows")
    record = models.PositiveBigIntegerField(_("record"))
    reference = models.CharField(_("agent as named in the file"), max_length=200, db_index=True)
    payload = models.JSONField(_("record"), default=dict)
    resolution = models.CharField(_("resolution"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("waiting record")
        verbose_name_plural = _("waiting records")
        ordering = ("record",)
        constraints = (models.UniqueConstraint(fields=["batch", "record"], name="scoring_waiting_record"),)

    def __str__(self) -> str:
        return f"{self.record}: {self.reference}"
