"""A record that was read and is refused after all, as cells of its file: so that it can be corrected and sent again."""

from collections.abc import Callable
from typing import Any

import numpy as np

from scoring.intake.cells import plain
from scoring.intake.records import Chunk
from scoring.intake.refusals import kept
from scoring.intake.understanding import Understanding

# Where a column of the file goes by another name once it is read.
_FIELDS = {"agent": "agent_ref", "rating": "value"}


def restored(chunk: Chunk, place: int, seen: Understanding) -> dict[str, str]:
    """Cells by heading, in words that the same reading takes for the same values; times are UTC and say so."""
    found = {}
    for meaning, heading in seen.headings().items():
        name = _FIELDS.get(meaning, meaning)
        if name in chunk.columns:
            found[heading] = kept(_written(chunk, place, name, seen))
    return found


def _written(chunk: Chunk, place: int, name: str, seen: Understanding) -> str:
    value = chunk.columns[name][place]
    if isinstance(value, np.datetime64):
        return (
            ""
            if np.isnat(value)
            else f"{str(value.astype('datetime64[us]')).replace('T', ' ').removesuffix('.000000')}Z"
        )
    write: Callable[[Any, Chunk, int, Understanding], str] | None = _WRITERS.get(name)
    return write(value, chunk, place, seen) if write else plain(value)


def _key(value: str, chunk: Chunk, place: int, seen: Understanding) -> str:
    """The key as the file gave it: without the prefix of its source and without the agent a shared chat is for."""
    own = value.removeprefix(seen.key_prefix)
    return (
        own.removesuffix(f"/{chunk.columns['agent_ref'][place]}") if seen.kind == "ratings" and _shared(seen) else own
    )


def _shared(seen: Understanding) -> bool:
    return "share" in seen.places()


def _mark(value: int | None, _chunk: Chunk, _place: int, seen: Understanding) -> str:
    if value is not None:
        return next((text for text, mark in seen.values.items() if mark == value), str(value))
    return seen.unanswered[0] if seen.unanswered else ""


_WRITERS: dict[str, Callable[[Any, Chunk, int, Understanding], str]] = {"key": _key, "value": _mark}
