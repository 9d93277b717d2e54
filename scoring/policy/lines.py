"""On which line each key of a TOML text stands: the standard reader gives values, but forgets where they were."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from scoring.policy.problems import Path

# Strings and comments come first, so that brackets and line ends inside them do not count.
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""'
    r"|'''.*?'''"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|[\[\]{}\n]"
    r"|[^\"'#\[\]{}\n]+"
    r"|.",
    re.DOTALL,
)
_DEPTH = {"[": 1, "{": 1, "]": -1, "}": -1}


def deepest(text: str) -> tuple[int, int]:
    """How deep brackets or dotted keys go, and the line where they go deepest."""
    depth, dots, line, worst = 0, 0, 1, (0, 1)
    for piece in _TOKEN.findall(text):
        depth = max(depth + _DEPTH.get(piece, 0), 0)
        dots = 0 if piece == "\n" else dots + _dots(piece)
        worst = max(worst, (max(depth, dots), line), key=lambda one: one[0])
        line += piece.count("\n")
    return worst


def _dots(piece: str) -> int:
    return 0 if piece[0] in "\"'#" else piece.count(".")


def statements(text: str) -> Iterator[tuple[int, str]]:
    """Each header or "key = value" of the text with the line where it begins, without comments and blank lines."""
    depth, line, start, parts = 0, 1, 1, list[str]()
    for piece in [*_TOKEN.findall(text), "\n"]:
        depth = max(depth + _DEPTH.get(piece, 0), 0)
        line += piece.count("\n")
        if piece == "\n" and depth == 0:
            if "".join(parts).strip():
                yield start, "".join(parts)
            start, parts = line, []
        elif not piece.startswith("#"):
            parts.append(piece)


def lines_of(text: str) -> dict[Path, int]:
    """The line of every key, section and block of a text that the TOML reader accepts."""
    lines: dict[Path, int] = {}
    blocks: dict[Path, int] = {}
    section: Path = ()
    for line, statement in statements(text):
        if statement.lstrip().startswith("["):
            section = _section(statement, blocks)
            lines.setdefault(section, line)
            if isinstance(section[-1], int):  # a list of blocks begins where its first block does
                lines.setdefault(section[:-1], line)
        else:
            _note(tomllib.loads(statement), section, line, lines)
    return lines


def first_broken(text: str) -> int:
    """The line of the first statement that is no TOML by itself; 1 if each of them is."""
    return next((line for line, statement in statements(text) if _is_broken(statement)), 1)


def _is_broken(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except ValueError:
        return True
    return False


def _section(header: str, blocks: dict[Path, int]) -> Path:
    """The path a header opens. A [[block]] counts up; a [section.below] goes into the last block."""
    keys = tuple(_keys(tomllib.loads(header)))
    is_block = header.lstrip().startswith("[[")
    path: Path = ()
    for depth, key in enumerate(keys, start=1):
        path = (*path, key)
        if is_block and depth == len(keys):
            blocks[path] = blocks.get(path, -1) + 1
        if path in blocks:
            path = (*path, blocks[path])
    return path


def _keys(tree: Mapping[str, Any]) -> Iterator[str]:
    for key, value in tree.items():
        yield key
        inner = value[0] if isinstance(value, list) else value
        yield from _keys(inner)


def _note(tree: Mapping[str, Any], prefix: Path, line: int, lines: dict[Path, int]) -> None:
    for key, value in tree.items():
        path = (*prefix, key)
        lines.setdefault(path, line)
        if isinstance(value, dict):
            _note(value, path, line, lines)
