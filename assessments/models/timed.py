"""What a sitting and a submission share: a code instead of a name, one writing tab, and the server's clock."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TimedWork(models.Model):
    """Work against the clock, known by its code only; the roof keeps the name."""

    code = models.CharField(_("code"), max_length=32)
    writer = models.CharField(_("writing tab"), max_length=32, blank=True)
    extra_minutes = models.PositiveSmallIntegerField(_("extra minutes"), default=0)
    prepared_at = models.DateTimeField(_("prepared at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    started_ticks = models.FloatField(_("monotonic clock at the start, seconds"), null=True)
    deadline_at = models.DateTimeField(_("deadline"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    clock_stepped = models.BooleanField(_("the clock was set while it ran"), default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code
