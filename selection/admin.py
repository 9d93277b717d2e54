"""Where managers decide. Cases are read here, evidence before rank; only move() changes them, asked by a POST form."""

import random
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.admin import ReadOnlyAdmin
from selection.case import Section, case
from selection.dossier import dossier_hash
from selection.forms import DecisionForm, ManyDecisionsForm
from selection.gates import DECISIONS, MoveRequest
from selection.models import Appeal, Candidate, Decision, Placement, Round, StageChange
from selection.models.candidates import MOVE_NAMES, STAGE_NAMES
from selection.overrides import is_override
from selection.refusals import STATUS, Refused
from selection.roles import Person, person_of, roles_of
from selection.stages import Role, Stage
from selection.waiting import visible_to, waiting_for
from selection.workflow import move, possible_moves

rng = random.SystemRandom()


class WaitingFilter(admin.SimpleListFilter):
    """Narrows the list to what waits for the reader, unless they ask for more."""

    title = gettext_lazy("show")
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("all candidates"))] if _decides(request) else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Candidate]) -> QuerySet[Candidate]:
        if self.value() == "all":
            return queryset
        return queryset.filter(pk__in=waiting_for(_person(request), timezone.now()).values("pk"))

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("waiting for my decision")}
        yield from others


@admin.register(Candidate)
class CandidateAdmin(ReadOnlyAdmin):
    """Candidates. The page of one is the dossier with the form of the decision; nothing else of it can be written."""

    list_display = ("agent", "round", "stage_in_words", "nominated_at")
    list_display_links = ("agent",)
    list_filter = (WaitingFilter, "round", "stage")
    search_fields = ("agent__full_name", "agent__staff_number")
    list_select_related = ("agent", "round")
    actions = ("release_selected", "approve_selected")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Candidate]:
        if getattr(request.user, "is_superuser", False):
            return super().get_queryset(request)
        return visible_to(_person(request), timezone.now())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer a decision to those whose role it is; others get no boxes to tick."""
        offered = {"release_selected": Role.LINE_MANAGER, "approve_selected": Role.HEAD}
        mine = roles_of(request.user)
        return {name: each for name, each in super().get_actions(request).items() if offered.get(name) in mine}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the case; take one decision about it."""
        candidate = self._the_candidate(request, object_id)
        if request.method != "POST":
            return self._page(request, candidate, DecisionForm(initial={"dossier_hash": dossier_hash(candidate)}))
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return self._page(request, candidate, form, status=400)
        try:
            _ask(request, candidate, form.cleaned_data)
        except Refused as error:
            form.add_error(None, error.sentence)
            return self._page(request, candidate, form, status=STATUS[error.kind])
        messages.success(request, _told(candidate))
        return redirect("admin:selection_candidate_changelist")

    @admin.action(description=gettext_lazy("Release selected candidates"))
    def release_selected(self, request: HttpRequest, queryset: QuerySet[Candidate]) -> HttpResponse | None:
        """Release several for one reason, each by its own move."""
        return self._decide_selected(request, "release")

    @admin.action(description=gettext_lazy("Approve selected candidates"))
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Candidate]) -> HttpResponse | None:
        """Approve several for one reason and day, each by its own move."""
        return self._decide_selected(request, "approve")

    @admin.display(description=gettext_lazy("stage"), ordering="stage")
    def stage_in_words(self, candidate: Candidate) -> Any:
        """Where the candidate stands."""
        return STAGE_NAMES[Stage(candidate.stage)]

    def _the_candidate(self, request: HttpRequest, object_id: str) -> Candidate:
        candidate: Candidate | None = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, candidate):
            raise PermissionDenied
        if candidate is None:
            raise Http404
        return candidate

    def _decide_selected(self, request: HttpRequest, name: str) -> HttpResponse | None:
        # Not the list as filtered: whoever was decided meanwhile is to be told so, not left out in silence.
        chosen = self.get_queryset(request).filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        form = ManyDecisionsForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_bound or not form.is_valid():
            return self._ask_for_reason(request, name, chosen, form)
        for candidate in chosen:
            seen = request.POST.get(f"dossier_{candidate.pk}", "")
            try:
                _ask(request, candidate, {**form.cleaned_data, "move": name, "dossier_hash": seen})
                messages.success(request, _told(candidate))
            except Refused as error:
                messages.error(request, f"{candidate.agent}: {error.sentence}")
        return None

    def _ask_for_reason(
        self, request: HttpRequest, name: str, chosen: QuerySet[Candidate], form: ManyDecisionsForm
    ) -> HttpResponse:
        now = timezone.now()
        _ask_why_against(form, [(name, candidate) for candidate in chosen])
        rows = [(candidate, dossier_hash(candidate), case(candidate, now, reader=request.user)) for candidate in chosen]
        page = {
            **self.admin_site.each_context(request),
            "title": MOVE_NAMES[name].capitalize(),
            "opts": self.opts,
            "form": form,
            "rows": rows,
            "action": f"{name}_selected",
            "needs_day": name == "approve",
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/selection/candidate/decide_selected.html", page)

    def _page(self, request: HttpRequest, candidate: Candidate, form: DecisionForm, status: int = 200) -> HttpResponse:
        offered = _offered(request, candidate)
        _ask_why_against(form, [(name, candidate) for name in offered])
        page = {
            **self.admin_site.each_context(request),
            "title": candidate.agent.full_name,
            "subtitle": candidate.round.title,
            "opts": self.opts,
            "candidate": candidate,
            "sections": _sections(request, candidate),
            "decisions": candidate.decisions.select_related("person"),
            "form": form,
            "moves": [(name, MOVE_NAMES[name]) for name in offered],
            "needs_day": "approve" in offered,
        }
        return TemplateResponse(request, "admin/selection/candidate/change_form.html", page, status=status)


@admin.register(Round)
class RoundAdmin(ReadOnlyAdmin):
    """Rounds; HR runs them on its own pages."""

    list_display = ("title", "phase", "places", "assessments_until", "decisions_until")
    list_filter = ("phase",)


class CaseRecordAdmin(ReadOnlyAdmin):
    """What belongs to a case is seen by those who may see the case."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        if getattr(request.user, "is_superuser", False):
            return super().get_queryset(request)
        visible = visible_to(_person(request), timezone.now())
        return super().get_queryset(request).filter(candidate__in=visible.values("pk"))


@admin.register(Decision)
class DecisionAdmin(CaseRecordAdmin):
    """Signatures, those no longer in force too."""

    list_display = ("candidate", "role", "verdict", "person", "decided_at", "is_current")
    list_filter = ("verdict", "role", "is_current")
    list_select_related = ("candidate__agent", "person")


@admin.register(StageChange)
class StageChangeAdmin(CaseRecordAdmin):
    """Moves that were made."""

    list_display = ("candidate", "move", "from_stage", "to_stage", "actor", "at")
    list_filter = ("move",)
    list_select_related = ("candidate__agent", "actor")


@admin.register(Placement)
class PlacementAdmin(CaseRecordAdmin):
    """Places in public communications."""

    list_display = ("agent", "starts_on", "ends_on", "candidate")
    list_select_related = ("agent", "candidate__agent")


@admin.register(Appeal)
class AppealAdmin(CaseRecordAdmin):
    """Objections; HR answers them on its own pages."""

    list_display = ("candidate", "state", "made_at", "answered_by", "answered_at")
    list_filter = ("state",)
    list_select_related = ("candidate__agent", "answered_by")


def _person(request: HttpRequest) -> Person:
    return person_of(request.user)


def _decides(request: HttpRequest) -> bool:
    return bool(roles_of(request.user) & {Role.LINE_MANAGER, Role.HEAD})


def _offered(request: HttpRequest, candidate: Candidate) -> list[str]:
    assert isinstance(request.user, User)
    legal = possible_moves(candidate, actor=request.user, at=timezone.now())
    return [name for name in legal if name in DECISIONS]


def _ask_why_against(form: forms.Form, steps: list[tuple[str, Candidate]]) -> None:
    """Ask why against the verdict only where a step goes against one."""
    if not any(is_override(name, candidate.score) for name, candidate in steps):
        del form.fields["reason_code"]


def _sections(request: HttpRequest, candidate: Candidate) -> list[Section]:
    return case(candidate, timezone.now(), reader=request.user)


def _ask(request: HttpRequest, candidate: Candidate, given: dict[str, Any]) -> None:
    assert isinstance(request.user, User)
    asked = MoveRequest(
        name=given["move"],
        actor=request.user,
        at=timezone.now(),
        reason=given["reason"],
        reason_code=given["reason_code"],
        effective_on=given["effective_on"],
        dossier_hash=given["dossier_hash"],
    )
    move(candidate=candidate, request=asked, rng=rng)


def _told(candidate: Candidate) -> str:
    return f"{candidate.agent}: {STAGE_NAMES[Stage(candidate.stage)]}."
