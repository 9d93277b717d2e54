"""The admin site in Rostrum's name."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from selection import references
from selection.roles import person_of
from selection.waiting import waiting_for


class RostrumAdminSite(admin.AdminSite):
    """The stock admin with our title; managers decide here."""

    site_header = "Rostrum"
    site_title = "Rostrum"
    index_title = _("Decisions and records")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one way in: the login page with its limits and its second factor."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))
        if not self.has_permission(request):
            raise PermissionDenied(_("This page is for another role. Ask HR if you need it."))
        return redirect("admin:index")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Say first how many candidates wait for the reader, and how many observations."""
        person = person_of(request.user)
        waiting = waiting_for(person, timezone.now()).count()
        asked = references.waiting_for(person.agent) if person.agent else 0
        return super().index(request, {**(extra_context or {}), "waiting": waiting, "asked": asked})
