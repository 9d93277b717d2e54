"""Versions of policies, frozen once published."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PolicyState(models.TextChoices):
    """A published version is never edited again."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class PolicyVersion(models.Model):
    """One version of one policy document. Once it is no draft, the database itself lets nobody change or delete it."""

    name = models.SlugField(_("name"), max_length=60)
    version = models.PositiveIntegerField(_("version"))
    document = models.TextField(_("document"))
    document_hash = models.CharField(_("hash"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=PolicyState.choices, default=PolicyState.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    publisher = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("published by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"))
    published_at = models.DateTimeField(_("published at"), null=True)
    retired_at = models.DateTimeField(_("retired at"), null=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("retired by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    retirement_reason = models.TextField(_("reason of the retirement"), blank=True)

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ("name", "-version")
        constraints = (
            models.UniqueConstraint(fields=["name", "version"], name="scoring_policy_version"),
            # One writes and another publishes; what ships with Rostrum comes from no person at all.
            models.CheckConstraint(
                condition=models.Q(author=None, publisher=None)
                | models.Q(publisher=None, state=PolicyState.DRAFT)
                | models.Q(author__isnull=False, publisher__isnull=False) & ~models.Q(author=models.F("publisher")),
                name="scoring_policy_two_people",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=PolicyState.RETIRED)
                | models.Q(retired_at__isnull=False) & ~models.Q(retirement_reason=""),
                name="scoring_policy_retired_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
