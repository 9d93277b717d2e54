"""From an understood file to stored evidence: checked without a trace, or loaded and published in one step.

Rows are staged in short transactions under a batch that nothing counts; publishing adds the sums, flips the batch and
writes the journal in one transaction. A load that was killed can be run again: rows it has staged are known as its own.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from journal.record import record
from scoring.batch_rows import begin_rows, end_rows, ratings_of
from scoring.intake import Choices, Rejected, read
from scoring.intake import load_rows as rows
from scoring.intake import load_virals as incidents
from scoring.intake.apart import chunks_of
from scoring.intake.load_agents import AgentLoad, create_named, stored_roster
from scoring.intake.load_aside import set_aside
from scoring.intake.load_cells import Sums
from scoring.intake.load_lease import Lease, await_turn, leased
from scoring.intake.load_look import limits, look
from scoring.intake.load_notes import keep_counts, note_refusals, note_waiting
from scoring.intake.load_profiles import find_profile
from scoring.intake.load_ready import prepared
from scoring.intake.load_recall import recall, unstore
from scoring.intake.load_replaced import Contradictions, publish_later, take_later, unstage
from scoring.intake.load_report import Report, finish, keep_refusals, keep_too_late, unread
from scoring.intake.load_rows import Sorted
from scoring.intake.load_twins import published_twin, same_again
from scoring.intake.reading import Reading
from scoring.intake.records import Chunk
from scoring.intake.resting import collector_resting
from scoring.intake.roster import Roster
from scoring.intake.understanding import Understanding
from scoring.models import Batch, Rating, ViralIncident
from scoring.models.batches import BatchState, EvidenceKind

# SQLite has one writer: a worker beside the pages keeps its transactions short and pauses between them. Alone, long
# ones are several times faster, because keys in random order touch the same pages of the index again and again.
CHUNKS_PER_TRANSACTION = 24


def check(path: Path, seen: Understanding, *, as_of: datetime, create_agents: bool = False) -> Report:
    """Read a whole file against what is stored and change nothing."""
    if seen.action:
        return unread(seen)
    reading = read(path, seen, as_of=as_of, limits=limits(), roster=stored_roster(creates=create_agents))
    report = Report(seen)
    try:
        with collector_resting():
            for chunk in chunks_of(reading):
                found = _compared(chunk)
                report.updated += len(take_later(chunk, found)[0]) if seen.updates else 0
                _count(report, found, chunk, reading)
    except Rejected as error:
        return unread(seen, error.rejection)
    report.created_agents = len(reading.setting.roster.created) if reading.setting.roster else 0
    finish(report, reading)
    return report


def _compared(chunk: Chunk) -> Sorted:
    if chunk.kind == EvidenceKind.RATINGS and Rating.objects.exists():
        return rows.sort_out(chunk, None)
    if chunk.kind == EvidenceKind.VIRAL:
        return incidents.sort_out(chunk, None)
    return Sorted(fresh=list(range(len(chunk))))


def _count(report: Report, found: Sorted, chunk: Chunk, reading: Reading) -> None:
    if chunk.recalled:
        recall(report, found, chunk)
        keep_refusals(report, chunk.refusals, reading.setting.limits)
        return
    keep_refusals(report, [*chunk.refusals, *found.refusals], reading.setting.limits)
    report.added += len(found.fresh) + len(found.mine)
    report.unchanged += len(found.unchanged)
    report.repeats.update(found.holders)


def import_file(
    path: Path,
    *,
    kind: str,
    as_of: datetime,
    at: datetime,
    profile: str = "",
    choices: Choices | None = None,
    create_agents: bool = False,
    actor: User | None = None,
    file_name: str = "",
    patience: float | None = None,
    pause: Callable[[], None] | None = None,
) -> Report:
    """Understand, check and load a file in one go; the batch that is left says what happened.

    Imports wait for each other, at most `patience` seconds; `pause` is that of `load_batch`. Raises NoSuchProfile,
    NoSpace, and Busy when patience ends.
    """
    find_profile(profile)
    # Before there is a batch: a push that is sent again and again shall not leave one each time.
    await_turn(timezone.now, patience)
    batch = Batch.objects.create(
        kind=kind,
        file_name=(file_name or path.name)[:255],
        stored_path=str(path)[:255],
        byte_size=path.stat().st_size,
        profile=profile,
        choices=(choices or Choices()).to_json(),
        create_agents=create_agents,
        as_of=as_of,
        created_by=actor,
        created_at=at,
    )
    return load_batch(batch=batch, at=at, actor=actor, patience=patience, pause=pause)


def load_batch(
    *,
    batch: Batch,
    at: datetime,
    actor: User | None = None,
    pause: Callable[[], None] | None = None,
    clock: Callable[[], datetime] = timezone.now,
    patience: float | None = None,
) -> Report:
    """Load the stored file of a batch and publish it; safe to call again after a crash.

    `pause` is called between short transactions, so that a worker can let others write; `clock` gives the signs of
    life. Raises Superseded when the batch was called off or is somebody else's, and what `leased` raises.
    """
    with leased(batch, clock, patience) as lease:
        return _carried_out(batch, at, actor, pause, lease)


def _carried_out(
    batch: Batch, at: datetime, actor: User | None, pause: Callable[[], None] | None, lease: Lease
) -> Report:
    path = Path(batch.stored_path)
    seen = look(
        path,
        kind=batch.kind,
        profile=batch.profile,
        choices=Choices.from_json(batch.choices),
        file_name=batch.file_name,
    )
    known = published_twin(batch, seen)
    if known:
        return same_again(batch, seen, known, at, lease)
    load = _Load(batch, path, seen, at, actor, pause, lease, Contradictions(batch, at, updates=seen.updates))
    report = _loaded(load) if not seen.action else unread(seen)
    if not report.may_load:
        _turn_away(load, report)
    report.batch = batch.pk
    return report


@dataclass(slots=True)
class _Load:
    """One load on its way."""

    batch: Batch
    path: Path
    seen: Understanding
    at: datetime
    actor: User | None
    pause: Callable[[], None] | None
    lease: Lease
    contradictions: Contradictions


def _loaded(load: _Load) -> Report:
    batch, seen = load.batch, load.seen
    taken_up = batch.done > 0
    _begin(load)
    roster = stored_roster(creates=batch.create_agents)
    clock = batch.as_of or load.at
    reading = read(load.path, seen, as_of=clock, limits=limits(polite=load.pause is not None), roster=roster)
    reading.tick = load.lease.tick
    report, sums = Report(seen), Sums(settings.TIME_ZONE)
    agents = AgentLoad(load.at) if batch.kind == EvidenceKind.AGENTS else None
    try:
        with collector_resting(), rows.roomy_cache(), transaction.atomic() if agents else nullcontext():
            # Closed at once when a load is stopped, so that its temporary files go with it.
            prepare = partial(prepared, batch=batch.pk, zone=settings.TIME_ZONE)
            with closing(_with_agents(chunks_of(reading, prepare), roster, load.at, report)) as chunks:
                for first in chunks:
                    _stage_together(load, chain([first], islice(chunks, _more(load))), reading, report, sums, agents)
            finish(report, reading)
            if taken_up and _has_leftovers(batch, report):
                return _loaded(load)
            if report.may_load:
                _publish(load, report, sums)
    except Rejected as error:
        return unread(seen, error.rejection)
    return report


def _has_leftovers(batch: Batch, report: Report) -> bool:
    """Whether a killed attempt has staged what this one did not; then everything goes, for a clean start.

    Records that contradict each other may stand before or after one another in turn, and be taken back or not.
    """
    staged = ratings_of(batch.pk)
    if batch.kind != EvidenceKind.RATINGS or staged.count() == report.added:
        return False
    staged.delete()
    batch.done = 0
    return True


def _more(load: _Load) -> int:
    """How many chunks share a transaction with the first one."""
    return 0 if load.pause else CHUNKS_PER_TRANSACTION - 1


def _begin(load: _Load) -> None:
    """Take note of what is loaded; what an earlier, killed attempt noted is cleared."""
    batch, seen = load.batch, load.seen
    batch.content_hash, batch.byte_size = seen.sha256, seen.size
    batch.understanding, batch.state = seen.to_json(), BatchState.STAGING
    batch.started_at, batch.done, batch.refused = load.at, 0, 0
    with transaction.atomic():
        load.lease.renew()
        begin_rows(batch)
        batch.save()
        batch.refusals.all().delete()
        batch.waiting_rows.all().delete()
        unstage(batch)


def _with_agents(
    read_chunks: Generator[Chunk, None, None], roster: Roster, at: datetime, report: Report
) -> Generator[Chunk, None, None]:
    """Give the chunks; agents that the file names are created before the first one is stored."""
    made: dict[int, int] | None = None
    with closing(read_chunks) as chunks:
        for chunk in chunks:
            if made is None:
                with transaction.atomic():
                    made = create_named(roster.created.values(), at=at)
                report.created_agents = len(made)
            if made:
                agents = [made.get(one, one) for one in chunk.columns["agent"]]
                chunk = replace(chunk, columns={**chunk.columns, "agent": agents})
            yield chunk


def _stage_together(
    load: _Load, chunks: Iterable[Chunk], reading: Reading, report: Report, sums: Sums, agents: AgentLoad | None
) -> None:
    with transaction.atomic():
        load.lease.renew()
        for chunk in chunks:
            _stage(load, chunk, reading, report, sums, agents)
        load.batch.save(update_fields=["done"])
    if load.pause:
        load.pause()


def _stage(load: _Load, chunk: Chunk, reading: Reading, report: Report, sums: Sums, agents: AgentLoad | None) -> None:
    batch = load.batch
    if chunk.recalled:
        _take_back(load, chunk, reading, report, sums)
        return
    found = _stored(chunk, batch.pk, agents)
    report.updated += load.contradictions.take(chunk, found)
    _count(report, found, chunk, reading)
    note_refusals(batch, [*chunk.refusals, *found.refusals], reading.setting.limits.refusals)
    note_waiting(batch, chunk)
    batch.done = max(batch.done, chunk.records[-1]) if chunk.records else batch.done
    if batch.kind == EvidenceKind.RATINGS:
        _add_up(sums, chunk, sorted([*found.fresh, *found.mine]))


def _add_up(sums: Sums, chunk: Chunk, ours: list[int]) -> None:
    if chunk.prepared and len(ours) == len(chunk):
        sums.take(chunk.prepared.counted)
    else:
        sums.add(chunk.columns, chunk.instrument, ours)


def _take_back(load: _Load, chunk: Chunk, reading: Reading, report: Report, sums: Sums) -> None:
    found = rows.sort_out(chunk, load.batch.pk)
    _count(report, found, chunk, reading)
    unstore(load.batch, found, chunk, sums)
    note_refusals(load.batch, chunk.refusals, reading.setting.limits.refusals)


def _stored(chunk: Chunk, batch: int, agents: AgentLoad | None) -> Sorted:
    if agents:
        before = agents.added + agents.changed
        agents.take(chunk)
        touched = agents.added + agents.changed - before
        return Sorted(fresh=list(range(touched)), unchanged=list(range(len(chunk) - touched)))
    if chunk.kind == EvidenceKind.VIRAL:
        return incidents.add(chunk, batch)
    return rows.add(chunk, batch, chunk.prepared and chunk.prepared.ready) if len(chunk) else Sorted()


def _publish(load: _Load, report: Report, sums: Sums) -> None:
    """Make the batch count: sums, state and journal entry, all or nothing."""
    batch = load.batch
    with set_aside(sums.tables(), is_polite=load.pause is not None) as add_them_up, transaction.atomic():
        load.lease.renew()
        too_late = publish_later(batch, load.at)
        end_rows(batch)
        note_refusals(batch, too_late, limits().refusals)
        keep_too_late(report, too_late, limits())
        keep_counts(batch, report)
        if batch.kind == EvidenceKind.RATINGS and not report.updated:
            batch.understanding["coverage"] = sums.months()
        batch.state, batch.published_at = BatchState.PUBLISHED, load.at
        add_them_up()
        batch.save()
        detail = {
            "kind": batch.kind,
            "content_hash": batch.content_hash,
            "records": report.records,
            "accepted": report.accepted,
            "added": report.added,
            "updated": report.updated,
            "refused": report.refused,
            "created_agents": report.created_agents,
        }
        record(actor=load.actor, verb="publish_batch", subject=batch, at=load.at, detail=detail)


def _turn_away(load: _Load, report: Report) -> None:
    """Leave the batch with its answer; whatever was staged goes."""
    batch = load.batch
    keep_counts(batch, report)
    batch.state = BatchState.REJECTED if report.action == "reject_file" else BatchState.CHECKED
    while _dropped_some(load):
        if load.pause:
            load.pause()
    with transaction.atomic():
        load.lease.renew()
        ViralIncident.objects.filter(batch=batch).delete()
        if report.rejection:
            # The end of the file may have shown that nothing of it can be believed.
            batch.refusals.all().delete()
            batch.waiting_rows.all().delete()
        batch.save()


def _dropped_some(load: _Load) -> int:
    with transaction.atomic():
        load.lease.renew()
        return rows.drop_some(load.batch)
