"""Scoring as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScoringConfig(AppConfig):
    """Agents and evidence, and how they become scores."""

    name = "scoring"
    verbose_name = _("Agents and evidence")
