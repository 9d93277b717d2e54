"""Which fields each role is shown. A new field is red here until somebody has decided who may see it."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from selection.stages import Stage
from tests.cast import bring_to
from tests.selection.api.conftest import Caller, World
from tests.selection.api.test_rights import address

# Not looked into: what stands inside these is the same for everybody who sees them.
OPAQUE = {"criteria", "gates", "explanation", "summary", "document_json", "dossier", "in_words"}
ME = (
    "id staff_number full_name email workplace.team workplace.is_technical_support workplace.position "
    "workplace.starts_on employments.hired_on employments.left_on"
)
AGENT = f"{ME} workplace.manager has_login"
POLICY = "id name version title state document_hash published_at retired_at"
WHOLE_POLICY = f"{POLICY} document document_json in_words"
POLICY_NAME = "policy.id policy.name policy.version policy.document_hash"
RUN = (
    f"id {POLICY_NAME} as_of places state message summary seed code_version evidence_fingerprint result_hash "
    "requested_by created_at finished_at"
)
BATCH = (
    "id kind state file_name profile action records accepted unanswered duplicates waiting refused warnings message "
    "content_hash byte_size created_by created_at published_at withdrawn_at"
)
REFUSED = " ".join(f"refusals.{name}" for name in ("record", "code", "column", "value", "sheet", "message"))
REPLACEMENT = "id batch state reason asked_by asked_at answer decided_by decided_at"
REPLACED = " ".join(f"rows.{name}" for name in ("record", "key", "stored_batch", "stored_record", "changes.rating"))
INCIDENT = (
    "id chat_id agent is_viral sign severity views platform url reason statement flagged_at expires_on state batch "
    "recorded_by verified_by verified_at verification_reason"
)
STANDING = (
    "score verdict p_top rank rank_low rank_high ratings gates_met gates_total is_eligible criteria gates explanation"
)
ROUND = f"id title phase phase_name places {POLICY_NAME} assessments_until decisions_until opened_at"
FULL_ROUND = f"{ROUND} run knowledge_test test_task graders opened_by"
CANDIDATE = "id round agent.id agent.staff_number agent.full_name stage stage_name score nominated_by nominated_at"
MOVE = "changes.move changes.name changes.from_stage changes.to_stage changes.at"
PLACEMENT = "placement.starts_on placement.ends_on"
FULL_CANDIDATE = " ".join(
    [
        CANDIDATE.replace("round ", "").replace("score ", ""),
        *(f"round.{name}" for name in ROUND.split()),
        *(f"score.{name}" for name in STANDING.split()),
        MOVE,
        "changes.actor changes.reason",
        "decisions.role decisions.verdict decisions.person decisions.reason decisions.dossier_hash",
        "decisions.decided_at decisions.is_current",
        PLACEMENT,
        "dossier dossier_hash",
    ]
)
OWN_ROUND = (
    "round.id round.title round.phase round.phase_name round.places round.policy round.assessments_until "
    "round.decisions_until"
)
OWN_CANDIDACY = f"id {OWN_ROUND} stage stage_name nominated_at"
FULL_OWN_CANDIDACY = " ".join([OWN_CANDIDACY, *(f"score.{name}" for name in STANDING.split()), MOVE, PLACEMENT])
POSSIBLE = "stage moves"
PASSING_AGENT = "agent.id agent.staff_number agent.full_name"
REFERENCE = "id candidate referee.id referee.staff_number referee.full_name relation state asked_at answered_at reason"
OWN_REFERENCE = "id agent round relation state asked_at answered_at reason"
REFERENCES = " ".join(
    [
        "still_needed",
        *(f"asked.{name}" for name in REFERENCE.split()),
        *(f"scales.{name}" for name in ("scale", "name", "question")),
        *(f"scales.observations.{name}" for name in ("referee", "relation", "level", "label", "text")),
        *(f"scales.result.{name}" for name in ("value", "standard_error", "observations", "taken_at")),
        *(f"scales.agreement.{name}" for name in ("pairs", "exact", "adjacent")),
    ]
)
COMPARISON = " ".join(
    [
        *(POLICY_NAME.replace("policy.", f"{side}.") for side in ("before", "after")),
        "id as_of places seed evidence_fingerprint code_version made_by made_at",
    ]
)
WHAT_IF = f"id run round {POLICY_NAME} actor at changes.tenure.gate.from changes.tenure.gate.to enters leaves eligible"
OVERRIDE = f"id candidate {PASSING_AGENT} round move verdict was_eligible code text actor at"
STAFF = {
    "agents": AGENT,
    "agent": AGENT,
    "policies": POLICY,
    "policy": f"{WHOLE_POLICY} author publisher created_at",
    "batches": BATCH,
    "batch": f"{BATCH} {REFUSED}",
    "batch_replacements": "rows",
    "replacements": REPLACEMENT,
    "replacement": f"{REPLACEMENT} {REPLACED}",
    "incidents": INCIDENT,
    "runs": RUN,
    "run": RUN,
    "scores": f"id agent name team {STANDING}",
    "rounds": FULL_ROUND,
    "round": FULL_ROUND,
    "candidates": CANDIDATE,
    "candidate": FULL_CANDIDATE,
    "moves": POSSIBLE,
    "acknowledgements": f"{PASSING_AGENT} version at",
    "comparisons": COMPARISON,
    "comparison": f"{COMPARISON} result.tau",
    "what_ifs": WHAT_IF,
    "overrides": OVERRIDE,
    "override_rates": " ".join(
        f"people.{name}" for name in ("person", "steps", "against", "rate", "low", "high", "codes.need")
    ),
    "references": REFERENCE,
    "candidate_references": REFERENCES,
}
DECIDERS = {
    "me": ME,
    "own_references": OWN_REFERENCE,
    "policies": POLICY,
    "policy": WHOLE_POLICY,
    "rounds": ROUND,
    "round": ROUND,
    "candidates": CANDIDATE,
    "candidate": FULL_CANDIDATE,
    "moves": POSSIBLE,
}
CANDIDATES = {
    "me": ME,
    "own_references": OWN_REFERENCE,
    "policies": POLICY,
    "policy": WHOLE_POLICY,
    "candidates": OWN_CANDIDACY,
    "candidate": FULL_OWN_CANDIDACY,
    "moves": POSSIBLE,
}
# Of Ania's colleagues nobody asks her: her list of references is empty.
CANDIDATES["own_references"] = ""
SHOWN = {"hanna": STAFF, "ada": STAFF, "marat": DECIDERS, "hugo": DECIDERS, "ania": CANDIDATES, "greta": {}}
ADDRESSES = sorted(STAFF.keys() | DECIDERS.keys())


def names(data: Any, prefix: str = "") -> Iterator[str]:
    """Every key of a JSON answer, dotted; a list counts as its first element."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from [f"{prefix}{key}"] if key in OPAQUE else names(value, f"{prefix}{key}.")
    elif isinstance(data, list) and data:
        yield from names(data[0], prefix)
    else:
        yield prefix.removesuffix(".")


@pytest.fixture
def promoted(world: World) -> World:
    """Ania's way to its end, so that nothing in the answers is empty."""
    bring_to(world.candidate, Stage.PROMOTED, cast=world.cast)
    return world


@pytest.mark.parametrize("who", SHOWN)
def test_a_role_is_shown_these_fields_and_no_others(who: str, promoted: World, api: Caller) -> None:
    shown = {}
    for name in ADDRESSES:
        answer = api(promoted.people[who]).get(address(name, promoted))
        if answer.status_code == 200:
            data = answer.json()
            shown[name] = set(names(data.get("results", data))) - {""}
    assert shown == {name: set(fields.split()) for name, fields in SHOWN[who].items()}


@pytest.mark.parametrize("name", ["me", "candidates", "candidate", "moves", "own_references"])
def test_a_candidate_reads_nobody_elses_name(name: str, promoted: World, api: Caller) -> None:
    told = api(promoted.cast.ania).get(address(name, promoted)).content.decode()
    others = ("hanna", "marat", "hugo", "greta", "gleb", "boris", "Khasanov", "Lebedev", "Vetrov", 'S-1"', 'S-2"')
    assert [one for one in others if one in told] == []


@pytest.mark.parametrize("who", ["hanna", "hugo", "marat"])
def test_nobody_is_told_the_code_of_the_anonymous_work(who: str, promoted: World, api: Caller) -> None:
    invitation = promoted.candidate.invitation
    assert invitation.sitting is not None
    assert invitation.submission is not None
    told = api(promoted.people[who]).get(address("candidate", promoted)).content.decode()
    assert invitation.sitting.code not in told
    assert invitation.submission.code not in told


def test_hr_who_is_a_candidate_is_a_candidate_to_herself(promoted: World, api: Caller) -> None:
    ania = promoted.cast.ania
    ania.groups.set(promoted.cast.hanna.groups.all())
    told = api(ania).get(address("candidate", promoted)).json()
    assert set(names(told)) == set(FULL_OWN_CANDIDACY.split())


def test_the_hash_can_be_checked_by_the_client(world: World, api: Caller) -> None:
    told = api(world.cast.marat).get(address("candidate", world)).json()
    text = json.dumps(told["dossier"], sort_keys=True, ensure_ascii=False)
    assert told["dossier_hash"] == hashlib.sha256(text.encode()).hexdigest()
