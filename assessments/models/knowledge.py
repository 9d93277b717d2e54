"""The question bank, tests drawn from it, and anonymous sittings."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Question(models.Model):
    """One multiple-choice question of the bank, in both languages."""

    code = models.CharField(_("code"), max_length=60)
    topic = models.CharField(_("topic"), max_length=80)
    text_en = models.TextField(_("question (English)"))
    text_ru = models.TextField(_("question (Russian)"))
    explanation_en = models.TextField(_("explanation (English)"), blank=True)
    explanation_ru = models.TextField(_("explanation (Russian)"), blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=["code"], name="assessments_question_code"),)

    def __str__(self) -> str:
        return self.code


class Option(models.Model):
    """One possible answer; exactly one of a question's options is right."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField(_("position"))
    text_en = models.TextField(_("answer (English)"))
    text_ru = models.TextField(_("answer (Russian)"))
    is_right = models.BooleanField(_("right"), default=False)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["question", "position"], name="assessments_option_position"),
            models.UniqueConstraint(
                fields=["question"], condition=models.Q(is_right=True), name="assessments_option_one_right"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question} {self.position}"


class KnowledgeTest(models.Model):
    """How a sitting is drawn from the bank: how many questions, of which topics, in how many minutes."""

    name = models.CharField(_("name"), max_length=120)
    question_count = models.PositiveSmallIntegerField(_("questions"), default=20)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=25)
    grace_seconds = models.PositiveSmallIntegerField(_("grace, seconds"), default=30)
    topics = models.JSONField(_("topics (empty: all)"), default=list, blank=True)

    class Meta:
        verbose_name = _("knowledge test")
        verbose_name_plural = _("knowledge tests")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["name"], name="assessments_test_name"),)

    def __str__(self) -> str:
        return self.name


class SittingState(models.TextChoices):
    """A sitting counts from its start, whatever happens to the browser."""

    PREPARED = "prepared", _("prepared")
    RUNNING = "running", _("running")
    SUBMITTED = "submitted", _("submitted")
    CLOSED = "closed", _("closed by the clock")


class Sitting(models.Model):
    """One run through a test. Known by its code only; the roof keeps the name."""

    code = models.CharField(_("code"), max_length=32)
    test = models.ForeignKey(KnowledgeTest, verbose_name=_("test"), on_delete=models.PROTECT, related_name="sittings")
    state = models.CharField(_("state"), max_length=10, choices=SittingState.choices, default=SittingState.PREPARED)
    extra_minutes = models.PositiveSmallIntegerField(_("extra minutes"), default=0)
    writer = models.CharField(_("writing tab"), max_length=32, blank=True)
    prepared_at = models.DateTimeField(_("prepared at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    deadline_at = models.DateTimeField(_("deadline"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    right_count = models.PositiveSmallIntegerField(_("right answers"), null=True)

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        ordering = ("-prepared_at",)
        constraints = (models.UniqueConstraint(fields=["code"], name="assessments_sitting_code"),)

    def __str__(self) -> str:
        return self.code


class SittingQuestion(models.Model):
    """A drawn question, with the order in which its options were shown."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="questions")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("position"))
    option_order = models.JSONField(_("order of options"), default=list)

    class Meta:
        verbose_name = _("drawn question")
        verbose_name_plural = _("drawn questions")
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["sitting", "position"], name="assessments_drawn_position"),
            models.UniqueConstraint(fields=["sitting", "question"], name="assessments_drawn_once"),
        )

    def __str__(self) -> str:
        return f"{self.sitting} {self.position}"


class Answer(models.Model):
    """The answer as it stands; saved when given, by the server's clock."""

    drawn = models.OneToOneField(SittingQuestion, on_delete=models.CASCADE, related_name="answer")
    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")

    def __str__(self) -> str:
        return f"{self.drawn}"
