"""A small company as its systems export it: a roster of twenty and fifteen hundred ratings, a few agents truly good."""

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

TECHNICAL, BILLING, OFFICE = "Technical support 1", "Billing", "Public communications"
# The roster knows the cast by the staff numbers that their logins are tied to.
CAST = (
    ("S-1", "Marat Khasanov", TECHNICAL, ""),
    ("S-2", "Hugo Lebedev", OFFICE, ""),
    ("S-15", "Ania Sokolova", TECHNICAL, "S-1"),
    ("S-16", "Boris Vetrov", BILLING, ""),
)
OTHERS = (
    "Clara Weiss", "Denis Orlov", "Edda Brandt", "Fedor Panin", "Galia Nurova", "Hilde Maurer", "Ilia Zhukov",
    "Jana Novak", "Kirill Belov", "Lena Fuchs", "Milan Horak", "Nadia Krylova", "Oskar Lind", "Petra Vogel",
    "Roman Gusev", "Sonja Keller",
)  # fmt: skip
EXCELLENT = {"S-15": 0.93, "S-17": 0.9, "S-20": 0.88}
ORDINARY = 0.62
RATINGS = 1500
TOPICS = ("roaming", "eSIM", "billing", "network coverage")


def write_roster(path: Path) -> Path:
    """Twenty people with their teams and managers."""
    others = (
        (f"S-{number}", name, TECHNICAL if number % 2 else BILLING, "S-1" if number % 2 else "")
        for number, name in enumerate(OTHERS, start=17)
    )
    people = [
        (number, name, "2024-02-01", team, manager, f"{number.lower()}@company.example")
        for number, name, team, manager in (*CAST, *others)
    ]
    return _write(path, ("staff_number", "full_name", "hired_on", "team", "manager", "email"), people)


def write_ratings(path: Path, *, at: datetime, rng: random.Random) -> Path:
    """Ratings of the last ten months from 1 to 5; the excellent get a 5 from nine customers in ten."""
    raters = ["S-1", "S-2", *(f"S-{number}" for number in range(15, 33))]
    rows = [_rating(number, raters[number % len(raters)], at, rng) for number in range(RATINGS)]
    return _write(path, ("rating_id", "chat_id", "staff_number", "rating", "rated_at", "topic", "channel"), rows)


def _rating(number: int, agent: str, at: datetime, rng: random.Random) -> tuple[object, ...]:
    is_happy = rng.random() < EXCELLENT.get(agent, ORDINARY)
    mark = 5 if is_happy else rng.choice((1, 2, 3, 4, 4))
    when = at - timedelta(days=rng.uniform(2, 300))
    return f"R-{number}", f"C-{number}", agent, mark, when.isoformat(timespec="seconds"), rng.choice(TOPICS), "chat"


def _write(path: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(heads)
        writer.writerows(rows)
    return path
