"""Objections: a candidate makes one, a person of HR who did not decide the case answers it."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from journal.record import record
from selection.models import Appeal, Candidate
from selection.models.candidates import AppealState
from selection.refusals import Kind, Refused
from selection.roles import is_self, person_of
from selection.rounds import require_hr
from selection.stages import Stage

SHORTEST = 20


def make_appeal(*, candidate: Candidate, actor: User, text: str, at: datetime) -> Appeal:
    """Object to data about oneself or to a decision. Raises Refused while an earlier objection is unanswered."""
    if not is_self(person_of(actor), candidate):
        raise Refused(Kind.NOT_ALLOWED, _("Only the candidate may object. Write to HR instead."))
    if len(text.strip()) < SHORTEST:
        raise Refused(
            Kind.INCOMPLETE,
            _("Say in at least %(count)s characters what is wrong and what would be right.") % {"count": SHORTEST},
        )
    with transaction.atomic():
        Candidate.objects.select_for_update().get(pk=candidate.pk)
        if candidate.appeals.filter(state=AppealState.OPEN).exists():
            raise Refused(Kind.NOT_NOW, _("Your earlier objection is not answered yet. Wait for the answer first."))
        appeal = Appeal.objects.create(candidate=candidate, text=text.strip(), made_at=at)
        record(actor=actor, verb="make_appeal", subject=appeal, at=at, detail={"candidate": candidate.pk})
    return appeal


def answer_appeal(*, appeal: Appeal, actor: User, upheld: bool, answer: str, at: datetime) -> Appeal:
    """Answer an objection in words. An upheld one lets HR reopen a declined case (the move `reopen`)."""
    require_hr(actor)
    if len(answer.strip()) < SHORTEST:
        raise Refused(
            Kind.INCOMPLETE,
            _("Answer in at least %(count)s characters: the candidate reads it.") % {"count": SHORTEST},
        )
    with transaction.atomic():
        locked = Appeal.objects.select_for_update().get(pk=appeal.pk)
        _check_answerer(locked, actor)
        locked.state = AppealState.UPHELD if upheld else AppealState.REJECTED
        locked.answer, locked.answered_by, locked.answered_at = answer.strip(), actor, at
        locked.save(update_fields=["state", "answer", "answered_by", "answered_at"])
        detail = {"candidate": locked.candidate_id, "state": locked.state}
        record(actor=actor, verb="answer_appeal", subject=locked, at=at, detail=detail)
    return locked


def _check_answerer(appeal: Appeal, actor: User) -> None:
    if appeal.state != AppealState.OPEN:
        raise Refused(Kind.NOT_NOW, _("This objection is answered already. Reload the page."))
    if is_self(person_of(actor), appeal.candidate):
        raise Refused(Kind.NOT_ALLOWED, _("Nobody answers their own objection. Ask a colleague in HR."))
    if appeal.candidate.changes.filter(to_stage=Stage.DECLINED, actor=actor).exists():
        raise Refused(Kind.NOT_ALLOWED, _("Nobody judges an objection to what they decided. Ask a colleague in HR."))
