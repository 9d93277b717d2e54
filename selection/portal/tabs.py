"""One open tab of a candidate: its token, the server's clock, and how a refusal is answered."""

import random
import secrets
from time import monotonic
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from selection.models import Candidate
from selection.own_work import Tab
from selection.portal.access import actor
from selection.portal.forms import TabForm
from selection.refusals import STATUS, Refused

SESSION_KEY = "portal_tab"
rng = random.SystemRandom()


def tab_of(request: HttpRequest, candidate: Candidate, writer: str) -> Tab:
    """A tab at this instant of the server's two clocks."""
    return Tab(candidate=candidate, actor=actor(request), writer=writer, at=timezone.now(), ticks=monotonic())


def opened_tab(request: HttpRequest, candidate: Candidate) -> Tab:
    """The tab of a page being opened: the one that has just saved and was sent here, otherwise a new one."""
    return tab_of(request, candidate, request.session.pop(SESSION_KEY, "") or secrets.token_hex(16))


def posting_tab(request: HttpRequest, candidate: Candidate) -> Tab:
    """The tab that a form was sent from; an absent token belongs to no tab and is refused as such."""
    form = TabForm(request.POST)
    return tab_of(request, candidate, form.cleaned_data["writer"] if form.is_valid() else "")


def keep_tab(request: HttpRequest, tab: Tab) -> None:
    """Let the page that follows a redirect write on as the same tab."""
    request.session[SESSION_KEY] = tab.writer


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, an empty form too; None while it is only shown."""
    return request.POST if request.method == "POST" else None


def refused(request: HttpRequest, error: Refused, template: str, context: dict[str, Any]) -> HttpResponse:
    """Show a refusal on the page that it is about."""
    return render(request, template, {**context, "refusal": error.sentence}, status=STATUS[error.kind])
