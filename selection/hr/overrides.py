"""The report of overrides: how often each person decided against the verdict, and every case of it."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from selection.hr.access import hr_and_auditors, is_hr
from selection.models import Override
from selection.override_report import hands

PAGE = 50


@require_safe
@hr_and_auditors
def overrides(request: HttpRequest) -> HttpResponse:
    """Rates by person with their uncertainty, then the overrides, the newest first."""
    found = Override.objects.select_related("candidate__agent", "candidate__round", "actor")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "hr/overrides.html", {"hands": hands(), "page": page, "is_hr": is_hr(request)})
