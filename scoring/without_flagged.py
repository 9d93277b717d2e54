"""A run's list with and without the ratings that look odd and that nobody has cleared: what hangs on them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from scoring.batches import sums_of
from scoring.cell_reading import COUNTS, DIGITS
from scoring.flag_reading import flagged
from scoring.flags import open_flags
from scoring.measuring import measure
from scoring.models import IntegrityFlag, ScoreRun
from scoring.ruling import rule
from scoring.snapshot import CELL_KEYS, Snapshot, take_snapshot
from scoring.what_if import Answer, EvidenceChanged, Ground, answer

KEYS = ["agent", "cell", "month"]


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One agent in both lists; who may not be chosen stands behind everybody who may."""

    agent: int
    place: int
    place_without: int


@dataclass(frozen=True, eq=False)
class WithoutFlagged:
    """Both lists, by the same fast formula, so that only the ratings part them. `flagged` are agents with flags."""

    answer: Answer
    ratings: int
    flagged: frozenset[int]

    @cached_property
    def moved(self) -> list[Moved]:
        """Agents with flags and whoever wins or loses a place by theirs, in the order of the list as it stands."""
        named = {*self.flagged, *self.answer.enters, *self.answer.leaves}
        before, after = self.answer.before.place, self.answer.after.place
        ids = self.answer.ground.agent_ids.tolist()
        rows = [
            Moved(agent=agent, place=int(before[at]), place_without=int(after[at]))
            for at, agent in enumerate(ids)
            if agent in named
        ]
        return sorted(rows, key=lambda one: (one.place, one.agent))


def without_flagged(run: ScoreRun) -> WithoutFlagged:
    """Hold a run's list against the one that its evidence would give without uncleared ratings.

    Raises EvidenceChanged when the evidence of the run's day is another one now, NoEvidence when there is none.
    """
    flags = list(open_flags().filter(agent__isnull=False))
    # Read afresh, for what stays in memory may be older than the flags: both must speak of the same ratings.
    stored = take_snapshot(run.as_of)
    if stored.fingerprint != run.evidence_fingerprint:
        raise EvidenceChanged
    now = answer(run, {})
    snapshot, count = _without(stored, flags)
    names = {*rule(now.policy).rules.criteria, *(one.criterion.value for one in now.policy.criteria)}
    ground = Ground(now.policy, snapshot, measure(snapshot, now.policy.evidence, names))
    return WithoutFlagged(replace(now, after=ground.listed(now.policy, run.places)), count, frozenset(_agents(flags)))


def _agents(flags: Iterable[IntegrityFlag]) -> set[int]:
    return {flag.agent_id for flag in flags if flag.agent_id is not None}


def _without(snapshot: Snapshot, flags: list[IntegrityFlag]) -> tuple[Snapshot, int]:
    """The snapshot with these ratings taken out of its sums, and how many they are."""
    tables = [sums.table() for sums in sums_of(flagged(flags)).values()]
    if not tables:
        return snapshot, 0
    out = _placed(pd.concat(tables, ignore_index=True), snapshot)
    both = snapshot.sums.merge(out, on=KEYS, how="left", suffixes=("", "_out"))
    left = {name: np.round(both[name] - both[f"{name}_out"].fillna(0.0), DIGITS) for name in COUNTS}
    sums = both.assign(**left)[[*KEYS, *COUNTS]]
    kept = sums[(sums[["offered", "answered", "timed", "judged"]] > 0).any(axis=1)].reset_index(drop=True)
    return replace(snapshot, sums=kept), int(out["offered"].sum())


def _placed(table: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """Sums by the positions of the snapshot; ratings that it does not hold fall out."""
    agents = pd.Index(snapshot.agents["agent_id"]).get_indexer(pd.Index(table["agent"]))
    work = pd.MultiIndex.from_frame(table[["instrument", "channel", "topic", "band"]])
    cells = pd.MultiIndex.from_frame(snapshot.cells[CELL_KEYS]).get_indexer(work)
    placed = table.assign(agent=agents, cell=cells)[(agents >= 0) & (cells >= 0)]
    held: pd.DataFrame = placed[[*KEYS, *COUNTS]].astype(dict.fromkeys(COUNTS, float))
    return held.merge(snapshot.sums[KEYS], on=KEYS)
