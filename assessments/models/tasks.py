"""Test tasks, the rubric they are graded by, and anonymous submissions."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.bilingual import Bilingual
from assessments.models.timed import TimedWork

Post = dict[str, str]


class Rubric(models.Model):
    """A set of criteria with described levels."""

    name = models.CharField(_("name"), max_length=120)
    veto_en = models.TextField(_("veto question (English)"))
    veto_ru = models.TextField(_("veto question (Russian)"))
    veto = Bilingual[str]()
    veto_help_en = models.TextField(_("rules for a veto (English)"), blank=True)
    veto_help_ru = models.TextField(_("rules for a veto (Russian)"), blank=True)
    veto_help = Bilingual[str]()

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["name"], name="assessments_rubric_name"),)

    def __str__(self) -> str:
        return self.name


class RubricCriterion(models.Model):
    """One thing to look at, with its weight in percent."""

    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="criteria")
    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"))
    weight = models.PositiveSmallIntegerField(_("weight, percent"))
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_ru = models.CharField(_("name (Russian)"), max_length=120)
    name = Bilingual[str]()

    class Meta:
        verbose_name = _("rubric criterion")
        verbose_name_plural = _("rubric criteria")
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["rubric", "code"], name="assessments_criterion_code"),
            models.UniqueConstraint(fields=["rubric", "position"], name="assessments_criterion_position"),
        )

    def __str__(self) -> str:
        return self.code


class RubricLevel(models.Model):
    """What a level looks like, so that two graders mean the same by it."""

    criterion = models.ForeignKey(RubricCriterion, on_delete=models.CASCADE, related_name="levels")
    level = models.PositiveSmallIntegerField(_("level"))
    text_en = models.TextField(_("descriptor (English)"))
    text_ru = models.TextField(_("descriptor (Russian)"))
    text = Bilingual[str]()

    class Meta:
        verbose_name = _("rubric level")
        verbose_name_plural = _("rubric levels")
        ordering = ("level",)
        constraints = (models.UniqueConstraint(fields=["criterion", "level"], name="assessments_level_once"),)

    def __str__(self) -> str:
        return f"{self.criterion} {self.level}"


class TestTask(models.Model):
    """A public thread that asks for an answer in the company's name."""

    __test__ = False  # the name is the field's; pytest need not collect it

    code = models.SlugField(_("code"), max_length=60)
    rubric = models.ForeignKey(Rubric, verbose_name=_("rubric"), on_delete=models.PROTECT, related_name="tasks")
    title_en = models.CharField(_("title (English)"), max_length=200)
    title_ru = models.CharField(_("title (Russian)"), max_length=200)
    title = Bilingual[str]()
    brief_en = models.TextField(_("brief (English)"))
    brief_ru = models.TextField(_("brief (Russian)"))
    brief = Bilingual[str]()
    posts_en = models.JSONField(_("posts (English)"), default=list, help_text=_("A list of author, text and time."))
    posts_ru = models.JSONField(_("posts (Russian)"), default=list)
    posts = Bilingual[list[Post]]()
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=40)
    grace_seconds = models.PositiveSmallIntegerField(_("grace, seconds"), default=30)
    word_limit = models.PositiveSmallIntegerField(_("words at most"), default=250)

    class Meta:
        verbose_name = _("test task")
        verbose_name_plural = _("test tasks")
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=["code"], name="assessments_task_code"),)

    def __str__(self) -> str:
        return self.code


class SubmissionState(models.TextChoices):
    """Where an answer stands."""

    PREPARED = "prepared", _("prepared")
    WRITING = "writing", _("being written")
    SUBMITTED = "submitted", _("handed in")
    GRADED = "graded", _("graded")


class Submission(TimedWork):
    """One answer to a test task."""

    task = models.ForeignKey(TestTask, verbose_name=_("task"), on_delete=models.PROTECT, related_name="submissions")
    language = models.CharField(_("language"), max_length=2, default="ru")
    state = models.CharField(
        _("state"), max_length=10, choices=SubmissionState.choices, default=SubmissionState.PREPARED
    )
    text = models.TextField(_("answer"), blank=True)
    saved_at = models.DateTimeField(_("saved at"), null=True)
    wanted_gradings = models.PositiveSmallIntegerField(_("gradings wanted"), default=2)
    graders = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("eligible graders"), related_name="+", blank=True
    )
    share = models.FloatField(_("result"), null=True, help_text=_("Mean of the gradings, 0 to 1."))
    standard_error = models.FloatField(_("standard error"), null=True)
    is_vetoed = models.BooleanField(_("vetoed"), default=False)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ("-prepared_at",)
        constraints = (
            models.UniqueConstraint(fields=["code"], name="assessments_submission_code"),
            models.CheckConstraint(
                condition=models.Q(share=None) | models.Q(share__range=(0, 1)), name="assessments_submission_share"
            ),
            models.CheckConstraint(
                condition=models.Q(state="prepared") | models.Q(started_at__isnull=False, deadline_at__isnull=False),
                name="assessments_submission_has_deadline",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="graded")
                | models.Q(share__isnull=False, standard_error__isnull=False, finished_at__isnull=False),
                name="assessments_graded_has_result",
            ),
        )
