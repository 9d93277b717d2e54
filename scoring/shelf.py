"""The cell sums as the last run read them, kept in a file: the next run reads again only agents whose sums changed.

Whoever changes sums notes the agents in the same transaction (`CellChange`). The file remembers which notes it has
seen; agents of newer notes are read again, all at once, and the rest comes from the file. It is a copy and nothing
more: it may be deleted at any time, and is not believed when a note is missing (another database, a restored one, or
notes that gave way before it had seen them: `scoring.cell_changes`) or when its totals are not those of the database
(rows changed by hand). `manage.py score --repeat` never looks at it.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

import numpy as np
import pandas as pd
from django.conf import settings
from django.db import connection
from django.db.models import F, Sum

from scoring.cell_changes import known_notes, unseen
from scoring.cell_reading import COUNTS, month_number, read_cell_sums
from scoring.models import CellChange, CellSum

# Fewer sums than this are read sooner than a file is kept.
WORTH_KEEPING = 50_000
# More agents than this are read with everybody else.
FEW_AGENTS = 500
# How often sums are read while imports keep changing them, before the shelf is left alone.
TRIES = 3
COLUMNS = ("agent_id", "cell_id", "month", *COUNTS)
# Two orders of adding differ in the last digits.
RELATIVE, ABSOLUTE = 1e-9, 1e-3


@dataclass(frozen=True, eq=False)
class Shelf:
    """All sums, and the notes of change that are in them."""

    seen: frozenset[UUID]
    sums: pd.DataFrame


def current_sums(until: date) -> pd.DataFrame:
    """What `read_cell_sums(until)` gives, in another order, read anew only where something has changed."""
    notes = known_notes()
    kept = _taken_down() if notes else None
    if kept is None:
        return _read_and_kept(until, notes)
    renewed = _renewed(kept, notes)
    if renewed is None or not _is_whole(renewed.sums):
        return _read_and_kept(until, known_notes())
    if renewed.seen != kept.seen:
        _put_up(renewed)
    return _up_to(renewed.sums, until)


def _read_and_kept(until: date, notes: dict[UUID, str]) -> pd.DataFrame:
    """All sums from the database. They go up when no import came between, so that they are those of the notes."""
    if not notes:
        return read_cell_sums(until)
    sums = read_cell_sums()
    if len(sums) >= WORTH_KEEPING and known_notes() == notes:
        _put_up(Shelf(frozenset(notes), sums))
    return _up_to(sums, until)


def _renewed(kept: Shelf, notes: dict[UUID, str]) -> Shelf | None:
    """The shelf with every agent of newer notes read again; None when that is everybody, or changes do not cease."""
    for _ in range(TRIES):
        newer = unseen(kept.seen, notes)
        if newer is None:
            return None
        if not newer:
            return kept
        changed = _agents_of(newer)
        if len(changed) > FEW_AGENTS:
            return None
        fresh = read_cell_sums(of=changed) if changed else kept.sums[:0]
        now = known_notes()
        # An import that came between would be half in: its agents outside of `changed` are still the old ones.
        if now == notes:
            others = ~kept.sums["agent_id"].isin(changed)
            return Shelf(frozenset(notes), pd.concat([kept.sums[others], fresh], ignore_index=True))
        notes = now
    return None


def _agents_of(notes: Iterable[UUID]) -> list[int]:
    rows = CellChange.objects.filter(pk__in=list(notes)).values_list("agents", flat=True)
    return sorted({agent for agents in rows for agent in agents})


def _is_whole(sums: pd.DataFrame) -> bool:
    """Whether the database adds up to the same: each sum, and the surveys by agent and by cell."""
    totals = {name: Sum(name) for name in COUNTS}
    numbered = {f"of_{name}": Sum(F(name) * F("offered")) for name in ("agent_id", "cell_id")}
    found = CellSum.objects.aggregate(**{f"total_{name}": total for name, total in totals.items()}, **numbered)
    have = {f"total_{name}": sums[name].sum() for name in COUNTS}
    have |= {f"of_{name}": (sums[name] * sums["offered"]).sum() for name in ("agent_id", "cell_id")}
    there = [float(found[name] or 0.0) for name in have]
    return bool(np.allclose(there, list(have.values()), rtol=RELATIVE, atol=ABSOLUTE))


def _up_to(sums: pd.DataFrame, until: date) -> pd.DataFrame:
    inside = (sums["month"] <= month_number(until)).to_numpy()
    return sums if inside.all() else sums[inside]


def _place() -> Path:
    names = (str(connection.settings_dict[name]) for name in ("ENGINE", "HOST", "PORT", "NAME"))
    return Path(settings.VAR_DIR) / "sums" / f"{hashlib.sha256('|'.join(names).encode()).hexdigest()[:16]}.npy"


def _taken_down() -> Shelf | None:
    """The shelf, if there is one and it can be read; whether it belongs to this database, its notes tell."""
    try:
        with _place().open("rb") as file:
            seen = frozenset(UUID(bytes=raw.tobytes()) for raw in np.load(file))
            table = np.load(file)
    except (OSError, ValueError, EOFError):
        return None
    if table.shape[0] != len(COLUMNS):
        return None
    whole = {name: row if name in COUNTS else row.astype(np.int64) for name, row in zip(COLUMNS, table, strict=True)}
    return Shelf(seen, pd.DataFrame(whole, copy=False))


def _put_up(shelf: Shelf) -> None:
    """Write the file beside its place and move it there, so that nobody reads half of it."""
    place = _place()
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=place.parent, delete=False) as file:
            np.save(file, np.array([np.frombuffer(note.bytes, np.uint8) for note in sorted(shelf.seen)]))
            np.save(file, np.array([shelf.sums[name].to_numpy(np.float64) for name in COLUMNS]))
        os.replace(file.name, place)
    except OSError:
        # A full or read-only disk makes runs slower, not wrong.
        return
