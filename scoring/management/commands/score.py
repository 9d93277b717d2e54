"""`manage.py score`: run a policy over the evidence and print the ranking."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from scoring.models import ScoreRun
from scoring.models.runs import RunState
from scoring.presets import NoSuchPolicy, published
from scoring.queries import scores_of
from scoring.runs import default_day, execute_run, repeat_run, request_run


class Command(BaseCommand):
    """Score all agents by a published policy, or repeat an earlier run and compare it to the byte."""

    help = "Score agents by a policy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--policy", help="name of a published policy, for example: current")
        what.add_argument("--repeat", type=int, metavar="RUN", help="compute this run again and compare")
        parser.add_argument("--as-of", type=date.fromisoformat, help="day of the evidence, YYYY-MM-DD")
        parser.add_argument("--places", type=int, help="places to give (default: the policy's)")
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
        execute_run(run=run, at=at)
        if run.state != RunState.FINISHED:
            raise CommandError(run.message)
        return self._print_json(run) if options["json"] else self._print_table(run)

    def _repeat(self, number: int) -> None:
        run = ScoreRun.objects.select_related("policy_version").filter(pk=number, state=RunState.FINISHED).first()
        if run is None:
            raise CommandError(_("There is no finished run %(run)s.") % {"run": number})
        stored, again = repeat_run(run)
        if stored != again:
            raise CommandError(
                _("Run %(run)s gives other scores now: the evidence or the code has changed.") % {"run": number}
            )
        self.stdout.write(_("Run %(run)s gives the same scores to the byte: %(hash)s") % {"run": number, "hash": again})

    def _print_json(self, run: ScoreRun) -> None:
        self.stdout.write(json.dumps(report(run), ensure_ascii=False))

    def _print_table(self, run: ScoreRun) -> None:
        found = run.summary
        self.stdout.write(f"{run.policy_version}, {run.as_of}: {found['agents']} agents, {run.places} places")
        if not found["distinguishable"]:
            self.stdout.write(_("By their customers' ratings these agents cannot be told apart."))
        for score in scores_of(run)[:20]:
            self.stdout.write(
                f"{score.rank:5d} ({score.rank_low}–{score.rank_high})  {score.score:5.1f}  {score.p_top:4.0%}  "
                f"{score.get_verdict_display():16}  {score.agent.staff_number}  {score.agent.full_name}"
            )


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
