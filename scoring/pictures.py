"""Pictures of what was posted about a chat: told by their content, kept without metadata, shown to few."""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.record import record
from scoring.incident_reads import held, why_closed
from scoring.intake.limits import MEGABYTE
from scoring.intake.refusals import Problem
from scoring.models import IncidentPicture, ViralIncident
from scoring.models.evidence import IncidentState
from scoring.picture_content import Picture, clean
from scoring.refusals import EvidenceRefused

FOLDER = "incidents"
ORPHANED = timedelta(days=1)
PICTURES_AT_MOST = 6
# What one person may have lying at incidents that nobody has decided about.
OPEN_MEGABYTES = 200
REASONS: dict[str, Promise] = {
    "empty": gettext_lazy("Picture %(number)d is empty. Save it again."),
    "too_large": gettext_lazy("Picture %(number)d is larger than %(limit)d MB. Cut it to what matters."),
    "no_picture": gettext_lazy("Picture %(number)d is no PNG, JPEG or WebP. Take a screenshot of it and add that."),
    "moving": gettext_lazy("Picture %(number)d moves. Take a screenshot of what matters and add that."),
    "damaged": gettext_lazy("Picture %(number)d is damaged or incomplete. Save it again."),
    "too_many_pixels": gettext_lazy(
        "Picture %(number)d measures %(width)d by %(height)d pixels, more than is shown. Cut it to what matters."
    ),
}


def cleaned(contents: Sequence[bytes]) -> list[Picture]:
    """Take the metadata off; the same picture twice is one. Raises EvidenceRefused with the number of the picture."""
    found: dict[bytes, Picture] = {}
    for number, content in enumerate(contents, start=1):
        picture = clean(content)
        if isinstance(picture, Problem):
            raise EvidenceRefused(REASONS[picture.code] % {"number": number, **picture.params})
        found.setdefault(picture.content, picture)
    return list(found.values())


def add_pictures(*, incident: ViralIncident, contents: Sequence[bytes], actor: User, at: datetime) -> int:
    """Add pictures to an incident that is not decided, and say how many were new.

    Raises EvidenceRefused when it is decided, is about the actor, would have too many, or a picture cannot be kept.
    """
    pictures = cleaned(contents)
    with ExitStack() as undo:
        with transaction.atomic():
            locked = held(incident)
            refusal = why_not_add(locked, actor)
            if refusal:
                raise EvidenceRefused(refusal)
            added = attach(locked, pictures, actor=actor, at=at, undo=undo)
        undo.pop_all()
    return added


def why_not_add(incident: ViralIncident, actor: User) -> str:
    """Say why this person may not add pictures; '' when they may. That they are in HR, the door has checked."""
    if closed := why_closed(incident):
        return closed
    if incident.agent.user_id == actor.pk:
        return _("Nobody adds pictures to an incident of their own chat. Write your own words on your page.")
    return ""


def attach(incident: ViralIncident, pictures: Sequence[Picture], *, actor: User, at: datetime, undo: ExitStack) -> int:
    """Store pictures of an incident that is held, inside the caller's transaction, and say how many were new.

    `undo` learns how to take the files away again if the transaction fails. Raises EvidenceRefused.
    """
    known = set(incident.pictures.values_list("content_hash", flat=True))
    named = {hashlib.sha256(one.content).hexdigest(): one for one in pictures}
    fresh = {digest: one for digest, one in named.items() if digest not in known}
    if len(known) + len(fresh) > PICTURES_AT_MOST:
        raise EvidenceRefused(
            _("An incident has at most %(most)d pictures. Choose those that show most.") % {"most": PICTURES_AT_MOST}
        )
    _check_quota(actor)
    for digest, picture in fresh.items():
        _keep(incident, digest, picture, actor=actor, at=at, undo=undo)
    if fresh:
        record(actor=actor, verb="add_pictures", subject=incident, at=at, detail={"hashes": sorted(fresh)})
    return len(fresh)


def sweep_pictures(*, at: datetime) -> int:
    """Delete files that no picture names and that have lain there for a day; return how many.

    A process that is killed between writing a file and storing what it belongs to cannot take it away itself.
    """
    try:
        names = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    except FileNotFoundError:
        return 0
    known, swept = set(IncidentPicture.objects.values_list("stored_as", flat=True)), 0
    for name in names:
        if name not in known and default_storage.get_modified_time(name) < at - ORPHANED:
            default_storage.delete(name)
            swept += 1
    return swept


def _keep(
    incident: ViralIncident, digest: str, picture: Picture, *, actor: User, at: datetime, undo: ExitStack
) -> None:
    name = default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}", ContentFile(picture.content))
    undo.callback(default_storage.delete, name)
    incident.pictures.create(
        stored_as=name,
        content_type=picture.content_type,
        content_hash=digest,
        width=picture.width,
        height=picture.height,
        byte_size=len(picture.content),
        added_by=actor,
        added_at=at,
    )


def content_of(picture: IncidentPicture) -> bytes:
    """The stored bytes. Raises FileNotFoundError when they are gone."""
    with default_storage.open(picture.stored_as) as stored:
        return bytes(stored.read())


def _check_quota(actor: User) -> None:
    lying = IncidentPicture.objects.filter(added_by=actor, incident__state=IncidentState.UNVERIFIED)
    size = lying.aggregate(size=Sum("byte_size"))["size"] or 0
    if size > OPEN_MEGABYTES * MEGABYTE:
        told = _("More than %(limit)d MB of your pictures wait for a decision. Have those incidents decided first.")
        raise EvidenceRefused(told % {"limit": OPEN_MEGABYTES})
