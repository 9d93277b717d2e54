"""Load the demo company: generated files through the importer, then everything else through the verbs."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from assessments.bank.load import load_question_bank, load_tasks
from assessments.models import KnowledgeTest
from fixtures import cast
from fixtures.company import CompanyFiles, generate
from scoring.comparison import compare
from scoring.incidents import decide_incident
from scoring.intake.load import import_file
from scoring.models import ScoreRun, Team, ViralIncident
from scoring.models.batches import EvidenceKind
from scoring.models.evidence import IncidentState
from scoring.presets import install_presets, preset_paths, published
from selection.demo.people import create_logins, link_agents
from selection.demo.rounds import play, ranking
from selection.demo.stagehand import Stagehand
from selection.models import Round
from selection.what_ifs import try_what_if

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
POLICY = "current"
PROFILE = "surveys"  # an empty rating is a survey that was offered and not answered
TEST_NAME = "Знание продукта / Product knowledge"
LEFT_UNVERIFIED = 3
RULES_AGO = timedelta(days=200)
WHAT_IFS = ({"customer_rating.any_of": 0.85}, {"test_task.weight": 90, "customer_rating.weight": 10})
NOT_AT_FAULT = "вина не агента"


def load_company(*, at: datetime) -> Iterator[str]:
    """Load whatever is not there yet, step by step; yields a line about each step. Safe to call again."""
    if Round.objects.exists():
        yield "the demo company is there already"
        return
    users = create_logins()
    yield "logins"
    yield from _load_evidence(users, at)
    link_agents(users)
    _decide_incidents(users, at)
    install_presets(at=at - RULES_AGO)
    yield "policies"
    hand = _stagehand(users, at)
    yield "72 questions, two test tasks and a rubric"
    play(hand, version=published(POLICY, at=at), at=at)
    yield "four rounds, one in each phase, with references"
    runs = {name: ranking(published(name, at=at), users["hanna"], at=at) for name in _names()}
    yield "scores by every shipped policy"
    _try_out(runs, users["hanna"], at)
    yield "the founding and the current rules compared, and two what-ifs"


def _load_evidence(users: dict[str, User], at: datetime) -> Iterator[str]:
    files = _generate(at)
    report = import_file(files.agents, kind=EvidenceKind.AGENTS, as_of=at, at=at, actor=users["hanna"])
    yield f"{report.accepted} agents"
    report = import_file(
        files.ratings, kind=EvidenceKind.RATINGS, profile=PROFILE, as_of=at, at=at, actor=users["hanna"]
    )
    yield f"{report.accepted:,} surveys, {report.unanswered:,} of them without an answer"
    Team.objects.filter(name__in=cast.TECHNICAL_TEAMS).update(is_technical_support=True)
    report = import_file(files.viral, kind=EvidenceKind.VIRAL, as_of=at, at=at, actor=users["hanna"])
    yield f"{report.accepted} viral incidents"


def _generate(at: datetime) -> CompanyFiles:
    folder = settings.VAR_DIR / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    return generate(folder, seed=cast.DEMO_SEED, as_of=timezone.localdate(at))


def _decide_incidents(users: dict[str, User], at: datetime) -> None:
    """A second person has looked at all but the newest."""
    for incident in ViralIncident.objects.order_by("-flagged_at")[LEFT_UNVERIFIED:]:
        excused = NOT_AT_FAULT in incident.reason
        decide_incident(
            incident=incident,
            state=IncidentState.NOT_AT_FAULT if excused else IncidentState.VERIFIED,
            reason="Чат найден в архиве, цитата совпадает с перепиской.",
            actor=users["pavel"],
            at=max(incident.flagged_at + timedelta(hours=2), at - timedelta(days=120)),
        )


def _stagehand(users: dict[str, User], at: datetime) -> Stagehand:
    load_question_bank(FIXTURES / "questions.toml", at=at, actor=users["hanna"])
    tasks = load_tasks(FIXTURES / "tasks.toml", at=at, actor=users["hanna"])
    test, _created = KnowledgeTest.objects.get_or_create(name=TEST_NAME, defaults={"question_count": 24, "minutes": 25})
    return Stagehand(users=users, test=test, task=tasks[0], rng=random.Random(cast.DEMO_SEED))  # noqa: S311


def _names() -> list[str]:
    """Every shipped policy, today's rules last: their ranking is the newest."""
    return sorted((path.stem for path in preset_paths()), key=lambda name: name == POLICY)


def _try_out(runs: dict[str, ScoreRun], actor: User, at: datetime) -> None:
    """HR has compared two eras, and has asked what other cuts would do."""
    before, after = runs["founding"], runs[POLICY]
    compare(
        before=before.policy_version,
        after=after.policy_version,
        as_of=after.as_of,
        places=after.places,
        actor=actor,
        at=at,
    )
    for values in WHAT_IFS:
        try_what_if(run=after, values=values, actor=actor, at=at)
