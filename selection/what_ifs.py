"""Ask "what if", and leave a trace: every what-if is kept and journaled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from journal.record import record
from scoring.evaluation import NoEvidence
from scoring.models import ScoreRun
from scoring.models.runs import RunState
from scoring.policies import read
from scoring.what_if import Answer, EvidenceChanged, answer, changes
from selection.models import Round, WhatIf
from selection.models.rounds import RoundPhase
from selection.refusals import Kind, Refused
from selection.rounds import require_hr


@dataclass(frozen=True, eq=False)
class Tried:
    """An answer, and the trace of it; no trace when nothing was changed."""

    answer: Answer
    kept: WhatIf | None


def try_what_if(*, run: ScoreRun, values: Mapping[str, float], actor: User, at: datetime) -> Tried:
    """Answer a what-if over a finished run and keep it with its journal entry.

    values: by key of the entry in the policy, as the sliders stand. It is kept with the round that runs with the
    policy now, whichever page it was asked on. Raises Refused for whoever is not HR, and when the run cannot be asked.
    """
    require_hr(actor)
    moved = changes(read(run.policy_version), values)
    found = answered(run, moved)
    if not moved:
        return Tried(found, None)
    summary = {"enters": found.enters, "leaves": found.leaves, "eligible": list(found.eligible)}
    with transaction.atomic():
        kept = WhatIf.objects.create(run=run, round=round_now(run), actor=actor, at=at, changes=moved, summary=summary)
        detail = {"policy": run.policy_version.document_hash, "run": run.pk, "round": kept.round_id, "changes": moved}
        record(actor=actor, verb="what_if", subject=kept, at=at, detail={**detail, **summary})
    return Tried(found, kept)


def answered(run: ScoreRun, moved: Mapping[str, Mapping[str, float]]) -> Answer:
    """The answer without a trace: to look at a what-if again, or at the list as it stands."""
    if run.state != RunState.FINISHED:
        raise Refused(Kind.NOT_NOW, _("These scores are not finished. Wait for them, or run the scores again."))
    try:
        return answer(run, moved)
    except (EvidenceChanged, NoEvidence):
        raise Refused(
            Kind.STALE, _("The evidence has changed since these scores were made. Run the scores again first.")
        ) from None


def round_now(run: ScoreRun) -> Round | None:
    """The newest round that still runs with the run's policy version."""
    running = Round.objects.filter(policy_version=run.policy_version_id).exclude(phase=RoundPhase.CLOSED)
    return running.order_by("-opened_at", "-pk").first()


def what_ifs_on(policy_name: str) -> QuerySet[WhatIf]:
    """Every what-if over any version of a policy, the newest first."""
    return WhatIf.objects.filter(run__policy_version__name=policy_name)


def what_if_counts(opened: Round) -> tuple[int, int]:
    """How many what-ifs there have been with the policy of a round, and how many of them since the round opened."""
    found = what_ifs_on(opened.policy_version.name)
    return found.count(), found.filter(at__gte=opened.opened_at).count()
