"""The append-only record of what happened."""

from datetime import UTC

from django.db import models
from django.utils.translation import gettext_lazy as _

from journal.chain import GENESIS, Link


class Head(models.Model):
    """The newest link of the chain: one row, locked while an entry is appended so that the chain never forks."""

    sequence = models.PositiveBigIntegerField(_("sequence"), default=0)
    hash = models.CharField(_("hash"), max_length=64, default=GENESIS)

    class Meta:
        verbose_name = _("head of the journal")
        verbose_name_plural = _("head of the journal")
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="journal_one_head"),)

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash[:12]}"


class Entry(models.Model):
    """One change: who did what to which thing. Points by kind and identifier, holds no foreign key."""

    sequence = models.PositiveBigIntegerField(_("sequence"), primary_key=True)
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("actor"), max_length=100)
    verb = models.CharField(_("verb"), max_length=60, db_index=True)
    subject_kind = models.CharField(_("kind"), max_length=60)
    subject_id = models.CharField(_("identifier"), max_length=60)
    detail = models.JSONField(_("detail"), default=dict)
    previous_hash = models.CharField(_("previous hash"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ("-sequence",)
        indexes = (models.Index(fields=["subject_kind", "subject_id"], name="journal_subject"),)
        constraints = (models.UniqueConstraint(fields=["previous_hash"], name="journal_chain_never_forks"),)

    def __str__(self) -> str:
        return f"{self.sequence} {self.verb} {self.subject_kind} {self.subject_id}"

    def link(self) -> Link:
        """Give what the hash of this entry covers."""
        return Link(
            sequence=self.sequence,
            at=self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            actor=self.actor,
            verb=self.verb,
            subject_kind=self.subject_kind,
            subject_id=self.subject_id,
            detail=self.detail,
            previous_hash=self.previous_hash,
        )
