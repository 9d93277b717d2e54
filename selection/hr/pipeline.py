"""Reads of the rounds pages: who stands where, what comes next, how far the graders are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assessments.models import Grading
from assessments.models.gradings import GradingState
from assessments.models.tasks import SubmissionState
from selection.components import Text
from selection.hr.run_form import policy_label
from selection.models import Candidate, Invitation, Round
from selection.models.candidates import MOVE_NAMES, ROLE_NAMES, STAGE_NAMES, AppealState
from selection.models.rounds import RoundPhase
from selection.rounds import NEXT_PHASE
from selection.stages import MOVES, Move, Role, Stage
from selection.what_ifs import what_if_counts

PATH = tuple(stage for stage in Stage if stage not in {Stage.DECLINED, Stage.WITHDRAWN})
NEXT_STEPS: dict[Stage, Text] = {
    Stage.NOMINATED: _("HR invites"),
    Stage.INVITED: _("the candidate accepts the invitation"),
    Stage.TEST: _("the candidate sits the knowledge test"),
    Stage.TASK: _("the candidate writes the test task"),
    Stage.GRADING: _("two graders grade the task"),
    Stage.ASSESSED: _("HR proposes or declines, with a reason"),
    Stage.PROPOSED: _("the line manager releases"),
    Stage.RELEASED: _("the head of public communications approves"),
    Stage.PROMOTED: _("nothing more: the place is given"),
    Stage.DECLINED: _("nothing more, unless an appeal is upheld"),
    Stage.WITHDRAWN: _("nothing more"),
}
READY = _("HR takes over the results")


@dataclass(frozen=True, kw_only=True)
class StageCount:
    """One stage of the picture, and how many stand there."""

    stage: str
    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class MoveButton:
    """A move that HR can make at a stage."""

    name: str
    label: str
    needs_reason: bool


@dataclass(frozen=True, kw_only=True)
class CandidateRow:
    """One candidate of a round, with what comes next and who does it."""

    candidate: Candidate
    is_graded: bool

    @property
    def next_step(self) -> Text:
        return READY if self.is_graded else NEXT_STEPS[Stage(self.candidate.stage)]

    @property
    def buttons(self) -> list[MoveButton]:
        """What HR can do at once, without a reason; the rest is on the candidate's page."""
        waits = self.candidate.stage == Stage.GRADING and not self.is_graded
        return [] if waits else [one for one in hr_moves(self.candidate.stage) if not one.needs_reason]


@dataclass(frozen=True, kw_only=True)
class RoundCard:
    """A round in a list, with how many candidates stand where."""

    round: Round
    stages: list[StageCount]

    @property
    def policy(self) -> str:
        return policy_label(self.round.policy_version)


@dataclass(frozen=True)
class RoundPage:
    """One round: the picture by stage, its candidates, the graders' progress, and its next phase."""

    opened: Round

    @property
    def policy(self) -> str:
        return policy_label(self.opened.policy_version)

    @cached_property
    def rows(self) -> list[CandidateRow]:
        found = self.opened.candidates.select_related("agent", "score", "invitation__submission")
        return [CandidateRow(candidate=one, is_graded=is_graded(one)) for one in found.order_by("agent__full_name")]

    @property
    def stages(self) -> list[StageCount]:
        return stage_counts(Counter(row.candidate.stage for row in self.rows))

    @property
    def to_invite(self) -> int:
        return sum(row.candidate.stage == Stage.NOMINATED for row in self.rows)

    @property
    def what_ifs(self) -> tuple[int, int]:
        """How many what-ifs there have been with the round's policy, and how many of them since the round opened."""
        return what_if_counts(self.opened)

    @property
    def taken(self) -> int:
        return sum(row.candidate.stage == Stage.PROMOTED for row in self.rows)

    @property
    def next_phase(self) -> str:
        """The name of the phase that HR can open now, empty at the end."""
        phase = NEXT_PHASE.get(RoundPhase(self.opened.phase))
        return str(phase.label) if phase else ""

    @property
    def graders(self) -> list[tuple[str, int, int]]:
        """Each grader of the round with how many works they have graded and how many wait; no work is named."""
        done, open_now = self._gradings(GradingState.SUBMITTED), self._gradings(GradingState.ASSIGNED)
        people = self.opened.graders.select_related("grader").order_by("grader__username")
        return [
            (one.grader.get_full_name() or one.grader.username, done[one.grader_id], open_now[one.grader_id])
            for one in people
        ]

    @cached_property
    def works(self) -> tuple[int, int]:
        """How many works have been graded by everybody who had to, of how many that were handed in."""
        handed_in = Q(submission__state__in=[SubmissionState.SUBMITTED, SubmissionState.GRADED])
        graded = Q(submission__state=SubmissionState.GRADED)
        counted = Invitation.objects.filter(candidate__round=self.opened).aggregate(
            graded=Count("pk", filter=graded), handed_in=Count("pk", filter=handed_in)
        )
        return counted["graded"], counted["handed_in"]

    def _gradings(self, state: str) -> Counter[int]:
        return Counter(grader for grader, found in self._graded if found == state)

    @cached_property
    def _graded(self) -> list[tuple[int, str]]:
        works = Invitation.objects.filter(candidate__round=self.opened, submission__isnull=False).values("submission")
        return list(Grading.objects.filter(submission__in=works).values_list("grader_id", "state"))


def rounds_by_phase() -> list[tuple[RoundPhase, list[RoundCard]]]:
    """Every round under its phase, with how many candidates stand where; the closed ones last."""
    rounds = list(Round.objects.select_related("policy_version"))
    standing: dict[int, Counter[str]] = {one.pk: Counter() for one in rounds}
    for pk, stage, count in Candidate.objects.order_by().values_list("round_id", "stage").annotate(Count("pk")):
        standing[pk][stage] = count
    return [
        (phase, [RoundCard(round=one, stages=stage_counts(standing[one.pk])) for one in rounds if one.phase == phase])
        for phase in RoundPhase
        if any(one.phase == phase for one in rounds)
    ]


def stage_counts(counted: Counter[str]) -> list[StageCount]:
    """The path in its order, then those who left it, if any did."""
    left = [stage for stage in (Stage.DECLINED, Stage.WITHDRAWN) if counted[stage]]
    return [
        StageCount(stage=stage.value, label=capfirst(str(STAGE_NAMES[stage])), count=counted[stage])
        for stage in (*PATH, *left)
    ]


def is_graded(candidate: Candidate) -> bool:
    """Tell whether a candidate's results are ready to be taken over."""
    work = getattr(candidate, "invitation", None)
    submission = work.submission if work else None
    return candidate.stage == Stage.GRADING and bool(submission and submission.state == SubmissionState.GRADED)


def hr_moves(stage: str, *, has_upheld_appeal: bool = False) -> list[MoveButton]:
    """What HR can do with a candidate at a stage; to reopen a case takes an upheld appeal."""
    moves: Iterable[Move] = (
        one
        for one in MOVES.values()
        if one.role is Role.HR and Stage(stage) in one.sources and (one.name != "reopen" or has_upheld_appeal)
    )
    return [
        MoveButton(name=one.name, label=capfirst(str(MOVE_NAMES[one.name])), needs_reason=one.needs_reason)
        for one in moves
    ]


def has_upheld_appeal(candidate: Candidate) -> bool:
    """Tell whether an appeal of the candidate was upheld."""
    return candidate.appeals.filter(state=AppealState.UPHELD).exists()


def whole_path() -> list[tuple[str, str, str, str, bool]]:
    """Every legal move: its name, from where, to where, by whom, and whether it takes a written reason."""
    return [
        (
            capfirst(str(MOVE_NAMES[one.name])),
            ", ".join(str(STAGE_NAMES[stage]) for stage in Stage if stage in one.sources),
            str(STAGE_NAMES[one.target]),
            str(ROLE_NAMES[one.role]),
            one.needs_reason,
        )
        for one in MOVES.values()
    ]
