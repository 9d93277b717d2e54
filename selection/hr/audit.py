"""The journal, to read and to verify."""

from itertools import islice

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from journal.models import Entry
from journal.verify import problems
from selection.hr.access import hr_and_auditors
from selection.hr.journal_words import kinds, readable, verbs

PAGE = 50
SHOWN_PROBLEMS = 100


@require_safe
@hr_and_auditors
def audit(request: HttpRequest) -> HttpResponse:
    """Entries, the newest first, by kind of thing and by what was done."""
    kind, verb = request.GET.get("kind", ""), request.GET.get("verb", "")
    entries = Entry.objects.order_by("-sequence")
    entries = entries.filter(subject_kind=kind) if kind else entries
    entries = entries.filter(verb=verb) if verb else entries
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "entries": readable(page.object_list), "kind": kind, "verb": verb}
    return render(request, "hr/audit.html", {**context, "kinds": kinds(), "verbs": verbs()})


@require_safe
@hr_and_auditors
def verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain and say whether it holds."""
    found = list(islice(problems(), SHOWN_PROBLEMS))
    return render(request, "hr/verify.html", {"problems": found, "count": Entry.objects.count()})
