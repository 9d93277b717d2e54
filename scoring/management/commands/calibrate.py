"""`manage.py calibrate`: hold the claims of the ranking against simulated and real truth."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from scoring.calibration import SEED, NotCalibrated, Question, calibrate
from scoring.models import Calibration, ScoreRun
from scoring.policies import read
from scoring.presets import NoSuchPolicy, published
from scoring.queries import latest_run
from scoring.runs import default_day


class Command(BaseCommand):
    """Calibrate the method on the evidence there is, and keep the answer for the method page."""

    help = "Compare claimed with true chances of a place, and the coverage of intervals; the method page shows both."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--policy", help="name of a published policy (default: that of the newest run, or current)")
        parser.add_argument("--as-of", type=date.fromisoformat, help="day of the evidence, YYYY-MM-DD")
        parser.add_argument("--places", type=int, help="places to give (default: those of the run, or of the policy)")
        parser.add_argument("--seed", type=int, default=SEED, help="start of the random numbers")
        parser.add_argument("--rounds", type=int, help="simulated data sets (default: by the number of agents)")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        for name in ("places", "rounds"):
            if options[name] is not None and options[name] < 1:
                raise CommandError(_("--%(name)s must be a whole number from 1.") % {"name": name})
        try:
            made = calibrate(question=_question(options, default_day(at)), actor=None, at=at)
        except (NoSuchPolicy, NotCalibrated) as error:
            raise CommandError(str(error)) from None
        self._print(made)

    def _print(self, made: Calibration) -> None:
        told = {"policy": made.policy_version, "day": made.as_of, "agents": made.agents, "places": made.places}
        self.stdout.write(_("%(policy)s, %(day)s: %(agents)s rated agents, %(places)s places") % told)
        simulated, halves = made.simulated, made.halves
        self.stdout.write(
            _("Simulated %(rounds)s times: 95%% intervals hold the truth in %(share)s of the cases.")
            % {"rounds": made.rounds, "share": f"{simulated['coverage']:.1%}"}
        )
        self._print_bins(_("true"), simulated["bins"])
        if not halves:
            self.stdout.write(_("The evidence cannot be split in two halves: it needs two months and three agents."))
            return
        told = {name: f"{halves[name]:.0%}" for name in ("overlap", "expected")}
        self.stdout.write(
            _("Of the best of one half of the months, %(overlap)s are the best of the other; promised: %(expected)s.")
            % told
        )
        self._print_bins(_("other half"), halves["bins"])

    def _print_bins(self, truth: str, bins: list[dict[str, float]]) -> None:
        self.stdout.write(f"  {_('claimed'):>10} {truth:>12} {_('agents'):>10}")
        for one in bins:
            self.stdout.write(f"  {one['claimed']:>10.1%} {one['true']:>12.1%} {one['agents']:>10.0f}")


def _question(options: dict[str, Any], day: date) -> Question:
    """What was asked for; what is left open is taken from the newest run."""
    run: ScoreRun | None = latest_run(options["policy"])
    version = run.policy_version if run else published(options["policy"] or "current", at=timezone.now())
    return Question(
        policy_version=version,
        as_of=options["as_of"] or (run.as_of if run else day),
        places=options["places"] or (run.places if run else read(version).places),
        seed=options["seed"],
        rounds=options["rounds"],
    )
