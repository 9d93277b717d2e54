"""move(): the only writer of a candidate's stage. Its effects are listed here, move by move."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.timezone import localdate

from journal.record import record
from selection.dossier import dossier_hash
from selection.effects import (
    assign_graders,
    grant,
    note_policy_read,
    place,
    prepare_work,
    refuse,
    revoke_decisions,
    take_task_result,
    take_test_result,
)
from selection.gates import MoveRequest, check
from selection.models import Candidate, Override, Round, StageChange
from selection.models.overrides import OverrideReason
from selection.overrides import keep_override
from selection.refusals import Refused, refusals_of_work
from selection.stages import MOVES

Effect = Callable[[Candidate, MoveRequest, random.Random], None]
EFFECTS: dict[str, tuple[Effect, ...]] = {
    "invite": (prepare_work,),
    "accept": (note_policy_read,),
    "finish_test": (take_test_result,),
    "hand_in": (assign_graders,),
    "take_results": (take_task_result,),
    "release": (grant,),
    "approve": (grant, place),
    "refuse_release": (refuse,),
    "refuse_approval": (refuse,),
    "reopen": (revoke_decisions,),
}


def move(*, candidate: Candidate, request: MoveRequest, rng: random.Random) -> StageChange:
    """Make one legal move: check it, do its effects, write the stage, the row and the journal entry, or nothing at all.

    Raises Refused with the sentence to show. The round is locked before the candidate, so that two approvals cannot
    share the last place.
    """
    with transaction.atomic():
        Round.objects.select_for_update().get(pk=candidate.round_id)
        locked = Candidate.objects.select_for_update(of=("self",)).select_related("round", "agent").get(pk=candidate.pk)
        legal = check(locked, request)
        with refusals_of_work():
            for effect in EFFECTS.get(legal.name, ()):
                effect(locked, request, rng)
        change = StageChange.objects.create(
            candidate=locked,
            move=legal.name,
            from_stage=locked.stage,
            to_stage=legal.target,
            actor=request.actor,
            reason=request.reason.strip(),
            at=request.at,
        )
        kept = keep_override(
            candidate=locked,
            step=legal.name,
            code=request.reason_code,
            text=request.reason,
            actor=request.actor,
            at=request.at,
        )
        locked.stage = legal.target
        locked.save(update_fields=["stage"])
        record(
            actor=request.actor,
            verb=legal.name,
            subject=locked,
            at=request.at,
            detail=_told(change, request, kept),
        )
    candidate.stage = legal.target
    return change


def possible_moves(candidate: Candidate, *, actor: User, at: datetime) -> list[str]:
    """Name the moves that this person could make now, given a reason and a date: what a page offers as buttons."""
    asked = MoveRequest(
        name="",
        actor=actor,
        at=at,
        reason="(to be given by hand)",
        reason_code=OverrideReason.UNSEEN,
        effective_on=localdate(at),
        dossier_hash=dossier_hash(candidate),
    )
    return [name for name in MOVES if _is_legal(candidate, replace(asked, name=name))]


def _is_legal(candidate: Candidate, request: MoveRequest) -> bool:
    try:
        check(candidate, request)
    except Refused:
        return False
    return True


def _told(change: StageChange, request: MoveRequest, kept: Override | None) -> dict[str, str]:
    """What the journal keeps of a move; details that it has not are left out."""
    decided = {
        "dossier": request.dossier_hash,
        "effective_on": str(request.effective_on or ""),
        "override": kept.code if kept else "",
    }
    made = {"from": change.from_stage, "to": change.to_stage, "reason": change.reason}
    return made | {name: value for name, value in decided.items() if value}
