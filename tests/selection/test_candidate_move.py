"""The shell door: it moves like the pages, refuses like the pages, and says so with its exit status."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from selection.dossier import dossier_hash
from selection.models import Candidate, Placement
from selection.refusals import Refused
from selection.stages import Stage
from tests.cast import REASON, Cast, ask, bring_to, open_decisions

ROOT = Path(__file__).resolve().parent.parent.parent


def run(candidate: Candidate, name: str, *more: str) -> str:
    out = StringIO()
    call_command("candidate_move", str(candidate.pk), name, *more, stdout=out)
    return out.getvalue()


def test_a_move_is_made_in_somebodys_name(cast: Cast, candidate: Candidate) -> None:
    assert run(candidate, "invite", "--as", "hanna") == "Ania Sokolova: invited\n"
    assert candidate.changes.get().actor == cast.hanna


def test_an_approval_needs_the_hash_and_the_day(cast: Cast, candidate: Candidate) -> None:
    released = bring_to(candidate, Stage.RELEASED, cast=cast)
    given = ["--as", "hugo", "--reason", REASON, "--effective-on", "2099-12-01"]
    with pytest.raises(CommandError, match="The evidence has changed since you opened it"):
        run(released, "approve", *given)
    run(released, "approve", *given, "--dossier", dossier_hash(released))
    assert Placement.objects.get().starts_on.isoformat() == "2099-12-01"


@pytest.mark.parametrize("name", ["release", "approve", "invite", "promote"])
def test_it_refuses_in_the_very_sentence_of_move(cast: Cast, candidate: Candidate, name: str) -> None:
    open_decisions(candidate.round, by=cast.hanna)
    with pytest.raises(Refused) as by_verb:
        ask(candidate, name, cast.boris)
    with pytest.raises(CommandError) as by_shell:
        run(candidate, name, "--as", "boris", "--reason", REASON, "--dossier", dossier_hash(candidate))
    assert str(by_shell.value) == by_verb.value.sentence


def test_unknown_people_are_named(cast: Cast, candidate: Candidate) -> None:
    with pytest.raises(CommandError, match="There is no login “nobody”"):
        run(candidate, "invite", "--as", "nobody")
    with pytest.raises(CommandError, match="There is no candidate 0"):
        call_command("candidate_move", "0", "invite", "--as", "hanna")


def test_the_shell_sees_exit_status_1(tmp_path: Path) -> None:
    database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}", "SECRET_KEY": "x", "HTTPS": "0"}
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=database, check=True, cwd=tmp_path)
    asked = [*manage, "candidate_move", "7", "invite", "--as", "hanna"]
    done = subprocess.run(asked, env=database, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no candidate 7" in done.stderr
