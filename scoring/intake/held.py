"""Chunks that wait for the end of their file: some in memory, the rest on disk."""

import pickle
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring.intake.records import Chunk, values_at

Places: TypeAlias = NDArray[np.int64]
Piece: TypeAlias = tuple[Places, Chunk]

HELD_CHUNKS = 2
PARTS = 32


class Held:
    """Chunks, and where their records stand among all records of the file.

    With `spreads` they are parted by their keys over several files, which are given back one after the other: rows that
    come in the order of their keys touch each page of an index once, however many rows there are.
    """

    def __init__(self, folder: Path, *, spreads: bool = False) -> None:
        self.folder, self.spreads = folder, spreads
        self.memory: list[Piece] = []
        self.bounds: list[str] = []
        self.written: Counter[int] = Counter()
        self.longest = 0

    def learn(self, keys: Sequence[str]) -> None:
        """Let the first chunk stand for all: keys that only grow all go to the last file, and are in order anyway."""
        if self.spreads and not self.bounds:
            self.bounds = sorted(keys)[:: max(1, len(keys) // PARTS)][1:PARTS]

    def add(self, places: Places, chunk: Chunk) -> None:
        """Keep a chunk; `places` are the numbers of its records, counted from 0 in file order."""
        self.longest = max(self.longest, len(chunk))
        if not self.spreads and len(self.memory) < HELD_CHUNKS:
            self.memory.append((places, chunk))
            return
        for part, piece in self._spread(places, chunk) if self.spreads else [(0, (places, chunk))]:
            with self._path(part).open("ab") as stream:
                pickle.dump(piece, stream, protocol=pickle.HIGHEST_PROTOCOL)
            self.written[part] += 1

    def _spread(self, places: Places, chunk: Chunk) -> Iterator[tuple[int, Piece]]:
        keys = chunk.columns["key"]
        parts = np.fromiter((bisect(self.bounds, key) for key in keys), dtype=np.int64, count=len(keys))
        order = np.argsort(parts, kind="stable")
        parts, places, chunk = parts[order], places[order], picked(chunk, order)
        starts = [0, *(np.flatnonzero(np.diff(parts)) + 1).tolist(), len(parts)]
        for number, (start, end) in enumerate(pairwise(starts)):
            piece = _cut(chunk, start, end)
            part = int(parts[start]) if end else 0
            yield part, (places[start:end], replace(piece, refusals=[], waiting=[]) if number else piece)

    def _path(self, part: int) -> Path:
        return self.folder / f"chunks-{part}"

    def __iter__(self) -> Iterator[Piece]:
        while self.memory:
            yield self.memory.pop(0)
        for part in sorted(self.written):
            yield from self._gathered(self._read(part))
            self._path(part).unlink()

    def _read(self, part: int) -> Iterator[Piece]:
        with self._path(part).open("rb") as stream:
            for _ in range(self.written[part]):
                # Written above by this very object into a private folder.
                yield pickle.load(stream)  # noqa: S301

    def _gathered(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """Join small pieces again to chunks of the length that came in."""
        gathered: list[Piece] = []
        for piece in pieces:
            gathered.append(piece)
            if sum(len(places) for places, _ in gathered) >= self.longest:
                yield _joined(gathered)
                gathered = []
        if gathered:
            yield _joined(gathered)


def picked(chunk: Chunk, places: Sequence[int] | Places) -> Chunk:
    """The records at these places, with all refusals of the chunk; what was prepared of all of them is not theirs."""
    chosen = np.asarray(places, dtype=np.intp).tolist()
    columns = {name: values_at(values, chosen) for name, values in chunk.columns.items()}
    return replace(chunk, columns=columns, records=values_at(chunk.records, chosen), prepared=None)


def _cut(chunk: Chunk, start: int, end: int) -> Chunk:
    columns = {name: values[start:end] for name, values in chunk.columns.items()}
    return replace(chunk, columns=columns, records=chunk.records[start:end])


def _joined(pieces: list[Piece]) -> Piece:
    chunks = [chunk for _, chunk in pieces]
    columns = {name: _end_to_end([chunk.columns[name] for chunk in chunks]) for name in chunks[0].columns}
    whole = replace(
        chunks[0],
        columns=columns,
        records=_end_to_end([chunk.records for chunk in chunks]),
        refusals=_end_to_end([chunk.refusals for chunk in chunks]),
        waiting=_end_to_end([chunk.waiting for chunk in chunks]),
    )
    return np.concatenate([places for places, _ in pieces]), whole


def _end_to_end(parts: list[Any]) -> Any:
    return np.concatenate(parts) if isinstance(parts[0], np.ndarray) else list(chain.from_iterable(parts))
