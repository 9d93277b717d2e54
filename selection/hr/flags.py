"""What looks odd about files: HR looks at it and clears it with a reason, or withdraws the file."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from scoring.flags import clear_flag, open_flags, why_not_clear
from scoring.models import IntegrityFlag
from selection.components import Link
from selection.hr.access import hr_and_auditors, hr_only, is_hr, user_of
from selection.hr.evidence_access import telling
from selection.hr.flag_words import flag_sentence

ON_A_PAGE = 25
OPEN, ALL = "", "all"


@require_safe
@hr_and_auditors
def flags(request: HttpRequest) -> HttpResponse:
    """What waits for a look; on request everything that was ever noticed."""
    state = request.GET.get("state", OPEN)
    found = IntegrityFlag.objects.all() if state == ALL else open_flags()
    related = found.select_related("agent", "batch", "cleared_by").order_by("-raised_at", "pk")
    page = Paginator(related, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, flag_sentence(one), why_not_clear(one, user_of(request))) for one in page]
    context = {"flags": page, "rows": rows, "chips": chips(state), "is_hr": is_hr(request)}
    return render(request, "hr/evidence/flags.html", context)


def chips(state: str) -> list[Link]:
    """Filters by state."""
    here = reverse("hr:flags")
    return [
        Link(label=_("To look at"), url=here, current=state != ALL, count=open_flags().count()),
        Link(label=_("All"), url=f"{here}?state={ALL}", current=state == ALL, count=IntegrityFlag.objects.count()),
    ]


@require_POST
@hr_only
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that there is an innocent explanation."""
    flag = get_object_or_404(IntegrityFlag, pk=pk)
    with telling(request, _("Cleared. The reason stays on record.")):
        clear_flag(flag=flag, reason=request.POST.get("reason", ""), actor=user_of(request), at=timezone.now())
    return redirect("hr:flags")
