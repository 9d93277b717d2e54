"""Ratings to sufficient statistics, and from stored statistics to a new ranking, beside plain group-bys by DuckDB.

The small tables of the random-intercept model (agents, agents by factor, factors) and the case-mix cells of single
agents are told apart, since the cells are most of the work. Stored statistics are files of plain arrays; where nearly
every agent works in every cell, as here, the cells are kept as whole tables of agents by cells. Memory is the peak of a
whole process of its own, from the Parquet file to the scores.
"""

import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from bench.chats import FACTORS, engine, intercept, queries, tables
from bench.places import FOLDER
from bench.table import in_turn, show
from scoring.formula import (
    WholeSums,
    add_statistics,
    estimate,
    fit_case_mix,
    fit_random_intercept,
    rank,
    whole_statistics,
)

SMALL = ("agents", "factors", *FACTORS)
WHOLE = (*SMALL, "cells")
PLACES = 500
MEMORY = "250MB"

Frames = dict[str, pd.DataFrame]
Stored = dict[str, dict[str, Path]]


def main(_engine: str, rows: int, rounds: int) -> None:
    """Print times, additivity and memory."""
    path = FOLDER / f"chats-{rows}.parquet"
    # A process of its own writes the file, so that its memory is not counted here.
    subprocess.run([sys.executable, "-m", "bench.chats", str(path), str(rows)], check=True)
    # First of all, for a new process begins with the peak of the one that started it.
    for route in ROUTES:
        asked = [sys.executable, "-m", "bench.statistics", route, str(path)]
        peak = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
        print(f"  peak memory from {rows:,} ratings in Parquet to the ranking, {route}: {peak} MB")
    with engine() as connection:
        from_ratings(connection, path, rows, rounds)
        from_statistics(connection, path, rows, rounds)
        additive(connection, path)


def from_ratings(connection: duckdb.DuckDBPyConnection, path: Path, rows: int, rounds: int) -> None:
    """Time the statistics as Rostrum reads them beside the bare group-by of the same."""
    for title, names in (("the small tables", SMALL), ("all of them, the cells of every agent too", WHOLE)):
        variants: dict[str, Callable[[], object]] = {
            "limit: group-by inside DuckDB": partial(grouped, connection, path, names),
            "Rostrum: statistics as frames": partial(tables, connection, path, names=names),
        }
        lines = in_turn(variants, rows=rows, rounds=rounds)
        show(f"{rows:,} ratings to statistics: {title}", lines, base="limit: group-by inside DuckDB")


def grouped(connection: duckdb.DuckDBPyConnection, path: Path, names: tuple[str, ...]) -> None:
    """The same group-bys, kept where they are made."""
    asked = queries(path)
    for name in names:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE kept_{name} AS {asked[name]}")


def from_statistics(connection: duckdb.DuckDBPyConnection, path: Path, rows: int, rounds: int) -> None:
    """Time a new ranking from stored statistics beside one group-by of all ratings into them."""
    stored = stored_statistics(connection, path)
    base = "one group-by of the ratings: small tables"
    variants: dict[str, Callable[[], object]] = {
        base: partial(grouped, connection, path, SMALL),
        "one group-by of the ratings: all tables": partial(grouped, connection, path, WHOLE),
        "Rostrum: stored small tables to ranking (REML)": lambda: by_reml(read(stored, SMALL)),
        "Rostrum: stored cells to ranking (case mix)": lambda: by_cells(read_cells(stored)),
    }
    show("A new ranking of all agents", in_turn(variants, rows=rows, rounds=rounds), base=base)


def stored_statistics(connection: duckdb.DuckDBPyConnection, path: Path) -> Stored:
    """Keep every table of statistics as plain arrays, a file for each."""
    stored: Stored = {}
    for name, table in tables(connection, path, names=WHOLE).items():
        arrays = vars(whole_statistics(table)) if name == "cells" else table.sort_values(list(table.columns))
        stored[name] = {key: path.with_suffix(f".{name}.{key}.npy") for key in arrays}
        for key, place in stored[name].items():
            np.save(place, np.asarray(arrays[key]))
    return stored


def read(stored: Stored, names: tuple[str, ...]) -> Frames:
    """Read stored tables back."""
    return {name: pd.DataFrame(_arrays(stored[name]), copy=False) for name in names}


def read_cells(stored: Stored) -> WholeSums:
    """Read the stored cells back."""
    kept = _arrays(stored["cells"])
    return WholeSums(pd.Index(kept["agents"]), pd.Index(kept["cells"]), kept["n"], kept["s"], kept["ss"])


def _arrays(places: dict[str, Path]) -> dict[str, np.ndarray]:
    return {name: np.load(place) for name, place in places.items()}


def by_reml(found: Frames) -> pd.DataFrame:
    """Adjusted, shrunken and ranked, by the random-intercept model."""
    agents = fit_random_intercept(intercept(found)).agents
    return rank(agents["blup"], agents["sd"], places=PLACES).frame(agents.index)


def by_cells(cells: WholeSums | pd.DataFrame) -> pd.DataFrame:
    """The same by the case-mix model of the product, its interaction between agents and queues included."""
    agents = fit_case_mix(cells).agents
    posterior = estimate(agents["effect"], agents["variance"])
    return rank(posterior.mean, posterior.own_sd, places=PLACES).frame(agents.index)


def additive(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Show that the statistics of two imports add up to those of one."""
    source = f"read_parquet('{path}')"
    halves = [
        {
            name: pd.DataFrame(connection.execute(query.replace(source, half)).fetchnumpy())
            for name, query in queries(path).items()
        }
        for half in (f"(SELECT * FROM {source} WHERE hour % 2 = {parity})" for parity in (0, 1))
    ]
    for name, whole in tables(connection, path, names=WHOLE).items():
        numbers = [column for column in ("n", "s", "ss") if column in whole]
        gaps = [abs(halves[0][name][c].sum() + halves[1][name][c].sum() - whole[c].sum()) for c in numbers]
        if name == "cells":
            added = add_statistics(halves[0][name], halves[1][name]).sort_values(["agent", "cell"])
            same = whole.sort_values(["agent", "cell"])
            gaps = [float(np.abs(added[c].to_numpy() - same[c].to_numpy()).max()) for c in numbers]
        print(f"  two halves of the ratings add up: {name}, largest difference {max(gaps):g}")


ROUTES: dict[str, tuple[tuple[str, ...], Callable[[Frames], pd.DataFrame]]] = {
    "REML": (SMALL, by_reml),
    "case-mix": (("cells",), lambda found: by_cells(found["cells"])),
}


def peak(route: str, path: Path) -> float:
    """Megabytes that this process has needed at most, after going the whole way once."""
    names, scores = ROUTES[route]
    with engine(memory=MEMORY) as connection:
        found = tables(connection, path, names=names)
    scores(found)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1] in ROUTES:
        print(f"{peak(sys.argv[1], Path(sys.argv[2])):.0f}")
    else:
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
