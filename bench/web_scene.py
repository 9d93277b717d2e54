"""The demo company with `bench.web`'s people in it. Import only after Django is set up."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from bench.visitors import Browser, writer_in
from scoring.models import Agent, Batch, ScoreRun
from scoring.models.batches import BatchState
from selection.demo.people import PASSWORD
from selection.models import Candidate
from selection.stages import Stage

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLL_SECONDS = 0.5
LOADED = 1800


def set_up(numbers: Sequence[str]) -> None:
    """Load the demo company, and the agents that the file speaks of."""
    call_command("demo", load_only=True)
    Agent.objects.bulk_create(Agent(staff_number=one, full_name=one, created_at=AT) for one in numbers)


class Cast:
    """HR and a candidate who sits the knowledge test, both logged in."""

    def __init__(self, address: str) -> None:
        sitting = Candidate.objects.filter(stage=Stage.TEST).exclude(agent__user=None)
        self.candidate = sitting.select_related("agent__user").order_by("pk")[0]
        user = User.objects.get(pk=self.candidate.agent.user_id)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        self.hr, self.sitter = Browser(address), Browser(address)
        self.hr.log_in("hanna", PASSWORD)
        self.sitter.log_in(user.username, PASSWORD)
        self.run = ScoreRun.objects.order_by("-pk")[0]
        self.batch: Batch | None = None

    def pages(self) -> list[dict[str, Callable[[], int]]]:
        """What each of the two asks for, in turn."""
        agents = cycle(Agent.objects.order_by("pk").values_list("pk", flat=True)[:50])
        weights = cycle(range(20, 80))
        asked = reverse("hr:try_what_if", args=[self.run.pk])
        hr = {
            "today": lambda: self._shown("hr:today"),
            "ranking": lambda: self._shown("hr:ranking"),
            "an agent": lambda: self._shown("hr:agent", next(agents)),
            "the batch, or all batches": lambda: self._the_batch(),
            "a what-if is asked and kept": lambda: self.hr.post(asked, {"test_task.weight": str(next(weights))})[0],
        }
        return [hr, self._sitting()]

    def _shown(self, name: str, *args: int) -> int:
        return self.hr.get(reverse(name, args=args))[0]

    def _the_batch(self) -> int:
        return self._shown("hr:batch", self.batch.pk) if self.batch else self._shown("hr:evidence")

    def _sitting(self) -> dict[str, Callable[[], int]]:
        """The clock of the test runs; every other request saves an answer."""
        here = [self.candidate.pk]
        test, answer = reverse("portal:test", args=here), reverse("portal:test_answer", args=[*here, 1])
        self.sitter.get(test)
        self.sitter.post(reverse("portal:test_start", args=here), {})
        writer = writer_in(self.sitter.get(test)[1])
        options = cycle("12")
        return {
            "my path": lambda: self.sitter.get(reverse("portal:round", args=here))[0],
            "an answer of the test is saved": lambda: self.sitter.post(answer, {"writer": writer, "q1": next(options)})[
                0
            ],
        }


def importing(cast: Cast, path: Path, phases: Sequence[str]) -> Iterator[tuple[str, Callable[[], None]]]:
    """HR's way from the file to published ratings, step by step, each until it is over."""
    browser = Browser(cast.hr.address)
    browser.log_in("hanna", PASSWORD)

    def upload() -> None:
        status, target = browser.upload(reverse("hr:upload_evidence"), {"kind": "ratings", "profile": "surveys"}, path)
        assert status == 302, status
        cast.batch = Batch.objects.get(pk=int(target.rstrip("/").rsplit("/", 1)[1]))

    def check() -> None:
        status, _target = browser.post(reverse("hr:batch_columns", args=[_pk(cast)]), {"check": "1"})
        assert status == 302, status
        _until(lambda: _state(cast) != BatchState.UPLOADED)
        assert _state(cast) == BatchState.CHECKED, _state(cast)

    def load() -> None:
        browser.post(reverse("hr:confirm_import", args=[_pk(cast)]), {})
        _until(lambda: _state(cast) != BatchState.STAGING)
        assert _state(cast) == BatchState.PUBLISHED, _state(cast)

    def rest() -> None:
        _until(lambda: not DBTaskResult.objects.filter(finished_at=None).exists())

    return zip(phases, (upload, check, load, rest), strict=True)


def _pk(cast: Cast) -> int:
    assert cast.batch
    return cast.batch.pk


def _state(cast: Cast) -> str:
    return Batch.objects.values_list("state", flat=True).get(pk=_pk(cast))


def _until(is_over: Callable[[], bool]) -> None:
    until = time.monotonic() + LOADED
    while not is_over():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(POLL_SECONDS)
