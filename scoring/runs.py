"""Score runs: ask for one, carry it out, repeat it."""

import hashlib
import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.record import record
from scoring.evaluation import Evaluation, NoEvidence, code_version, evaluate_policy
from scoring.models import CellSum, PolicyVersion, Score, ScoreRun
from scoring.models.runs import RunState, Verdict
from scoring.policy import parse
from scoring.scorecards import Scorecard, scorecards
from scoring.snapshot import take_snapshot

EQUAL_ABOVE = 0.05
SEED_DIGITS = 8
STALE = timedelta(days=60)


def request_run(
    *, policy_version: PolicyVersion, as_of: date, actor: User | None, at: datetime, places: int | None = None
) -> ScoreRun:
    """Ask for a run; it waits until a worker, or the caller, carries it out. Places default to the policy's own."""
    with transaction.atomic():
        run = ScoreRun.objects.create(
            policy_version=policy_version,
            as_of=as_of,
            places=places or parse(policy_version.document).places,
            seed=int(policy_version.document_hash[:SEED_DIGITS], 16),
            code_version=code_version(),
            requested_by=actor,
            created_at=at,
        )
        detail = {"policy": policy_version.document_hash, "as_of": as_of, "places": run.places}
        record(actor=actor, verb="request_run", subject=run, at=at, detail=detail)
    return run


def default_day(at: datetime) -> date:
    """The day to score as of when nobody says: today, or the end of the evidence when that is long past."""
    today = timezone.localdate(at)
    newest = CellSum.objects.filter(month__lte=today).aggregate(newest=Max("month"))["newest"]
    if newest is None:
        return today
    end = (newest + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return today if today - end < STALE else end


def execute_run(*, run: ScoreRun, at: datetime) -> ScoreRun:
    """Carry out a waiting run. Its scores become visible together; a run without evidence fails with a reason."""
    if not ScoreRun.objects.filter(pk=run.pk, state=RunState.WAITING).update(state=RunState.RUNNING):
        run.refresh_from_db()
        return run
    snapshot = take_snapshot(run.as_of)
    try:
        evaluation = evaluate_policy(parse(run.policy_version.document), snapshot, places=run.places, seed=run.seed)
    except NoEvidence:
        return _fail(
            run, _("There is no evidence up to %(day)s. Import agents and ratings first.") % {"day": run.as_of}
        )
    return _finish(run, evaluation, at)


def repeat_run(run: ScoreRun) -> tuple[str, str]:
    """Compute a finished run again; give the hash of its scores as stored and as they come out now."""
    evaluation = evaluate_policy(
        parse(run.policy_version.document), take_snapshot(run.as_of), places=run.places, seed=run.seed
    )
    return run.result_hash, _hash(list(scorecards(evaluation)))


def _finish(run: ScoreRun, evaluation: Evaluation, at: datetime) -> ScoreRun:
    cards = list(scorecards(evaluation))
    teams = evaluation.snapshot.agents["team"].to_dict()
    with transaction.atomic():
        Score.objects.bulk_create(
            [Score(run=run, team_name=teams[card.agent_id], **asdict(card)) for card in cards], batch_size=200
        )
        run.state = RunState.FINISHED
        run.finished_at = at
        run.evidence_fingerprint = evaluation.snapshot.fingerprint
        run.result_hash = _hash(cards)
        run.summary = summary(evaluation, cards)
        run.save(update_fields=["state", "finished_at", "evidence_fingerprint", "result_hash", "summary"])
        detail = {"evidence": run.evidence_fingerprint, "result": run.result_hash, "agents": len(cards)}
        record(actor=run.requested_by, verb="finish_run", subject=run, at=at, detail=detail)
    return run


def summary(evaluation: Evaluation, cards: list[Scorecard]) -> dict[str, Any]:
    """What a page says about a whole run; see docs/scores.md."""
    model, equality = evaluation.measures.ratings, evaluation.equality
    counts = {verdict.value: sum(card.verdict == verdict.value for card in cards) for verdict in Verdict}
    return {
        "agents": len(cards),
        "eligible": sum(card.is_eligible for card in cards),
        **counts,
        "p_equal": None if equality is None else round(equality, 6),
        "distinguishable": equality is not None and equality < EQUAL_ABOVE,
        "between_sd": round(model.posterior.prior_sd, 6) if model else None,
        "mean_rating": round(model.centre, 6) if model else None,
        "ratings": int(evaluation.snapshot.sums["answered"].sum()),
        "offered": int(evaluation.snapshot.sums["offered"].sum()),
        "components": model.mix.components if model else 0,
        "shares": {name: round(share, 6) for name, share in evaluation.composite.shares.items()},
    }


def _fail(run: ScoreRun, message: str) -> ScoreRun:
    run.state = RunState.FAILED
    run.message = message
    run.save(update_fields=["state", "message"])
    return run


def _hash(cards: list[Scorecard]) -> str:
    text = json.dumps([asdict(card) for card in cards], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
