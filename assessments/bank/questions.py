"""Check raw questions: what can be asked and marked, and one refusal for each that cannot. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import isfinite

from assessments.bank.shapes import QuestionFile, QuestionRecord, RawQuestion, Refusal, Words

LETTERS = "ABCDEFGH"
KINDS = frozenset({"single", "multi"})
LONGEST = {"question_id": 60, "topic": 80}
SEPARATORS = re.compile(r"[\s,;/]+")


class Bad(ValueError):
    """A value that cannot be taken."""

    def __init__(self, code: str, column: str, value: str = "") -> None:
        super().__init__(code)
        self.code, self.column, self.value = code, column, value


def check_all(raws: Iterable[RawQuestion], topics: Mapping[str, Words] | None = None) -> QuestionFile:
    """Check the records of one file in their order.

    A record that repeats an earlier one to the letter is a duplicate; one that contradicts it is refused.
    """
    taken: dict[str, QuestionRecord] = {}
    refusals: list[Refusal] = []
    duplicates = records = 0
    for raw in raws:
        records += 1
        try:
            question = check(raw)
            duplicates += _is_duplicate(question, taken.setdefault(question.code, question))
        except Bad as bad:
            refusals.append(Refusal(record=raw.record, code=bad.code, column=bad.column, value=bad.value))
    return QuestionFile(
        questions=tuple(taken.values()),
        refusals=tuple(refusals),
        duplicates=duplicates,
        records=records,
        topics=topics or {},
    )


def check(raw: RawQuestion) -> QuestionRecord:
    """Turn one raw record into a question that can be asked; raises Bad with the first fault."""
    for column, value in (("question_id", raw.code), ("type", raw.kind), ("correct", raw.correct)):
        if not value:
            raise Bad("missing_value", column)
    for column, value in (("question_id", raw.code), ("topic", raw.topic)):
        if len(value) > LONGEST[column]:
            raise Bad("too_long", column, value)
    kind = raw.kind.lower()
    if kind not in KINDS:
        raise Bad("bad_type", "type", raw.kind)
    options = {letter: words for letter, words in raw.options.items() if words.languages}
    _require_words(raw, options)
    right = _key(raw.correct, kind, options)
    return QuestionRecord(
        record=raw.record,
        code=raw.code,
        topic=raw.topic,
        kind=kind,
        weight=_weight(raw.weight),
        text=raw.text,
        options=tuple((options[letter], letter in right) for letter in sorted(options)),
        explanation=raw.explanation,
    )


def _is_duplicate(question: QuestionRecord, first: QuestionRecord) -> bool:
    if question is first:
        return False
    if replace(question, record=first.record) != first:
        raise Bad("same_id_conflict", "question_id", question.code)
    return True


def _require_words(raw: RawQuestion, options: Mapping[str, Words]) -> None:
    if not raw.text.languages:
        raise Bad("missing_value", "text")
    for letter in "AB":
        if letter not in options:
            raise Bad("missing_value", f"option_{letter.lower()}")
    for letter, words in options.items():
        if words.languages != raw.text.languages:
            raise Bad("missing_translation", f"option_{letter.lower()}", words.ru or words.en)


def _key(correct: str, kind: str, options: Mapping[str, Words]) -> set[str]:
    letters = [letter for letter in SEPARATORS.split(correct.upper()) if letter]
    unknown = [letter for letter in letters if letter not in options]
    if unknown or not letters or len(set(letters)) != len(letters):
        raise Bad("bad_correct", "correct", correct)
    if kind == "single" and len(letters) != 1:
        raise Bad("bad_correct", "correct", correct)
    return set(letters)


def _weight(given: str) -> float:
    try:
        weight = float(given.replace(",", ".")) if given else 1.0
    except ValueError:
        raise Bad("bad_weight", "weight", given) from None
    if not (isfinite(weight) and weight > 0):
        raise Bad("bad_weight", "weight", given)
    return weight
