"""The journal as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    """What happened, append-only; knows nobody."""

    name = "journal"
    verbose_name = _("Journal")
