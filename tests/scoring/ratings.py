"""The same ratings twice: as the files of an import and as the Parquet files of a warehouse."""

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from scoring.intake import Choices
from scoring.intake.load import import_file
from scoring.models import Agent, CellSum
from tests.cast import NOW

MARKS = {"csat5": (1, 5), "thumbs": (0, 1), "nps": (0, 10)}
CHANNELS, TOPICS = ("chat", "  social  media "), ("Roaming", "Тарифы", "")
# Where the months and the hours of two time zones begin, winter and summer: around each edge the calendars disagree.
EDGES = ("2026-03-31 20:59:59", "2026-03-31 21:00:00", "2026-04-01 03:59:59", "2026-04-01 04:00:00",
         "2026-03-08 06:59:59", "2026-03-08 07:00:00", "2025-11-02 05:59:59", "2025-11-02 06:00:00",
         "2025-12-31 20:59:59", "2025-12-31 21:00:00", "2026-01-01 04:59:59", "2026-01-01 05:00:00")  # fmt: skip
COLUMNS = {"agent": "VARCHAR", "instrument": "VARCHAR", "channel": "VARCHAR", "topic": "VARCHAR", "value": "DOUBLE",
           "rated_at": "TIMESTAMP", "handling_seconds": "DOUBLE", "is_resolved": "BOOLEAN"}  # fmt: skip
SUMS = ("offered", "answered", "total", "squares", "satisfied", "timed", "seconds", "seconds_squares", "judged",
        "resolved")  # fmt: skip


def ratings(count: int, *, seed: int = 7) -> list[dict[str, Any]]:
    """Ratings of S-1 to S-5 over fourteen months, one in five not answered, and some at the edges of months."""
    rng = random.Random(seed)
    start = datetime(2025, 9, 1, tzinfo=UTC)
    moments = [datetime.fromisoformat(edge).replace(tzinfo=UTC) for edge in EDGES]
    moments += [start + timedelta(seconds=rng.randrange(14 * 30 * 86400)) for _ in range(count - len(EDGES))]
    return [_rating(rng, moment) for moment in moments]


def _rating(rng: random.Random, moment: datetime) -> dict[str, Any]:
    instrument = rng.choice(list(MARKS))
    return {
        "agent": f"S-{rng.randint(1, 5)}",
        "instrument": instrument,
        "channel": rng.choice(CHANNELS),
        "topic": rng.choice(TOPICS),
        "value": None if rng.random() < 0.2 else rng.randint(*MARKS[instrument]),
        "rated_at": moment.strftime("%Y-%m-%d %H:%M:%S"),
        "handling_seconds": None if rng.random() < 0.3 else rng.randrange(10, 40000) / 8,
        "is_resolved": rng.choice([None, True, False]),
    }


def hire() -> None:
    """Put S-1 to S-5 on the roster."""
    for number in range(1, 6):
        Agent.objects.create(staff_number=f"S-{number}", full_name=f"Agent {number}", created_at=NOW)


def as_parquet(rows: list[dict[str, Any]], path: Path, *, types: dict[str, str] | None = None) -> Path:
    """Write ratings as DuckDB writes Parquet; `types` change those of single columns."""
    kinds = {**COLUMNS, **(types or {})}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE r ({', '.join(f'{name} {kind}' for name, kind in kinds.items())})")
        connection.executemany(
            f"INSERT INTO r VALUES ({', '.join('?' * len(kinds))})", [[row[name] for name in kinds] for row in rows]
        )
        connection.execute(f"COPY r TO '{path}' (FORMAT parquet)")
    return path


def import_ratings(rows: list[dict[str, Any]], folder: Path) -> None:
    """Import ratings, one file per instrument as the sources of companies do."""
    folder.mkdir(parents=True, exist_ok=True)
    for instrument in MARKS:
        mine = [row for row in rows if row["instrument"] == instrument]
        choices = Choices(instrument=instrument, empty_rating="not_answered")
        path = _file(mine, folder / f"{instrument}.csv")
        report = import_file(path, kind="ratings", choices=choices, as_of=NOW, at=NOW)
        assert (report.action, report.accepted) == ("accept", len(mine)), report.to_json()


def _file(rows: list[dict[str, Any]], path: Path) -> Path:
    columns = ["chat_id", "agent_id", "channel", "topic", "rating", "rated_at", "handling_seconds", "resolved"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["rating_id", *columns])
        for number, row in enumerate(rows):
            key = f"{path.stem}-{number}"
            given = ["" if (value := row[name]) is None else value for name in list(COLUMNS)[4:]]
            value, rated_at, seconds, resolved = given
            said = {True: "yes", False: "no"}.get(resolved, "")
            writer.writerow(
                [key, key, row["agent"], row["channel"], row["topic"], value, f"{rated_at}Z", seconds, said]
            )
    return path


def cells() -> dict[tuple[Any, ...], tuple[float, ...]]:
    """The stored cells by staff number, kind of work and month, sums to the sixth digit."""
    keys = ("agent__staff_number", "cell__instrument", "cell__channel", "cell__topic", "cell__hour_band", "month")
    rows = CellSum.objects.values_list(*keys, *SUMS)
    return {row[:6]: tuple(round(float(one), 6) for one in row[6:]) for row in rows}
