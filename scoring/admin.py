"""The roster in the admin, for HR to correct; evidence, policies and scores there to be read only.

Staff numbers and hire dates are protected: they come from the company's own records by import.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.record import record
from scoring.models import (
    Agent,
    Assignment,
    Batch,
    Calibration,
    Employment,
    IntegrityFlag,
    Leave,
    PolicyVersion,
    Rating,
    RatingDispute,
    Replacement,
    Result,
    Score,
    ScoreRun,
    Team,
    ViralIncident,
    WarehouseRefresh,
)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """What is here is read; it changes by verbs, never by a form of the admin. That holds for superusers too."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:
        """Django links a record to all its neighbours; those that the reader may not open are told without a link."""
        barred = {field.name: field for field in self.opts.fields if self._is_barred(request, field.related_model)}
        given = super().get_fields(request, obj)
        return [_unlinked(barred[name]) if name in barred else name for name in given]

    def _is_barred(self, request: HttpRequest, neighbour: Any) -> bool:
        other = self.admin_site._registry.get(neighbour)
        return other is not None and not other.has_view_permission(request)


class RosterAdmin(admin.ModelAdmin[Any]):
    """A part of the roster that HR corrects. Nothing is removed, and every change is in the journal."""

    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Journal an addition; Django calls this inside the transaction of the change."""
        _record(request, obj, "added_in_admin", message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Journal a change with the names of the fields; Django calls this inside the transaction of the change."""
        _record(request, obj, "changed_in_admin", message)
        return super().log_change(request, obj, message)


class EmploymentInline(admin.TabularInline[Employment, Agent]):
    """Hire dates, from the company's records."""

    model = Employment
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AssignmentInline(admin.TabularInline[Assignment, Agent]):
    """Where an agent works and under whom: who may release them follows from it."""

    model = Assignment
    fk_name = "agent"
    extra = 0
    can_delete = False
    autocomplete_fields = ("manager",)


class LeaveInline(admin.TabularInline[Leave, Agent]):
    """Longer absences."""

    model = Leave
    extra = 0
    can_delete = False


@admin.register(Team)
class TeamAdmin(RosterAdmin):
    """Teams, and which of them are technical support."""

    list_display = ("name", "is_technical_support")
    list_filter = ("is_technical_support",)
    search_fields = ("name",)


@admin.register(Agent)
class AgentAdmin(RosterAdmin):
    """Agents: the name, the e-mail, the login and the seat may be corrected."""

    list_display = ("full_name", "staff_number", "email", "has_login")
    search_fields = ("full_name", "staff_number", "email")
    list_select_related = ("user",)
    fields = ("staff_number", "full_name", "email", "user", "created_at")
    readonly_fields = ("staff_number", "created_at")
    autocomplete_fields = ("user",)
    inlines = (EmploymentInline, AssignmentInline, LeaveInline)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Agents come by import, with their staff number."""
        return False

    @admin.display(description=_("login"), boolean=True)
    def has_login(self, agent: Agent) -> bool:
        """Whether the agent can log in."""
        return agent.user_id is not None


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """Files of evidence and what became of them."""

    list_display = ("file_name", "kind", "state", "accepted", "refused", "created_at")
    list_filter = ("kind", "state")
    list_select_related = ("created_by",)


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    """Single ratings. Millions of rows: found by key or chat, not counted."""

    list_display = ("key", "chat_id", "instrument", "value", "rated_at")
    search_fields = ("key__exact", "chat_id__exact")
    show_full_result_count = False


@admin.register(RatingDispute)
class RatingDisputeAdmin(ReadOnlyAdmin):
    """Objections of agents to ratings; they are decided on HR's pages."""

    list_display = ("rating_key", "made_by", "state", "made_at", "decided_by")
    list_filter = ("state",)
    list_select_related = ("made_by", "decided_by")


@admin.register(Replacement)
class ReplacementAdmin(ReadOnlyAdmin):
    """Other values for stored ratings and incidents; they are asked for and confirmed on HR's pages, by two people."""

    list_display = ("batch", "state", "asked_by", "asked_at", "decided_by", "decided_at")
    list_filter = ("state",)
    list_select_related = ("batch", "asked_by", "decided_by")


@admin.register(IntegrityFlag)
class IntegrityFlagAdmin(ReadOnlyAdmin):
    """What looked odd about files; it is cleared on HR's pages."""

    list_display = ("code", "batch", "agent", "state", "raised_at", "cleared_by")
    list_filter = ("state", "code")
    list_select_related = ("batch", "agent", "cleared_by")


@admin.register(WarehouseRefresh)
class WarehouseRefreshAdmin(ReadOnlyAdmin):
    """When the cells were taken from the warehouse, and what was counted there."""

    list_display = ("refreshed_at", "source", "fingerprint", "rows", "counted", "changed")


@admin.register(ViralIncident)
class ViralIncidentAdmin(ReadOnlyAdmin):
    """Chats that went public; they are verified on HR's pages."""

    list_display = ("chat_id", "agent", "sign", "severity", "state", "flagged_at")
    list_filter = ("state", "sign")
    search_fields = ("chat_id", "agent__full_name")
    list_select_related = ("agent",)


@admin.register(Result)
class ResultAdmin(ReadOnlyAdmin):
    """Results of tests, tasks and references."""

    list_display = ("agent", "kind", "value", "standard_error", "is_vetoed", "taken_at")
    list_filter = ("kind", "is_vetoed")
    search_fields = ("agent__full_name",)
    list_select_related = ("agent",)


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Policies; a published version is never edited."""

    list_display = ("name", "version", "state", "author", "publisher", "published_at")
    list_filter = ("state", "name")
    list_select_related = ("author", "publisher")


@admin.register(ScoreRun)
class ScoreRunAdmin(ReadOnlyAdmin):
    """Runs and their fingerprints."""

    list_display = ("id", "policy_version", "as_of", "places", "state", "created_at")
    list_filter = ("state",)
    list_select_related = ("policy_version",)


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    """Scores of single agents."""

    list_display = ("agent", "run", "score", "verdict", "rank")
    list_filter = ("verdict",)
    search_fields = ("agent__full_name",)
    list_select_related = ("agent", "run__policy_version")


@admin.register(Calibration)
class CalibrationAdmin(ReadOnlyAdmin):
    """Claimed against true chances, as the method page shows them."""

    list_display = ("policy_version", "as_of", "places", "agents", "created_at")
    list_select_related = ("policy_version",)


def _unlinked(field: models.Field[Any, Any]) -> Callable[[models.Model], Any]:
    @admin.display(description=field.verbose_name, empty_value="–")
    def neighbour(record: models.Model) -> Any:
        return getattr(record, field.name)

    return neighbour


def _record(request: HttpRequest, obj: models.Model, verb: str, message: Any) -> None:
    assert isinstance(request.user, User)
    record(actor=request.user, verb=verb, subject=obj, at=timezone.now(), detail={"message": message})
