"""What looks odd about a published batch: noticed once, put before HR, cleared by a person with a reason."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

import pandas as pd
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from journal.record import record
from scoring import flag_reading as reading
from scoring.batch_reading import by_agent, days
from scoring.batch_rows import ratings_of
from scoring.cell_reading import next_month
from scoring.coverage import coverage_by_source, coverage_of, keep_coverage
from scoring.formula.integrity import (
    backdated_before,
    late_months,
    missing_numbers,
    own_texts,
    rating_bursts,
    repeated_texts,
)
from scoring.models import Batch, IntegrityFlag, ReplacedRecord
from scoring.models.batches import BatchState, EvidenceKind
from scoring.models.flags import FlagCode, FlagState
from scoring.models.replacements import ReplacementState
from scoring.refusals import EvidenceRefused, check_reason
from scoring.silence import shares_of_answers

SHOWN_TEXT = 200


@dataclass(frozen=True, kw_only=True)
class Noticed:
    """One thing that looks odd; about one agent, or about the whole file."""

    code: FlagCode
    agent: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def look_over(*, batch: Batch, at: datetime) -> list[IntegrityFlag]:
    """Do what follows a publication, through whatever door the file came: count its months, look for what is odd."""
    done = ReplacedRecord.objects.filter(replacement__batch=batch, replacement__state=ReplacementState.DONE)
    moved = Batch.objects.filter(pk__in=done.values("stored_batch"))
    for one in moved if "coverage" in batch.understanding else (batch, *moved):
        keep_coverage(one)
    return flag_batch(batch=batch, at=at)


def flag_batch(*, batch: Batch, at: datetime) -> list[IntegrityFlag]:
    """Look at a published batch of ratings and keep what is odd; what is kept already stays as it is."""
    if batch.kind != EvidenceKind.RATINGS or batch.state != BatchState.PUBLISHED or not batch.accepted:
        return []
    known = set(batch.flags.values_list("code", "agent_id"))
    found = [one for one in noticed(batch) if (one.code, one.agent) not in known]
    made = [
        IntegrityFlag(batch=batch, agent_id=one.agent, code=one.code, detail=one.detail, raised_at=at) for one in found
    ]
    if made:
        with transaction.atomic():
            IntegrityFlag.objects.bulk_create(made)
            counts = {code.value: sum(one.code == code for one in made) for code in FlagCode}
            detail = {code: count for code, count in counts.items() if count}
            record(actor=None, verb="raise_flags", subject=batch, at=at, detail=detail)
    return made


def noticed(batch: Batch) -> Iterator[Noticed]:
    """Everything odd about a batch, one of each kind for an agent."""
    if not ratings_of(batch.pk).exists():
        return iter(())
    looks = (_crowded, _backdated, _late, _silences, _gaps, _holes, _disputed)
    return chain.from_iterable(look(batch) for look in looks)


def _crowded(batch: Batch) -> Iterator[Noticed]:
    """Bursts and identical comments, found in one reading."""
    repeated, comments = [], {}
    for piece in reading.pieces(batch):
        if piece.ratings.empty:
            continue
        yield from map(_burst, rating_bursts(piece.ratings).to_dict("records"))
        repeated.append(repeated_texts(piece.texts))
        comments.update(piece.comments)
    if repeated:
        yield from map(_identical, own_texts(pd.concat(repeated), comments).to_dict("records"))


def _burst(row: dict[Any, Any]) -> Noticed:
    times = {name: f"{row[name].isoformat()}+00:00" for name in ("start", "end")}
    detail = {"count": int(row["count"]), **times, "usual": round(float(row["usual"]), 1)}
    return Noticed(code=FlagCode.BURST, agent=int(row["agent"]), detail=detail)


def _identical(row: dict[Any, Any]) -> Noticed:
    detail = {"count": int(row["count"]), "elsewhere": int(row["elsewhere"]), "text": row["text"][:SHOWN_TEXT]}
    return Noticed(code=FlagCode.IDENTICAL_TEXTS, agent=int(row["agent"]), detail=detail)


def _backdated(batch: Batch) -> Iterator[Noticed]:
    counts = days(ratings_of(batch.pk))
    before = backdated_before(list(counts), list(counts.values()))
    if before is None:
        return
    early = by_agent(ratings_of(batch.pk).filter(rated_at__lt=reading.midnight(before)))
    for agent, count in early.items():
        yield Noticed(code=FlagCode.BACKDATED, agent=agent, detail={"count": count, "before": before.isoformat()})


def _late(batch: Batch) -> Iterator[Noticed]:
    covered = coverage_of(batch)
    months = late_months(dict(zip(covered.months, covered.counts, strict=True)), reading.reported(batch))
    per_agent: dict[int, dict[str, int]] = {}
    for month in months:
        first, after = reading.midnight(month), reading.midnight(next_month(month))
        rows = ratings_of(batch.pk).filter(rated_at__gte=first, rated_at__lt=after)
        for agent, count in by_agent(rows).items():
            per_agent.setdefault(agent, {})[month.isoformat()] = count
    for agent, counts in per_agent.items():
        detail = {"count": sum(counts.values()), "months": list(counts)}
        yield Noticed(code=FlagCode.CLOSED_PERIOD, agent=agent, detail=detail)


def _silences(batch: Batch) -> Iterator[Noticed]:
    offers = reading.offers(batch)
    if offers.empty:
        return
    rates = shares_of_answers(offers)
    for agent, row in rates[rates["is_odd"]].iterrows():
        detail = {"offered": int(row["offered"]), **{name: round(float(row[name]), 3) for name in ("rate", "expected")}}
        yield Noticed(code=FlagCode.RESPONSE_RATE, agent=int(str(agent)), detail=detail)


def _gaps(batch: Batch) -> Iterator[Noticed]:
    """Months that the source has left out so far; a gap that was told with an earlier file is not told again."""
    same = Batch.objects.filter(kind=batch.kind, profile=batch.profile, state=BatchState.PUBLISHED)
    found = coverage_by_source(same.only("profile", "understanding")).get(batch.profile)
    months = [gap.isoformat() for gap in found.gaps] if found else []
    told = IntegrityFlag.objects.filter(batch__profile=batch.profile, code=FlagCode.COVERAGE_GAP)
    known = set(chain.from_iterable(flag.detail["months"] for flag in told.only("detail")))
    if set(months) - known:
        yield Noticed(code=FlagCode.COVERAGE_GAP, detail={"source": batch.profile, "months": months})


def _holes(batch: Batch) -> Iterator[Noticed]:
    found = missing_numbers(reading.chat_numbers(batch))
    if found:
        detail = {"missing": found.missing, "present": found.present, "longest": found.longest}
        yield Noticed(code=FlagCode.MISSING_NUMBERS, detail=detail)


def _disputed(batch: Batch) -> Iterator[Noticed]:
    for agent, count in reading.disputed_before(batch).items():
        yield Noticed(code=FlagCode.DISPUTED_BEFORE, agent=agent, detail={"count": count})


def why_not_clear(flag: IntegrityFlag, actor: User) -> str:
    """Say why this person may not clear the flag; '' when they may. That they are in HR, the door has checked."""
    if flag.state != FlagState.OPEN:
        return _("This is cleared already.")
    if flag.agent is not None and flag.agent.user_id == actor.pk:
        return _("Nobody clears what was noticed about themselves. Ask a colleague in HR.")
    if flag.batch.created_by_id == actor.pk:
        return _("Nobody clears what was noticed about a file that they brought in. Ask a colleague in HR.")
    return ""


def clear_flag(*, flag: IntegrityFlag, reason: str, actor: User, at: datetime) -> IntegrityFlag:
    """Say that there is an innocent explanation; flag and reason stay on record. Raises EvidenceRefused."""
    with transaction.atomic():
        related = IntegrityFlag.objects.select_related("agent", "batch")
        locked = related.select_for_update(of=("self",)).get(pk=flag.pk)
        refusal = why_not_clear(locked, actor)
        if refusal:
            raise EvidenceRefused(refusal)
        check_reason(reason, _("Say in a sentence what you looked at: whoever asks later shall understand it."))
        locked.state, locked.reason, locked.cleared_by, locked.cleared_at = FlagState.CLEARED, reason.strip(), actor, at
        locked.save(update_fields=["state", "reason", "cleared_by", "cleared_at"])
        detail = {"code": locked.code, "batch": locked.batch_id, "reason": locked.reason}
        record(actor=actor, verb="clear_flag", subject=locked, at=at, detail=detail)
    return locked


def open_flags() -> QuerySet[IntegrityFlag]:
    """Flags that wait for HR; those of a withdrawn batch no longer matter."""
    return IntegrityFlag.objects.filter(state=FlagState.OPEN, batch__state=BatchState.PUBLISHED)
