"""Evidence: every file that came in, who waits for a name, what the months cover."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from scoring.coverage import coverage_by_source, coverage_of_all
from scoring.flags import open_flags
from scoring.incident_reads import known_incidents
from scoring.models import Batch, RatingDispute
from scoring.models.batches import BatchState, EvidenceKind
from scoring.models.disputes import DisputeState
from scoring.models.evidence import IncidentState
from scoring.replacements import open_replacements
from scoring.waiting import strangers
from selection.hr.access import hr_and_auditors, is_hr
from selection.hr.evidence_report import STATE_TONES, gap_words, month_labels, source_name
from selection.hr.filters import chips_by

ON_A_PAGE = 25


@require_safe
@hr_and_auditors
def evidence(request: HttpRequest) -> HttpResponse:
    """The list of batches, with what needs HR beside it."""
    kind = request.GET.get("kind", "")
    found = Batch.objects.select_related("created_by").defer("message", "choices")
    if kind in EvidenceKind.values:
        found = found.filter(kind=kind)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "batches": page,
        "rows": [(one, STATE_TONES.get(BatchState(one.state), ""), one.refused - one.waiting) for one in page],
        "chips": chips_by("kind", kind, Batch.objects.all(), EvidenceKind.choices, reverse("hr:evidence")),
        "is_hr": is_hr(request),
        **waiting(),
        **covered(),
    }
    return render(request, "hr/evidence/evidence.html", context)


def waiting() -> dict[str, Any]:
    """What needs a person."""
    return {
        "strangers": strangers(),
        "disputes": RatingDispute.objects.filter(state=DisputeState.OPEN).count(),
        "flags": open_flags().count(),
        "replacements": open_replacements().count(),
        "unverified": known_incidents().filter(state=IncidentState.UNVERIFIED).count(),
    }


def covered() -> dict[str, Any]:
    """Ratings by month, over all and by source."""
    everything = coverage_of_all()
    published = Batch.objects.filter(kind=EvidenceKind.RATINGS, state=BatchState.PUBLISHED)
    sources = coverage_by_source(published.only("profile", "understanding"))
    return {
        "coverage": everything,
        "months": month_labels(everything),
        "gaps": gap_words(everything),
        "sources": [(source_name(name), found, gap_words(found)) for name, found in sources.items()],
    }
