"""One batch, step by step: its columns, the dry run, the import under way, and the report at the end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scoring.batches import ask_for_check, cancel, confirm, resume, withdraw
from scoring.models.batches import BatchState
from scoring.uploads import OPEN, decide, drop, save_profile
from selection.hr.access import hr_and_auditors, hr_only, is_hr, user_of
from selection.hr.evidence_access import send_to_check, send_to_load, send_to_read_again, telling, the_batch
from selection.hr.evidence_form import zones
from selection.hr.evidence_page import MappingPage
from selection.hr.evidence_report import BatchPage, refused_file

REPORT = "hr/evidence/report.html"
TEMPLATES = {
    BatchState.UPLOADED: "hr/evidence/checking.html",
    BatchState.CHECKED: "hr/evidence/checked.html",
    BatchState.STAGING: "hr/evidence/loading.html",
}


@require_safe
@hr_and_auditors
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the batch stands; one that only lies there goes to its columns."""
    found = the_batch(pk)
    if found.state == BatchState.UPLOADED and found.started_at is None and is_hr(request):
        return redirect("hr:batch_columns", pk)
    template = TEMPLATES.get(BatchState(found.state), REPORT) if found.started_at else REPORT
    page = BatchPage(found, at=timezone.now())
    return render(request, template, {"batch": found, "page": page, "is_hr": is_hr(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@hr_only
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What was understood, to be corrected; asking for the check keeps it, anything else only looks again."""
    found = the_batch(pk)
    if found.state not in OPEN:
        return redirect("hr:batch", pk)
    page = MappingPage(found, request.POST if request.method == "POST" else None)
    if "check" in request.POST and page.is_settled:
        with telling(request):
            at, creates = timezone.now(), bool(page.form.value("create_agents"))
            decide(batch=found, choices=page.choices, create_agents=creates, actor=user_of(request), at=at)
            ask_for_check(batch=found, at=at)
            send_to_check(found)
        return redirect("hr:batch", pk)
    status = 422 if "check" in request.POST else 200
    return render(request, "hr/evidence/columns.html", {"batch": found, "page": page, "zones": zones()}, status=status)


@require_POST
@hr_only
def check_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the dry run once more, after the roster has changed or the worker has died."""
    found = the_batch(pk)
    with telling(request):
        ask_for_check(batch=found, at=timezone.now())
        send_to_check(found)
    return redirect("hr:batch", pk)


@require_POST
@hr_only
def confirm_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Import what the dry run has shown."""
    found = the_batch(pk)
    with telling(request):
        confirm(batch=found, actor=user_of(request), at=timezone.now())
        send_to_load(found)
    return redirect("hr:batch", pk)


@require_POST
@hr_only
def cancel_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a running import off."""
    with telling(request, _("The import is called off. Nothing of it counts.")):
        cancel(batch=the_batch(pk), actor=user_of(request), at=timezone.now())
    return redirect("hr:batch", pk)


@require_POST
@hr_only
def resume_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import up whose worker has died."""
    found = the_batch(pk)
    with telling(request):
        resume(batch=found, actor=user_of(request), at=timezone.now())
        send_to_load(found)
    return redirect("hr:batch", pk)


@require_POST
@hr_only
def drop_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop a file that was not imported."""
    with telling(request, _("The file is dropped. Nothing of it was imported.")):
        drop(batch=the_batch(pk), actor=user_of(request), at=timezone.now())
    return redirect("hr:evidence")


@require_POST
@hr_only
def withdraw_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import out of the scores, with a reason; files that say some of the same are read again."""
    found, reason = the_batch(pk), request.POST.get("reason", "")
    with telling(request, _("The import is withdrawn. Run the scores again to see them without it.")):
        for other in withdraw(batch=found, reason=reason, actor=user_of(request), at=timezone.now()):
            send_to_read_again(other)
    return redirect("hr:batch", pk)


@require_POST
@hr_only
def keep_profile(request: HttpRequest, pk: int) -> HttpResponse:
    """Save how the file was read, for the next file of this source."""
    title = request.POST.get("title", "").strip()[:120]
    if not title:
        messages.error(request, _("Give the source a name, so that you find it again."))
        return redirect("hr:batch", pk)
    with telling(request, _("Saved. The next file of this source is understood at once.")):
        save_profile(batch=the_batch(pk), title=title, actor=user_of(request), at=timezone.now())
    return redirect("hr:batch", pk)


@require_safe
@hr_and_auditors
def refused_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused records as they stood, with the reason, to be corrected and sent again."""
    found = the_batch(pk)
    response = HttpResponse(refused_file(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-{found.pk}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
