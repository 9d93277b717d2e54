"""Who has read what counts: the acquaintance sheet of a policy version."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models import Agent, PolicyVersion


class PolicyAcknowledgement(models.Model):
    """An agent has read one version of a policy. Another version is another text, to be read again."""

    agent = models.ForeignKey(
        Agent, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="policy_acknowledgements"
    )
    version = models.ForeignKey(
        PolicyVersion, verbose_name=_("policy version"), on_delete=models.PROTECT, related_name="acknowledgements"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("acknowledgement of a policy")
        verbose_name_plural = _("acknowledgements of policies")
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=["agent", "version"], name="selection_acknowledgement_once"),)

    def __str__(self) -> str:
        return f"{self.agent_id} {self.version_id}"
