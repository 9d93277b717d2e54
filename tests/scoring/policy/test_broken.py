"""Broken policies: each is refused, and the refusal names the line, the fault and the remedy."""

import csv
import re
import time
import tracemalloc
from pathlib import Path

import pytest

from scoring.policy import PolicyRefused, Problem, from_dict, parse, to_dict
from scoring.policy.sentences import SENTENCES

HERE = Path(__file__).parent
BROKEN = HERE / "broken"
FILES = sorted(file.name for file in BROKEN.glob("*.toml"))
# Faults that only a generated text, or data that is no text, can have.
NOT_IN_FILES = {"too_large", "broken_json"}


def good() -> str:
    return (HERE / "good.toml").read_text(encoding="utf-8")


def expected() -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    with (BROKEN / "expected.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            found.setdefault(row["file"], []).append((int(row["line"]), row["code"]))
    return found


def refusal(text: str) -> tuple[Problem, ...]:
    with pytest.raises(PolicyRefused) as refused:
        parse(text)
    return refused.value.problems


def test_the_unbroken_policy_is_accepted() -> None:
    assert parse(good()).name == "good"


def test_every_broken_file_is_expected_and_every_expected_one_is_there() -> None:
    assert sorted(expected()) == FILES
    assert len(FILES) >= 30


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_is_refused_at_the_line_with_the_fault(name: str) -> None:
    problems = refusal((BROKEN / name).read_text(encoding="utf-8"))

    assert [(one.line, one.code) for one in problems] == expected()[name]


@pytest.mark.parametrize("name", FILES)
def test_each_refusal_is_a_sentence_with_line_and_remedy_in_both_languages(name: str) -> None:
    for one in refusal((BROKEN / name).read_text(encoding="utf-8")):
        english, russian = one.worded("en"), one.worded("ru")

        assert english == one.message
        assert english.startswith(f"Line {one.line}: ")
        assert russian.startswith(f"Строка {one.line}: ")
        # The fault, then at least one more sentence: what to do.
        assert english.count(". ") + english.count("? ") + english.count(": ") >= 2
        assert not re.search(r"\{\w", english + russian), "a gap that nothing filled"
        assert all(letter.isprintable() for letter in english + russian)


# Faults beside those of the files, many of them slips of other tongues: what good.toml says, and what instead.
SLIPS = [
    ("places = 6", 'places = 6\n"places" = 6'),
    ("places = 6", "places : 6"),
    ("places = 6", "places = 6;"),
    ("places = 6", "places = 6 // six"),
    ("places = 6", "places = null"),
    ("places = 6", "places = true"),
    ("places = 6", "places = inf"),
    ("places = 6", "places = nan"),
    ("places = 6", "places = 2026-01-01"),
    ("places = 6", "places = [[[[6]]]]"),
    ("places = 6", "places = 99999999999999999999"),
    ("places = 6", "\u0440laces = 6"),
    ("places = 6", "places\u00a0= 6"),
    ("places = 6", "places = \uff16"),
    ("places = 6", "places = \u22126"),
    ("places = 6\n", "places = 6\r"),
    ("places = 6\n", "places = 6\u2028"),
    ("places = 6", "places = 6 # \a"),
    ("window_months = 12", "window_months = 0"),
    ("window_months = 12", "window_months = -12"),
    ("half_life_days = 180", "half_life_days = inf"),
    ("clear = 0.8", "clear = 0.1"),
    ("borderline = 0.2", "borderline = 0.9"),
    ("valid_months = 12", "valid_months = -1"),
    ("valid_months = 12", "valid_months = 1.5"),
    ("format = 1", 'format = "1"'),
    ('order = "score"', 'order = ["score"]'),
    ('order = "score"', "order = score"),
    ('approvals = ["line_manager", "head_of_public_communications"]', "approvals = [{a = 1}, {a = 1}]"),
    ('name = "good"', 'name = "good\\n"'),
    ("[evidence]", "[[evidence]]"),
    ("[evidence]", "[evidence"),
    ('criterion = "tenure"', 'criterion = ["tenure"]'),
    ('criterion = "tenure"', 'criterion = "Geschlecht"'),
    ("cut = 6\n", "cut = [6, 3]\n"),
    ("cut = 6\n", "cut = nan\n"),
    ("cut = 6\n", "cut = 6\nat_most = 3\n"),
    ('unit = "months"', 'unit = "parsecs"'),
    ('effect = "hold"', 'effect = "hold"\nweight = 10'),
    ("evidence_needed = 30", 'evidence_needed = "all"'),
    ('when_missing = "incomplete"', 'when_missing = "zero"'),
]


@pytest.mark.parametrize(("written", "slip"), SLIPS, ids=[repr(slip) for _written, slip in SLIPS])
def test_a_slip_is_refused_where_it_stands(written: str, slip: str) -> None:
    before, found, after = good().partition(written)
    assert found

    (first, *_rest) = refusal(before + slip + after)

    assert first.line is not None
    assert 0 <= first.line - (before.count("\n") + 1) <= slip.count("\n")
    assert (first.worded("en")[:5], first.worded("ru")[:7]) == ("Line ", "Строка ")


@pytest.mark.parametrize(
    "text", ["name: good\nplaces: 6\n", '{"name": "good"}', "<policy/>", "criterion;weight\na;1\n"]
)
def test_another_format_is_refused_at_its_first_line(text: str) -> None:
    assert refusal(text)[0].line == 1


def test_how_an_editor_ends_lines_and_begins_files_changes_nothing() -> None:
    for text in ("\ufeff" + good(), good().replace("\n", "\r\n"), good().replace(" = ", "\t=\t")):
        assert parse(text) == parse(good())


def test_every_sentence_of_refusal_has_a_file_that_shows_it() -> None:
    shown = {code for faults in expected().values() for _, code in faults}

    assert shown | NOT_IN_FILES == set(SENTENCES)


def test_the_whole_sentence_reads_as_advice() -> None:
    (one,) = refusal((BROKEN / "weights_below_100.toml").read_text(encoding="utf-8"))

    assert one.message == f"Line {one.line}: the weights add up to 90, not to 100. Change them by +10 in all."
    assert one.worded("ru") == f"Строка {one.line}: сумма весов 90, а не 100. Измените их в сумме на +10."


def test_a_slip_of_the_pen_is_answered_with_the_likely_word() -> None:
    (one,) = refusal((BROKEN / "unknown_criterion.toml").read_text(encoding="utf-8"))

    assert one.message.endswith('Did you mean "tenure"?')


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = good().replace("places = 6", "places = 0").replace("clear = 0.8", "clear = 8").replace('"gate"', '"must"')

    problems = refusal(text)

    assert [one.code for one in problems] == ["out_of_range", "out_of_range", "unknown_word", "unknown_word"]
    assert [one.line for one in problems] == sorted(one.line or 0 for one in problems)


def test_data_without_lines_is_refused_with_the_key() -> None:
    data = to_dict(parse(good()))
    data["criteria"][1]["cut"] = 100

    with pytest.raises(PolicyRefused) as refused:
        from_dict(data)

    (one,) = refused.value.problems
    assert (one.line, one.path, one.code) == (None, "criteria[2].cut", "nobody_can_meet")
    assert one.message.startswith("criteria[2].cut: nobody could ever meet")


def test_a_policy_larger_than_64_kilobytes_is_refused_before_it_is_read() -> None:
    room = 65_536 - len(good().encode())

    assert parse(good() + "#" * room).name == "good"
    assert [one.code for one in refusal(good() + "#" * (room + 1))] == ["too_large"]


@pytest.mark.parametrize(
    "text",
    ["[" * 65_000, "a=[\n" * 16_000, '"""' * 20_000, "a." * 30_000 + "a=1", "[[a]]\n" * 10_000, "x=1\n" * 16_000, "\0"],
    ids=["brackets", "lists", "quotes", "dots", "blocks", "keys", "nul"],
)
def test_a_hostile_text_is_refused_in_little_time_and_memory(text: str) -> None:
    tracemalloc.start()
    start = time.perf_counter()
    try:
        assert refusal(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert time.perf_counter() - start < 20
    assert peak < 100_000_000


@pytest.mark.parametrize("value", [None, 1, "text", [], [1], {"criterion": None}, True, {}])
def test_any_data_in_place_of_the_criteria_is_refused_without_a_crash(value: object) -> None:
    data = {**to_dict(parse(good())), "criteria": value}

    with pytest.raises(PolicyRefused):
        from_dict(data)
