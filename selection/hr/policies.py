"""Policies: every version in plain words, what is new in it, and the buttons of its life."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from scoring import policies as verbs
from scoring.models import PolicyVersion
from selection.hr.access import hr_and_auditors, hr_only, is_hr, the_policy, user_of
from selection.hr.policy_page import PolicyPage
from selection.hr.telling import telling


@require_safe
@hr_and_auditors
def policies(request: HttpRequest) -> HttpResponse:
    """Every version, the newest of each policy first."""
    versions = PolicyVersion.objects.select_related("author", "publisher")
    told = {"versions": [(one, verbs.title(one)) for one in versions], "newest": verbs.newest_published()}
    return render(request, "hr/policies.html", {**told, "is_hr": is_hr(request)})


@require_safe
@hr_and_auditors
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: what it says, what is new in it, its document and hash, and who stands behind it."""
    version = the_policy(pk)
    page = PolicyPage(version, user_of(request), is_hr=is_hr(request))
    return render(request, "hr/policy.html", {"version": version, "page": page})


@require_POST
@hr_only
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft that somebody else wrote, as it was read."""
    version, seen = the_policy(pk), request.POST.get("seen", "")
    with telling(request, _("The policy is published and frozen. Scores and rounds can use it now.")):
        verbs.publish(version=version, actor=user_of(request), at=timezone.now(), seen=seen)
    return redirect("hr:policy", pk)


@require_POST
@hr_only
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a published version out of use, with a reason."""
    reason = request.POST.get("reason", "")
    with telling(request, _("The version is retired. Running rounds keep it; no new round opens with it.")):
        verbs.retire(version=the_policy(pk), actor=user_of(request), reason=reason, at=timezone.now())
    return redirect("hr:policy", pk)
