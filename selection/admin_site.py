"""The admin site in Rostrum's name."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from selection.roles import person_of
from selection.waiting import waiting_for


class RostrumAdminSite(admin.AdminSite):
    """The stock admin with our title; managers decide here."""

    site_header = "Rostrum"
    site_title = "Rostrum"
    index_title = _("Decisions and records")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Say first how many candidates wait for the reader."""
        waiting = waiting_for(person_of(request.user), timezone.now()).count()
        return super().index(request, {**(extra_context or {}), "waiting": waiting})
