"""What a move brings about, beside the change of stage itself. Called by workflow.move in its transaction."""

import random

from django.utils.timezone import localdate
from django.utils.translation import get_language

from assessments import grading, sittings, submissions
from assessments.models import Submission
from scoring.models.evidence import ResultKind
from scoring.results import record_result
from selection.acknowledgements import acknowledge
from selection.conflicts import eligible_graders
from selection.gates import MoveRequest
from selection.models import Candidate, Decision, Invitation, Placement
from selection.models.decisions import Verdict
from selection.stages import Role

DECIDING_ROLES = {
    "release": Role.LINE_MANAGER,
    "refuse_release": Role.LINE_MANAGER,
    "approve": Role.HEAD,
    "refuse_approval": Role.HEAD,
}


def prepare_work(candidate: Candidate, request: MoveRequest, rng: random.Random) -> None:
    """Make the anonymous sitting and submission, and the one row that knows whose they are."""
    Invitation.objects.create(
        candidate=candidate,
        sitting=sittings.prepare_sitting(
            test=candidate.round.knowledge_test, at=request.at, rng=rng, actor=request.actor
        ),
        submission=submissions.prepare_submission(
            task=candidate.round.test_task,
            language=(get_language() or "ru")[:2],
            at=request.at,
            rng=rng,
            actor=request.actor,
        ),
    )


def note_policy_read(candidate: Candidate, request: MoveRequest, rng: random.Random) -> None:
    """Keep that the candidate has read what counts: accepting says so."""
    acknowledge(version=candidate.round.policy_version, actor=request.actor, at=request.at)
    candidate.invitation.policy_read_at = request.at
    candidate.invitation.save(update_fields=["policy_read_at"])


def take_test_result(candidate: Candidate, request: MoveRequest, rng: random.Random) -> None:
    """Turn the marked sitting into evidence about the agent."""
    sitting = candidate.invitation.sitting
    assert sitting is not None
    result = sittings.result(sitting=sitting)
    record_result(
        agent=candidate.agent,
        kind=ResultKind.KNOWLEDGE_TEST,
        value=result.share,
        standard_error=result.standard_error,
        observations=result.questions,
        source=f"candidate:{candidate.pk}",
        taken_at=request.at,
    )


def assign_graders(candidate: Candidate, request: MoveRequest, rng: random.Random) -> None:
    """Draw the graders from those of the round who are not too close to the candidate."""
    grading.assign(
        submission=_submission(candidate),
        graders=eligible_graders(candidate, day=localdate(request.at)),
        rng=rng,
        at=request.at,
        actor=None,
    )


def take_task_result(candidate: Candidate, request: MoveRequest, rng: random.Random) -> None:
    """Turn the graded submission into evidence about the agent."""
    result = submissions.result(submission=_submission(candidate))
    record_result(
        agent=candidate.agent,
        kind=ResultKind.TEST_TASK,
        value=result.share,
        standard_error=result.standard_error,
        observations=result.gradings,
        is_vetoed=result.is_vetoed,
        source=f"candidate:{candidate.pk}",
        taken_at=request.at,
    )


def grant(candidate: Candidate, request: MoveRequest, rng: random.Random) -> None:
    """Sign for the promotion."""
    _decide(candidate, request, Verdict.GRANTED)


def refuse(candidate: Candidate, request: MoveRequest, rng: random.Random) -> None:
    """Sign against the promotion."""
    _decide(candidate, request, Verdict.REFUSED)


def place(candidate: Candidate, request: MoveRequest, rng: random.Random) -> None:
    """Give the place from its first day on."""
    assert request.effective_on is not None
    Placement.objects.create(
        candidate=candidate, agent=candidate.agent, starts_on=request.effective_on, created_at=request.at
    )


def revoke_decisions(candidate: Candidate, request: MoveRequest, rng: random.Random) -> None:
    """Put earlier decisions out of force; they stay on record."""
    for decision in candidate.decisions.filter(is_current=True):
        decision.is_current = False
        decision.save(update_fields=["is_current"])


def _decide(candidate: Candidate, request: MoveRequest, verdict: Verdict) -> None:
    Decision.objects.create(
        candidate=candidate,
        role=DECIDING_ROLES[request.name],
        verdict=verdict,
        person=request.actor,
        reason=request.reason.strip(),
        dossier_hash=request.dossier_hash,
        decided_at=request.at,
    )


def _submission(candidate: Candidate) -> Submission:
    submission = candidate.invitation.submission
    assert submission is not None
    return submission
