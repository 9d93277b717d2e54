"""The shell door to a move: same rights, same gates, same sentences as the pages."""

import random
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from selection.gates import MoveRequest
from selection.models import Candidate
from selection.models.candidates import STAGE_NAMES
from selection.models.overrides import OverrideReason
from selection.refusals import Refused
from selection.stages import MOVES, Stage
from selection.workflow import move


class Command(BaseCommand):
    """Make one move in somebody's name."""

    help = f"Move a candidate: {', '.join(MOVES)}. Refuses in the same words as the pages, with exit status 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("candidate", type=int, help="number of the candidate")
        parser.add_argument("move", help="name of the move")
        parser.add_argument("--as", dest="username", required=True, help="login in whose name it is made")
        parser.add_argument("--reason", default="", help="why; the candidate may ask for it")
        parser.add_argument(
            "--reason-code", default="", help="needed against the verdict: " + ", ".join(OverrideReason.values)
        )
        parser.add_argument("--effective-on", type=date.fromisoformat, help="for approve: first day, YYYY-MM-DD")
        parser.add_argument("--dossier", default="", help="for decisions: hash of the dossier that was read")

    def handle(self, *args: Any, **options: Any) -> None:
        candidate = _candidate(options["candidate"])
        asked = MoveRequest(
            name=options["move"],
            actor=_login(options["username"]),
            at=timezone.now(),
            reason=options["reason"],
            reason_code=options["reason_code"],
            effective_on=options["effective_on"],
            dossier_hash=options["dossier"],
        )
        try:
            move(candidate=candidate, request=asked, rng=random.SystemRandom())
        except Refused as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"{candidate.agent}: {STAGE_NAMES[Stage(candidate.stage)]}")


def _candidate(pk: int) -> Candidate:
    found = Candidate.objects.select_related("agent", "round").filter(pk=pk).first()
    if found is None:
        raise CommandError(
            _("There is no candidate %(number)s. Look the number up on the round's page.") % {"number": pk}
        )
    return found


def _login(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is None:
        raise CommandError(_("There is no login “%(name)s”. Check the spelling.") % {"name": username})
    return found
