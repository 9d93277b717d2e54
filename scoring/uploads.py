"""A file on its way in: kept under a name of our own, recognised, and understood as a person decides."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.text import slugify
from django.utils.translation import gettext as _

from journal.record import record
from scoring.intake import Choices, Profile, Understanding
from scoring.intake.columns import normal
from scoring.intake.containers import JSON, JSONL, TEXT
from scoring.intake.limits import MEGABYTE
from scoring.intake.load_look import limits, look
from scoring.intake.load_profiles import find_profile, profile_names, shipped_profiles
from scoring.intake.meanings import meanings_of
from scoring.intake.profiles import DEFAULT, write
from scoring.intake.refusals import shown
from scoring.models import Agent, Batch, SourceProfile
from scoring.models.batches import BatchState
from scoring.refusals import EvidenceRefused

OPEN = (BatchState.UPLOADED, BatchState.CHECKED)
# Another choice of a person may mend these; a file that is turned away for anything else is not kept.
MENDABLE = ("missing_column", "duplicate_column", "bad_encoding", "no_records")
# What one person may keep lying about without importing it.
OPEN_MEGABYTES = 1000


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What a door hands in: the bytes in pieces, the name they came under, what they are said to be."""

    name: str
    pieces: Iterable[bytes]
    kind: str
    profile: str = ""


def receive(*, upload: Upload, actor: User, at: datetime) -> Batch:
    """Keep an upload and take a first look at it. `profile` '' means: recognise the source by its contents.

    The file is stored under a random name in EVIDENCE_DIR; the name it came under is only shown. Raises EvidenceRefused
    when it is empty, larger than what is read, or when too much of this person's still lies open.
    """
    _check_quota(actor)
    path, digest = _kept(upload.pieces)
    seen = recognised(path, kind=upload.kind, profile=upload.profile, file_name=shown(upload.name))
    size, is_hopeless = path.stat().st_size, seen.rejection is not None and seen.rejection.code not in MENDABLE
    if is_hopeless:
        path.unlink()
    with transaction.atomic():
        batch = Batch.objects.create(
            kind=upload.kind,
            state=BatchState.REJECTED if is_hopeless else BatchState.UPLOADED,
            file_name=shown(upload.name)[:255],
            stored_path="" if is_hopeless else str(path),
            content_hash=digest,
            byte_size=size,
            profile=seen.profile,
            understanding=seen.to_json(),
            action=seen.action,
            created_by=actor,
            created_at=at,
        )
        detail = {"kind": batch.kind, "content_hash": digest, "size": batch.byte_size, "profile": batch.profile}
        record(actor=actor, verb="receive_file", subject=batch, at=at, detail=detail)
    return batch


def _check_quota(actor: User) -> None:
    lying = Batch.objects.filter(created_by=actor, state__in=OPEN).aggregate(size=Sum("byte_size"))["size"] or 0
    if lying > OPEN_MEGABYTES * MEGABYTE:
        told = _(
            "More than %(limit)d MB of your files are open. Import them or drop them before you upload another one."
        )
        raise EvidenceRefused(told % {"limit": OPEN_MEGABYTES})


def _kept(pieces: Iterable[bytes]) -> tuple[Path, str]:
    folder = Path(settings.EVIDENCE_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / secrets.token_hex(16)
    digest, size, most = hashlib.sha256(), 0, limits().unpacked_bytes
    with path.open("wb") as stream:
        for piece in pieces:
            size += len(piece)
            if size > most:
                break
            digest.update(piece)
            stream.write(piece)
    if not 0 < size <= most:
        path.unlink()
        raise EvidenceRefused(_empty_or_large(size, most))
    return path, digest.hexdigest()


def _empty_or_large(size: int, most: int) -> str:
    if not size:
        return _("The file is empty. Export it again.")
    return _("The file is larger than %(limit)d MB. Split it, or push it through the API.") % {
        "limit": most // MEGABYTE
    }


def recognised(path: Path, *, kind: str, profile: str = "", file_name: str = "") -> Understanding:
    """Understand a file by the profile that is named, or by the known source whose headings it has."""
    plain = look(path, kind=kind, profile=profile, file_name=file_name)
    if profile:
        return plain
    fitting = [name for name in profile_names(kind) if name != DEFAULT and _may_fit(find_profile(name), plain)]
    looks = [plain, *(look(path, kind=kind, profile=name, file_name=file_name) for name in fitting)]
    understood = [seen for seen in looks if not seen.action and not _is_hollow(seen)]
    # Of two that fit, the source whose own headings are all there says more than headings in general.
    return max(understood, key=lambda seen: (len(seen.places()), seen.profile != DEFAULT), default=plain)


def _may_fit(profile: Profile, plain: Understanding) -> bool:
    if profile.shape:
        return plain.container in {JSON, JSONL}
    if plain.action and plain.container == TEXT and (profile.encoding or profile.delimiter):
        # Headings say nothing yet where the letters or the cells are in doubt.
        return True
    found = {normal(column.heading) for column in plain.columns}
    needed = [one.name for one in meanings_of(plain.kind).values() if one.required and one.name in profile.columns]
    return bool(needed) and all(found & {normal(heading) for heading in profile.columns[name]} for name in needed)


def _is_hollow(seen: Understanding) -> bool:
    """Whether a known source names what is needed, and the file holds none of it: it comes from somewhere else."""
    needed = {one.name for one in meanings_of(seen.kind).values() if one.required}
    return bool(seen.shape) and not all(one.examples for one in seen.columns if one.meaning in needed)


def look_again(batch: Batch, choices: Choices, *, profile: str | None = None) -> Understanding:
    """Understand the stored file as a person would have it; nothing is kept."""
    name = batch.profile if profile is None else profile
    path = Path(batch.stored_path)
    return look(path, kind=batch.kind, profile=name, choices=choices, file_name=batch.file_name)


def twins_of(batch: Batch) -> QuerySet[Batch]:
    """Published batches of the very same bytes: importing them again adds nothing."""
    same = Batch.objects.filter(content_hash=batch.content_hash, kind=batch.kind, state=BatchState.PUBLISHED)
    return same.exclude(pk=batch.pk)[:3]


def known_as(references: Sequence[str]) -> str:
    """Say how names taken from a file are known on the roster: `name` when only so, '' when as usual."""
    if Agent.objects.filter(Q(staff_number__in=references) | Q(email__in=references)).exists():
        return ""
    has_digits = any(char.isdigit() or char == "@" for text in references for char in text)
    return "" if has_digits else "name"


def decide(*, batch: Batch, choices: Choices, create_agents: bool, actor: User, at: datetime) -> Understanding:
    """Keep how a person wants the file to be read. An earlier dry run no longer holds. Raises EvidenceRefused."""
    seen = look_again(batch, choices)
    with transaction.atomic():
        locked = open_batch(batch)
        locked.choices, locked.understanding, locked.create_agents = choices.to_json(), seen.to_json(), create_agents
        locked.state, locked.action, locked.started_at = BatchState.UPLOADED, seen.action, None
        locked.save(update_fields=["choices", "understanding", "create_agents", "state", "action", "started_at"])
        detail = {"columns": choices.columns, "create_agents": create_agents, "open_questions": len(seen.questions)}
        record(actor=actor, verb="map_columns", subject=locked, at=at, detail=detail)
    return seen


def save_profile(*, batch: Batch, title: str, actor: User, at: datetime) -> SourceProfile:
    """Keep how a file was read as a profile, so that the next file of this source is understood at once.

    Raises EvidenceRefused when a column that is needed has no heading to know it by.
    """
    seen = Understanding.from_json(batch.understanding)
    if any(heading.startswith("#") for heading in seen.headings().values()):
        raise EvidenceRefused(_("Columns without headings cannot be found again. Give them headings at the source."))
    name = _free_name(slugify(title)[:50] or "source", batch)
    with transaction.atomic():
        made = SourceProfile.objects.create(
            name=name,
            kind=batch.kind,
            document=write(_profile(batch, seen, name, title)),
            created_by=actor,
            created_at=at,
        )
        detail = {"name": name, "batch": batch.pk}
        record(actor=actor, verb="save_profile", subject=made, at=at, detail=detail)
    return made


def _free_name(name: str, batch: Batch) -> str:
    taken = name in shipped_profiles() or SourceProfile.objects.filter(name=name).exists()
    return f"{name[:40]}-{batch.pk}" if taken else name


def _profile(batch: Batch, seen: Understanding, name: str, title: str) -> Profile:
    chosen, known = Choices.from_json(batch.choices), find_profile(batch.profile)
    return replace(
        known,
        name=name,
        title=title,
        kind=batch.kind,
        aliases=False,
        columns={meaning: (heading,) for meaning, heading in seen.headings().items()},
        encoding=chosen.encoding or known.encoding,
        delimiter=chosen.delimiter or known.delimiter,
        # An order that neither the file nor a person has told would be a guess about every later file.
        date_order=chosen.date_order or known.date_order or (seen.date_order if seen.order_is_told else ""),
        zone=seen.zone,
        instrument=seen.instrument,
        agent_by=seen.agent_by,
        empty_rating=seen.empty_rating,
        unanswered=seen.unanswered,
        key=seen.key,
    )


def open_batch(batch: Batch) -> Batch:
    """Lock a batch that is not on its way yet. Raises EvidenceRefused when it is."""
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    if locked.state not in OPEN:
        told = _("This file is %(state)s already; nothing about it can be changed here. Open its report.")
        raise EvidenceRefused(told % {"state": locked.get_state_display()})
    return locked


def drop(*, batch: Batch, actor: User, at: datetime) -> None:
    """Drop a file that was not imported: the stored bytes go, the record of it stays. Raises EvidenceRefused."""
    with transaction.atomic():
        locked = open_batch(batch)
        path = locked.stored_path
        locked.state, locked.stored_path = BatchState.CANCELLED, ""
        locked.save(update_fields=["state", "stored_path"])
        record(actor=actor, verb="drop_file", subject=locked, at=at, detail={"content_hash": locked.content_hash})
        transaction.on_commit(lambda: Path(path).unlink(missing_ok=True))
