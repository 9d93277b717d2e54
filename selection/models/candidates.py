"""Candidates and the way they went."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models import Sitting, Submission
from scoring.models import Agent, Score
from selection.models.rounds import Round
from selection.stages import MOVES, Role, Stage

STAGE_NAMES = {
    Stage.NOMINATED: _("nominated"),
    Stage.INVITED: _("invited"),
    Stage.TEST: _("knowledge test"),
    Stage.TASK: _("test task"),
    Stage.GRADING: _("being graded"),
    Stage.ASSESSED: _("assessed"),
    Stage.PROPOSED: _("proposed"),
    Stage.RELEASED: _("released by the line manager"),
    Stage.PROMOTED: _("promoted"),
    Stage.DECLINED: _("declined"),
    Stage.WITHDRAWN: _("withdrawn"),
}
MOVE_NAMES = {
    "invite": _("invite"),
    "accept": _("accept the invitation"),
    "finish_test": _("finish the knowledge test"),
    "hand_in": _("hand in the test task"),
    "take_results": _("take over the results"),
    "propose": _("propose for promotion"),
    "release": _("release"),
    "approve": _("approve"),
    "refuse_release": _("refuse the release"),
    "refuse_approval": _("refuse the promotion"),
    "decline": _("decline"),
    "withdraw": _("withdraw"),
    "reopen": _("reopen on appeal"),
}
ROLE_NAMES = {
    Role.HR: _("HR"),
    Role.LINE_MANAGER: _("the line manager"),
    Role.HEAD: _("the head of public communications"),
    Role.GRADER: _("a grader"),
    Role.AUDITOR: _("an auditor"),
    Role.CANDIDATE: _("the candidate"),
}


class Candidate(models.Model):
    """An agent in a round. `stage` is written by selection.workflow.move and by nobody else."""

    round = models.ForeignKey(Round, verbose_name=_("round"), on_delete=models.PROTECT, related_name="candidates")
    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="candidacies")
    stage = models.CharField(
        _("stage"), max_length=12, choices=[(s.value, name) for s, name in STAGE_NAMES.items()], default=Stage.NOMINATED
    )
    score = models.ForeignKey(
        Score, verbose_name=_("score at nomination"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    nominated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("nominated by"), on_delete=models.PROTECT, related_name="+"
    )
    nominated_at = models.DateTimeField(_("nominated at"))

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ("round", "agent__full_name")
        constraints = (models.UniqueConstraint(fields=["round", "agent"], name="selection_candidate_once"),)

    def __str__(self) -> str:
        return f"{self.agent}"


class StageChange(models.Model):
    """One move that was made: the row that every status change leaves."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="changes")
    move = models.CharField(_("move"), max_length=20, choices=[(name, MOVE_NAMES[name]) for name in MOVES])
    from_stage = models.CharField(_("from"), max_length=12)
    to_stage = models.CharField(_("to"), max_length=12)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.move} {self.to_stage}"


class Invitation(models.Model):
    """The only place where a name meets a piece of anonymous work."""

    candidate = models.OneToOneField(Candidate, on_delete=models.PROTECT, related_name="invitation")
    sitting = models.OneToOneField(Sitting, on_delete=models.PROTECT, null=True, related_name="+")
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, null=True, related_name="+")
    policy_read_at = models.DateTimeField(_("policy read at"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.candidate}"


class AppealState(models.TextChoices):
    """An appeal is answered by a person."""

    OPEN = "open", _("open")
    UPHELD = "upheld", _("upheld")
    REJECTED = "rejected", _("rejected")


class Appeal(models.Model):
    """A candidate's objection to data about them or to a decision."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="appeals")
    text = models.TextField(_("objection"))
    state = models.CharField(_("state"), max_length=10, choices=AppealState.choices, default=AppealState.OPEN)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("made at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"{self.candidate} {self.made_at:%Y-%m-%d}"
