"""Other values under a stored key: refused by every import, and replaced only as two people decide, old values kept.

The rating or incident moves to the batch that corrects it; what it said before stays in the request, field by field.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from journal.record import record
from scoring.coverage import keep_coverage
from scoring.intake import load_replaced_virals as incidents
from scoring.intake.load_lease import keep_loads_out
from scoring.intake.load_replaced import CONFLICT, MOST, compared_now, put_in_place
from scoring.models import Agent, Batch, RatingDispute, ReplacedRecord, Replacement
from scoring.models.batches import BatchState, EvidenceKind
from scoring.models.replacements import ReplacementState
from scoring.refusals import EvidenceRefused, check_reason

_VERBS = {EvidenceKind.RATINGS: "replace_ratings", EvidenceKind.VIRAL: "replace_incidents"}
# A file of which every record contradicts stored ones is turned away, yet it may correct them.
ASKABLE = (BatchState.PUBLISHED, BatchState.REJECTED)
# Texts of people are kept in the request alone: the journal can never be made to forget them.
_TEXTS = frozenset({"comment", "rater", "reason", "url", "statement"})


def offered(batch: Batch) -> list[ReplacedRecord]:
    """The refused records of a batch that say something else than what is stored now, compared with that, by record."""
    if batch.state not in ASKABLE:
        return []
    state = {"replacement__batch": batch, "replacement__state": ReplacementState.OFFERED}
    rows = list(ReplacedRecord.objects.filter(**state).order_by("record")[:MOST])
    fresh = incidents.compared_now(rows) if batch.kind == EvidenceKind.VIRAL else compared_now(rows)
    return [row for row in fresh if row.changes]


def replaced_in(batch: Batch) -> int:
    """How many records of a batch other batches hold by now, with other values."""
    done = {"replacement__state": ReplacementState.DONE, "replacement__batch__state": BatchState.PUBLISHED}
    return ReplacedRecord.objects.filter(stored_batch=batch, **done).count()


def ask(*, batch: Batch, records: Collection[int], reason: str, actor: User, at: datetime) -> Replacement:
    """Ask that refused records take the place of what is stored; nothing changes before a second person confirms.

    Raises EvidenceRefused without a reason or records, while another request waits, or when one is about the actor.
    """
    check_reason(reason, _("Say in a sentence why the file is right and what is stored is wrong."))
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.replacements.filter(state=ReplacementState.OPEN).exists():
            raise EvidenceRefused(_("A replacement from this file waits for its second person already."))
        rows = _chosen(locked, set(records))
        _check_own(rows, actor)
        made = Replacement.objects.create(batch=locked, reason=reason.strip(), asked_by=actor, asked_at=at)
        for row in rows:
            row.pk, row.replacement = None, made
        ReplacedRecord.objects.bulk_create(rows)
        detail = {"batch": locked.pk, "records": [row.record for row in rows], "reason": made.reason}
        record(actor=actor, verb="ask_replacement", subject=made, at=at, detail=detail)
    return made


def _chosen(batch: Batch, records: set[int]) -> list[ReplacedRecord]:
    if not records:
        raise EvidenceRefused(_("Choose the records that shall replace what is stored."))
    rows = [row for row in offered(batch) if row.record in records]
    gone = sorted(records - {row.record for row in rows})
    if gone:
        told = _("Record %(record)d cannot be replaced: it was not refused for other values, or no longer differs.")
        raise EvidenceRefused(told % {"record": gone[0]})
    return rows


def _check_own(rows: Collection[ReplacedRecord], actor: User) -> None:
    agents = {values["agent_id"] for row in rows for values in (row.before, row.after)}
    if Agent.objects.filter(pk__in=agents, user=actor).exists():
        raise EvidenceRefused(_("Nobody replaces evidence of their own work. Ask a colleague in HR."))


def open_replacements() -> QuerySet[Replacement]:
    """Requests that wait for a second person; those of a withdrawn batch no longer matter."""
    return Replacement.objects.filter(state=ReplacementState.OPEN, batch__state__in=ASKABLE)


def why_not_decide(replacement: Replacement, actor: User) -> str:
    """Say why this person may not decide about the request; '' when they may. That they are in HR, the door checks."""
    if replacement.state != ReplacementState.OPEN:
        return _("This is decided already.")
    if replacement.asked_by_id == actor.pk:
        return _("A second person confirms the replacement: not the one who asked for it.")
    if replacement.batch.state not in ASKABLE:
        return _("The import was withdrawn, so there is nothing to replace.")
    return ""


def confirm(*, replacement: Replacement, reason: str = "", actor: User, at: datetime) -> int:
    """Put what the file says in the place of what is stored; return how many records.

    Sums, counts and the journal entry come in the same transaction. An incident that was decided waits for a second
    person again, so that replacing facts of incidents takes a reason, as every decision about one does. Raises
    EvidenceRefused when one person does both, when a rating is disputed or a record has changed since, and Busy while a
    file is being loaded.
    """
    if replacement.batch.kind == EvidenceKind.VIRAL:
        told = _("Say in a sentence why the file is right: whoever decides about the incident reads it.")
        check_reason(reason, told)
    with transaction.atomic():
        keep_loads_out(at)
        locked = _decidable(replacement, actor)
        rows = list(locked.rows.all())
        _check_own(rows, actor)
        batch = Batch.objects.select_for_update().get(pk=locked.batch_id)
        _put_in_place(rows, batch)
        _take_in(batch, rows, at)
        _close(locked, ReplacementState.DONE, reason.strip(), actor, at)
        detail = {
            "batch": batch.pk,
            "asked_by": locked.asked_by_id,
            "reason": locked.answer,
            "replaced": [_journaled(row) for row in rows],
        }
        record(actor=actor, verb=_VERBS[EvidenceKind(batch.kind)], subject=locked, at=at, detail=detail)
    for touched in Batch.objects.filter(pk__in={batch.pk, *(row.stored_batch_id for row in rows)}):
        keep_coverage(touched)
    return len(rows)


def _put_in_place(rows: list[ReplacedRecord], batch: Batch) -> None:
    """All of them or none. Raises EvidenceRefused."""
    is_viral = batch.kind == EvidenceKind.VIRAL
    left = incidents.put_in_place(rows, batch) if is_viral else put_in_place(rows, batch)
    if left:
        raise EvidenceRefused(_why_incident_left(left[0]) if is_viral else _why_left(left[0]))


def decline(*, replacement: Replacement, reason: str, actor: User, at: datetime) -> Replacement:
    """Leave what is stored as it is. Raises EvidenceRefused like `confirm`, and without a reason."""
    check_reason(reason, _("Say in a sentence why what is stored is right: whoever asked reads it."))
    with transaction.atomic():
        locked = _decidable(replacement, actor)
        _close(locked, ReplacementState.DECLINED, reason.strip(), actor, at)
        detail = {"batch": locked.batch_id, "asked_by": locked.asked_by_id, "reason": locked.answer}
        record(actor=actor, verb="decline_replacement", subject=locked, at=at, detail=detail)
    return locked


def _decidable(replacement: Replacement, actor: User) -> Replacement:
    related = Replacement.objects.select_related("batch").select_for_update(of=("self",))
    locked = related.get(pk=replacement.pk)
    refusal = why_not_decide(locked, actor)
    if refusal:
        raise EvidenceRefused(refusal)
    return locked


def _why_left(row: ReplacedRecord) -> str:
    if RatingDispute.objects.filter(rating__key=row.key).exists():
        told = _(
            "The rating “%(key)s” is disputed by its agent. Decide the dispute; a disputed rating is not replaced."
        )
        return told % {"key": row.key}
    told = _("The rating “%(key)s” has changed since this was asked. Decline, look at it again and ask anew.")
    return told % {"key": row.key}


def _why_incident_left(row: ReplacedRecord) -> str:
    told = _(
        "The incident about the chat “%(key)s” has changed since this was asked. Decline, look at it again and ask "
        "anew."
    )
    return told % {"key": row.key}


def _take_in(batch: Batch, rows: list[ReplacedRecord], at: datetime) -> None:
    """The batch counts these records as its own now; one that was turned away for them alone stands with them."""
    numbers = [row.record for row in rows]
    batch.refusals.filter(code=CONFLICT, record__in=numbers).delete()
    ReplacedRecord.objects.filter(
        replacement__batch=batch, replacement__state=ReplacementState.OFFERED, record__in=numbers
    ).delete()
    batch.state, batch.published_at = BatchState.PUBLISHED, batch.published_at or at
    counts: dict[str, Any] = {"accepted": F("accepted") + len(rows), "refused": F("refused") - len(rows)}
    Batch.objects.filter(pk=batch.pk).update(state=batch.state, published_at=batch.published_at, **counts)


def _close(locked: Replacement, state: ReplacementState, answer: str, actor: User, at: datetime) -> None:
    locked.state, locked.answer, locked.decided_by, locked.decided_at = state, answer, actor, at
    locked.save(update_fields=["state", "answer", "decided_by", "decided_at"])


def _journaled(row: ReplacedRecord) -> dict[str, Any]:
    changes = {name: "…" if name in _TEXTS else list(pair) for name, pair in row.changes.items()}
    return {"record": row.record, "key": row.key, "batch": row.stored_batch_id, "changes": changes}
