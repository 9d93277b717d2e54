"""Where things stand in a TOML text, whatever way they are written."""

import tomllib

from scoring.policy.lines import deepest, first_broken, lines_of, statements

TEXT = '''\
# a = [[ "not a key"
name = "a # b [[c]]"   # 2
title.en = "dotted"
title.ru = """
[[criteria]]
# still the title
"""
pair = { en = "x", ru = '[' } # 8
list = [
  1, # ]
  2,
]

[one.two]
three = 3

[[criteria]]
cut = 1
why.en = "first"

[criteria.below]
deep = true

[[criteria]]
"cut" = 2
'''


def test_every_key_has_the_line_where_it_begins() -> None:
    assert lines_of(TEXT) == {
        ("name",): 2,
        ("title",): 3,
        ("title", "en"): 3,
        ("title", "ru"): 4,
        ("pair",): 8,
        ("pair", "en"): 8,
        ("pair", "ru"): 8,
        ("list",): 9,
        ("one", "two"): 14,
        ("one", "two", "three"): 15,
        ("criteria",): 17,
        ("criteria", 0): 17,
        ("criteria", 0, "cut"): 18,
        ("criteria", 0, "why"): 19,
        ("criteria", 0, "why", "en"): 19,
        ("criteria", 0, "below"): 21,
        ("criteria", 0, "below", "deep"): 22,
        ("criteria", 1): 24,
        ("criteria", 1, "cut"): 25,
    }


def test_the_statements_together_are_the_text() -> None:
    assert tomllib.loads("\n".join(statement for _, statement in statements(TEXT))) == tomllib.loads(TEXT)


def test_the_deepest_line() -> None:
    assert deepest(TEXT) == (2, 17)
    assert deepest('a = "[[["\nb = [[[]]]\n') == (3, 2)
    assert deepest("a.b.c.d = 1.5\n") == (4, 1)


def test_the_first_broken_statement() -> None:
    assert first_broken(TEXT) == 1
    assert first_broken(TEXT + "x = " + "9" * 5000 + "\n") == 26
