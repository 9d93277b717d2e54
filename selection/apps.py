"""The roof as a Django app, and the admin site in our colours."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class SelectionConfig(AppConfig):
    """Rounds, candidates and decisions."""

    name = "selection"
    verbose_name = _("Rounds and promotions")


class RostrumAdminConfig(AdminConfig):
    """The stock admin behind our own site object."""

    default_site = "selection.admin_site.RostrumAdminSite"
