"""Score runs: ask for one, carry it out, repeat it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.record import record
from scoring.cell_reading import next_month
from scoring.evaluation import Evaluation, NoEvidence, code_version, evaluate_policy
from scoring.models import CellSum, PolicyVersion, ScoreRun
from scoring.models.runs import RunState
from scoring.policies import read
from scoring.policy import PolicyRefused
from scoring.run_summary import summary
from scoring.score_writing import encoded, result_hash, stored_hash, write_scores
from scoring.scorecards import scorecards
from scoring.snapshot import take_snapshot

SEED_DIGITS = 8
STALE = timedelta(days=60)
# No run takes this long: one that is still running has lost its worker.
LOST_AFTER = timedelta(hours=2)


@dataclass(frozen=True)
class Repeated:
    """What the request of a finished run gives now: the hash, and what is the same as it was then."""

    hash: str
    same_scores: bool
    same_evidence: bool
    same_code: bool
    same_rows: bool

    @property
    def is_equal(self) -> bool:
        """Whether the scores come out as they did, and nobody has altered those that are stored."""
        return self.same_scores and self.same_rows


def request_run(
    *, policy_version: PolicyVersion, as_of: date, actor: User | None, at: datetime, places: int | None = None
) -> ScoreRun:
    """Ask for a run; it waits until a worker, or the caller, carries it out. Places default to the policy's own.

    Nothing is computed twice: when a finished run has the same policy, day, places, code and evidence, that run is
    given back (its state tells), and so is one that still waits with the same request. One journal entry either way.
    """
    wanted = {
        "policy_version": policy_version,
        "as_of": as_of,
        "places": places or read(policy_version).places,
        "code_version": code_version(),
    }
    _give_up_lost_runs(at)
    earlier = _waiting_like(wanted) or _finished_like(wanted)
    with transaction.atomic():
        run = earlier or _new_run(policy_version, wanted, actor, at)
        detail = {"policy": policy_version.document_hash, "as_of": as_of, "places": run.places}
        record(actor=actor, verb="reuse_run" if earlier else "request_run", subject=run, at=at, detail=detail)
    return run


def _new_run(policy_version: PolicyVersion, wanted: dict[str, Any], actor: User | None, at: datetime) -> ScoreRun:
    return ScoreRun.objects.create(
        policy_version=policy_version,
        as_of=wanted["as_of"],
        places=wanted["places"],
        seed=int(policy_version.document_hash[:SEED_DIGITS], 16),
        code_version=wanted["code_version"],
        requested_by=actor,
        created_at=at,
    )


def _waiting_like(wanted: dict[str, Any]) -> ScoreRun | None:
    return _runs(wanted).filter(state=RunState.WAITING).first()


def _finished_like(wanted: dict[str, Any]) -> ScoreRun | None:
    """The newest equal run, if the evidence is still the same; it is read only when there is a run to compare with."""
    found = _runs(wanted).filter(state=RunState.FINISHED).order_by("-created_at", "-pk").first()
    if found is None or found.evidence_fingerprint != take_snapshot(found.as_of).fingerprint:
        return None
    return found


def _runs(wanted: dict[str, Any]) -> QuerySet[ScoreRun]:
    return ScoreRun.objects.filter(**wanted).select_related("policy_version")


def default_day(at: datetime) -> date:
    """The day to score as of when nobody says: today, or the end of the evidence when that is long past."""
    today = timezone.localdate(at)
    newest = CellSum.objects.filter(month__lte=today).aggregate(newest=Max("month"))["newest"]
    if newest is None:
        return today
    end: date = next_month(newest) - timedelta(days=1)
    return today if today - end < STALE else end


def execute_run(*, run: ScoreRun, at: datetime) -> ScoreRun:
    """Carry out a waiting run, once however often it is called.

    Its scores become visible together; a run without evidence fails with a reason.
    """
    if not ScoreRun.objects.filter(pk=run.pk, state=RunState.WAITING).update(state=RunState.RUNNING):
        run.refresh_from_db()
        return run
    try:
        evaluation = _evaluate(run)
    except NoEvidence:
        reason = _("There is no evidence up to %(day)s. Import agents and ratings first.") % {"day": run.as_of}
        return _fail(run, reason, at)
    except PolicyRefused as refused:
        return _fail(run, str(refused), at)
    return _finish(run, evaluation, at)


def repeat_run(run: ScoreRun) -> Repeated:
    """Compute a finished run again, from scratch, and compare it to the byte."""
    evaluation = _evaluate(run, from_scratch=True)
    again = result_hash(encoded(scorecards(evaluation)))
    return Repeated(
        hash=again,
        same_scores=again == run.result_hash,
        same_evidence=evaluation.snapshot.fingerprint == run.evidence_fingerprint,
        same_code=code_version() == run.code_version,
        same_rows=stored_hash(run) == run.result_hash,
    )


def _evaluate(run: ScoreRun, *, from_scratch: bool = False) -> Evaluation:
    snapshot = take_snapshot(run.as_of, from_scratch=from_scratch)
    return evaluate_policy(read(run.policy_version), snapshot, places=run.places, seed=run.seed)


def _finish(run: ScoreRun, evaluation: Evaluation, at: datetime) -> ScoreRun:
    cards = scorecards(evaluation)
    rows = encoded(cards)
    run.finished_at = at
    run.evidence_fingerprint = evaluation.snapshot.fingerprint
    run.result_hash = result_hash(rows)
    run.summary = summary(evaluation, cards)
    with transaction.atomic():
        if not _leaves_running(run, RunState.FINISHED):
            return run
        write_scores(run, rows)
        run.save(update_fields=["finished_at", "evidence_fingerprint", "result_hash", "summary"])
        detail = {"evidence": run.evidence_fingerprint, "result": run.result_hash, "agents": len(cards)}
        record(actor=run.requested_by, verb="finish_run", subject=run, at=at, detail=detail)
    return run


def _fail(run: ScoreRun, message: str, at: datetime) -> ScoreRun:
    with transaction.atomic():
        if _leaves_running(run, RunState.FAILED):
            run.message = message
            run.save(update_fields=["message"])
            record(actor=run.requested_by, verb="fail_run", subject=run, at=at, detail={"as_of": run.as_of})
    return run


def _leaves_running(run: ScoreRun, state: RunState) -> bool:
    """Move a running run on; False, with the state as it stands, if somebody else has."""
    moved = ScoreRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(state=state)
    run.refresh_from_db(fields=["state"])
    return bool(moved)


def _give_up_lost_runs(at: datetime) -> None:
    lost = ScoreRun.objects.filter(state=RunState.RUNNING, created_at__lt=at - LOST_AFTER)
    for run in lost.select_related("requested_by"):
        _fail(run, _("The run stopped before it was finished, most likely with its worker. Start it again."), at)
