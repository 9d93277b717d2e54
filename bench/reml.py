"""Random-intercept REML from sufficient statistics, beside R's lme4 on the same rows.

Prints what both find, how far apart they are, and the seconds: lme4's fit alone against Rostrum's fit alone, and
against everything from the Parquet file to the scores.
"""

import sys
import time
from pathlib import Path

import numpy as np

from bench.chats import FACTORS, engine, intercept, tables, write_chats
from bench.lme4 import HOW, Peer, fit_with_lme4, has_lme4
from bench.places import FOLDER
from bench.table import Line, show
from scoring.formula import RandomIntercept, fit_random_intercept

NAMES = ("agents", "factors", *FACTORS)
PEER = "lme4: the fit alone"
FIT, WHOLE = "Rostrum: the fit alone, from statistics", "Rostrum: from Parquet to scores"


def main(_engine: str, rows: int, rounds: int) -> None:
    """Print agreement and speed."""
    path = write_chats(FOLDER / f"chats-{rows}.parquet", rows=rows)
    peers: list[Peer] = []
    seconds: dict[str, list[float]] = {PEER: [], FIT: [], WHOLE: []}
    ours = None
    if not has_lme4():
        print(HOW)
    for _round in range(rounds):
        ours, fit, whole = from_parquet(path)
        seconds[FIT].append(fit)
        seconds[WHOLE].append(whole)
        if has_lme4():
            peers.append(fit_with_lme4(as_csv(path), FOLDER / "lme4"))
            seconds[PEER].append(peers[-1].seconds)
    lines = [Line(name, taken, rows) for name, taken in seconds.items() if taken]
    show(f"Random-intercept REML of {rows:,} ratings, {rounds} rounds", lines, base=PEER if peers else WHOLE)
    if peers and ours is not None:
        tell(ours, peers[-1])


def from_parquet(path: Path) -> tuple[RandomIntercept, float, float]:
    """The model, the seconds of the fit alone, and those from the file to the scores."""
    begun = time.perf_counter()
    with engine() as connection:
        statistics = intercept(tables(connection, path, names=NAMES))
    ready = time.perf_counter()
    model = fit_random_intercept(statistics)
    done = time.perf_counter()
    return model, done - ready, done - begun


def as_csv(path: Path) -> Path:
    """The same rows as R reads them; writing and reading them is not counted."""
    rows = path.with_suffix(".csv")
    if not rows.exists():
        with engine() as connection:
            connection.execute(f"COPY (SELECT * FROM read_parquet('{path}')) TO '{rows}' (FORMAT csv, HEADER)")
    return rows


def tell(ours: RandomIntercept, peer: Peer) -> None:
    """Print both answers and the largest differences."""
    print(f"\n  {'':28} {'Rostrum':>18} {'lme4 ' + peer.version:>18} {'difference':>12}")
    for name, mine, theirs in (
        ("standard deviation of agents", ours.variance_between**0.5, peer.between**0.5),
        ("residual standard deviation", ours.variance_residual**0.5, peer.residual**0.5),
        ("REML criterion", ours.criterion, peer.criterion),
    ):
        print(f"  {name:28} {mine:18.8f} {theirs:18.8f} {mine - theirs:12.1e}")
    for name, gap in zip(("fixed effects", "agent effects"), gaps(ours, peer), strict=True):
        print(f"  largest difference of {name}: {gap:.1e}")


def gaps(ours: RandomIntercept, peer: Peer) -> tuple[float, float]:
    """Largest absolute difference of fixed effects and of agent effects."""
    estimates = ours.fixed["estimate"].rename(index=lambda name: _r_name(str(name)))
    fixed = estimates - peer.fixed.reindex(estimates.index)
    agents = ours.agents["blup"] - peer.agents.reindex(ours.agents.index)
    return float(np.abs(fixed.to_numpy()).max()), float(np.abs(agents.to_numpy()).max())


def _r_name(column: str) -> str:
    """`(intercept)` and `topic=7` as R calls them."""
    return "(Intercept)" if column == "(intercept)" else column.replace("=", "")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
