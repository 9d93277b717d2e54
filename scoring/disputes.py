"""The verbs of a dispute: an agent objects to a rating of their own, a person in HR decides, both reasons stay."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from journal.record import record
from scoring.batches import sums_of
from scoring.intake.load_cells import add_sums
from scoring.models import Agent, Batch, CellSum, Rating, RatingDispute
from scoring.models.batches import BatchState
from scoring.models.disputes import DisputeState
from scoring.refusals import EvidenceRefused, check_reason

DISPUTABLE = timedelta(days=365)
SHORTEST_OBJECTION = 20
DECISIONS = (DisputeState.UPHELD, DisputeState.REJECTED)


def own_ratings(agent: Agent, *, at: datetime) -> QuerySet[Rating]:
    """Answers about an agent from the last twelve months, newest first, with their disputes."""
    found = Rating.objects.filter(agent=agent, batch__state=BatchState.PUBLISHED, value__isnull=False)
    recent = found.filter(rated_at__gte=at - DISPUTABLE, rated_at__lte=at)
    return recent.select_related("agent", "batch", "dispute").order_by("-rated_at", "-pk")


def why_not_disputable(rating: Rating, actor: User, *, at: datetime) -> str:
    """Say why this person may not dispute the rating; '' when they may."""
    if rating.agent.user_id != actor.pk:
        return _("Only the agent who was rated disputes a rating.")
    if RatingDispute.objects.filter(rating=rating).exists():
        return _("This rating was disputed already. Its answer stands beside it.")
    if rating.batch.state != BatchState.PUBLISHED:
        return _("This rating does not count any more. There is nothing to dispute.")
    if rating.rated_at < at - DISPUTABLE:
        return _("This rating is older than twelve months. Tell HR if it still weighs on you.")
    return ""


def dispute_rating(*, rating: Rating, reason: str, actor: User, at: datetime) -> RatingDispute:
    """Object to a rating of one's own; it counts until a person decides. Raises EvidenceRefused."""
    with transaction.atomic():
        # Held until the end, so that nobody disputes a rating twice or while its batch is being withdrawn.
        Batch.objects.select_for_update().get(pk=rating.batch_id)
        current = Rating.objects.select_related("agent", "batch").get(pk=rating.pk)
        refusal = why_not_disputable(current, actor, at=at)
        if refusal:
            raise EvidenceRefused(refusal)
        if len(reason.strip()) < SHORTEST_OBJECTION:
            raise EvidenceRefused(_("Say in a sentence or two what is wrong with this rating: a person will read it."))
        made = RatingDispute.objects.create(
            rating=current, rating_key=current.key, reason=reason.strip(), made_by=actor, made_at=at
        )
        detail = {"rating": current.pk, "batch": current.batch_id}
        record(actor=actor, verb="dispute_rating", subject=made, at=at, detail=detail)
    return made


def why_not_decide(dispute: RatingDispute, actor: User) -> str:
    """Say why this person may not decide the dispute; '' when they may. That they are in HR, the door has checked."""
    if dispute.state != DisputeState.OPEN:
        return _("The dispute is decided already (%(state)s).") % {"state": dispute.get_state_display()}
    if actor.pk in {dispute.made_by_id, dispute.rating.agent.user_id}:
        return _("Nobody decides about a rating of their own. Ask a colleague in HR.")
    if dispute.rating.batch.created_by_id == actor.pk:
        return _("Nobody decides about a rating that they imported. Ask a colleague in HR.")
    return ""


def decide_dispute(
    *, dispute: RatingDispute, state: DisputeState, reason: str, actor: User, at: datetime
) -> RatingDispute:
    """Uphold a dispute, which takes the rating out of the sums, or reject it. Raises EvidenceRefused."""
    if state not in DECISIONS:
        raise ValueError(f"not a decision: {state}")
    with transaction.atomic():
        Batch.objects.select_for_update().get(pk=dispute.rating.batch_id)
        related = RatingDispute.objects.select_related("rating__agent", "rating__batch")
        locked = related.select_for_update(of=("self",)).get(pk=dispute.pk)
        _check_decision(locked, actor, reason)
        if state == DisputeState.UPHELD:
            _take_out(locked.rating)
        locked.state, locked.answer, locked.decided_by, locked.decided_at = state, reason.strip(), actor, at
        locked.save(update_fields=["state", "answer", "decided_by", "decided_at"])
        detail = {"state": state, "rating": locked.rating_id, "reason": locked.answer}
        record(actor=actor, verb="decide_dispute", subject=locked, at=at, detail=detail)
    return locked


def _check_decision(dispute: RatingDispute, actor: User, reason: str) -> None:
    refusal = why_not_decide(dispute, actor)
    if refusal:
        raise EvidenceRefused(refusal)
    check_reason(reason, _("Give the reason in a sentence: the agent reads it beside the rating."))


def _take_out(rating: Rating) -> None:
    """Subtract the rating from the sums, unless its whole batch has left them already."""
    if rating.batch.state != BatchState.PUBLISHED:
        return
    for sums in sums_of(Rating.objects.filter(pk=rating.pk)).values():
        add_sums(sums.table(), sign=-1)
    CellSum.objects.filter(agent=rating.agent_id, offered__lte=0).delete()
