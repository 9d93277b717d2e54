"""The hash stands for the meaning: how the document is written down does not matter, every value in it does."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.policy import PolicyRefused, canonical, from_dict, parse, policy_hash, render, to_dict
from scoring.policy.fields import CRITERION, HEADING, SECTIONS

GOOD = (Path(__file__).parent / "good.toml").read_text(encoding="utf-8")
HASH = policy_hash(parse(GOOD))


def blocks(text: str) -> list[str]:
    return text.split("\n[[criteria]]\n")


SAME = {
    "without comments": "\n".join(line for line in GOOD.split("\n") if not line.startswith("#")),
    "more comments": GOOD.replace("places = 6", "# how many\nplaces = 6 # six"),
    "more room": GOOD.replace(" = ", "   =  ").replace("\n", "\n\n"),
    "windows line ends": GOOD.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + GOOD,
    "other order of keys": GOOD.replace('name = "good"\n', "").replace("places = 6", 'places = 6\nname = "good"'),
    "other order of criteria": "\n[[criteria]]\n".join([blocks(GOOD)[0], *reversed(blocks(GOOD)[1:])]),
    "other order of approvals": GOOD.replace(
        '"line_manager", "head_of_public_communications"', '"head_of_public_communications", "line_manager"'
    ),
    "dotted keys": GOOD.replace(
        'title = { en = "Good rules", ru = "Хорошие правила" }', 'title.en = "Good rules"\ntitle.ru = "Хорошие правила"'
    ),
    "a number with a point": GOOD.replace("cut = 60", "cut = 60.00"),
    "a text over two lines": GOOD.replace('"To be broken in tests."', '"""To be broken \\\n      in  tests."""'),
    "letters in parts": unicodedata.normalize("NFD", GOOD),
}

# One valid other value for every key of the document; `format` and `effect` have one value only.
OTHER = {
    "name": ('name = "good"', 'name = "better"'),
    "title": ('en = "Good rules"', 'en = "Good rules!"'),
    "title in Russian": ("Хорошие правила", "Хорошие правила!"),
    "purpose": ("To be broken", "To be bent"),
    "places": ("places = 6", "places = 7"),
    "approvals": ('["line_manager", ', "["),
    "window_months": ("window_months = 12", "window_months = 13"),
    "half_life_days": ("half_life_days = 180", "half_life_days = 181"),
    "leave_counts_in_tenure": ("leave_counts_in_tenure = true", "leave_counts_in_tenure = false"),
    "clear": ("clear = 0.8", "clear = 0.81"),
    "borderline": ("borderline = 0.2", "borderline = 0.21"),
    "reliability": ("reliability = 0.3", "reliability = 0.31"),
    "valid_months": ("valid_months = 12", "valid_months = 24"),
    "review_after_months": ("review_after_months = 9", "review_after_months = 6"),
    "criterion": ('"tenure"\nrole = "gate"\ncut = 6', '"technical_support"\nrole = "gate"\ncut = 6'),
    "role": ('role = "veto"\ncut = 3\nunit = "severity"\neffect = "hold"\n', 'role = "weight"\nweight = 10\n'),
    "group": ('group = "valued"', 'group = "prized"'),
    "cut": ("cut = 0.85", "cut = 0.86"),
    "unit": ('cut = 60\nunit = "percent"', 'cut = 0.6\nunit = "probability"'),
    "cut_why": ("By judges.", "By six judges."),
    "weight": ("weight = 60", "weight = 70"),
    "why": ("The job needs it.", "The work needs it."),
    "requirement": ('requirement = "product_knowledge"', 'requirement = "policy"'),
    "quality": ('quality = "length_of_service"', 'quality = "qualification"'),
    "evidence_needed": ("evidence_needed = 30", "evidence_needed = 31"),
    "when_missing": ('when_missing = "prior"', 'when_missing = "incomplete"'),
}
# What has to change with it so that the policy stays valid.
ALONG = {
    "role": [
        ('\ncut_why = { en = "By judges.", ru = "Судьями." }\nwhy', "\nwhy", 5),
        ('missing = "not_met"', 'missing = "prior"', 4),
        ("weight = 60", "weight = 50", 1),
    ],
    "group": [('group = "valued"', 'group = "prized"', 1)],
    "weight": [("weight = 40", "weight = 30", 1)],
}


def changed(key: str) -> str:
    text = GOOD.replace(*OTHER[key], 1)
    for old, new, times in ALONG.get(key, []):
        head, sep, tail = text.rpartition(old) if times == 1 else _nth(text, old, times)
        text = head + (new if sep else "") + tail
    return text


def _nth(text: str, old: str, times: int) -> tuple[str, str, str]:
    parts = text.split(old)
    return old.join(parts[:times]), old, old.join(parts[times:])


@pytest.mark.parametrize("way", SAME)
def test_another_way_of_writing_it_down_keeps_the_hash(way: str) -> None:
    assert SAME[way] != GOOD
    assert parse(SAME[way]) == parse(GOOD)
    assert policy_hash(parse(SAME[way])) == HASH


@pytest.mark.parametrize("key", OTHER)
def test_every_value_changes_the_hash(key: str) -> None:
    other = parse(changed(key))

    assert other != parse(GOOD)
    assert policy_hash(other) != HASH


def test_the_order_changes_the_hash_too() -> None:
    by_lot = parse("\n[[criteria]]\n".join(blocks(GOOD)[:-2]).replace('"score"', '"lot"') + "\n")

    assert by_lot.weights == ()
    assert policy_hash(by_lot) != HASH


def test_no_key_is_left_out_of_this_proof() -> None:
    keys = {field.key for fields in (HEADING, CRITERION, *SECTIONS.values()) for field in fields}

    assert keys - {*OTHER, "order"} == {"format", "effect"}


def test_the_hash_is_the_sha256_of_canonical_json() -> None:
    assert canonical(parse(GOOD)).startswith(
        b'{"approvals":["line_manager","head_of_public_communications"],"certificate"'
    )
    assert len(HASH) == 64
    # A known answer: if it moves, every published version loses its name, so the format number has to move with it.
    assert HASH == "ca960760faeee359ae4cd40637b3ff14c16dd5519535a677c84a413195f80969"


words = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=80).filter(str.strip)


@settings(max_examples=200, deadline=None)
@given(title=words, why=words, cut=st.floats(0.01, 0.99), weight=st.floats(0.01, 99.99), places=st.integers(1, 10_000))
def test_whatever_people_write_survives_file_form_and_api(
    title: str, why: str, cut: float, weight: float, places: int
) -> None:
    data = to_dict(parse(GOOD))
    data["title"]["en"], data["places"] = title, places
    data["criteria"][2] |= {"cut": cut, "why": {"en": why, "ru": why}}
    data["criteria"][5]["weight"], data["criteria"][6]["weight"] = weight, 100 - weight

    policy = from_dict(data)

    assert parse(render(policy)) == parse(render(policy, "ru")) == from_dict(to_dict(policy)) == policy
    assert policy_hash(parse(render(policy))) == policy_hash(policy)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(key=st.sampled_from(sorted(to_dict(parse(GOOD)))), value=junk)
def test_any_junk_is_either_a_policy_or_refused_in_words(key: str, value: object) -> None:
    assert "" not in refusals({**to_dict(parse(GOOD)), key: value})


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.sampled_from("ab=[]{}\"'#\n,.1é \\"), max_size=60))
def test_any_text_is_refused_with_a_line_within_it(text: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        parse(text)

    assert all(1 <= (one.line or 0) <= text.count("\n") + 1 for one in refused.value.problems)


def refusals(data: dict[str, Any]) -> list[str]:
    try:
        from_dict(data)
    except PolicyRefused as refused:
        return [one.worded(language) for one in refused.problems for language in ("en", "ru")]
    return []
