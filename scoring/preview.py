"""The first records of a file as they would be stored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from scoring.intake import Chunk, Rejected, Understanding
from scoring.intake.agents import agents
from scoring.intake.load_agents import stored_roster
from scoring.intake.load_look import limits
from scoring.intake.ratings import ratings
from scoring.intake.records import Setting
from scoring.intake.tables import Block, Counts, blocks, opened
from scoring.intake.virals import virals
from scoring.models import Batch

SHOWN = 8
# What is shown of each kind, in this order; a field that no record fills is left out.
FIELDS = {
    "ratings": "key agent_ref value rated_at chat_id channel topic rater comment handling_seconds resolved",
    "viral": "chat_id agent_ref flagged_at is_viral sign severity views platform url reason",
    "agents": "staff_number full_name hired_on team manager email position left_on",
}
_CONVERSIONS: dict[str, Callable[[Block, Setting], Chunk]] = {"ratings": ratings, "viral": virals, "agents": agents}


def first_records(batch: Batch, *, at: datetime) -> list[dict[str, Any]]:
    """Read the first records that would be taken; empty when the file can no longer be read."""
    path, seen = Path(batch.stored_path), Understanding.from_json(batch.understanding)
    few = replace(limits(), chunk_rows=4 * SHOWN)
    setting = Setting(seen, batch.as_of or at, few, stored_roster(creates=True))
    if seen.action or not path.is_file():
        return []
    try:
        with opened(path, few) as source:
            block = next(iter(blocks(source, seen, few, Counts())), None)
            chunk = _CONVERSIONS[seen.kind](block, setting) if block else None
    except Rejected:
        return []
    return [_record(chunk, place) for place in range(min(SHOWN, len(chunk)))] if chunk else []


def _record(chunk: Chunk, place: int) -> dict[str, Any]:
    found = {name: _shown(chunk.columns[name][place]) for name in FIELDS[chunk.kind].split() if name in chunk.columns}
    return {"record": chunk.records[place], **found}


def _shown(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.astype("datetime64[us]").item().replace(tzinfo=UTC)
    return value
