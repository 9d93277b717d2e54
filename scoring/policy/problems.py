"""What is wrong with a document: where, and how to put it right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scoring.policy.document import Text
from scoring.policy.fields import Kind, hint
from scoring.policy.forbidden import GROUNDS
from scoring.policy.sentences import CHOICES, GUESS, REASONS, SENTENCES

Path = tuple[str | int, ...]
Params = Mapping[str, str | int | float]

_LONGEST_QUOTE = 60
_HUGE = 10**18
_IN_LINE = Text("Line {line}: ", "Строка {line}: ")


@dataclass(frozen=True)
class Problem:
    """One fault. `line` counts from 1 and is None for data that never was a text; `path` is the key it concerns.

    `message` is the English sentence with the line and the remedy; `worded` gives it in either language.
    """

    line: int | None
    code: str
    params: Params
    path: str = ""

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.worded("en")

    def worded(self, language: str) -> str:
        """The sentence in "en" or "ru": the line (or the key, where there is no line), the fault, the remedy."""
        known = {name: _in_words(name, value, language) for name, value in self.params.items()}
        sentence = SENTENCES[self.code].within(language).format_map(known)
        return self._where(language) + sentence.rstrip()

    def _where(self, language: str) -> str:
        if self.line is not None:
            return _IN_LINE.within(language).format(line=self.line)
        return f"{self.path}: " if self.path else ""


class PolicyRefused(ValueError):
    """The document is not a policy. `problems` lists every fault found, in the order of the lines."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = problems


class Findings:
    """Collects faults during one reading, and knows the line of every key."""

    def __init__(self, lines: Mapping[Path, int] | None = None) -> None:
        self._lines = lines
        self._found: list[Problem] = []

    def add(self, code: str, path: Path, **params: object) -> None:
        """Notes a fault at `path`. Values from the document are quoted short and without invisible characters."""
        shown = {name: _shown(value, name in _OURS) for name, value in params.items()}
        self._found.append(Problem(self._line(path), code, shown, dotted(path)))

    def refuse_if_any(self) -> None:
        """Raises PolicyRefused with all faults noted so far, if there are any."""
        if self._found:
            raise PolicyRefused(tuple(sorted(self._found, key=lambda one: one.line or 0)))

    def _line(self, path: Path) -> int | None:
        """The line of the key, or of the nearest thing around it that is written down."""
        if self._lines is None:
            return None
        around = (path[:end] for end in range(len(path), 0, -1))
        return next((self._lines[part] for part in around if part in self._lines), 1)


def dotted(path: Path) -> str:
    """A path as people write it: criteria[2].why.en (blocks count from 1)."""
    written = ""
    for step in path:
        written += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return written.lstrip(".")


def _in_words(name: str, value: str | int | float, language: str) -> str:
    """A parameter as it stands in the sentence: some are codes that have words of their own."""
    if name not in _WORDED:
        return str(value)
    return _WORDED[name](str(value)).within(language) if value or name == "reason" else ""


def _about(key: str) -> Text:
    section, _, field = key.rpartition(".")
    return hint(section, field)


def _filled(sentence: Text, **words: str) -> Text:
    return Text(sentence.en.format(**words), sentence.ru.format(**words))


_WORDED: dict[str, Callable[[str], Text]] = {
    "kind": lambda code: Kind[code].value,
    "ground": lambda code: GROUNDS[code],
    "reason": lambda code: REASONS[code],
    "about": _about,
    "guess": lambda word: _filled(GUESS, word=word),
    "choices": lambda words: _filled(CHOICES, words=words),
}
# Written by us and not by whoever wrote the document: never cut short.
_OURS = {*_WORDED, "known"}


def _shown(value: object, is_ours: bool) -> str | int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if not isinstance(value, int) or abs(value) < _HUGE else "> 10^18"
    text = "".join(letter if letter.isprintable() else "?" for letter in str(value))
    return text if is_ours or len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
