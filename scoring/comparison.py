"""Two policy versions on the same evidence: compare them once, keep what was found (docs/scores.md)."""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction

from journal.record import record
from scoring.evaluation import Evaluation, code_version, evaluate_policy
from scoring.formula import gate_error_rates
from scoring.formula.comparing import EVIDENCE, VETO, Cause, Compared, Side, compare_sides, side_of
from scoring.formula.group_rates import GroupRate, group_rates
from scoring.measuring import plain_name
from scoring.models import Comparison, PolicyVersion
from scoring.policies import read
from scoring.policy import Policy, parse
from scoring.ruling import measure_name, unit_name
from scoring.snapshot import Snapshot, take_snapshot

DIGITS = 6
# Numbers drawn at once for the error rates: 2,000 draws for a thousand agents, fewer for more.
DRAWN = 2_000_000
MOST_DRAWS, FEWEST_DRAWS = 2000, 50
SEED_DIGITS = 8

Data = dict[str, Any]


def compare(
    *, before: PolicyVersion, after: PolicyVersion, as_of: date, places: int, actor: User | None, at: datetime
) -> Comparison:
    """Compare two versions on the evidence of a day and keep the result, with one journal entry.

    The same two documents on the same evidence are not compared twice: the earlier comparison is given back. The seed
    comes from both documents. Raises scoring.evaluation.NoEvidence when there is nobody to score.
    """
    snapshot = take_snapshot(as_of)
    earlier = _earlier(before, after, places, snapshot)
    if earlier is not None:
        return earlier
    seed = seed_of(before, after)
    result = outcome(before, after, snapshot, places=places, seed=seed)
    with transaction.atomic():
        kept = Comparison.objects.create(
            before=before,
            after=after,
            as_of=as_of,
            places=places,
            seed=seed,
            evidence_fingerprint=snapshot.fingerprint,
            code_version=code_version(),
            result=result,
            made_by=actor,
            made_at=at,
        )
        record(actor=actor, verb="compare_policies", subject=kept, at=at, detail=_noted(kept))
    return kept


def seed_of(before: PolicyVersion, after: PolicyVersion) -> int:
    """The seed of a comparison: the beginning of the SHA-256 of both documents' hashes."""
    both = f"{before.document_hash} {after.document_hash}"
    return int(hashlib.sha256(both.encode()).hexdigest()[:SEED_DIGITS], 16)


def outcome(
    before: PolicyVersion, after: PolicyVersion, snapshot: Snapshot, *, places: int, seed: int
) -> Data:  # fmt: skip
    """Everything a comparison says, as plain data with codes instead of sentences."""
    old, new = (_Half.of(version, snapshot, places=places, seed=seed) for version in (before, after))
    compared = compare_sides(old.side, new.side, places=places)
    return {
        "documents": [before.document, after.document],
        "agents": len(snapshot.agents),
        "tau": None if math.isnan(compared.tau) else round(compared.tau, DIGITS),
        "door": compared.door,
        "states": [_counts(old.side.states), _counts(new.side.states)],
        "shares": [old.shares, new.shares],
        "conditions": [old.conditions, new.conditions],
        "errors": [old.errors, new.errors],
        "draws": draws_for(len(snapshot.agents)),
        "groups": _groups(snapshot, compared),
        "rows": _rows(snapshot, compared),
    }


def documents(comparison: Comparison) -> tuple[Policy, Policy]:
    """Both policies as they were read then, whatever has become of a draft since."""
    before, after = comparison.result["documents"]
    return _parsed(before), _parsed(after)


@lru_cache(maxsize=64)
def _parsed(document: str) -> Policy:
    return parse(document)


def draws_for(agents: int) -> int:
    """How often the gates are drawn for the error rates."""
    return max(FEWEST_DRAWS, min(MOST_DRAWS, DRAWN // max(agents, 1)))


@dataclass(frozen=True, eq=False)
class _Half:
    """One version on the evidence."""

    evaluation: Evaluation
    side: Side
    seed: int

    @classmethod
    def of(cls, version: PolicyVersion, snapshot: Snapshot, *, places: int, seed: int) -> "_Half":
        evaluation = evaluate_policy(read(version), snapshot, places=places, seed=seed)
        return cls(evaluation, side_of(evaluation.composite, plain=plain_name), seed)

    @property
    def shares(self) -> dict[str, float]:
        return {plain_name(name): round(share, DIGITS) for name, share in self.evaluation.composite.shares.items()}

    @property
    def conditions(self) -> list[Data]:
        """Each condition by its label: the entries of the policy behind it, whom it stops, and whom it alone stops."""
        return [
            {"label": label, "keys": self._keys(label), "stops": stops, "alone": alone}
            for label, (stops, alone) in self.side.stopped.items()
        ]

    def _keys(self, label: str) -> list[str]:
        policy, (kind, _colon, name) = self.evaluation.policy, label.partition(":")
        if kind == VETO:
            return [one.key for one in policy.vetoes if unit_name(one) == name]
        if kind == EVIDENCE:
            return [one.key for one in policy.weights if measure_name(one) == name]
        return [one.key for one in self.evaluation.ruling.sources[label]]

    @property
    def errors(self) -> Data:
        composite, size = self.evaluation.composite, len(self.evaluation.snapshot.agents)
        rng = np.random.default_rng(self.seed)
        found = gate_error_rates(composite.measures.values(), composite.rules, rng=rng, draws=draws_for(size))
        return {label: _plain(asdict(rates)) for label, rates in found.items()}


def _plain(values: Data) -> Data:
    """Numbers of six digits, None for what cannot be told."""
    return {
        name: (None if math.isnan(value) else round(value, DIGITS)) if isinstance(value, float) else value
        for name, value in values.items()
    }


def _counts(states: np.ndarray) -> dict[str, int]:
    names, numbers = np.unique(states, return_counts=True)
    return dict(zip(names.tolist(), numbers.tolist(), strict=True))


def _groups(snapshot: Snapshot, compared: Compared) -> Data:
    """Rates of teams and channels at the door and at the places, before and after."""
    sides = (compared.before, compared.after)
    return {
        kind: {
            "door": [_rates(group_rates(side.eligible, names)) for side in sides],
            "place": [_rates(group_rates(side.held >= 1.0, names)) for side in sides],
        }
        for kind, names in (("team", snapshot.agents["team"].tolist()), ("channel", main_channels(snapshot)))
    }


def _rates(rates: Iterable[GroupRate]) -> list[Data]:
    return [_plain(asdict(rate)) for rate in rates]


def main_channels(snapshot: Snapshot) -> list[str]:
    """The channel from which most answers to each agent came; "" without any."""
    names = snapshot.cells["channel"].to_numpy(dtype=object)[snapshot.sums["cell"].to_numpy()]
    frame = snapshot.sums[["agent", "answered"]].assign(channel=names)
    sums = frame.groupby(["agent", "channel"], sort=True)["answered"].sum().reset_index()
    first = sums.sort_values(["answered", "channel"], ascending=[False, True]).drop_duplicates("agent")
    chosen = first[first["answered"] > 0].set_index("agent")["channel"]
    found: list[str] = chosen.reindex(range(len(snapshot.agents)), fill_value="").tolist()
    return found


def _rows(snapshot: Snapshot, compared: Compared) -> list[Data]:
    agents, before, after = snapshot.agents, compared.before, compared.after
    ids = agents["agent_id"].tolist()
    failing = [_failing(side) for side in (before, after)]
    states = before.states.tolist(), after.states.tolist()
    return [
        {
            "agent": ids[at],
            "staff_number": agents["staff_number"].iat[at],
            "team": agents["team"].iat[at],
            "place": [int(before.place[at]), int(after.place[at])],
            "score": [round(float(before.score[at]), 2), round(float(after.score[at]), 2)],
            "state": [states[0][at], states[1][at]],
            "stopped_by": [failing[0][at], failing[1][at]],
            "kind": str(compared.kinds[at]),
            "cause": _cause(compared.cause(at)),
            "parts": {name: round(float(change[at]), 2) for name, change in compared.parts.items()},
        }
        for at in range(len(agents))
    ]


def _failing(side: Side) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in side.place]
    for name, holds in side.holds.items():
        for at in np.flatnonzero(~holds).tolist():
            found[at].append(name)
    return found


def _cause(cause: Cause) -> Data:
    return {"kind": cause.kind, "names": list(cause.names)}


def _earlier(before: PolicyVersion, after: PolicyVersion, places: int, snapshot: Snapshot) -> Comparison | None:
    alike = Comparison.objects.filter(
        before=before,
        after=after,
        places=places,
        code_version=code_version(),
        evidence_fingerprint=snapshot.fingerprint,
    )
    documents = [before.document, after.document]
    return next((one for one in alike if one.result["documents"] == documents), None)


def _noted(kept: Comparison) -> Data:
    return {
        "before": kept.before.document_hash,
        "after": kept.after.document_hash,
        "as_of": kept.as_of,
        "places": kept.places,
        "seed": kept.seed,
        "evidence": kept.evidence_fingerprint,
    }
