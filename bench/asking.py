"""The two sides of `bench.what_if`. Import only after Django is set up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import cycle

import numpy as np
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from scoring.models import Agent, Assignment, Cell, CellSum, Employment, ScoreRun, Team
from scoring.presets import published
from scoring.runs import execute_run, request_run
from selection.models import WhatIf
from selection.stages import Role

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = date(2026, 11, 22)
HIRED = date(2024, 1, 1)
PLACES, TEAMS, PER_CELL, SEED = 100, 40, 40, 2014
MONTHS = (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1))
COLUMNS = "bench.plain_admin"


@dataclass(frozen=True, kw_only=True)
class World:
    """A company with scores, its HR person's browser and an administrator's."""

    run: ScoreRun
    hr: Client
    administrator: Client
    what_if: Callable[[], None]

    def two_changelists(self) -> None:
        """Two pages of the stock admin, a hundred of the same scores each."""
        for number in (1, 2):
            answer = self.administrator.get(f"/plain/scoring/score/?p={number}&run__id__exact={self.run.pk}")
            assert answer.status_code == 200, answer.status_code
            assert answer.content.count(b'class="field-agent') == 100


def set_up(agents: int) -> World:
    """Make the company, score it by the current rules, log both people in."""
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.ROOT_URLCONF = COLUMNS
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    _company(agents)
    run = request_run(policy_version=published("current", at=AT), as_of=DAY, places=PLACES, actor=None, at=AT)
    run = execute_run(run=run, at=AT)
    hanna = User.objects.create(username="hanna")
    hanna.groups.set(Group.objects.filter(name=Role.HR.value))
    hr = _browser(hanna)
    return World(
        run=run,
        hr=hr,
        administrator=_browser(User.objects.create(username="root", is_superuser=True, is_staff=True)),
        what_if=_asking(hr, run),
    )


def _asking(hr: Client, run: ScoreRun) -> Callable[[], None]:
    """Let a slider go, each time elsewhere, as the page does it."""
    address, cuts = reverse("hr:try_what_if", args=[run.pk]), cycle(np.linspace(0.5, 0.9, 17).tolist())

    def ask() -> None:
        before = WhatIf.objects.count()
        sent = {"customer_rating.any_of": f"{next(cuts):.2f}", "customer_rating.weight": "70", "test_task.weight": "30"}
        answer = hr.post(address, sent, headers={"HX-Request": "true", "HX-Target": "what-if"})
        assert answer.status_code == 200, answer.status_code
        assert answer.content.count(b'<th scope="row">') == 50
        assert WhatIf.objects.count() == before + 1

    return ask


def _browser(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _company(agents: int) -> None:
    Agent.objects.bulk_create(
        Agent(staff_number=f"B-{number:05d}", full_name=f"Agent {number}", created_at=AT) for number in range(agents)
    )
    everybody = list(Agent.objects.order_by("staff_number"))
    teams = [Team.objects.create(name=f"Team {n}", is_technical_support=n % 2 == 0) for n in range(TEAMS)]
    Employment.objects.bulk_create(Employment(agent=one, hired_on=HIRED) for one in everybody)
    Assignment.objects.bulk_create(
        Assignment(agent=one, team=teams[at % TEAMS], starts_on=HIRED) for at, one in enumerate(everybody)
    )
    cells = [Cell.objects.create(instrument="csat5", channel="chat", topic=topic) for topic in ("bills", "roaming")]
    CellSum.objects.bulk_create(_sums(everybody, cells), batch_size=5000)


def _sums(agents: list[Agent], cells: list[Cell]) -> list[CellSum]:
    rng = np.random.default_rng(SEED)
    skill = rng.normal(4.1, 0.2, len(agents))
    sums = []
    for at, one in enumerate(agents):
        for month in MONTHS:
            marks = np.clip(np.round(rng.normal(skill[at], 1.0, PER_CELL)), 1, 5)
            sums.append(
                CellSum(
                    agent=one, cell=cells[at % 2], month=month, offered=2 * PER_CELL, answered=PER_CELL,
                    total=marks.sum(), squares=(marks**2).sum(), satisfied=(marks >= 4).sum(),
                )
            )  # fmt: skip
    return sums
