"""Which records of one file repeat or contradict each other, found in bounded memory however long the file is.

Each record leaves a hash of its key and one of its content. Beyond some hundred thousand records they are spread over
files by key, so that equal keys meet in the same small file.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HELD = 250_000
PARTS = 64
# Bits of the filter, as a power of two: 16 MB.
FILTER = 27
# Odd multipliers whose highest bits make three independent hashes of one.
_FACTORS = tuple(map(np.uint64, (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)))
UNIQUE, DUPLICATE, CONFLICT, REPLACED = 0, 1, 2, 3
_FIELDS = [("key", "<i8"), ("content", "<i8"), ("place", "<i8")]


class Ledger:
    """Collects records in file order; `verdicts` then says of each whether it stands, repeats or contradicts.

    With `ordered`, each record also tells when it was said: of several under one key the latest stands and the others
    are replaced, unless two that differ were said last.
    """

    def __init__(self, folder: Path, *, ordered: bool = False) -> None:
        self.folder = folder
        self._entry = np.dtype([*_FIELDS, ("said", "<i8")] if ordered else _FIELDS)
        self.size = 0
        self._held: list[NDArray[np.void]] = []
        self._held_size = 0
        self._spilled = False
        self._met = np.zeros(2**FILTER // 8, dtype=np.uint8)

    def add(
        self, keys: Sequence[str], contents: Iterable[int], said: NDArray[np.int64] | None = None
    ) -> NDArray[np.bool_]:
        """Add records: their keys, hashes of everything else they say, and when they were said if that orders them;
        tell which keys may have been met before.

        A key that was met is always told; one of a hundred of the others is told too in a file of ten millions.
        """
        entries = np.empty(len(keys), dtype=self._entry)
        entries["key"] = np.fromiter(map(hash, keys), dtype=np.int64, count=len(keys))
        entries["content"] = np.fromiter(contents, dtype=np.int64, count=len(keys))
        entries["place"] = np.arange(self.size, self.size + len(keys))
        if said is not None:
            entries["said"] = said
        self.size += len(keys)
        self._held.append(entries)
        self._held_size += len(keys)
        if self._held_size > HELD:
            self._spill()
        return self._meet(entries["key"])

    def _meet(self, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        """A Bloom filter (Bloom 1970) over all keys so far, exact within the keys that come together."""
        met, again = np.ones(len(keys), dtype=bool), np.ones(len(keys), dtype=bool)
        again[np.unique(keys, return_index=True)[1]] = False
        for factor in _FACTORS:
            bits = (keys.view(np.uint64) * factor) >> np.uint64(64 - FILTER)
            marks = np.left_shift(1, bits & np.uint64(7)).astype(np.uint8)
            cells = (bits >> np.uint64(3)).astype(np.intp)
            met &= (self._met[cells] & marks) != 0
            np.bitwise_or.at(self._met, cells, marks)
        return met | again

    def verdicts(self) -> NDArray[np.uint8]:
        """Return UNIQUE, DUPLICATE, CONFLICT or REPLACED per added record, in the order of adding."""
        found = np.zeros(self.size, dtype=np.uint8)
        if self._spilled:
            self._spill()
            for part in range(PARTS):
                path = self.folder / f"keys-{part}"
                if path.exists():
                    _judge(np.fromfile(path, dtype=self._entry), found)
        elif self._held:
            _judge(np.concatenate(self._held), found)
        return found

    def _spill(self) -> None:
        entries = np.concatenate(self._held) if self._held else np.empty(0, dtype=self._entry)
        parts = (entries["key"].view(np.uint64) % PARTS).astype(np.int64)
        for part in range(PARTS):
            with (self.folder / f"keys-{part}").open("ab") as stream:
                entries[parts == part].tofile(stream)
        self._held, self._held_size, self._spilled = [], 0, True


def _judge(entries: NDArray[np.void], found: NDArray[np.uint8]) -> None:
    """Within equal keys: what was said last stands where that is known; equal contents leave the first of them and
    mark the rest as repeats; all others contradict, and so does whatever they would replace.
    """
    order = np.argsort(entries["key"], kind="stable")
    keys = entries["key"][order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    sizes = np.diff(np.append(starts, len(keys)))
    for start, size in zip(starts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        group = entries[order[start : start + size]]
        last = _latest(group)
        if last is not None:
            found[group["place"]] = REPLACED
            found[last["place"]] = UNIQUE
            group = last
        if (group["content"] == group["content"][0]).all():
            found[group["place"][1:]] = DUPLICATE
        else:
            found[group["place"]] = CONFLICT


def _latest(group: NDArray[np.void]) -> NDArray[np.void] | None:
    """The records of a group that were said last, when they all say the same; None when nothing tells."""
    if "said" not in (group.dtype.names or ()):
        return None
    last = group[group["said"] == group["said"].max()]
    return last if (last["content"] == last["content"][0]).all() else None
