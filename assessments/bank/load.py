"""Questions and tasks into the database: again the same file changes nothing, and what was used is never rewritten."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import models, transaction
from django.utils.translation import gettext as _

from assessments.bank.shapes import QuestionFile, QuestionRecord, Refusal, Words
from assessments.bank.toml_file import BadFile, CriterionRecord, RubricRecord, TaskRecord, read_questions, read_tasks
from assessments.bank.wording import sentence
from assessments.models.knowledge import KnowledgeTest, Option, Question, SittingQuestion, Topic
from assessments.models.tasks import Rubric, RubricCriterion, RubricLevel, Submission, TestTask
from assessments.refusals import Incomplete, NotNow
from journal.record import record


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What became of the questions: new, changed in place, followed by a new version, or as they were."""

    added: int
    changed: int
    replaced: int
    unchanged: int
    refusals: tuple[Refusal, ...]


def load_questions(found: QuestionFile, *, at: datetime, actor: models.Model | None) -> Loaded:
    """Take the checked questions into the bank, all or none; one journal entry for each question that changed.

    A question that a sitting has drawn keeps its text and key; a new version takes its place for later sittings.
    Raises Incomplete when the file as a whole was refused.
    """
    if found.is_refused:
        raise Incomplete("bad_file", sentence(found.refusals[0]))
    with transaction.atomic():
        # No draw goes on meanwhile: it holds its test until what it drew is written.
        list(KnowledgeTest.objects.select_for_update().order_by("pk").values_list("pk"))
        for code, words in found.topics.items():
            Topic.objects.update_or_create(code=code, defaults={"name_en": words.en, "name_ru": words.ru})
        verbs = Counter(_load_question(question, at, actor) for question in found.questions)
    return Loaded(
        added=verbs["add_question"],
        changed=verbs["change_question"],
        replaced=verbs["replace_question"],
        unchanged=verbs[""],
        refusals=found.refusals,
    )


def load_question_bank(path: Path, *, at: datetime, actor: models.Model | None) -> Loaded:
    """Read a TOML bank such as fixtures/questions.toml and load it."""
    return load_questions(read_questions(path.read_text(encoding="utf-8")), at=at, actor=actor)


def load_tasks(path: Path, *, at: datetime, actor: models.Model | None) -> list[TestTask]:
    """Read tasks and their rubric such as fixtures/tasks.toml and load them.

    Raises Incomplete for a file that cannot be taken, NotNow when a task or a rubric in use would change.
    """
    try:
        found = read_tasks(path.read_text(encoding="utf-8"))
    except BadFile as bad:
        raise Incomplete("bad_file", sentence(bad.refusal)) from None
    with transaction.atomic():
        rubric = _load_rubric(found.rubric, at, actor)
        return [_load_task(task, rubric, at, actor) for task in found.tasks]


def _load_question(given: QuestionRecord, at: datetime, actor: models.Model | None) -> str:
    current = Question.objects.filter(code=given.code, is_active=True).first()
    if current is not None and _content(current) == _given(given):
        return ""
    if current is None:
        versions = Question.objects.filter(code=given.code).count()
        question, verb = Question(code=given.code, version=versions + 1), "add_question"
    elif SittingQuestion.objects.filter(question=current).exists():
        Question.objects.filter(pk=current.pk).update(is_active=False)
        question, verb = Question(code=given.code, version=current.version + 1), "replace_question"
    else:
        current.options.all().delete()
        question, verb = current, "change_question"
    _write(question, given)
    record(actor=actor, verb=verb, subject=question, at=at, detail={"code": given.code, "version": question.version})
    return verb


def _columns(given: QuestionRecord) -> dict[str, str | float]:
    words = {**_both("text", given.text), **_both("explanation", given.explanation)}
    return {"topic": given.topic, "kind": given.kind, "weight": given.weight, **words}


def _options(given: QuestionRecord) -> list[tuple[str, str, bool]]:
    return [(words.en, words.ru, is_right) for words, is_right in given.options]


def _given(given: QuestionRecord) -> tuple[dict[str, str | float], list[tuple[str, str, bool]]]:
    return _columns(given), _options(given)


def _content(question: Question) -> tuple[dict[str, str | float], list[tuple[str, str, bool]]]:
    names = ("topic", "kind", "weight", "text_en", "text_ru", "explanation_en", "explanation_ru")
    options = [(option.text_en, option.text_ru, option.is_right) for option in question.options.all()]
    return {name: getattr(question, name) for name in names}, options


def _write(question: Question, given: QuestionRecord) -> None:
    for name, value in _columns(given).items():
        setattr(question, name, value)
    question.save()
    Option.objects.bulk_create(
        Option(question=question, position=place, text_en=en, text_ru=ru, is_right=is_right)
        for place, (en, ru, is_right) in enumerate(_options(given), start=1)
    )


def _load_rubric(given: RubricRecord, at: datetime, actor: models.Model | None) -> Rubric:
    name = given.name.en or given.name.ru
    current = Rubric.objects.filter(name=name).first()
    if current is not None and _rubric_content(current) == _rubric_given(given):
        return current
    if current is not None and Submission.objects.filter(task__rubric=current).exists():
        raise NotNow(
            "rubric_in_use",
            _("Work is graded by the rubric “%(name)s” already. Give the changed rubric another name.")
            % {"name": name},
        )
    rubric = current or Rubric(name=name)
    _set(rubric, {**_both("veto", given.veto), **_both("veto_help", given.veto_help)})
    rubric.criteria.all().delete()
    for place, criterion in enumerate(given.criteria, start=1):
        _write_criterion(rubric, place, criterion)
    record(actor=actor, verb="change_rubric" if current else "add_rubric", subject=rubric, at=at, detail={"name": name})
    return rubric


def _write_criterion(rubric: Rubric, place: int, given: CriterionRecord) -> None:
    criterion = RubricCriterion(rubric=rubric, code=given.code, position=place, weight=given.weight)
    _set(criterion, _both("name", given.name))
    RubricLevel.objects.bulk_create(
        RubricLevel(criterion=criterion, level=level, **_both("text", words))
        for level, words in enumerate(given.levels, start=1)
    )


def _rubric_content(rubric: Rubric) -> tuple[object, ...]:
    criteria = [
        (c.code, c.weight, c.name_en, c.name_ru, [(row.text_en, row.text_ru) for row in c.levels.all()])
        for c in rubric.criteria.prefetch_related("levels")
    ]
    return (rubric.veto_en, rubric.veto_ru, rubric.veto_help_en, rubric.veto_help_ru, criteria)


def _rubric_given(given: RubricRecord) -> tuple[object, ...]:
    criteria = [
        (c.code, c.weight, c.name.en, c.name.ru, [(words.en, words.ru) for words in c.levels]) for c in given.criteria
    ]
    return (given.veto.en, given.veto.ru, given.veto_help.en, given.veto_help.ru, criteria)


def _load_task(given: TaskRecord, rubric: Rubric, at: datetime, actor: models.Model | None) -> TestTask:
    columns = _task_columns(given) | {"rubric": rubric}
    current = TestTask.objects.filter(code=given.code).first()
    if current is not None and all(getattr(current, name) == value for name, value in columns.items()):
        return current
    if current is not None and Submission.objects.filter(task=current).exists():
        raise NotNow(
            "task_in_use",
            _("The task “%(code)s” was given to people already. Give the changed task another key.")
            % {"code": given.code},
        )
    task = current or TestTask(code=given.code)
    _set(task, columns)
    record(actor=actor, verb="change_task" if current else "add_task", subject=task, at=at, detail={"code": given.code})
    return task


def _task_columns(given: TaskRecord) -> dict[str, object]:
    return {
        "minutes": given.minutes,
        "word_limit": given.word_limit,
        "posts_en": given.posts["en"],
        "posts_ru": given.posts["ru"],
        **_both("title", given.title),
        **_both("brief", given.brief),
    }


def _both(name: str, words: Words) -> dict[str, str]:
    return {f"{name}_en": words.en, f"{name}_ru": words.ru}


def _set(row: models.Model, columns: Mapping[str, object]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
