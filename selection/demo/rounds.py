"""The rounds of the demo, walked through the product's own verbs."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from assessments import grading, sittings
from assessments.models import Grading, TestTask
from fixtures import cast
from fixtures.content import Answer, read_answers
from scoring.models import PolicyVersion, Score, ScoreRun
from scoring.queries import manager_chain, scores_of
from scoring.runs import execute_run, request_run
from selection.demo.people import user_of
from selection.demo.references import gather
from selection.demo.scenes import ANIAS_SCENE, DAYS, MARATS_SCENE, PLACES_OF_THE_YEAR, SCENES, Scene
from selection.demo.stagehand import Stagehand
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
    "nominate": "Самая трудная очередь, и с поправкой на неё оценки из лучших; с декабря — в технической поддержке.",
    "propose": "Сильные ответы клиентам и уверенный тест; задание оценено высоко обоими проверяющими.",
    "release": "Отпускаю: в группе есть замена, а человек давно готов к публичной работе.",
    "approve": "Ответ на тестовый тред можно было опубликовать без правки.",
    "refuse_approval": "Пока рано: в ответе спор с клиентом на глазах у всех. Вернёмся через полгода.",
    "decline": "Тест показал пробелы в роуминге и eSIM; договорились об обучении до следующего набора.",
}


def play(hand: Stagehand, *, version: PolicyVersion, at: datetime) -> None:
    """Open every demo round with a ranking of its own day, and walk its candidates to where they stand.

    Ania waits with an invitation; a colleague of hers waits for Marat's release.
    """
    for number, scene in enumerate(SCENES):
        opened_at = at - scene.opened_ago
        run = ranking(version, hand.users["hanna"], at=opened_at, places=PLACES_OF_THE_YEAR)
        _play(hand, scene, run, _cast_for(number, scene, run), opened_at)


def ranking(version: PolicyVersion, actor: User, *, at: datetime, places: int | None = None) -> ScoreRun:
    """The scores of a day, carried out on the spot."""
    day = timezone.localdate(at)
    return execute_run(run=request_run(policy_version=version, as_of=day, places=places, actor=actor, at=at), at=at)


def _cast_for(number: int, scene: Scene, run: ScoreRun) -> list[Score]:
    """Who is nominated: from the top, nobody twice; with Ania and her colleague where the story wants them."""
    ania = _score_of(run, cast.ANIA)
    kept_back = {cast.ANIA, cast.BORIS, *(one.held_back for one in SCENES)}
    pool = [
        score for score in scores_of(run).filter(agent__candidacies=None) if score.agent.staff_number not in kept_back
    ]
    mates = [score for score in pool if score.team_name == ania.team_name]
    if number < MARATS_SCENE:
        pool.remove(mates[0])  # for whom Marat decides later
    chosen = {(ANIAS_SCENE, Stage.INVITED): ania, (MARATS_SCENE, Stage.PROPOSED): mates[0]}
    fixed = [chosen.get((number, stage)) for stage in scene.stages]
    rest = iter([score for score in pool if score not in fixed])
    return [one or next(rest) for one in fixed]


def _play(hand: Stagehand, scene: Scene, run: ScoreRun, scores: list[Score], at: datetime) -> None:
    hanna = hand.users["hanna"]
    opened = open_round(plan=_plan(hand, scene, run, at), actor=hanna, at=at)
    candidates = [nominate(opened=opened, score=score, actor=hanna, at=at) for score in scores]
    if scene.held_back:
        why = {"reason_code": OverrideReason.CHANGED, "reason": REASONS["nominate"]}
        nominate(opened=opened, score=_score_of(run, scene.held_back), actor=hanna, at=at, **why)
    if scene.phase is not RoundPhase.NOMINATION:
        _advance(opened, RoundPhase.ASSESSMENT, hanna, at)
    for number, replies in scene.references.items():
        gather(hand, candidates[number], replies, at)
    answers = _answers_for(hand.task)
    for number, (candidate, stage) in enumerate(zip(candidates, scene.stages, strict=True)):
        Walk(hand, candidate, _answer_of(stage, number, answers), at).to(stage)
    if scene.phase is RoundPhase.CLOSED:
        _advance(opened, RoundPhase.CLOSED, hanna, at + scene.decisions_in)


def _plan(hand: Stagehand, scene: Scene, run: ScoreRun, at: datetime) -> RoundPlan:
    return RoundPlan(
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


def _score_of(run: ScoreRun, staff_number: str) -> Score:
    return run.scores.select_related("agent").get(agent__staff_number=staff_number)


def _advance(opened: Round, phase: RoundPhase, actor: User, at: datetime) -> None:
    current = Round.objects.get(pk=opened.pk)
    while current.phase != phase and current.phase != RoundPhase.CLOSED:
        current = next_phase(opened=current, actor=actor, at=at)


def _answer_of(stage: Stage, number: int, answers: list[Answer]) -> Answer:
    """Who is proposed has written one of the better two answers, who is declined a middling one, others any."""
    if stage in (Stage.PROMOTED, Stage.RELEASED, Stage.PROPOSED):
        return answers[number % 2]
    return answers[2 if stage is Stage.DECLINED else number % len(answers)]


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
