"""The rounds of the demo, one in each phase, walked through the product's own verbs."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from assessments import grading, sittings
from assessments.models import Grading, KnowledgeTest, TestTask
from fixtures import cast
from fixtures.content import Answer, read_answers
from scoring.models import Score, ScoreRun
from scoring.queries import manager_chain, scores_of
from selection.demo.people import user_of
from selection.dossier import dossier_hash
from selection.gates import MoveRequest
from selection.models import Candidate, Round
from selection.models.overrides import OverrideReason
from selection.models.rounds import RoundPhase
from selection.own_work import Tab, begin_task, begin_test, end_test, hand_in, save_answers
from selection.rounds import RoundPlan, next_phase, nominate, open_round
from selection.stages import Stage
from selection.workflow import move

Step = Callable[[], None]
STEP = timedelta(hours=3)
REASONS = {
    "nominate": "Сам попросился на задание; коллеги зовут в сложные треды, а оценок за год пока мало.",
    "propose": "Сильные ответы клиентам и уверенный тест; задание оценено высоко обоими проверяющими.",
    "release": "Отпускаю: в группе есть замена, а человек давно готов к публичной работе.",
    "approve": "Ответ на тестовый тред можно было опубликовать без правки.",
    "refuse_approval": "Пока рано: в ответе спор с клиентом на глазах у всех. Вернёмся через полгода.",
    "decline": "Тест показал пробелы в роуминге и eSIM; договорились об обучении до следующего набора.",
}


@dataclass(frozen=True, kw_only=True)
class Stagehand:
    """Everybody and everything a demo round needs."""

    users: dict[str, User]
    test: KnowledgeTest
    task: TestTask
    rng: random.Random


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One demo round: when it opened, and how far each of its candidates went, in order of rank."""

    title: str
    opened_ago: timedelta
    assessments_in: timedelta
    decisions_in: timedelta
    places: int
    phase: RoundPhase
    stages: tuple[Stage, ...]


DAYS = timedelta(days=1)
SCENES = (
    Scene(
        title="Весна 2026 / Spring 2026",
        opened_ago=150 * DAYS,
        assessments_in=14 * DAYS,
        decisions_in=28 * DAYS,
        places=2,
        phase=RoundPhase.CLOSED,
        stages=(Stage.PROMOTED, Stage.PROMOTED, Stage.DECLINED, Stage.WITHDRAWN),
    ),
    Scene(
        title="Лето 2026 / Summer 2026",
        opened_ago=30 * DAYS,
        assessments_in=20 * DAYS,
        decisions_in=45 * DAYS,
        places=3,
        phase=RoundPhase.DECISION,
        stages=(Stage.PROMOTED, Stage.RELEASED, Stage.PROPOSED, Stage.ASSESSED, Stage.DECLINED),
    ),
    Scene(
        title="Осень 2026 / Autumn 2026",
        opened_ago=5 * DAYS,
        assessments_in=12 * DAYS,
        decisions_in=26 * DAYS,
        places=4,
        phase=RoundPhase.ASSESSMENT,
        stages=(Stage.INVITED, Stage.TEST, Stage.TASK, Stage.GRADING, Stage.GRADING, Stage.ASSESSED, Stage.NOMINATED),
    ),
    Scene(
        title="Зима 2027 / Winter 2027",
        opened_ago=1 * DAYS,
        assessments_in=30 * DAYS,
        decisions_in=45 * DAYS,
        places=6,
        phase=RoundPhase.NOMINATION,
        stages=(Stage.NOMINATED, Stage.NOMINATED, Stage.NOMINATED),
    ),
)
MARATS_SCENE, ANIAS_SCENE = 1, 2


def play(hand: Stagehand, *, run: ScoreRun, at: datetime) -> None:
    """Open every demo round and walk its candidates to where they stand.

    Ania waits with an invitation; a colleague of hers waits for Marat's release.
    """
    pool = [score for score in scores_of(run) if score.agent.staff_number not in {cast.ANIA, cast.BORIS}]
    ania = run.scores.select_related("agent").get(agent__staff_number=cast.ANIA)
    teammate = next(score for score in pool if score.team_name == ania.team_name)
    pool.remove(teammate)
    cast_for = {(ANIAS_SCENE, Stage.INVITED): ania, (MARATS_SCENE, Stage.PROPOSED): teammate}
    for number, scene in enumerate(SCENES):
        scores = [cast_for.get((number, stage)) or pool.pop(0) for stage in scene.stages]
        _play(hand, scene, run, scores, at - scene.opened_ago)


def _play(hand: Stagehand, scene: Scene, run: ScoreRun, scores: list[Score], at: datetime) -> None:
    hanna = hand.users["hanna"]
    plan = RoundPlan(
        title=scene.title,
        policy_version=run.policy_version,
        run=run,
        places=scene.places,
        knowledge_test=hand.test,
        test_task=hand.task,
        assessments_until=at + scene.assessments_in,
        decisions_until=at + scene.decisions_in,
        graders=[hand.users[name] for name in ("greta", "gleb", "galina")],
    )
    opened = open_round(plan=plan, actor=hanna, at=at)
    why = {"reason_code": OverrideReason.UNSEEN, "reason": REASONS["nominate"]}
    candidates = [nominate(opened=opened, score=score, actor=hanna, at=at, **why) for score in scores]
    if scene.phase is not RoundPhase.NOMINATION:
        _advance(opened, RoundPhase.ASSESSMENT, hanna, at)
    answers = _answers_for(hand.task)
    walks = [Walk(hand, candidate, answers[n % len(answers)], at) for n, candidate in enumerate(candidates)]
    for walk, stage in zip(walks, scene.stages, strict=True):
        walk.to(stage)
    if scene.phase is RoundPhase.CLOSED:
        _advance(opened, RoundPhase.CLOSED, hanna, at + scene.decisions_in)


def _advance(opened: Round, phase: RoundPhase, actor: User, at: datetime) -> None:
    current = Round.objects.get(pk=opened.pk)
    while current.phase != phase and current.phase != RoundPhase.CLOSED:
        current = next_phase(opened=current, actor=actor, at=at)


def _answers_for(task: TestTask) -> list[Answer]:
    return [answer for answer in read_answers() if answer.task == task.code]


class Walk:
    """One candidate's way through a demo round; every step is the verb that a person would have used."""

    def __init__(self, hand: Stagehand, candidate: Candidate, answer: Answer, at: datetime) -> None:
        self.hand, self.answer, self.at = hand, answer, at
        self.candidate = Candidate.objects.select_related("round", "agent__user").get(pk=candidate.pk)
        self.login = user_of(self.candidate.agent)

    def to(self, stage: Stage) -> None:
        """Go step by step until the candidate stands where the scene wants them."""
        for reached, step in self._way(stage).items():
            if self.candidate.stage == stage:
                return
            if self.candidate.stage == reached:
                self.at += STEP
                step()
                self.candidate = Candidate.objects.select_related("round", "agent__user").get(pk=self.candidate.pk)

    def _way(self, stage: Stage) -> dict[Stage, Step]:
        way: dict[Stage, Step] = {
            Stage.NOMINATED: lambda: self._ask("invite", self.hand.users["hanna"]),
            Stage.INVITED: lambda: self._ask("accept", self.login),
            Stage.TEST: self._sit,
            Stage.TASK: self._write,
            Stage.GRADING: self._grade,
            Stage.ASSESSED: lambda: self._ask("propose", self.hand.users["hanna"]),
            Stage.PROPOSED: self._release,
            Stage.RELEASED: self._approve,
        }
        if stage is Stage.WITHDRAWN:
            way[Stage.TEST] = lambda: self._ask("withdraw", self.login)
        if stage is Stage.DECLINED:
            way[Stage.ASSESSED] = lambda: self._ask("decline", self.hand.users["hanna"])
        return way

    def _sit(self) -> None:
        tab = Tab(candidate=self.candidate, actor=self.login, writer="demo", at=self.at)
        sitting = begin_test(tab)
        chosen = {shown.position: {self._choice(shown.position)} for shown in sittings.paper(sitting=sitting)}
        save_answers(tab, chosen)
        end_test(tab, self.hand.rng)

    def _choice(self, position: int) -> int:
        sitting = self.candidate.invitation.sitting
        assert sitting is not None
        drawn = sitting.questions.get(position=position)
        right = {option.position for option in drawn.question.options.all() if option.is_right}
        shown = [place for place, option in enumerate(drawn.option_order, start=1) if option in right]
        return shown[0] if shown and self.hand.rng.random() < 0.85 else 1

    def _write(self) -> None:
        tab = Tab(candidate=self.candidate, actor=self.login, writer="demo", at=self.at)
        begin_task(tab)
        hand_in(tab, self.answer.text.strip(), self.hand.rng)

    def _grade(self) -> None:
        submission = self.candidate.invitation.submission
        assert submission is not None
        given = 0
        while (waiting := submission.gradings.filter(state="assigned").first()) is not None:
            self._mark(waiting, given)
            given += 1
        self.candidate.refresh_from_db()
        self._ask("take_results", self.hand.users["hanna"])

    def _mark(self, waiting: Grading, number: int) -> None:
        sample = self.answer.gradings[number % 2]
        codes = [criterion.code for criterion in waiting.submission.task.rubric.criteria.order_by("position")]
        grading.take_up(grading=waiting, grader=waiting.grader, at=self.at)
        grading.mark(
            grading=waiting,
            grader=waiting.grader,
            levels=dict(zip(codes, sample.marks, strict=True)),
            veto=sample.veto,
            reason=sample.reason,
            comment=sample.comment,
            at=self.at,
            rng=self.hand.rng,
        )

    def _release(self) -> None:
        _advance(self.candidate.round, RoundPhase.DECISION, self.hand.users["hanna"], self.at)
        nearest = manager_chain(self.candidate.agent, self.at.date())[0]
        self._ask("release", user_of(nearest))

    def _approve(self) -> None:
        self._ask("approve", self.hand.users["viktoria"])

    def _ask(self, name: str, actor: User) -> None:
        self.candidate = Candidate.objects.select_related("round", "agent__user").get(pk=self.candidate.pk)
        request = MoveRequest(
            name=name,
            actor=actor,
            at=self.at,
            reason=REASONS.get(name, ""),
            reason_code=OverrideReason.CHANGED,
            effective_on=(self.at + 14 * DAYS).date(),
            dossier_hash=dossier_hash(self.candidate),
        )
        move(candidate=self.candidate, request=request, rng=self.hand.rng)
