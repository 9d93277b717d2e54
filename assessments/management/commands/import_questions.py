"""`manage.py import_questions FILE`: questions from CSV or TOML into the bank."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.bank.csv_file import read_csv
from assessments.bank.load import Loaded, load_questions
from assessments.bank.shapes import QuestionFile
from assessments.bank.toml_file import read_questions
from assessments.bank.wording import sentence


class Command(BaseCommand):
    """Exit with 1 when nothing of the file can be taken."""

    help = "Import questions of the knowledge test from a CSV or TOML file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--language", choices=("ru", "en"), default="ru", help="Of columns without _ru or _en.")
        parser.add_argument("--dry-run", action="store_true", help="Check only.")
        parser.add_argument("--json", action="store_true", help="Print one object.")

    def handle(self, *args: Any, file: Path, language: str, **options: Any) -> None:
        found = _read(file, language)
        if found.questions and not options["dry_run"]:
            self._say_loaded(load_questions(found, at=timezone.now(), actor=None), quiet=options["json"])
        if options["json"]:
            self.stdout.write(json.dumps(_report(found), ensure_ascii=False))
        else:
            self.stdout.writelines(sentence(refusal) for refusal in found.refusals)
        if not found.questions:
            raise CommandError(_("Nothing was imported from %(file)s.") % {"file": file.name})

    def _say_loaded(self, loaded: Loaded, *, quiet: bool) -> None:
        if quiet:
            return
        told = _("New: %(added)s, changed: %(changed)s, new versions: %(replaced)s, as before: %(unchanged)s.")
        self.stdout.write(told % vars(loaded))


def _read(file: Path, language: str) -> QuestionFile:
    if not file.is_file():
        raise CommandError(_("There is no file %(file)s. Check the path.") % {"file": file})
    if file.suffix == ".toml":
        return read_questions(file.read_text(encoding="utf-8"))
    return read_csv(file.read_bytes(), language=language)


def _action(found: QuestionFile) -> str:
    if not found.questions:
        return "needs_mapping" if any(r.code == "missing_column" for r in found.refusals) else "reject_file"
    return "accept_partial" if found.refusals else "accept"


def _report(found: QuestionFile) -> dict[str, Any]:
    refused = [
        {"record": r.record, "code": r.code, "column": r.column, "value": r.value, "message": sentence(r)}
        for r in found.refusals
    ]
    return {
        "action": _action(found),
        "records": found.records,
        "accepted": len(found.questions),
        "duplicates": found.duplicates,
        "waiting": 0,
        "refused": refused,
        "warnings": [],
    }
