"""Assessments as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    """Anonymous work, fairly marked."""

    name = "assessments"
    verbose_name = _("Tests, tasks and grading")
