"""Pushes of evidence that named themselves, so that a request sent twice is answered twice and done once."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Push(models.Model):
    """One push under a key of its sender: what was sent, as a hash, and what was answered, once it is."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(_("key"), max_length=200)
    fingerprint = models.CharField(_("hash of what was sent"), max_length=64)
    answer = models.JSONField(_("answer"), null=True, encoder=DjangoJSONEncoder)
    begun_at = models.DateTimeField(_("begun at"))

    class Meta:
        verbose_name = _("push of evidence")
        verbose_name_plural = _("pushes of evidence")
        constraints = (models.UniqueConstraint(fields=["actor", "key"], name="selection_push_key"),)

    def __str__(self) -> str:
        return self.key
