"""What customers said about the one who is logged in, and the objection to a single rating."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from scoring.disputes import SHORTEST_OBJECTION, dispute_rating, own_ratings, why_not_disputable
from scoring.models import Rating
from scoring.refusals import EvidenceRefused
from selection.portal.access import actor, me
from selection.portal.tabs import posted

ON_A_PAGE = 25


class DisputeForm(forms.Form):
    """Why a rating is wrong."""

    reason = forms.CharField(
        label=gettext_lazy("What is wrong with this rating?"),
        help_text=gettext_lazy("At least 20 characters. A person in HR who did not import it reads this and the chat."),
        min_length=SHORTEST_OBJECTION,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_safe
@login_required
def ratings(request: HttpRequest) -> HttpResponse:
    """The answers of the last twelve months, newest first."""
    found = own_ratings(me(request), at=timezone.now())
    return render(
        request, "portal/ratings.html", {"ratings": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rating(request: HttpRequest, pk: int) -> HttpResponse:
    """One rating of one's own: the customer's words, the objection and its answer."""
    found, form, now = my_rating(request, pk), DisputeForm(posted(request)), timezone.now()
    page = {"rating": found, "form": form, "closed": why_not_disputable(found, actor(request), at=now)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/rating.html", page, status=422 if form.errors else 200)
    try:
        dispute_rating(rating=found, reason=form.cleaned_data["reason"], actor=actor(request), at=now)
    except EvidenceRefused as refused:
        return render(request, "portal/rating.html", {**page, "refusal": refused.sentence}, status=409)
    messages.success(request, _("Your objection is with HR. A person answers it; you will read the answer here."))
    return redirect("portal:rating", pk)


def my_rating(request: HttpRequest, pk: int) -> Rating:
    """A rating of one's own. Somebody else's is as absent as one that does not exist."""
    related = Rating.objects.select_related("agent", "batch", "dispute")
    return get_object_or_404(related, pk=pk, agent=me(request), value__isnull=False)
