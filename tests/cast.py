"""The standard cast: who is who in every test, and the round in which they meet.

Hanna is HR, Marat Ania's line manager, Hugo the head of public communications, Greta and Gleb grade, Ania is the
candidate, Boris another agent who has nothing to do with it, Ada the auditor. Pavel owns policies beside Hanna.
"""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from assessments import grading, sittings
from assessments.models import KnowledgeTest, Option, Question, Rubric, RubricCriterion, RubricLevel, TestTask
from scoring.models import Agent, Assignment, Employment, PolicyVersion, Score, ScoreRun, Team
from scoring.models.policies import PolicyState
from scoring.models.runs import RunState, Verdict
from scoring.policy.reading import parse
from selection.dossier import dossier_hash
from selection.gates import MoveRequest
from selection.groups import ensure_groups
from selection.models import Candidate, Round, StageChange
from selection.models.rounds import RoundPhase
from selection.own_work import Tab, begin_task, begin_test, end_test, hand_in, save_answers
from selection.rounds import RoundPlan, next_phase, nominate, open_round
from selection.stages import Role, Stage
from selection.workflow import move

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PASSWORD = "speak-for-the-company"
REASON = "Calm under fire and exact on roaming."
SEED = 2014
TOPICS = ("roaming", "eSIM", "billing")
POLICY = """
format = 1
name = "current"
title = {en = "Today's rules", ru = "Сегодняшние правила"}
purpose = {en = "Finds agents customers trust.", ru = "Находит тех, кому доверяют клиенты."}
places = 2
order = "score"
approvals = ["line_manager", "head_of_public_communications"]

[evidence]
window_months = 12
half_life_days = 180
leave_counts_in_tenure = true

[verdict]
clear = 0.8
borderline = 0.2
reliability = 0.5

[certificate]
valid_months = 12

[outcome]
review_after_months = 6

[[criteria]]
criterion = "tenure"
role = "gate"
cut = 6
unit = "months"
cut_why = {en = "Half a year of seasons.", ru = "Полгода."}
why = {en = "Nobody can be told to know a subject.", ru = "Нельзя велеть разбираться."}
requirement = "product_knowledge"
quality = "length_of_service"
evidence_needed = 1
when_missing = "incomplete"

[[criteria]]
criterion = "customer_rating"
role = "weight"
weight = 60
why = {en = "Customers rate the help they got.", ru = "Клиенты оценивают помощь."}
requirement = "public_communication"
quality = "productivity"
evidence_needed = 30
when_missing = "prior"

[[criteria]]
criterion = "knowledge_test"
role = "weight"
weight = 40
why = {en = "Who answers in public knows the product.", ru = "Кто отвечает на людях, знает продукт."}
requirement = "product_knowledge"
quality = "qualification"
evidence_needed = 1
when_missing = "prior"
"""


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The people, as logins; the agents behind them, where there are any, by first name."""

    hanna: User
    pavel: User
    marat: User
    hugo: User
    greta: User
    gleb: User
    ania: User
    boris: User
    ada: User
    agents: dict[str, Agent]


def person(username: str, *roles: Role, is_staff: bool = False) -> User:
    """Make a login with roles. The e-mail and the full name are there for blind pages to leak, or not."""
    user = User.objects.create(
        username=username,
        email=f"{username}@company.example",
        first_name=username.capitalize(),
        last_name="Castova",
        is_staff=is_staff,
        password=_hashed(PASSWORD),
    )
    user.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    return user


def agent(name: str, *, number: str, user: User | None = None, at: datetime = NOW) -> Agent:
    """Make an agent hired two years ago."""
    made = Agent.objects.create(
        staff_number=number, full_name=name, user=user, email=f"{number.lower()}@company.example", created_at=at
    )
    Employment.objects.create(agent=made, hired_on=_years_ago(at, 2))
    return made


def seat(worker: Agent, *, team: Team, manager: Agent | None = None, at: datetime = NOW) -> Assignment:
    """Put an agent into a team under a manager since they were hired."""
    return Assignment.objects.create(agent=worker, team=team, manager=manager, starts_on=_years_ago(at, 2))


def build_cast() -> Cast:
    """Make everybody, with their groups, agents, teams and lines of command."""
    ensure_groups()
    users = {
        "hanna": person("hanna", Role.HR, is_staff=True),
        "pavel": person("pavel", Role.HR, is_staff=True),
        "marat": person("marat", Role.LINE_MANAGER, is_staff=True),
        "hugo": person("hugo", Role.HEAD, is_staff=True),
        "greta": person("greta", Role.GRADER),
        "gleb": person("gleb", Role.GRADER),
        "ania": person("ania"),
        "boris": person("boris"),
        "ada": person("ada", Role.AUDITOR, is_staff=True),
    }
    return Cast(**users, agents=_roster(users))


@cache
def _hashed(password: str) -> str:
    return make_password(password)  # slow on purpose, so once is enough


def _roster(users: dict[str, User]) -> dict[str, Agent]:
    marat = agent("Marat Khasanov", number="S-1", user=users["marat"])
    hugo = agent("Hugo Lebedev", number="S-2", user=users["hugo"])
    ania = agent("Ania Sokolova", number="S-15", user=users["ania"])
    boris = agent("Boris Vetrov", number="S-16", user=users["boris"])
    technical = Team.objects.create(name="Technical support 1", is_technical_support=True)
    billing = Team.objects.create(name="Billing")
    seat(marat, team=technical)
    seat(ania, team=technical, manager=marat)
    seat(boris, team=billing)
    seat(hugo, team=Team.objects.create(name="Public communications"))
    return {"marat": marat, "hugo": hugo, "ania": ania, "boris": boris}


def build_policy(cast: Cast, *, document: str = POLICY, at: datetime = NOW) -> PolicyVersion:
    """A published version, written by Hanna and published by Pavel."""
    return PolicyVersion.objects.create(
        name=parse(document).name,
        version=1,
        document=document,
        document_hash=hashlib.sha256(document.encode()).hexdigest(),
        state=PolicyState.PUBLISHED,
        author=cast.hanna,
        publisher=cast.pavel,
        created_at=at,
        published_at=at,
    )


def build_test(*, questions: int = 6, minutes: int = 25) -> KnowledgeTest:
    """A knowledge test over a bank of its own; the first option of each question is the right one."""
    for number in range(questions):
        question = Question.objects.create(
            code=f"q-{number}",
            topic=TOPICS[number % len(TOPICS)],
            text_en=f"Question {number}?",
            text_ru=f"Вопрос {number}?",
        )
        for position, text in enumerate(("right", "wrong", "worse", "worst")):
            Option.objects.create(
                question=question,
                position=position,
                text_en=f"{text} {number}",
                text_ru=f"{text} {number} ру",
                is_right=position == 0,
            )
    return KnowledgeTest.objects.create(name="Telecom basics", question_count=questions, minutes=minutes)


def build_task() -> TestTask:
    """An angry thread, with a rubric of two criteria and four levels."""
    rubric = Rubric.objects.create(name="Public answer", veto_en="Would it harm us?", veto_ru="Навредит ли это?")
    for position, (code, weight) in enumerate((("tone", 40), ("facts", 60))):
        criterion = RubricCriterion.objects.create(
            rubric=rubric, code=code, position=position, weight=weight, name_en=code, name_ru=code
        )
        for level in range(4):
            RubricLevel.objects.create(criterion=criterion, level=level, text_en=f"{code} {level}", text_ru=f"у{level}")
    posts = [{"author": "@angry", "text": "No signal since Monday!", "time": "09:12"}]
    return TestTask.objects.create(
        code="angry-thread",
        rubric=rubric,
        title_en="The angry thread",
        title_ru="Злой тред",
        brief_en="Answer in the company's name.",
        brief_ru="Ответьте от имени компании.",
        posts_en=posts,
        posts_ru=posts,
    )


def build_run(policy: PolicyVersion, *agents: Agent, places: int = 1, at: datetime = NOW) -> ScoreRun:
    """A finished run in which the agents stand in the order in which they are named."""
    run = ScoreRun.objects.create(
        policy_version=policy,
        as_of=at.date(),
        places=places,
        seed=SEED,
        code_version="test",
        state=RunState.FINISHED,
        created_at=at,
        finished_at=at,
    )
    for rank, one in enumerate(agents, start=1):
        build_score(run, one, rank=rank)
    return run


def build_score(run: ScoreRun, one: Agent, *, rank: int) -> Score:
    """One score whose shown parts add up to the shown total."""
    total = 80.0 - rank
    rating = round(total * 0.6, 1)
    weighing = {"role": "weight", "reliability": 0.9, "p": None, "missing": False, "missing_rule": "", "detail": {}}
    return Score.objects.create(
        run=run,
        agent=one,
        team_name="Technical support 1",
        score=total,
        verdict=Verdict.BORDERLINE,
        p_top=0.5,
        rank=rank,
        rank_low=max(1, rank - 1),
        rank_high=rank + 2,
        ratings=120,
        gates_met=1,
        gates_total=1,
        is_eligible=True,
        criteria={
            "customer_rating": weighing
            | {"points": rating, "maximum": 60.0, "value": 0.2, "low": 0.1, "high": 0.3, "scale": "rating_points"}
            | {"observations": 120},
            "knowledge_test": weighing
            | {"points": round(total - rating, 1), "maximum": 40.0, "value": 70.0, "low": 50.0, "high": 90.0}
            | {"scale": "percent", "observations": 0, "missing": True, "missing_rule": "prior"},
        },
        gates={
            "tenure": {
                "state": "met",
                "value": 24.0,
                "cut": 6,
                "scale": "months",
                "p": 1.0,
                "role": "gate",
                "group": "",
            }
        },
        explanation={"flips": [], "notes": []},
    )


def build_round(cast: Cast, *, places: int = 1, title: str = "Autumn", at: datetime = NOW) -> Round:
    """A round that takes nominations, opened by Hanna, graded by Greta and Gleb, with a run over Ania and Boris."""
    policy = build_policy(cast, at=at)
    plan = RoundPlan(
        title=title,
        policy_version=policy,
        run=build_run(policy, cast.agents["ania"], cast.agents["boris"], places=places, at=at),
        places=places,
        knowledge_test=build_test(),
        test_task=build_task(),
        assessments_until=at + timedelta(days=7),
        decisions_until=at + timedelta(days=14),
        graders=[cast.greta, cast.gleb],
    )
    return open_round(plan=plan, actor=cast.hanna, at=at)


def nominate_agent(opened: Round, one: Agent, *, by: User, at: datetime = NOW) -> Candidate:
    """Take an agent into the round with the score of the round's run."""
    assert opened.run is not None
    return nominate(opened=opened, score=opened.run.scores.get(agent=one), actor=by, at=at)


def open_decisions(opened: Round, *, by: User, at: datetime = NOW) -> Round:
    """Bring a round from nomination to the decision phase."""
    return next_phase(opened=next_phase(opened=opened, actor=by, at=at), actor=by, at=at)


def ask(
    candidate: Candidate,
    name: str,
    actor: User,
    *,
    at: datetime = NOW,
    reason: str = REASON,
    effective_on: date | None = None,
    seen: str | None = None,
) -> StageChange:
    """Ask for one move with all that it may need: a reason, tomorrow, and (unless `seen` says otherwise) fresh eyes."""
    request = MoveRequest(
        name=name,
        actor=actor,
        at=at,
        reason=reason,
        effective_on=effective_on or (at + timedelta(days=1)).date(),
        dossier_hash=dossier_hash(candidate) if seen is None else seen,
    )
    return move(candidate=candidate, request=request, rng=random.Random(SEED))


def bring_to(candidate: Candidate, stage: Stage, *, cast: Cast, at: datetime = NOW) -> Candidate:
    """Walk Ania's real way up to a stage: test sat, task written, graded, proposed, decided."""
    for reached, step in _WAY:
        if candidate.stage == stage:
            break
        if candidate.stage == reached:
            step(candidate, cast, at)
            candidate = Candidate.objects.select_related("round", "agent").get(pk=candidate.pk)
    assert candidate.stage == stage
    return candidate


def sit_the_test(candidate: Candidate, cast: Cast, at: datetime = NOW) -> None:
    """Sit the knowledge test and choose what is right in every question."""
    tab = Tab(candidate=candidate, actor=_login(candidate), writer="tab", at=at)
    questions = sittings.paper(sitting=begin_test(tab))
    right = {
        question.position: {option.position for option in question.options if option.text.startswith("right")}
        for question in questions
    }
    save_answers(tab, right)
    end_test(tab, random.Random(SEED))


def write_the_task(candidate: Candidate, cast: Cast, at: datetime = NOW) -> None:
    """Write the test task and hand it in; two graders are drawn."""
    tab = Tab(candidate=candidate, actor=_login(candidate), writer="tab", at=at)
    begin_task(tab)
    hand_in(
        tab, "We are sorry. The mast on your street is back at noon, and here is how to check.", random.Random(SEED)
    )


def grade_the_work(candidate: Candidate, cast: Cast, at: datetime = NOW) -> None:
    """Have both graders give the same good marks, then take the results over."""
    submission = candidate.invitation.submission
    assert submission is not None
    chance = random.Random(SEED)
    for one in submission.gradings.all():
        grading.take_up(grading=one, grader=one.grader, at=at)
        levels = {"tone": 3, "facts": 2}
        grading.mark(
            grading=one, grader=one.grader, levels=levels, veto=False, reason="", comment="", at=at, rng=chance
        )
    ask(candidate, "take_results", cast.hanna, at=at)


def _propose(candidate: Candidate, cast: Cast, at: datetime) -> None:
    ask(candidate, "propose", cast.hanna, at=at)


def _release(candidate: Candidate, cast: Cast, at: datetime) -> None:
    _decision_phase(candidate.round, cast, at)
    ask(candidate, "release", cast.marat, at=at)


def _approve(candidate: Candidate, cast: Cast, at: datetime) -> None:
    _decision_phase(candidate.round, cast, at)
    ask(candidate, "approve", cast.hugo, at=at)


def _decision_phase(opened: Round, cast: Cast, at: datetime) -> None:
    current = Round.objects.get(pk=opened.pk)
    while current.phase != RoundPhase.DECISION:
        current = next_phase(opened=current, actor=cast.hanna, at=at)
    opened.phase = current.phase


_WAY: tuple[tuple[Stage, Callable[[Candidate, Cast, datetime], object]], ...] = (
    (Stage.NOMINATED, lambda candidate, cast, at: ask(candidate, "invite", cast.hanna, at=at)),
    (Stage.INVITED, lambda candidate, cast, at: ask(candidate, "accept", _login(candidate), at=at)),
    (Stage.TEST, sit_the_test),
    (Stage.TASK, write_the_task),
    (Stage.GRADING, grade_the_work),
    (Stage.ASSESSED, _propose),
    (Stage.PROPOSED, _release),
    (Stage.RELEASED, _approve),
)


def _login(candidate: Candidate) -> User:
    user = candidate.agent.user
    assert user is not None
    return user


def _years_ago(at: datetime, years: int) -> date:
    return at.date().replace(year=at.year - years)
