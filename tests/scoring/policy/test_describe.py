"""A policy in plain words, in both languages."""

import re
from pathlib import Path

import pytest

from scoring.policy import (
    Approver,
    Effect,
    Measure,
    Order,
    Quality,
    Requirement,
    Role,
    Unit,
    WhenMissing,
    describe,
    diff,
    from_dict,
    hint,
    named,
    parse,
    rule,
    to_dict,
)
from scoring.policy.fields import CRITERION, HEADING, SECTIONS
from scoring.policy.vocabulary import DAY, LABELS, MONTH, PLACE, at_least, counted, number, percent

PRESETS = Path(__file__).parents[3] / "fixtures" / "policies"
GOOD = parse((Path(__file__).parent / "good.toml").read_text(encoding="utf-8"))
NAMES = ("founding", "current", "full-profile", "lottery")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, "1 месяц"),
        (2, "2 месяца"),
        (4, "4 месяца"),
        (5, "5 месяцев"),
        (11, "11 месяцев"),
        (12, "12 месяцев"),
        (14, "14 месяцев"),
        (21, "21 месяц"),
        (22, "22 месяца"),
        (111, "111 месяцев"),
        (101, "101 месяц"),
        (1.5, "1,5 месяца"),
    ],
)
def test_russian_counts(value: float, expected: str) -> None:
    assert counted(value, MONTH, "ru") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, "1 месяца"), (2, "2 месяцев"), (6, "6 месяцев"), (11, "11 месяцев"), (21, "21 месяца"), (4.5, "4,5 месяца")],
)
def test_russian_counts_after_at_least_stand_in_the_genitive(value: float, expected: str) -> None:
    assert at_least(value, MONTH, "ru") == expected


def test_english_counts() -> None:
    assert [counted(one, PLACE, "en") for one in (1, 2, 21)] == ["1 place", "2 places", "21 places"]
    assert at_least(1.5, DAY, "en") == "1.5 days"


def test_numbers_are_written_as_in_the_language() -> None:
    assert (number(6.0, "en"), number(0.25, "en"), number(0.25, "ru")) == ("6", "0.25", "0,25")
    assert (percent(0.85, "en"), percent(0.85, "ru"), percent(0.29, "en")) == ("85%", "85\u00a0%", "29%")


def test_each_rule_is_one_sentence() -> None:
    assert [rule(one, "en") for one in GOOD.criteria] == [
        "Length of service: at least 6 months.",
        "Test task: at least 60% of what can be reached.",
        "Customer ratings: at least 85% satisfied customers.",
        "Viral chats: at least 1 chat verified as praise.",
        "Viral chats: a verified negative incident of severity 3 or more, on the scale of 1 to 4.",
        "Test task: weight 60 of 100.",
        "Customer ratings: weight 40 of 100.",
    ]
    assert [rule(one, "ru") for one in GOOD.criteria] == [
        "Стаж: не меньше 6 месяцев.",
        "Тестовое задание: не меньше 60\u00a0% от возможного.",
        "Оценки клиентов: не меньше 85\u00a0% довольных клиентов.",
        "Вирусные чаты: не меньше 1 чата с подтверждённой похвалой.",
        "Вирусные чаты: подтверждённый негативный случай тяжести 3 и выше по шкале от 1 до 4.",
        "Тестовое задание: вес 60 из 100.",
        "Оценки клиентов: вес 40 из 100.",
    ]


def test_the_description_answers_in_the_order_in_which_people_ask() -> None:
    topics = [paragraph.topic for paragraph in describe(GOOD, "en")]

    assert " ".join(topics) == "purpose places gates any_of vetoes weights evidence verdict approvals certificate"


def test_what_a_policy_does_not_have_is_not_described() -> None:
    lottery = parse((PRESETS / "lottery.toml").read_text(encoding="utf-8"))

    topics = [paragraph.topic for paragraph in describe(lottery, "en")]

    assert topics == ["purpose", "places", "evidence", "verdict", "approvals", "certificate"]
    assert "lot decides" in describe(lottery, "en")[1].text


@pytest.mark.parametrize("name", NAMES)
def test_neither_language_leaks_into_the_other(name: str) -> None:
    policy = parse((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))
    english, russian = (
        " ".join([*(p.heading + p.text for p in describe(policy, language))])
        + " ".join(item for p in describe(policy, language) for item in p.items)
        for language in ("en", "ru")
    )

    assert not re.search("[а-яё]", english.casefold())
    assert not re.search("[a-z]", russian.casefold())
    assert not re.search(r"\{|  |\.\.", english + russian)


def test_every_key_has_a_hint_and_a_label_in_both_languages() -> None:
    sections = {"": HEADING, "criteria": CRITERION, **SECTIONS}
    for section, fields in sections.items():
        for field in fields:
            assert hint(section, field.key).en != hint(section, field.key).ru
    keys = {field.key for fields in sections.values() for field in fields}
    assert set(LABELS) == keys - {"criterion", "role"}


def test_every_word_of_the_document_has_a_name_in_both_languages() -> None:
    words = {
        "criterion": Measure,
        "role": Role,
        "unit": Unit,
        "requirement": Requirement,
        "quality": Quality,
        "when_missing": WhenMissing,
        "order": Order,
        "effect": Effect,
        "approvals": Approver,
    }
    for key, choices in words.items():
        for word in choices:
            assert re.fullmatch("[А-Яа-яё0-9, -]+", named(key, word, "ru")), word
    assert named("group", "valued", "ru") == "valued"


def test_equal_policies_do_not_differ() -> None:
    assert diff(GOOD, from_dict(to_dict(GOOD))) == []


def test_a_difference_is_told_in_a_sentence() -> None:
    data = to_dict(GOOD)
    data["places"] = 8
    data["evidence"]["leave_counts_in_tenure"] = False
    data["title"]["ru"] = "Лучшие правила"
    data["approvals"] = ["line_manager"]
    data["criteria"][0]["quality"] = "qualification"
    data["criteria"][2]["cut"] = 0.9
    changes = diff(GOOD, from_dict(data))

    assert [one.worded("en") for one in changes] == [
        'Title (in Russian): was "Хорошие правила", now "Лучшие правила".',
        "Places: was 6, now 8.",
        'Approvals: was "the line manager, the head of public communications", now "the line manager".',
        "Leave counts as time served: was yes, now no.",
        'Length of service (must hold), business quality: was "length of service", now "qualification".',
        "Customer ratings (one of several), cut: was 0.85, now 0.9.",
    ]
    assert changes[1].worded("ru") == "Мест: было 6, стало 8."
    assert changes[5].worded("ru") == "Оценки клиентов (одно из нескольких), порог: было 0,85, стало 0,9."
    assert changes[5].path == "criteria.customer_rating.any_of.cut"
    assert (changes[5].before, changes[5].after) == (0.85, 0.9)


def test_criteria_that_come_and_go_are_named_by_their_rule() -> None:
    founding, current = (parse((PRESETS / f"{name}.toml").read_text(encoding="utf-8")) for name in NAMES[:2])

    told = [one.worded("en") for one in diff(founding, current)]

    assert "Gone: Length of service: at least 6 months." in told
    assert "New: Technical support: works there." in told
    assert "New: Viral chats: at least 1 chat verified as praise." in told
    assert "Убрано: Стаж: не меньше 6 месяцев." in [one.worded("ru") for one in diff(founding, current)]


def test_a_difference_read_backwards_is_its_mirror() -> None:
    founding, current = (parse((PRESETS / f"{name}.toml").read_text(encoding="utf-8")) for name in NAMES[:2])
    there = {(one.path, str(one.before), str(one.after)) for one in diff(founding, current)}
    back = {(one.path, str(one.after), str(one.before)) for one in diff(current, founding)}

    assert there == back
