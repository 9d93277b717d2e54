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
UNIQUE, DUPLICATE, CONFLICT = 0, 1, 2
_ENTRY = np.dtype([("key", "<i8"), ("content", "<i8"), ("place", "<i8")])


class Ledger:
    """Collects records in file order; `verdicts` then says of each whether it stands, repeats or contradicts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.size = 0
        self._held: list[NDArray[np.void]] = []
        self._held_size = 0
        self._spilled = False
        self._met = np.zeros(2**FILTER // 8, dtype=np.uint8)

    def add(self, keys: Sequence[str], contents: Iterable[int]) -> NDArray[np.bool_]:
        """Add records: their keys, and hashes of everything else they say; tell which keys may have been met before.

        A key that was met is always told; one of a hundred of the others is told too in a file of ten millions.
        """
        entries = np.empty(len(keys), dtype=_ENTRY)
        entries["key"] = np.fromiter(map(hash, keys), dtype=np.int64, count=len(keys))
        entries["content"] = np.fromiter(contents, dtype=np.int64, count=len(keys))
        entries["place"] = np.arange(self.size, self.size + len(keys))
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
        """Return UNIQUE, DUPLICATE or CONFLICT per added record, in the order of adding."""
        found = np.zeros(self.size, dtype=np.uint8)
        if self._spilled:
            self._spill()
            for part in range(PARTS):
                path = self.folder / f"keys-{part}"
                if path.exists():
                    _judge(np.fromfile(path, dtype=_ENTRY), found)
        elif self._held:
            _judge(np.concatenate(self._held), found)
        return found

    def _spill(self) -> None:
        entries = np.concatenate(self._held) if self._held else np.empty(0, dtype=_ENTRY)
        parts = (entries["key"].view(np.uint64) % PARTS).astype(np.int64)
        for part in range(PARTS):
            with (self.folder / f"keys-{part}").open("ab") as stream:
                entries[parts == part].tofile(stream)
        self._held, self._held_size, self._spilled = [], 0, True


def _judge(entries: NDArray[np.void], found: NDArray[np.uint8]) -> None:
    """Within equal keys: all contents equal leaves the first and marks the rest as repeats; else all contradict."""
    order = np.argsort(entries["key"], kind="stable")
    keys = entries["key"][order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    sizes = np.diff(np.append(starts, len(keys)))
    for start, size in zip(starts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        group = entries[order[start : start + size]]
        if (group["content"] == group["content"][0]).all():
            found[group["place"][1:]] = DUPLICATE
        else:
            found[group["place"]] = CONFLICT
