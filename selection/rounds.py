"""The verbs of a round: open it, nominate, go on to the next phase."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import KnowledgeTest, TestTask
from journal.record import record
from scoring.models import PolicyVersion, Score, ScoreRun
from scoring.models.policies import PolicyState
from scoring.presets import is_signed
from selection.conflicts import GRADERS_NEEDED
from selection.models import Candidate, Round, RoundGrader
from selection.models.overrides import NOMINATE
from selection.models.rounds import RoundPhase
from selection.overrides import keep_override, require_reason
from selection.refusals import Kind, Refused
from selection.roles import person_of
from selection.stages import Role

NEXT_PHASE = {
    RoundPhase.NOMINATION: RoundPhase.ASSESSMENT,
    RoundPhase.ASSESSMENT: RoundPhase.DECISION,
    RoundPhase.DECISION: RoundPhase.CLOSED,
}
# The journal tells who was invited when; beside a grading it would tell whose work it is.
SEEING_NAMES = frozenset({Role.HR, Role.AUDITOR})


@dataclass(frozen=True, kw_only=True)
class RoundPlan:
    """What HR decides when a round opens."""

    title: str
    policy_version: PolicyVersion
    run: ScoreRun | None
    places: int
    knowledge_test: KnowledgeTest
    test_task: TestTask
    assessments_until: datetime
    decisions_until: datetime
    graders: Collection[User]


def open_round(*, plan: RoundPlan, actor: User, at: datetime) -> Round:
    """Open a round with a published policy version, at least two graders and deadlines in the future."""
    require_hr(actor)
    _check_plan(plan, at)
    with transaction.atomic():
        opened = Round.objects.create(
            title=plan.title,
            policy_version=plan.policy_version,
            run=plan.run,
            places=plan.places,
            knowledge_test=plan.knowledge_test,
            test_task=plan.test_task,
            assessments_until=plan.assessments_until,
            decisions_until=plan.decisions_until,
            opened_by=actor,
            opened_at=at,
        )
        RoundGrader.objects.bulk_create([RoundGrader(round=opened, grader=grader) for grader in plan.graders])
        record(
            actor=actor,
            verb="open_round",
            subject=opened,
            at=at,
            detail={"policy": plan.policy_version.document_hash, "places": plan.places, "graders": len(plan.graders)},
        )
    return opened


def nominate(
    *, opened: Round, score: Score, actor: User, at: datetime, reason_code: str = "", reason: str = ""
) -> Candidate:
    """Take an agent into a round with the score that stood there, whatever it is: no score decides alone.

    To nominate against the verdict takes a code of OverrideReason and a text; otherwise neither is kept.
    """
    require_hr(actor)
    if opened.phase != RoundPhase.NOMINATION:
        raise Refused(
            Kind.NOT_NOW, _("The round no longer takes nominations. Open a new round, or wait for the next one.")
        )
    if score.run.policy_version_id != opened.policy_version_id:
        raise Refused(
            Kind.NOT_NOW,
            _("This score was made with another policy than the round's. Run the scores with %(policy)s first.")
            % {"policy": opened.policy_version},
        )
    require_reason(NOMINATE, score, code=reason_code, text=reason)
    with transaction.atomic():
        candidate, created = Candidate.objects.get_or_create(
            round=opened, agent=score.agent, defaults={"score": score, "nominated_by": actor, "nominated_at": at}
        )
        if not created:
            raise Refused(Kind.NOT_NOW, _("%(agent)s is in this round already.") % {"agent": score.agent})
        kept = keep_override(candidate=candidate, step=NOMINATE, code=reason_code, text=reason, actor=actor, at=at)
        against = {"override": kept.code, "reason": kept.text} if kept else {}
        detail = {"round": opened.pk, "agent": score.agent_id, "score": score.pk, "rank": score.rank, **against}
        record(actor=actor, verb="nominate", subject=candidate, at=at, detail=detail)
    return candidate


def next_phase(*, opened: Round, actor: User, at: datetime) -> Round:
    """Go on to the next phase; a round never goes back."""
    require_hr(actor)
    with transaction.atomic():
        locked = Round.objects.select_for_update().get(pk=opened.pk)
        target = NEXT_PHASE.get(RoundPhase(locked.phase))
        if target is None or locked.phase != opened.phase:
            raise Refused(Kind.NOT_NOW, _("The round has moved on already. Reload the page."))
        detail = {"from": locked.phase, "to": target.value}
        locked.phase = target
        locked.save(update_fields=["phase"])
        record(actor=actor, verb="next_phase", subject=locked, at=at, detail=detail)
    return locked


def add_grader(*, opened: Round, grader: User, actor: User, at: datetime) -> RoundGrader:
    """Let one more grader be drawn in a round that runs."""
    require_hr(actor)
    if opened.phase == RoundPhase.CLOSED:
        raise Refused(Kind.NOT_NOW, _("The round is closed. Open a new round."))
    _check_graders([grader])
    with transaction.atomic():
        added, created = RoundGrader.objects.get_or_create(round=opened, grader=grader)
        if not created:
            raise Refused(Kind.NOT_NOW, _("%(grader)s grades in this round already.") % {"grader": grader})
        record(actor=actor, verb="add_grader", subject=opened, at=at, detail={"grader": grader.pk})
    return added


def require_hr(actor: User) -> None:
    """Refuse whoever is not HR, in the same words everywhere."""
    if not person_of(actor).has(Role.HR):
        raise Refused(Kind.NOT_ALLOWED, _("Only HR may do this. Ask a colleague in HR."))


def _check_plan(plan: RoundPlan, at: datetime) -> None:
    if plan.policy_version.state != PolicyState.PUBLISHED:
        raise Refused(Kind.NOT_NOW, _("Only a published policy opens a round. Have a second person publish it first."))
    if not is_signed(plan.policy_version):
        raise Refused(
            Kind.NOT_ALLOWED,
            _("Nobody has signed this policy version, nor did it come with Rostrum. Draft it and have it published."),
        )
    if len(set(plan.graders)) < GRADERS_NEEDED:
        raise Refused(Kind.INCOMPLETE, _("Two people grade each answer. Choose at least two graders."))
    _check_graders(plan.graders)
    if not at < plan.assessments_until <= plan.decisions_until:
        raise Refused(
            Kind.INCOMPLETE, _("The deadlines must lie ahead, the one for decisions not before the one for the work.")
        )
    if Round.objects.filter(title=plan.title).exists():
        raise Refused(
            Kind.INCOMPLETE, _("There is a round “%(title)s” already. Choose another title.") % {"title": plan.title}
        )


def _check_graders(graders: Collection[User]) -> None:
    for grader in graders:
        person = person_of(grader)
        if person.roles & SEEING_NAMES:
            raise Refused(
                Kind.INCOMPLETE,
                _("%(grader)s sees the journal or the names of candidates, so cannot grade blind. Choose others.")
                % {"grader": grader},
            )
        if not person.has(Role.GRADER):
            raise Refused(
                Kind.INCOMPLETE,
                _("%(grader)s is no grader. Choose others, or give this login the role first.") % {"grader": grader},
            )
