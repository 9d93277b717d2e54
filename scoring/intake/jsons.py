"""JSON documents and JSON lines as records, read piece by piece and never deeper than allowed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from scoring.intake.encodings import Text
from scoring.intake.grids import Trouble
from scoring.intake.limits import MEGABYTE, Limits
from scoring.intake.refusals import Rejected

LARGEST_DIGITS = 30
_SPACE = re.compile(r"[\s\ufeff]*")
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
_OPENING = re.compile(r"[\[{]")
# Possessive: without it the search remembers every character of a long string, for a hundred times its size.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)


class _Refused(ValueError):
    """Raised by the decoder's hooks; the code tells which rule was broken."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Refused("duplicate_key", key=next(name for name in names if names.count(name) > 1))
    return found


def _integer(digits: str) -> int:
    if len(digits) > LARGEST_DIGITS:
        raise _Refused("number_too_large", digits=len(digits))
    return int(digits)


def _real(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        raise _Refused("number_too_large", digits=len(digits))
    return number


def _constant(name: str) -> float:
    raise _Refused("bad_json", found=name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_real, parse_constant=_constant, strict=False
)


def lines(path: Path, text: Text, limits: Limits) -> Iterator[dict[str, Any] | Trouble]:
    """Give one record per line; a line that is no object comes as Trouble."""
    with path.open(encoding=text.encoding, errors="surrogateescape" if text.damaged else "strict") as stream:
        for line in stream:
            body = line.strip().lstrip("\ufeff")
            if body:
                yield _record(body, limits)


def _record(body: str, limits: Limits) -> dict[str, Any] | Trouble:
    if _too_deep(body, limits.json_depth):
        return Trouble("nesting_too_deep", body, {"limit": limits.json_depth})
    try:
        found = _DECODER.decode(body)
    except _Refused as error:
        return Trouble(error.code, body, error.params)
    except ValueError:
        return Trouble("bad_json", body)
    return found if isinstance(found, dict) else Trouble("not_object", body)


def _too_deep(body: str, limit: int) -> bool:
    if len(_OPENING.findall(body)) <= limit:
        return False
    depth = 0
    for mark in _STRING_OR_BRACKET.findall(body):
        depth += _STEPS.get(mark, 0)
        if depth > limit:
            return True
    return False


def document(path: Path, text: Text, limits: Limits) -> Iterator[dict[str, Any] | Trouble]:
    """Give the records of one document: a list of objects, an object that holds one, or an object alone.

    Only one record is held in memory. Raises Rejected (bad_json) when the document breaks off.
    """
    with path.open(encoding=text.encoding, errors="surrogateescape" if text.damaged else "strict") as stream:
        window = _Window(stream, limits)
        start = window.peek()
        if start == "[":
            yield from _items(window)
        elif start == "{":
            yield from _members(window)
        else:
            raise Rejected("bad_json", found=start)
        if window.peek():
            raise Rejected("bad_json", found=window.rest())


def _items(window: "_Window") -> Iterator[dict[str, Any] | Trouble]:
    window.take("[")
    if window.peek() == "]":
        window.take("]")
        return
    while True:
        found = window.value()
        yield found if isinstance(found, dict | Trouble) else Trouble("not_object", json.dumps(found)[:200])
        if window.peek() != ",":
            window.take("]")
            return
        window.take(",")


def _members(window: "_Window") -> Iterator[dict[str, Any] | Trouble]:
    """Walk the top object: lists of objects are records, the rest is kept as one record in case there are none."""
    rest: dict[str, Any] = {}
    seen, trouble = False, None
    window.take("{")
    while window.peek() != "}":
        name = window.value()
        window.take(":")
        if window.peek() == "[" and window.holds_objects():
            seen = True
            yield from _items(window)
        else:
            value = window.value()
            if name in rest:
                value = Trouble("duplicate_key", params={"key": name})
            trouble = trouble or (value if isinstance(value, Trouble) else None)
            rest[str(name)] = value
        if window.peek() != ",":
            break
        window.take(",")
    window.take("}")
    if rest and not seen:
        yield trouble or rest


class _Window:
    """The part of the document that is in memory."""

    def __init__(self, stream: IO[str], limits: Limits) -> None:
        self.stream, self.limits = stream, limits
        self.buffer, self.place = "", 0

    def peek(self) -> str:
        """Show the next character that is not space; '' at the end."""
        while True:
            self.place = _SPACE.match(self.buffer, self.place).end()  # type: ignore[union-attr]
            if self.place < len(self.buffer):
                return self.buffer[self.place]
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Step over one character; raises Rejected when it is another one."""
        if self.peek() != expected:
            raise Rejected("bad_json", found=self.rest())
        self.place += 1

    def rest(self) -> str:
        """Show the beginning of what comes next."""
        return self.buffer[self.place : self.place + 20]

    def holds_objects(self) -> bool:
        """Whether the list at this place begins with an object (or is empty)."""
        while True:
            found = re.compile(r"\[\s*(.)", re.DOTALL).match(self.buffer, self.place)
            if found or not self._more():
                return found is not None and found.group(1) == "{"

    def value(self) -> Any:
        """Decode the next value; what breaks a rule comes back as Trouble and is stepped over when it is complete."""
        self.peek()
        while True:
            end = self._end()
            if end is not None:
                body, self.place = self.buffer[self.place : end], end
                return self._decoded(body)
            if len(self.buffer) - self.place > 4 * self.limits.line_chars:
                raise Rejected("line_too_long", line=0, limit=self.limits.line_chars)
            if not self._more():
                raise Rejected("bad_json", found=self.rest())

    def _decoded(self, body: str) -> Any:
        if _too_deep(body, self.limits.json_depth):
            return Trouble("nesting_too_deep", body[:200], {"limit": self.limits.json_depth})
        try:
            return _DECODER.decode(body)
        except _Refused as error:
            return Trouble(error.code, body[:200], error.params)
        except ValueError:
            return Trouble("bad_json", body[:200])

    def _end(self) -> int | None:
        """Where the value at this place ends, found by counting brackets outside strings; None when not in memory."""
        depth = 0
        if self.buffer[self.place : self.place + 1] not in '[{"':
            found = re.compile(r"[,\]}:]").search(self.buffer, self.place)
            return found.start() if found else None
        for token in _STRING_OR_BRACKET.finditer(self.buffer, self.place):
            depth += _STEPS.get(token.group(), 0)
            if depth == 0:
                return token.end()
        return None

    def _more(self) -> bool:
        block = self.stream.read(MEGABYTE)
        self.buffer, self.place = self.buffer[self.place :] + block, 0
        return bool(block)
