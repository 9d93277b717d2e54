"""What question and task files are turned into. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Words:
    """The same text in both languages; empty where a file has only the other one."""

    en: str = ""
    ru: str = ""

    @property
    def languages(self) -> frozenset[str]:
        """The languages that are there."""
        return frozenset(code for code, text in (("en", self.en), ("ru", self.ru)) if text)


@dataclass(frozen=True, kw_only=True)
class RawQuestion:
    """One record as it was read, before it is checked; options by their letter."""

    record: int
    code: str
    topic: str
    kind: str
    weight: str
    correct: str
    text: Words
    options: Mapping[str, Words]
    explanation: Words


@dataclass(frozen=True, kw_only=True)
class QuestionRecord:
    """A question that can be asked: options in their order, each with whether it is right."""

    record: int
    code: str
    topic: str
    kind: str
    weight: float
    text: Words
    options: tuple[tuple[Words, bool], ...]
    explanation: Words


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a record (counted from 1; 0 is the whole file) is not taken; `value` is what stood there."""

    record: int
    code: str
    column: str = ""
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class QuestionFile:
    """A file of questions after reading. A refusal of record 0 means that nothing of the file may be taken."""

    questions: tuple[QuestionRecord, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    duplicates: int = 0
    records: int = 0
    topics: Mapping[str, Words] = field(default_factory=dict)

    @property
    def is_refused(self) -> bool:
        """Whether the file as a whole was refused."""
        return any(refusal.record == 0 for refusal in self.refusals)
