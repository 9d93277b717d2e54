"""The front door: everybody is led to the first of their rooms."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from selection.navigation import navigation_of


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Go to the first room of the person; a login without any role is told whom to ask."""
    rooms = navigation_of(request).rooms
    return redirect(rooms[0].url) if rooms else render(request, "home.html")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say that the server and its database answer; for a load balancer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
