"""`manage.py import_evidence`: agents, ratings or viral chats from a file."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.batch_tasks import flag_evidence
from scoring.batches import Manners
from scoring.flags import look_over
from scoring.intake.load import check, import_file
from scoring.intake.load_look import look
from scoring.intake.load_profiles import NoSuchProfile, profile_names
from scoring.intake.load_report import Report
from scoring.intake.meanings import KINDS
from scoring.intake.sentences import note_sentence, refusal_sentence
from scoring.models import Batch
from scoring.models.batches import EvidenceKind
from scoring.refusals import EvidenceRefused

SHOWN_REFUSALS = 20


class Command(BaseCommand):
    """Import one file of evidence, or only check it; the exit status says whether something may be or was imported."""

    help = "Import agents, ratings or viral chats from a file."
    # Checking all of the project would load every page of it, and a long import has better uses for the memory.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=KINDS)
        parser.add_argument("file", type=Path)
        parser.add_argument("--profile", default="", help="name of a known source")
        parser.add_argument("--dry-run", action="store_true", help="check only, change nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--as-of", type=moment, help="clock of the checks, for example 2026-11-22T12:00:00Z")
        parser.add_argument("--create-agents", action="store_true", help="create the agents that the file names")
        parser.add_argument(
            "--polite",
            action="store_true",
            help="let pages that run beside it on SQLite write in between, as the background worker does; slower",
        )
        parser.add_argument(
            "--leave-watch",
            action="store_true",
            help="leave looking for what seems odd to the background worker, instead of doing it after the result",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["file"].is_file():
            raise CommandError(_("There is no file %(file)s.") % {"file": options["file"]})
        try:
            report = _report(options)
        except NoSuchProfile:
            known = ", ".join(profile_names(options["kind"]))
            raise CommandError(
                _("There is no profile “%(name)s”. Known: %(known)s.") % {"name": options["profile"], "known": known}
            ) from None
        except EvidenceRefused as refused:
            raise CommandError(refused.sentence) from refused
        if options["json"]:
            self.stdout.write(json.dumps(report.to_json(), ensure_ascii=False))
        else:
            self._print(report)
        self.stdout.flush()
        if not report.may_load:
            raise SystemExit(1)
        if report.batch and options["kind"] == EvidenceKind.RATINGS:
            self._watch(report.batch, later=options["leave_watch"])

    def _watch(self, batch: int, *, later: bool) -> None:
        """Flags come through every door; the result of the import does not wait for them, nor is it mixed with them."""
        if later:
            flag_evidence.enqueue(batch)
            self.stderr.write(_("The background worker looks for what seems odd."))
            return
        self.stderr.write(_("The import is done. Looking for what seems odd …"))
        made = look_over(batch=Batch.objects.get(pk=batch), at=timezone.now())
        told = ngettext(
            "%(n)d thing looks odd. HR is asked about it.", "%(n)d things look odd. HR is asked about them.", len(made)
        )
        self.stderr.write(told % {"n": len(made)} if made else _("Nothing looks odd."))

    def _print(self, report: Report) -> None:
        seen = report.understanding
        how = [seen.container, seen.encoding, seen.delimiter.replace("\t", "TAB"), *seen.read_sheets, seen.zone]
        self.stdout.write(f"{seen.file_name}: {', '.join(filter(None, how))}")
        self.stdout.write(
            _("%(action)s: %(accepted)s of %(records)s records accepted, %(added)s new, %(refused)s refused.")
            % {name: getattr(report, name) for name in ("action", "accepted", "records", "added", "refused")}
        )
        for line in [report.message, *map(note_sentence, report.notes)]:
            if line:
                self.stdout.write(line)
        for refusal in report.refusals[:SHOWN_REFUSALS]:
            self.stdout.write(refusal_sentence(refusal))


def moment(text: str) -> datetime:
    """Read the clock argument; without an offset it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _report(options: dict[str, Any]) -> Report:
    now = timezone.now()
    as_of = options["as_of"] or now
    if options["dry_run"]:
        seen = look(options["file"], kind=options["kind"], profile=options["profile"])
        return check(options["file"], seen, as_of=as_of, create_agents=options["create_agents"])
    return import_file(
        options["file"].resolve(),
        kind=options["kind"],
        as_of=as_of,
        at=now,
        profile=options["profile"],
        create_agents=options["create_agents"],
        pause=Manners() if options["polite"] else None,
    )
