"""The question bank, tests drawn from it, and anonymous sittings."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.bilingual import Bilingual
from assessments.models.timed import TimedWork


class Topic(models.Model):
    """The name of a topic in both languages; questions carry its code."""

    code = models.CharField(_("code"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    name_ru = models.CharField(_("name (Russian)"), max_length=120, blank=True)
    name = Bilingual[str]()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=["code"], name="assessments_topic_code"),)

    def __str__(self) -> str:
        return self.code


class QuestionKind(models.TextChoices):
    """How many options are right."""

    SINGLE = "single", _("one right answer")
    MULTI = "multi", _("several right answers")


class Question(models.Model):
    """One version of a multiple-choice question. A version that was drawn is never changed: a new one follows it."""

    code = models.CharField(_("code"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=6, choices=QuestionKind.choices, default=QuestionKind.SINGLE)
    weight = models.FloatField(_("weight"), default=1)
    text_en = models.TextField(_("question (English)"), blank=True)
    text_ru = models.TextField(_("question (Russian)"), blank=True)
    text = Bilingual[str]()
    explanation_en = models.TextField(_("explanation (English)"), blank=True)
    explanation_ru = models.TextField(_("explanation (Russian)"), blank=True)
    explanation = Bilingual[str]()
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ("code", "version")
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="assessments_question_version"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(is_active=True), name="assessments_question_one_in_use"
            ),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="assessments_question_weight"),
            models.CheckConstraint(condition=~models.Q(text_en="", text_ru=""), name="assessments_question_has_text"),
        )

    def __str__(self) -> str:
        return self.code


class Option(models.Model):
    """One possible answer. `position` is its place in the bank, never the place where a candidate sees it."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField(_("position"))
    text_en = models.TextField(_("answer (English)"), blank=True)
    text_ru = models.TextField(_("answer (Russian)"), blank=True)
    text = Bilingual[str]()
    is_right = models.BooleanField(_("right"), default=False)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["question", "position"], name="assessments_option_position"),)

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


class Sitting(TimedWork):
    """One run through a test."""

    test = models.ForeignKey(KnowledgeTest, verbose_name=_("test"), on_delete=models.PROTECT, related_name="sittings")
    state = models.CharField(_("state"), max_length=10, choices=SittingState.choices, default=SittingState.PREPARED)
    right_count = models.PositiveSmallIntegerField(_("right answers"), null=True)

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        ordering = ("-prepared_at",)
        constraints = (
            models.UniqueConstraint(fields=["code"], name="assessments_sitting_code"),
            models.CheckConstraint(
                condition=models.Q(state="prepared") | models.Q(started_at__isnull=False, deadline_at__isnull=False),
                name="assessments_sitting_has_deadline",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("prepared", "running")) | models.Q(right_count__isnull=False),
                name="assessments_sitting_marked_at_end",
            ),
        )


class SittingQuestion(models.Model):
    """A drawn question; `option_order` lists the bank positions of its options in the order shown."""

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
    """One chosen option as it stands, by the server's clock; a question with several right answers may have several."""

    drawn = models.ForeignKey(SittingQuestion, on_delete=models.CASCADE, related_name="answers")
    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = (models.UniqueConstraint(fields=["drawn", "option"], name="assessments_answer_once"),)

    def __str__(self) -> str:
        return f"{self.drawn}"
