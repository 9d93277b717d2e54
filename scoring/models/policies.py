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
    """One version of one policy document."""

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

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ("name", "-version")
        constraints = (
            models.UniqueConstraint(fields=["name", "version"], name="scoring_policy_version"),
            models.CheckConstraint(
                condition=models.Q(author=None) | models.Q(publisher=None) | ~models.Q(author=models.F("publisher")),
                name="scoring_policy_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
