"""What must be true before a move: every refusal of the promotion path, as a sentence with its remedy."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from assessments.models.knowledge import SittingState
from assessments.models.tasks import SubmissionState
from scoring.queries import ManagerCycle
from selection.dossier import dossier_hash
from selection.models import Candidate, Invitation, StageChange
from selection.models.candidates import MOVE_NAMES, ROLE_NAMES, AppealState
from selection.models.rounds import RoundPhase
from selection.refusals import Kind, Refused
from selection.roles import acts_as, is_above, is_self, person_of
from selection.stages import MOVES, Move, Role, Stage

DECISIONS = frozenset({"release", "approve", "refuse_release", "refuse_approval"})


@dataclass(frozen=True, kw_only=True)
class MoveRequest:
    """Somebody asks for a move. `dossier_hash` is what a decider saw; `effective_on` is when a promotion begins."""

    name: str
    actor: User
    at: datetime
    reason: str = ""
    effective_on: date | None = None
    dossier_hash: str = ""


def check(candidate: Candidate, request: MoveRequest) -> Move:
    """Return the move if it is legal now for this person; raise Refused with the first reason otherwise."""
    move = MOVES.get(request.name)
    if move is None:
        raise Refused(
            Kind.NOT_NOW,
            _("There is no move “%(name)s”. The moves are: %(moves)s.")
            % {"name": request.name, "moves": ", ".join(MOVES)},
        )
    for gate in (_person, _source, _phase, _reason, *EXTRA.get(request.name, ())):
        gate(candidate, move, request)
    return move


def _person(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    person = person_of(request.actor)
    if move.role is not Role.CANDIDATE and is_self(person, candidate):
        raise Refused(Kind.NOT_ALLOWED, _("Nobody decides about themselves. Ask a colleague with the same role."))
    try:
        allowed = acts_as(person, move.role, candidate, request.at.date())
    except ManagerCycle:
        raise Refused(
            Kind.NOT_ALLOWED,
            _("The chain of managers runs in a circle, so nobody may release. Correct the roster first."),
        ) from None
    if not allowed:
        raise Refused(
            Kind.NOT_ALLOWED,
            _("Only %(role)s may do this: %(move)s.") % {"role": ROLE_NAMES[move.role], "move": MOVE_NAMES[move.name]},
        )


def _source(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    if Stage(candidate.stage) not in move.sources:
        raise Refused(
            Kind.NOT_NOW,
            _("Not possible at the stage “%(stage)s”: %(move)s. Reload the page to see what is possible.")
            % {"stage": candidate.get_stage_display(), "move": MOVE_NAMES[move.name]},
        )


def _phase(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    phase = RoundPhase(candidate.round.phase)
    if phase is RoundPhase.CLOSED and move.name != "reopen":
        raise Refused(Kind.NOT_NOW, _("The round is closed. Open a new round."))
    if move.name in DECISIONS and phase is not RoundPhase.DECISION:
        raise Refused(
            Kind.NOT_NOW,
            _("The round is in the phase “%(phase)s”. HR opens the decision phase first.") % {"phase": phase.label},
        )


def _reason(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    if move.needs_reason and len(request.reason.strip()) < 10:
        raise Refused(Kind.INCOMPLETE, _("Give a reason of at least ten characters: the candidate may ask for it."))


def _not_own_proposal(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    proposers = StageChange.objects.filter(candidate=candidate, move="propose").values_list("actor_id", flat=True)
    if request.actor.pk in {candidate.nominated_by_id, *proposers}:
        raise Refused(
            Kind.NOT_ALLOWED, _("Nobody decides about what they proposed. Ask a colleague with the same role.")
        )


def _one_voice(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    if candidate.decisions.filter(person_id=request.actor.pk, is_current=True).exists():
        raise Refused(
            Kind.NOT_ALLOWED, _("You have decided about this candidate already: one person has one voice. Ask another.")
        )


def _not_above(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    if is_above(person_of(request.actor), candidate, request.at.date()):
        raise Refused(
            Kind.NOT_ALLOWED,
            _("You are above this candidate in the line, so you may release, not approve. Ask another head."),
        )


def _saw_the_dossier(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    if request.dossier_hash != dossier_hash(candidate):
        raise Refused(
            Kind.STALE, _("The evidence has changed since you opened it. Reload the page, read it and decide again.")
        )


def _place_left(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    taken = Candidate.objects.filter(round=candidate.round, stage=Stage.PROMOTED).count()
    if taken >= candidate.round.places:
        raise Refused(
            Kind.NOT_NOW,
            _("All places of the round are taken (%(places)s). Open a new round.") % {"places": candidate.round.places},
        )


def _effective_date(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    if request.effective_on is None or request.effective_on < request.at.date():
        raise Refused(Kind.INCOMPLETE, _("Say from which day the promotion holds; it cannot begin in the past."))


def _sitting_finished(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    sitting = _invitation(candidate).sitting
    if sitting is None or sitting.state not in {SittingState.SUBMITTED, SittingState.CLOSED}:
        raise Refused(Kind.NOT_NOW, _("The knowledge test is not finished. Finish it first."))


def _submission_handed_in(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    submission = _invitation(candidate).submission
    if submission is None or submission.state not in {SubmissionState.SUBMITTED, SubmissionState.GRADED}:
        raise Refused(Kind.NOT_NOW, _("The test task is not handed in. Hand it in first."))


def _submission_graded(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    submission = _invitation(candidate).submission
    if submission is None or submission.state != SubmissionState.GRADED:
        raise Refused(Kind.NOT_NOW, _("The graders are not done. Wait for the second grading."))


def _invitation(candidate: Candidate) -> Invitation:
    invitation = Invitation.objects.select_related("sitting", "submission").filter(candidate=candidate).first()
    if invitation is None:
        raise Refused(Kind.NOT_NOW, _("The candidate has no invitation. Invite the candidate first."))
    return invitation


def _appeal_upheld(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    if not candidate.appeals.filter(state=AppealState.UPHELD).exists():
        raise Refused(Kind.NOT_NOW, _("Only an upheld appeal reopens a case. Answer the candidate's appeal first."))


Gate = Callable[[Candidate, Move, MoveRequest], None]
EXTRA: dict[str, tuple[Gate, ...]] = {
    "finish_test": (_sitting_finished,),
    "hand_in": (_submission_handed_in,),
    "take_results": (_submission_graded,),
    "reopen": (_appeal_upheld,),
    "release": (_not_own_proposal, _one_voice, _saw_the_dossier),
    "refuse_release": (_not_own_proposal, _one_voice, _saw_the_dossier),
    "approve": (_not_own_proposal, _one_voice, _not_above, _effective_date, _place_left, _saw_the_dossier),
    "refuse_approval": (_not_own_proposal, _one_voice, _not_above, _saw_the_dossier),
}
