"""What must be true before a move: every refusal of the promotion path, as a sentence with its remedy."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models.knowledge import SittingState
from assessments.models.tasks import SubmissionState
from scoring.queries import ManagerCycle
from selection.conflicts import GRADERS_NEEDED, eligible_graders
from selection.dossier import dossier_hash
from selection.models import Candidate, Invitation, Placement, StageChange
from selection.models.candidates import MOVE_NAMES, ROLE_NAMES, AppealState
from selection.models.rounds import RoundPhase
from selection.overrides import require_reason
from selection.refusals import Kind, Refused
from selection.roles import acts_as, is_above, is_self, person_of
from selection.stages import MOVES, Move, Role, Stage

DECISIONS = frozenset({"release", "approve", "refuse_release", "refuse_approval"})


@dataclass(frozen=True, kw_only=True)
class MoveRequest:
    """Somebody asks for a move. `dossier_hash` is what a decider saw; `effective_on` is when a promotion begins;
    `reason_code` is one of OverrideReason, needed when the move goes against the verdict."""

    name: str
    actor: User
    at: datetime
    reason: str = ""
    reason_code: str = ""
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
    for gate in (_person, _source, _phase, _reason, _override, *EXTRA.get(request.name, ())):
        gate(candidate, move, request)
    return move


def require_time_left(candidate: Candidate, at: datetime) -> None:
    """Refuse to begin test or task after the round's deadline for them."""
    until = candidate.round.assessments_until
    if at > until:
        raise Refused(
            Kind.NOT_NOW,
            _("The time for test and task ended on %(until)s. Write to HR if you were kept from it.")
            % {"until": date_format(localtime(until), "DATETIME_FORMAT")},
        )


def _person(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    person = person_of(request.actor)
    if move.role is not Role.CANDIDATE and is_self(person, candidate):
        raise Refused(Kind.NOT_ALLOWED, _("Nobody decides about themselves. Ask a colleague with the same role."))
    if not _fails_closed(lambda day: acts_as(person, move.role, candidate, day), request):
        raise Refused(
            Kind.NOT_ALLOWED,
            _("Only %(role)s may do this: %(move)s.") % {"role": ROLE_NAMES[move.role], "move": MOVE_NAMES[move.name]},
        )


def _fails_closed(question: Callable[[date], bool], request: MoveRequest) -> bool:
    """Ask about the line of command on the company's own day; nobody decides while the line runs in a circle."""
    try:
        return question(localdate(request.at))
    except ManagerCycle:
        raise Refused(
            Kind.NOT_ALLOWED,
            _("The chain of managers runs in a circle, so nobody may decide. Ask HR to correct the roster first."),
        ) from None


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


def _override(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    require_reason(move.name, candidate.score, code=request.reason_code, text=request.reason)


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
    person = person_of(request.actor)
    if _fails_closed(lambda day: is_above(person, candidate, day), request):
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
    if request.effective_on is None or request.effective_on < localdate(request.at):
        raise Refused(Kind.INCOMPLETE, _("Say from which day the promotion holds; it cannot begin in the past."))


def _not_placed_yet(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    held = Placement.objects.filter(agent=candidate.agent, ends_on=None).first()
    if held:
        raise Refused(
            Kind.NOT_NOW,
            _("%(agent)s is in the department already, from %(day)s on. End that placement first.")
            % {"agent": candidate.agent, "day": date_format(held.starts_on, "SHORT_DATE_FORMAT")},
        )


def _employed(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    known = candidate.agent.employments
    day = request.effective_on or localdate(request.at)
    if known.exists() and not known.filter(Q(left_on=None) | Q(left_on__gte=day)).exists():
        raise Refused(
            Kind.NOT_NOW,
            _("%(agent)s no longer works here on that day. Decline the candidate, or correct the roster.")
            % {"agent": candidate.agent},
        )


def _graders_enough(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    found = len(eligible_graders(candidate, day=localdate(request.at)))
    # Found out now and by HR, not by the candidate with a finished answer in hand.
    if found < GRADERS_NEEDED:
        raise Refused(
            Kind.NOT_NOW,
            ngettext(
                "Only %(found)s grader of the round may grade this candidate, %(needed)s are needed: the others are "
                "too close to the candidate or no graders any more. Add graders to the round first.",
                "Only %(found)s graders of the round may grade this candidate, %(needed)s are needed: the others are "
                "too close to the candidate or no graders any more. Add graders to the round first.",
                found,
            )
            % {"found": found, "needed": GRADERS_NEEDED},
        )


def _in_time(candidate: Candidate, move: Move, request: MoveRequest) -> None:
    require_time_left(candidate, request.at)


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
    declined = candidate.changes.filter(to_stage=Stage.DECLINED).order_by("at", "pk").last()
    upheld = candidate.appeals.filter(state=AppealState.UPHELD)
    # An appeal is used up by the case that it reopened.
    if declined is None or not upheld.filter(answered_at__gte=declined.at).exists():
        raise Refused(Kind.NOT_NOW, _("Only an upheld appeal reopens a case. Answer the candidate's appeal first."))


Gate = Callable[[Candidate, Move, MoveRequest], None]
EXTRA: dict[str, tuple[Gate, ...]] = {
    "invite": (_graders_enough,),
    "accept": (_in_time,),
    "finish_test": (_sitting_finished,),
    "hand_in": (_submission_handed_in,),
    "take_results": (_submission_graded,),
    "reopen": (_appeal_upheld,),
    "release": (_not_own_proposal, _one_voice, _saw_the_dossier),
    "refuse_release": (_not_own_proposal, _one_voice, _saw_the_dossier),
    "approve": (
        _not_own_proposal,
        _one_voice,
        _not_above,
        _effective_date,
        _employed,
        _not_placed_yet,
        _place_left,
        _saw_the_dossier,
    ),
    "refuse_approval": (_not_own_proposal, _one_voice, _not_above, _saw_the_dossier),
}
