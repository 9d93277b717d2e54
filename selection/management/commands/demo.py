"""`manage.py demo`: set up the database, load the demo company once, and serve it with a worker until Ctrl-C."""

import signal
import subprocess
import sys
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from selection.demo.company import load_company
from selection.demo.people import LOGINS, PASSWORD, SHOWN
from selection.models.candidates import ROLE_NAMES


class Command(BaseCommand):
    """Everything between a fresh clone and a page in the browser."""

    help = "Load and serve the demo company."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="127.0.0.1:8000")
        parser.add_argument("--load-only", action="store_true", help="set up and load, but do not serve")

    def handle(self, *args: Any, **options: Any) -> None:
        self._set_up()
        if not options["load_only"]:
            self._invite(options["address"])
            self._serve(options["address"])

    def _set_up(self) -> None:
        self.stdout.write("Preparing the database and the pages ...")
        call_command("migrate", verbosity=0)
        call_command("compile_translations", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        for step in load_company(at=timezone.now()):
            self.stdout.write(f"  {step}")

    def _invite(self, address: str) -> None:
        names = {login.username: login for login in LOGINS}
        self.stdout.write(f"\nRostrum is at http://{address}/   (Ctrl-C stops it)\n\n  login      password      who\n")
        for username in SHOWN:
            login = names[username]
            self.stdout.write(
                f"  {username:10} {PASSWORD}  {login.first_name} {login.last_name}, {ROLE_NAMES[login.role]}"
            )
        self.stdout.write("")

    def _serve(self, address: str) -> None:
        commands = (
            [
                sys.executable,
                "-m",
                "gunicorn",
                "selection.wsgi",
                "--bind",
                address,
                "--workers",
                "2",
                "--threads",
                "2",
                "--no-control-socket",
            ],
            [sys.executable, "manage.py", "db_worker", "--interval", "0.5"],
            [sys.executable, "manage.py", "close_overdue", "--every", "60", "--verbosity", "0"],
        )
        signal.signal(signal.SIGTERM, _stop)
        running = [subprocess.Popen(command) for command in commands]  # noqa: S603  # fixed commands of ours
        try:
            running[0].wait()
        except KeyboardInterrupt:
            self.stdout.write("\nStopped. `make demo` goes on with the same data.")
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
