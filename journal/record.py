"""The one verb of the journal."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from journal.chain import link_hash
from journal.models import Entry, Head


class NotInTransaction(RuntimeError):
    """An entry was to be written outside the transaction of the change that it records."""


def actor_name(user: models.Model | None) -> str:
    """Name an actor by kind and identifier, never by a personal name; `system` when nobody is logged in."""
    return f"user:{user.pk}" if user is not None and user.pk is not None else "system"


def record(
    *,
    actor: models.Model | None,
    verb: str,
    subject: models.Model,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> Entry:
    """Append one entry to the chain, in the transaction of the change itself.

    `detail` holds what a reader needs to understand the change, JSON-serialisable, no personal data.
    Raises NotInTransaction outside `transaction.atomic()`: an entry must live and die with its change.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(f"{verb}: write the journal entry in the transaction of the change.")
    head, _created = Head.objects.select_for_update().get_or_create(pk=1)
    entry = Entry(
        sequence=head.sequence + 1,
        at=at,
        actor=actor_name(actor),
        verb=verb,
        subject_kind=subject._meta.label_lower,
        subject_id=str(subject.pk),
        detail=json.loads(json.dumps(detail or {}, cls=DjangoJSONEncoder)),
        previous_hash=head.hash,
    )
    entry.hash = link_hash(entry.link())
    entry.save(force_insert=True)
    head.sequence, head.hash = entry.sequence, entry.hash
    head.save(update_fields=["sequence", "hash"])
    return entry
