"""The policies that ship with the product: they are valid, they say what the story says, and no door changes them."""

import json
from pathlib import Path

import pytest

from scoring.policy import (
    Measure,
    Order,
    Policy,
    Requirement,
    Role,
    Unit,
    from_dict,
    parse,
    policy_hash,
    render,
    to_dict,
)

PRESETS = Path(__file__).parents[3] / "fixtures" / "policies"
NAMES = ("current", "founding", "full-profile", "lottery")


def preset(name: str) -> Policy:
    return parse((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))


def test_the_presets_are_these_four_and_are_named_as_their_files() -> None:
    files = sorted(PRESETS.glob("*.toml"))

    assert tuple(file.stem for file in files) == NAMES
    assert tuple(preset(name).name for name in NAMES) == NAMES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_preset_survives_the_file(name: str, language: str) -> None:
    policy = preset(name)

    written = parse(render(policy, language))

    assert written == policy
    assert policy_hash(written) == policy_hash(policy)


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_survives_form_and_api(name: str) -> None:
    policy = preset(name)

    sent = from_dict(json.loads(json.dumps(to_dict(policy))))

    assert sent == policy
    assert policy_hash(sent) == policy_hash(policy)


def test_the_founding_rules_are_half_a_year_and_a_test_task() -> None:
    gates = {one.criterion: (one.cut, one.unit) for one in preset("founding").gates}

    assert gates == {Measure.TENURE: (6, Unit.MONTHS), Measure.TEST_TASK: (60, Unit.PERCENT)}
    assert preset("founding").groups == {}


def test_the_current_rules_take_ratings_or_a_viral_chat_from_technical_support() -> None:
    policy = preset("current")
    (members,) = policy.groups.values()

    assert {one.criterion for one in members} == {Measure.CUSTOMER_RATING, Measure.VIRAL_CHATS}
    assert {one.criterion for one in policy.gates} == {Measure.TECHNICAL_SUPPORT, Measure.TEST_TASK}
    assert [(one.criterion, one.cut, one.effect) for one in policy.vetoes] == [(Measure.VIRAL_CHATS, 3, "hold")]


def test_the_full_profile_weighs_each_of_the_five_requirements_alike() -> None:
    weights: dict[Requirement, float] = {}
    for one in preset("full-profile").weights:
        weights[one.requirement] = weights.get(one.requirement, 0) + (one.weight or 0)

    assert weights == {one: 20 for one in Requirement if one is not Requirement.POLICY}


def test_the_lottery_looks_at_nothing() -> None:
    policy = preset("lottery")

    assert policy.criteria == ()
    assert policy.order is Order.LOT


@pytest.mark.parametrize("name", NAMES)
def test_no_preset_excludes_parents_or_decides_without_people(name: str) -> None:
    policy = preset(name)

    assert policy.evidence.leave_counts_in_tenure
    assert len(policy.approvals) == 2
    assert all(one.effect == "hold" for one in policy.in_role(Role.VETO))
