"""The acquaintance sheet of a version: who has read it, and who has not yet."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from scoring import policies
from selection.acknowledgements import those_who_have_not, those_who_have_read
from selection.hr.access import hr_and_auditors, the_policy

PAGE = 50


@require_safe
@hr_and_auditors
def policy_readers(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has not read a version yet, candidates of its rounds first; or who has, and when."""
    version, has_read = the_policy(pk), request.GET.get("read") == "yes"
    read, unread = those_who_have_read(version), those_who_have_not(version, day=localdate())
    page = Paginator(read if has_read else unread, PAGE).get_page(request.GET.get("page"))
    told = {"read": read.count(), "unread": unread.count(), "has_read": has_read, "page": page}
    return render(request, "hr/policy_readers.html", {"version": version, "title": policies.title(version), **told})
