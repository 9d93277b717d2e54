"""Policies: every version in plain words, and the second person's button."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from scoring import policies as verbs
from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from scoring.policy import describe
from selection.hr.access import hr_and_auditors, hr_only, is_hr, the_policy, user_of
from selection.hr.telling import telling
from selection.reasons import language


@require_safe
@hr_and_auditors
def policies(request: HttpRequest) -> HttpResponse:
    """Every version, the newest of each policy first."""
    versions = PolicyVersion.objects.select_related("author", "publisher")
    return render(request, "hr/policies.html", {"versions": [(one, verbs.title(one)) for one in versions]})


@require_safe
@hr_and_auditors
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: what it says, its document and hash, and who stands behind it."""
    version = the_policy(pk)
    context = {
        "version": version,
        "title": verbs.title(version),
        "paragraphs": describe(verbs.read(version), language()),
        "may_publish": version.state == PolicyState.DRAFT and is_hr(request) and version.author_id != request.user.pk,
        "is_own_draft": version.state == PolicyState.DRAFT and version.author_id == request.user.pk,
    }
    return render(request, "hr/policy.html", context)


@require_POST
@hr_only
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft that somebody else wrote."""
    with telling(request, _("The policy is published and frozen. Scores and rounds can use it now.")):
        verbs.publish(version=the_policy(pk), actor=user_of(request), at=timezone.now())
    return redirect("hr:policy", pk)
