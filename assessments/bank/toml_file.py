"""Read question banks, tasks and their rubric from TOML, both languages side by side. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assessments.bank.questions import LETTERS, check_all
from assessments.bank.shapes import QuestionFile, RawQuestion, Refusal, Words

ALL_PERCENT = 100


class BadFile(ValueError):
    """The file cannot be taken as it is; says where, and what is missing or wrong there."""

    def __init__(self, code: str, place: str, value: str = "") -> None:
        super().__init__(f"{code}: {place} {value}")
        self.refusal = Refusal(record=0, code=code, column=place, value=value)


@dataclass(frozen=True, kw_only=True)
class CriterionRecord:
    """One criterion: its weight in percent and its levels, the lowest first."""

    code: str
    weight: int
    name: Words
    levels: tuple[Words, ...]


@dataclass(frozen=True, kw_only=True)
class RubricRecord:
    """A rubric with the veto question and the rules that a veto may name, a line each."""

    name: Words
    criteria: tuple[CriterionRecord, ...]
    veto: Words
    veto_help: Words


@dataclass(frozen=True, kw_only=True)
class TaskRecord:
    """A test task; posts by language, each with author, time and text."""

    code: str
    minutes: int
    word_limit: int
    title: Words
    brief: Words
    posts: Mapping[str, list[dict[str, str]]]


@dataclass(frozen=True, kw_only=True)
class TaskFile:
    """The tasks of a file and the rubric by which all of them are graded."""

    tasks: tuple[TaskRecord, ...]
    rubric: RubricRecord


def read_questions(text: str) -> QuestionFile:
    """Read `[topics]` and `[[question]]` tables; a fault in one question refuses that question only."""
    try:
        document = tomllib.loads(text)
        topics = {code: _words(table) for code, table in document.get("topics", {}).items()}
        raws = [_raw_question(n, table) for n, table in enumerate(_need(document, "question", "question"), start=1)]
    except tomllib.TOMLDecodeError as error:
        return QuestionFile(refusals=(Refusal(record=0, code="not_toml", value=str(error)),))
    except BadFile as bad:
        return QuestionFile(refusals=(bad.refusal,))
    return check_all(raws, topics)


def read_tasks(text: str) -> TaskFile:
    """Read `[[task]]` tables and the `[rubric]`; raises BadFile with the first fault."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadFile("not_toml", "", str(error)) from None
    tasks = tuple(_task(n, table) for n, table in enumerate(_need(document, "task", "task"), start=1))
    return TaskFile(tasks=tasks, rubric=_rubric(_need(document, "rubric", "rubric")))


def _raw_question(record: int, table: Mapping[str, Any]) -> RawQuestion:
    place = f"question {record}"
    ru, en = _need(table, "ru", place), _need(table, "en", place)
    return RawQuestion(
        record=record,
        code=str(table.get("id", "")),
        topic=str(table.get("topic", "")),
        kind=str(table.get("type", "single")),
        weight=str(table.get("weight", "")),
        correct=str(table.get("key", "")),
        text=_both(ru, en, "text"),
        options=dict(zip(LETTERS, _pairs(ru.get("options", ()), en.get("options", ()), place), strict=False)),
        explanation=_both(ru, en, "explanation"),
    )


def _task(number: int, table: Mapping[str, Any]) -> TaskRecord:
    place = f"task {number}"
    ru, en = _need(table, "ru", place), _need(table, "en", place)
    return TaskRecord(
        code=_need(table, "key", place),
        minutes=_need(table, "minutes", place),
        word_limit=_need(table, "words", place),
        title=Words(en=_need(en, "title", f"{place}.en"), ru=_need(ru, "title", f"{place}.ru")),
        brief=Words(en=_need(en, "brief", f"{place}.en").strip(), ru=_need(ru, "brief", f"{place}.ru").strip()),
        posts={"en": _posts(en, f"{place}.en"), "ru": _posts(ru, f"{place}.ru")},
    )


def _posts(table: Mapping[str, Any], place: str) -> list[dict[str, str]]:
    return [
        {"author": _need(post, "handle", place), "time": post.get("at", ""), "text": _need(post, "text", place)}
        for post in _need(table, "posts", place)
    ]


def _rubric(table: Mapping[str, Any]) -> RubricRecord:
    criteria = tuple(_criterion(criterion) for criterion in _need(table, "criterion", "rubric"))
    total = sum(criterion.weight for criterion in criteria)
    if total != ALL_PERCENT:
        raise BadFile("weights_not_100", "rubric.criterion.weight", str(total))
    veto = _need(table, "veto", "rubric")
    return RubricRecord(
        name=_both(_need(table, "ru", "rubric"), _need(table, "en", "rubric"), "title"),
        criteria=criteria,
        veto=_both(_need(veto, "ru", "rubric.veto"), _need(veto, "en", "rubric.veto"), "question"),
        veto_help=Words(en=_veto_help(veto, "en"), ru=_veto_help(veto, "ru")),
    )


def _criterion(table: Mapping[str, Any]) -> CriterionRecord:
    code = _need(table, "key", "rubric.criterion")
    place = f"rubric.criterion {code}"
    ru, en = _need(table, "ru", place), _need(table, "en", place)
    levels = tuple(_pairs(_need(ru, "levels", place), _need(en, "levels", place), place))
    if len(levels) < 2:
        raise BadFile("too_few_levels", place, str(len(levels)))
    return CriterionRecord(code=code, weight=_need(table, "weight", place), name=_both(ru, en, "name"), levels=levels)


def _veto_help(veto: Mapping[str, Any], language: str) -> str:
    rules = [f"{rule['code']}: {rule[language]}" for rule in veto.get("rule", ())]
    return "\n".join([veto[language].get("hint", ""), *rules]).strip()


def _pairs(ru: Iterable[str], en: Iterable[str], place: str) -> list[Words]:
    russian, english = list(ru), list(en)
    if len(russian) != len(english):
        raise BadFile("missing_translation", place, f"{len(russian)}/{len(english)}")
    return [Words(en=e, ru=r) for r, e in zip(russian, english, strict=True)]


def _both(ru: Mapping[str, Any], en: Mapping[str, Any], name: str) -> Words:
    return Words(en=str(en.get(name, "")).strip(), ru=str(ru.get(name, "")).strip())


def _words(table: Mapping[str, Any]) -> Words:
    return Words(en=str(table.get("en", "")), ru=str(table.get("ru", "")))


def _need(table: Mapping[str, Any], key: str, place: str) -> Any:
    if not table.get(key):
        raise BadFile("missing_value", f"{place}.{key}")
    return table[key]
