"""Read question banks, tasks and their rubric from TOML, both languages side by side. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assessments.bank.questions import LETTERS, check_all
from assessments.bank.shapes import QuestionFile, RawQuestion, Refusal, Words

ALL_PERCENT = 100
LARGEST = 32_767  # what a small integer of the database holds


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
        named = _table(document, "topics", "file") if "topics" in document else {}
        topics = {code: _topic(named, code) for code in named}
        raws = [_raw_question(n, table) for n, table in enumerate(_rows(document, "question", "file"), start=1)]
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
    tasks = tuple(_task(n, table) for n, table in enumerate(_rows(document, "task", "file"), start=1))
    return TaskFile(tasks=tasks, rubric=_rubric(_table(document, "rubric", "file")))


def _raw_question(record: int, table: Mapping[str, Any]) -> RawQuestion:
    place = f"question {record}"
    ru, en = _table(table, "ru", place), _table(table, "en", place)
    return RawQuestion(
        record=record,
        code=str(table.get("id", "")),
        topic=str(table.get("topic", "")),
        kind=str(table.get("type", "single")),
        weight=str(table.get("weight", "")),
        correct=str(table.get("key", "")),
        text=_both(ru, en, "text"),
        options=dict(
            zip(LETTERS, _pairs(_rows(ru, "options", place), _rows(en, "options", place), place), strict=False)
        ),
        explanation=_both(ru, en, "explanation"),
    )


def _topic(topics: Mapping[str, Any], code: str) -> Words:
    names = _table(topics, code, "topics")
    return Words(en=str(names.get("en", "")), ru=str(names.get("ru", "")))


def _task(number: int, table: Mapping[str, Any]) -> TaskRecord:
    place = f"task {number}"
    ru, en = _table(table, "ru", place), _table(table, "en", place)
    return TaskRecord(
        code=_need(table, "key", place),
        minutes=_whole(table, "minutes", place),
        word_limit=_whole(table, "words", place),
        title=Words(en=_need(en, "title", f"{place}.en"), ru=_need(ru, "title", f"{place}.ru")),
        brief=Words(en=_need(en, "brief", f"{place}.en").strip(), ru=_need(ru, "brief", f"{place}.ru").strip()),
        posts={"en": _posts(en, f"{place}.en"), "ru": _posts(ru, f"{place}.ru")},
    )


def _posts(table: Mapping[str, Any], place: str) -> list[dict[str, str]]:
    return [
        {"author": _need(post, "handle", place), "time": post.get("at", ""), "text": _need(post, "text", place)}
        for post in _rows(table, "posts", place)
    ]


def _rubric(table: Mapping[str, Any]) -> RubricRecord:
    criteria = tuple(_criterion(criterion) for criterion in _rows(table, "criterion", "rubric"))
    total = sum(criterion.weight for criterion in criteria)
    if total != ALL_PERCENT:
        raise BadFile("weights_not_100", "rubric.criterion.weight", str(total))
    veto = _table(table, "veto", "rubric")
    return RubricRecord(
        name=_both(_table(table, "ru", "rubric"), _table(table, "en", "rubric"), "title"),
        criteria=criteria,
        veto=_both(_table(veto, "ru", "rubric.veto"), _table(veto, "en", "rubric.veto"), "question"),
        veto_help=Words(en=_veto_help(veto, "en"), ru=_veto_help(veto, "ru")),
    )


def _criterion(table: Mapping[str, Any]) -> CriterionRecord:
    code = _need(table, "key", "rubric.criterion")
    place = f"rubric.criterion {code}"
    ru, en = _table(table, "ru", place), _table(table, "en", place)
    levels = tuple(_pairs(_rows(ru, "levels", place), _rows(en, "levels", place), place))
    if len(levels) < 2:
        raise BadFile("too_few_levels", place, str(len(levels)))
    return CriterionRecord(code=code, weight=_whole(table, "weight", place), name=_both(ru, en, "name"), levels=levels)


def _veto_help(veto: Mapping[str, Any], language: str) -> str:
    place = "rubric.veto.rule"
    rules = [f"{_need(rule, 'code', place)}: {_need(rule, language, place)}" for rule in veto.get("rule", ())]
    return "\n".join([_table(veto, language, "rubric.veto").get("hint", ""), *rules]).strip()


def _pairs(russian: list[Any], english: list[Any], place: str) -> list[Words]:
    if len(russian) != len(english):
        raise BadFile("missing_translation", place, f"{len(russian)}/{len(english)}")
    return [Words(en=str(e), ru=str(r)) for r, e in zip(russian, english, strict=True)]


def _both(ru: Mapping[str, Any], en: Mapping[str, Any], name: str) -> Words:
    return Words(en=str(en.get(name, "")).strip(), ru=str(ru.get(name, "")).strip())


def _need(table: Mapping[str, Any], key: str, place: str) -> Any:
    if not isinstance(table, Mapping) or not table.get(key):
        raise BadFile("missing_value", f"{place}.{key}")
    return table[key]


def _table(table: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
    found = _need(table, key, place)
    if not isinstance(found, Mapping):
        raise BadFile("no_table", f"{place}.{key}", str(found))
    return found


def _rows(table: Mapping[str, Any], key: str, place: str) -> list[Any]:
    found = _need(table, key, place)
    if not isinstance(found, list):
        raise BadFile("no_list", f"{place}.{key}", str(found))
    return found


def _whole(table: Mapping[str, Any], key: str, place: str) -> int:
    found = _need(table, key, place)
    if not isinstance(found, int) or not 0 < found <= LARGEST:
        raise BadFile("no_whole_number", f"{place}.{key}", str(found))
    return found
