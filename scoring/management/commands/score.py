"""`manage.py score`: run a policy over the evidence and print the ranking."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from scoring.models import ScoreRun
from scoring.models.runs import RunState
from scoring.presets import NoSuchPolicy, published
from scoring.queries import scores_of
from scoring.runs import Repeated, default_day, execute_run, repeat_run, request_run


class Command(BaseCommand):
    """Score all agents by a published policy, or repeat an earlier run and compare it to the byte."""

    help = "Score agents by a policy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--policy", help="name of a published policy, for example: current")
        what.add_argument("--repeat", type=int, metavar="RUN", help="compute this run again and compare")
        parser.add_argument("--as-of", type=date.fromisoformat, help="day of the evidence, YYYY-MM-DD")
        parser.add_argument("--places", type=_places, help="places to give (default: the policy's)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["repeat"] is not None:
            return self._repeat(options["repeat"])
        at = timezone.now()
        try:
            version = published(options["policy"], at=at)
        except NoSuchPolicy as error:
            raise CommandError(str(error)) from None
        as_of = options["as_of"] or default_day(at)
        run = request_run(policy_version=version, as_of=as_of, places=options["places"], actor=None, at=at)
        if run.state == RunState.FINISHED:
            self.stderr.write(
                _("Nothing has changed since run %(run)s, so it is not computed again.") % {"run": run.pk}
            )
        execute_run(run=run, at=at)
        if run.state != RunState.FINISHED:
            raise CommandError(run.message)
        return self._print_json(run) if options["json"] else self._print_table(run)

    def _repeat(self, number: int) -> None:
        run = ScoreRun.objects.select_related("policy_version").filter(pk=number, state=RunState.FINISHED).first()
        if run is None:
            raise CommandError(_("There is no finished run %(run)s.") % {"run": number})
        repeated = repeat_run(run)
        if not repeated.is_equal:
            raise CommandError(_difference(repeated) % {"run": number})
        told = {"run": number, "hash": repeated.hash}
        self.stdout.write(_("Run %(run)s gives the same scores to the byte: %(hash)s") % told)

    def _print_json(self, run: ScoreRun) -> None:
        self.stdout.write(json.dumps(report(run), ensure_ascii=False))

    def _print_table(self, run: ScoreRun) -> None:
        found = run.summary
        self.stdout.write(f"{run.policy_version}, {run.as_of}: {found['agents']} agents, {run.places} places")
        if found["distinguishable"] is False:
            self.stdout.write(_("By their customers' ratings these agents cannot be told apart."))
        for score in scores_of(run)[:20]:
            self.stdout.write(
                f"{score.rank:5d} ({score.rank_low}–{score.rank_high})  {score.score:5.1f}  {score.p_top:4.0%}  "
                f"{score.get_verdict_display():16}  {score.agent.staff_number}  {score.agent.full_name}"
            )


def _places(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(_("“%(text)s” is no number of places: give a whole number from 1.") % {"text": text})
    return int(text)


def _difference(repeated: Repeated) -> str:
    """Why the scores differ, as far as the stored marks tell."""
    if not repeated.same_rows:
        return _("The scores stored for run %(run)s are not those that it gave: they were altered afterwards.")
    if not repeated.same_evidence:
        return _("Run %(run)s gives other scores now: the evidence has changed since.")
    if not repeated.same_code:
        return _("Run %(run)s gives other scores now: the code has changed since.")
    return _("Run %(run)s gives other scores from the same evidence and code. Tell whoever maintains Rostrum.")


def report(run: ScoreRun) -> dict[str, Any]:
    """The run as one JSON-serialisable object."""
    return {
        "run": run.pk,
        "policy": run.policy_version.name,
        "policy_version": run.policy_version.version,
        "policy_hash": run.policy_version.document_hash,
        "as_of": run.as_of.isoformat(),
        "places": run.places,
        "summary": run.summary,
        "agents": [
            {
                "agent": score.agent.staff_number,
                "name": score.agent.full_name,
                "score": score.score,
                "verdict": score.verdict,
                "p_top": score.p_top,
                "rank": score.rank,
                "rank_low": score.rank_low,
                "rank_high": score.rank_high,
                "criteria": score.criteria,
                "gates": score.gates,
            }
            for score in scores_of(run)
        ],
    }
