"""The front door: everybody is led to the first of their rooms; and what everybody may read."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from scoring.calibration import latest_calibration
from selection.calibration_picture import CalibrationPicture
from selection.method_words import FLOW, LEAD, SECTIONS, TITLE
from selection.navigation import navigation_of


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Go to the first room of the person; a login without any role is told whom to ask."""
    rooms = navigation_of(request).rooms
    return redirect(rooms[0].url) if rooms else render(request, "home.html")


@require_safe
@login_required
def method(request: HttpRequest) -> HttpResponse:
    """How a score comes about, for everybody who is logged in, with the newest calibration."""
    made = latest_calibration()
    words = {"title": TITLE, "lead": LEAD, "flow": FLOW, "sections": SECTIONS}
    return render(request, "method.html", {**words, "picture": CalibrationPicture(made) if made else None})


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say that the server and its database answer; for a load balancer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
