"""`manage.py verify_journal`: prove that nothing in the journal was changed, removed or cut off."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from journal.models import Entry, Head
from journal.verify import problems


class Command(BaseCommand):
    """Walk the hash chain; exit with 1 and a sentence per break, or print the head for safe keeping elsewhere."""

    help = "Check the hash chain of the journal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--head", help="A head noted earlier (sequence:hash) that must still be in the chain.")

    def handle(self, *args: Any, head: str | None = None, **options: Any) -> None:
        found = list(problems()) + self._anchor_problems(head)
        if found:
            raise CommandError("\n".join(found))
        newest = Head.objects.filter(pk=1).first()
        self.stdout.write(_("The journal is whole: %(count)s entries.") % {"count": Entry.objects.count()})
        self.stdout.write(f"{newest.sequence}:{newest.hash}" if newest else "0:")

    def _anchor_problems(self, head: str | None) -> list[str]:
        if head is None:
            return []
        sequence, _colon, digest = head.partition(":")
        if Entry.objects.filter(sequence=int(sequence or 0), hash=digest).exists():
            return []
        return [_("The noted head %(head)s is not in this journal: it was cut or written anew.") % {"head": head}]
