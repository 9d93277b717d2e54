"""The corpus of hostile and ugly files, each against its expected answer; skipped where the corpus is not at hand."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scoring.intake import Roster
from scoring.intake.agents import as_people
from scoring.intake.reading import read
from tests.scoring.intake.files import AS_OF, LIMITS, ROOT, Result, seen

CORPUS = ROOT.parent / "shared" / "badinputs"
KINDS = {"agents", "ratings", "viral"}
NAMES = {"agent_id": "agent_ref", "rating": "value", "rating_id": "key", "hired_at": "hired_on"}
EXPECTED = [json.loads(path.read_text("utf-8")) for path in sorted(CORPUS.glob("expected/open/*.json"))]
TABULAR = [one for one in EXPECTED if one["kind"] in KINDS]


@pytest.fixture(scope="module")
def roster() -> Roster:
    path = CORPUS / "context" / "agents_roster.csv"
    chunks = read(path, seen(path, "agents"), as_of=AS_OF, limits=LIMITS)
    people = [person for chunk in chunks for person in as_people(chunk)]
    return Roster.of(replace(person, id=at) for at, person in enumerate(people, start=1))


def action_of(found: Result) -> str:
    if found.code:
        return found.seen.action or "reject_file"
    if not found.refused:
        return "accept"
    if found.records:
        return "accept_partial"
    return "needs_mapping" if {code for _, code in found.refused} == {"protected_change"} else "reject_file"


def plain_value(name: str, value: Any) -> Any:
    if name in {"rated_at", "flagged_at"}:
        return f"{value.astype('datetime64[s]')}Z"
    return str(value) if name == "hired_at" else value


@pytest.mark.skipif(not TABULAR, reason="the corpus is not beside the repository")
@pytest.mark.parametrize("expected", TABULAR, ids=[Path(one["file"]).name for one in TABULAR])
def test_every_file_gets_its_answer(expected: dict[str, Any], roster: Roster) -> None:
    found = Result(CORPUS / expected["file"], expected["kind"], roster=roster)
    action = action_of(found)
    assert action in [expected["action"], *expected["alt"]]
    accepted = expected["n_accepted"] if action == expected["action"] else expected["alt_accepted"]
    assert accepted is None or len(found.records) == accepted
    if action == "accept_partial" == expected["action"]:
        either_way = set(expected["tolerated"])
        refused = {record for record, _ in found.refused}
        assert refused - either_way == {record for record, _ in expected["rejected"]} - either_way
    assert set(expected["warn"]) <= found.notes
    assert found.reading is None or found.reading.tally.duplicates == expected["duplicates"]
    if expected["rows"] and found.records:
        check_values(expected, found)


def check_values(expected: dict[str, Any], found: Result) -> None:
    assert len(found.records) == len(expected["rows"])
    for name in expected["rows"][0]:
        own = "staff_number" if expected["kind"] == "agents" and name == "agent_id" else NAMES.get(name, name)
        got = [plain_value(name, value) for value in found.columns[own]]
        assert got == [wanted[name] for wanted in expected["rows"]], name
