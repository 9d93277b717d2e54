"""The question bank, tests, tasks and rubrics in the admin; people's work is read-only there."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models import (
    Grading,
    KnowledgeTest,
    Mark,
    Option,
    Question,
    Rubric,
    RubricCriterion,
    RubricLevel,
    Sitting,
    Submission,
    TestTask,
    Topic,
)
from assessments.models.knowledge import QuestionKind, SittingQuestion
from journal.record import record


class JournaledAdmin(admin.ModelAdmin[Any]):
    """Every change made here is in the journal too; Django calls these inside the transaction of the change."""

    actions = None  # the removal of several rows at once has no transaction

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Journal an addition."""
        _record(request, obj, "added_in_admin", message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Journal a change with the names of the fields."""
        _record(request, obj, "changed_in_admin", message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Journal a removal."""
        for obj in queryset:
            _record(request, obj, "removed_in_admin", str(obj))
        return super().log_deletions(request, queryset)


class UsedStaysAdmin(JournaledAdmin):
    """What people have worked with is neither changed nor removed: their results rest on it."""

    def is_used(self, obj: Any) -> bool:
        """Whether somebody's work depends on this row."""
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse once it is used."""
        return super().has_change_permission(request, obj) and not (obj is not None and self.is_used(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse once it is used."""
        return super().has_delete_permission(request, obj) and not (obj is not None and self.is_used(obj))


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """To look at; the verbs change it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody removes here."""
        return False


class KeyFormSet(BaseInlineFormSet[Option, Question, Any]):
    """The options of a question must make it answerable."""

    def clean(self) -> None:
        """Exactly one right option, or at least one for a question with several right answers."""
        super().clean()
        if _is_drawn(self.instance):
            return
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        right = sum(bool(row.get("is_right")) for row in kept)
        if len(kept) < 2:
            raise ValidationError(_("Give at least two options."))
        if right < 1 or (self.instance.kind == QuestionKind.SINGLE and right > 1):
            raise ValidationError(_("Mark the right option: one, or several only for the kind with several answers."))


class OptionInline(admin.TabularInline[Option, Question]):
    """The options below their question."""

    model = Option
    formset = KeyFormSet
    extra = 0
    fields = ("position", "text_ru", "text_en", "is_right")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No further options for a question that was drawn."""
        return super().has_add_permission(request, obj) and not _is_drawn(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No other key for a question that was drawn."""
        return super().has_change_permission(request, obj) and not _is_drawn(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No fewer options for a question that was drawn."""
        return super().has_delete_permission(request, obj) and not _is_drawn(obj)


@admin.register(Question)
class QuestionAdmin(JournaledAdmin):
    """A version that a sitting drew can only be retired: import the changed question to make the next version."""

    list_display = ("code", "version", "topic", "kind", "text", "is_active")
    list_filter = ("is_active", "topic", "kind")
    search_fields = ("code", "text_ru", "text_en")
    inlines = (OptionInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Everything but its use, once it was drawn."""
        fields = tuple(field.name for field in Question._meta.fields if field.name not in {"id", "is_active"})
        return fields if _is_drawn(obj) else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse once it was drawn."""
        return super().has_delete_permission(request, obj) and not _is_drawn(obj)

    @admin.display(description=_("question"))
    def text(self, obj: Question) -> str:
        """The beginning of the question in the reader's language."""
        return obj.text[:80]


@admin.register(Topic)
class TopicAdmin(JournaledAdmin):
    """Names of the topics."""

    list_display = ("code", "name_ru", "name_en")


@admin.register(KnowledgeTest)
class KnowledgeTestAdmin(UsedStaysAdmin):
    """How a sitting is drawn."""

    list_display = ("name", "question_count", "minutes")

    def is_used(self, obj: KnowledgeTest) -> bool:
        """Whether a sitting was prepared from it."""
        return obj.sittings.exists()


@admin.register(TestTask)
class TestTaskAdmin(UsedStaysAdmin):
    """The public threads to answer."""

    list_display = ("code", "title_ru", "title_en", "minutes", "word_limit")

    def is_used(self, obj: TestTask) -> bool:
        """Whether it was given to somebody."""
        return obj.submissions.exists()


class CriterionInline(admin.TabularInline[RubricCriterion, Rubric]):
    """The criteria below their rubric."""

    model = RubricCriterion
    extra = 0


@admin.register(Rubric)
class RubricAdmin(UsedStaysAdmin):
    """What graders look at."""

    list_display = ("name",)
    inlines = (CriterionInline,)

    def is_used(self, obj: Rubric) -> bool:
        """Whether work is graded by it."""
        return Submission.objects.filter(task__rubric=obj).exists()


class LevelInline(admin.TabularInline[RubricLevel, RubricCriterion]):
    """The levels below their criterion."""

    model = RubricLevel
    extra = 0


@admin.register(RubricCriterion)
class RubricCriterionAdmin(UsedStaysAdmin):
    """One criterion with its described levels."""

    list_display = ("rubric", "code", "weight", "name_ru", "name_en")
    list_filter = ("rubric",)
    inlines = (LevelInline,)

    def is_used(self, obj: RubricCriterion) -> bool:
        """Whether work is graded by its rubric."""
        return Submission.objects.filter(task__rubric=obj.rubric).exists()


@admin.register(Sitting)
class SittingAdmin(ReadOnlyAdmin):
    """Runs through a test, by code."""

    list_display = ("code", "test", "state", "right_count", "clock_stepped")
    list_filter = ("state", "clock_stepped")
    search_fields = ("code",)


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """Answers to a test task, by code."""

    list_display = ("code", "task", "state", "share", "standard_error", "is_vetoed")
    list_filter = ("state", "task", "is_vetoed")
    search_fields = ("code",)


class MarkInline(admin.TabularInline[Mark, Grading]):
    """The levels below their grading."""

    model = Mark
    extra = 0


@admin.register(Grading)
class GradingAdmin(ReadOnlyAdmin):
    """Gradings, by alias."""

    list_display = ("alias", "grader", "state", "share", "is_vetoed")
    list_filter = ("state", "is_vetoed")
    search_fields = ("alias",)
    inlines = (MarkInline,)


def _is_drawn(question: Question | None) -> bool:
    return (
        question is not None and question.pk is not None and SittingQuestion.objects.filter(question=question).exists()
    )


def _record(request: HttpRequest, obj: models.Model, verb: str, message: Any) -> None:
    assert isinstance(request.user, User)
    record(actor=request.user, verb=verb, subject=obj, at=timezone.now(), detail={"message": message})
