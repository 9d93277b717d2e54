"""Simulated ratings as Parquet, made by DuckDB, and the group-bys that turn them into sufficient statistics.

10,000 agents, 40 topics, 5 channels, 24 hours; six of ten chats of an agent come from the home topic. Every number is a
hash of its row, so that the same number of rows is the same file on every machine.
"""

import os
import sys
from pathlib import Path

import duckdb
import pandas as pd

from scoring.formula import InterceptStatistics, factor_statistics

AGENTS, TOPICS, CHANNELS, HOURS = 10_000, 40, 5, 24
FACTORS = {"topic": TOPICS, "channel": CHANNELS, "hour": HOURS}
# A uniform number of a row, and a standard normal one of anything (Box and Muller).
UNIFORM = "CREATE OR REPLACE MACRO uniform(i, k) AS (hash(i, k) % 1000003 + 0.5) / 1000003.0"
NORMAL = "CREATE OR REPLACE MACRO normal(i, k) AS sqrt(-2 * ln(uniform(i, k))) * cos(2 * pi() * uniform(i, k + 1000))"
ROWS = """
SELECT agent, topic, channel, hour,
       CAST(greatest(1, least(5, round(4.1 + 0.15 * normal(agent, 1) + 0.25 * normal(topic, 2)
            + 0.1 * normal(channel, 3) + 0.05 * normal(hour, 4) + 1.2 * normal(i, 5)))) AS DOUBLE) AS rating
FROM (SELECT i, agent, CAST(floor(uniform(i, 11) * {channels}) AS INTEGER) AS channel,
             CAST(floor(uniform(i, 12) * {hours}) AS INTEGER) AS hour,
             CASE WHEN uniform(i, 13) < 0.6 THEN agent % {topics}
                  ELSE CAST(floor(uniform(i, 14) * {topics}) AS INTEGER) END AS topic
      FROM (SELECT i, CAST(hash(i, 10) % {agents} AS INTEGER) AS agent FROM range({rows}) AS numbers(i)))
"""
AGENT_SUMS = "SELECT agent, count(*) AS n, sum(rating) AS s, sum(rating * rating) AS ss FROM {source} GROUP BY agent"
LEVEL_SUMS = "SELECT agent, {factor} AS level, count(*) AS n FROM {source} GROUP BY agent, {factor}"
FACTOR_SUMS = """
SELECT topic, channel, hour, count(*) AS n, sum(rating) AS s FROM {source} GROUP BY topic, channel, hour
"""
CELL_SUMS = """
SELECT agent, topic * {channels} + channel AS cell, count(*) AS n, sum(rating) AS s, sum(rating * rating) AS ss
FROM {source} GROUP BY agent, topic, channel
"""


def engine(*, memory: str = "") -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own on all cores; `memory` limits it, as "300MB"."""
    connection = duckdb.connect()
    connection.execute(f"SET threads = {os.cpu_count() or 1}")
    if memory:
        connection.execute(f"SET memory_limit = '{memory}'")
    return connection


def write_chats(path: Path, *, rows: int) -> Path:
    """Write the ratings once; a file that is there already is the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".part")
        with engine() as connection:
            connection.execute(UNIFORM)
            connection.execute(NORMAL)
            chosen = ROWS.format(rows=rows, agents=AGENTS, topics=TOPICS, channels=CHANNELS, hours=HOURS)
            connection.execute(f"COPY ({chosen}) TO '{half}' (FORMAT parquet)")
        half.rename(path)
    return path


def queries(path: Path) -> dict[str, str]:
    """Every group-by behind the full set of statistics, by the name of its table."""
    source = f"read_parquet('{path}')"
    levels = {factor: LEVEL_SUMS.format(source=source, factor=factor) for factor in FACTORS}
    return {
        "agents": AGENT_SUMS.format(source=source),
        "factors": FACTOR_SUMS.format(source=source),
        **levels,
        "cells": CELL_SUMS.format(source=source, channels=CHANNELS),
    }


def tables(connection: duckdb.DuckDBPyConnection, path: Path, *, names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """The named tables as frames."""
    asked = queries(path)
    return {name: pd.DataFrame(connection.execute(asked[name]).fetchnumpy()) for name in names}


def intercept(found: dict[str, pd.DataFrame]) -> InterceptStatistics:
    """What the random-intercept model reads: the small tables, never the cells of single agents."""
    return factor_statistics(found["agents"], found["factors"], {factor: found[factor] for factor in FACTORS})


if __name__ == "__main__":
    write_chats(Path(sys.argv[1]), rows=int(sys.argv[2]))
