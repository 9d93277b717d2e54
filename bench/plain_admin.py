"""Rostrum's addresses, and beside them a stock admin of Django: no theme, no rights of ours, four columns."""

from django.contrib import admin
from django.urls import path

from scoring.models import Score
from selection.urls import urlpatterns as ours


class PlainScores(admin.ModelAdmin):  # type: ignore[type-arg]  # Django itself does not know it generic
    """Scores as the admin lists any table, at its best: related names read in the same query."""

    list_display = ("rank", "agent", "score", "verdict")
    list_select_related = ("agent",)


plain = admin.AdminSite(name="plain")
plain.register(Score, PlainScores)
urlpatterns = [*ours, path("plain/", plain.urls)]
