"""The admin site in Rostrum's name."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class RostrumAdminSite(admin.AdminSite):
    """The stock admin with our title; managers decide here."""

    site_header = "Rostrum"
    site_title = "Rostrum"
    index_title = _("Decisions and records")
