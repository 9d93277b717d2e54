"""Check that the journal is whole."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from journal.chain import GENESIS, link_hash
from journal.models import Entry, Head


def problems() -> Iterator[str]:
    """Walk the chain from its first entry and yield a sentence for every break in it."""
    previous_hash, previous_sequence = GENESIS, 0
    for entry in Entry.objects.order_by("sequence").iterator():
        if entry.sequence != previous_sequence + 1:
            yield _("Entry %(sequence)s follows entry %(previous)s: entries between them are gone.") % {
                "sequence": entry.sequence,
                "previous": previous_sequence,
            }
        if entry.previous_hash != previous_hash:
            yield _("Entry %(sequence)s does not continue the entry before it.") % {"sequence": entry.sequence}
        if link_hash(entry.link()) != entry.hash:
            yield _("Entry %(sequence)s was changed after it was written.") % {"sequence": entry.sequence}
        previous_hash, previous_sequence = entry.hash, entry.sequence
    yield from _head_problems(last_hash=previous_hash, last_sequence=previous_sequence)


def _head_problems(*, last_hash: str, last_sequence: int) -> Iterator[str]:
    head = Head.objects.filter(pk=1).first()
    if (head.sequence, head.hash) != (last_sequence, last_hash) if head else last_sequence:
        yield _("The journal ends at entry %(sequence)s, its head says %(head)s: the tail was cut.") % {
            "sequence": last_sequence,
            "head": head.sequence if head else 0,
        }
