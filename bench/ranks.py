"""P(top k) and rank limits of 10,000 agents, beside Monte-Carlo draws; errors against ten times as many draws.

The reference is noisy itself: its own root mean square error is printed beside those of both methods. It holds none of
the draws of the peer.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.table import in_turn, show
from scoring.formula import rank, rank_limits
from scoring.formula.normal_ranks import threshold_top

AGENTS, PLACES, DRAWS, REFERENCE = 10_000, 500, 4_000, 40_000
BLOCK = 250
# Rank limits of the reference are kept for some of the agents only: those of all would take 800 MB.
WATCHED = 1_000
LEVEL = 0.90
SEED = 2014
# What takes milliseconds is timed more often.
SHORT = 9


@dataclass(frozen=True)
class World:
    """Posteriors of the agents: means and standard deviations, shape (p,)."""

    mean: np.ndarray
    sd: np.ndarray

    def blocks(self, draws: int, seed: int) -> list[np.random.Generator]:
        return [np.random.default_rng([seed, block]) for block in range(draws // BLOCK)]

    def draws(self, rng: np.random.Generator) -> np.ndarray:
        """One block of joint draws in single precision, which is as good here and faster."""
        noise = rng.standard_normal((BLOCK, AGENTS), dtype=np.float32)
        return self.mean.astype(np.float32) + self.sd.astype(np.float32) * noise


def world() -> World:
    """Agents with 30 to 3,000 ratings each and a true spread of .15."""
    rng = np.random.default_rng(SEED)
    variance = 1.2 / np.exp(rng.uniform(np.log(30), np.log(3000), AGENTS))
    share = 0.15**2 / (0.15**2 + variance)
    seen = rng.normal(0.0, np.sqrt(0.15**2 + variance))
    return World(share * seen, np.sqrt(share * variance))


def drawn_top(given: World, *, draws: int, seed: int) -> np.ndarray:
    """P(top k) by draws, in blocks that stay in the cache."""
    hits = np.zeros(AGENTS)
    for rng in given.blocks(draws, seed):
        values = given.draws(rng)
        edge = np.partition(values, AGENTS - PLACES, axis=1)[:, AGENTS - PLACES]
        hits += (values >= edge[:, None]).sum(axis=0)
    return hits / draws


def drawn_ranks(given: World, agents: np.ndarray, *, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper rank limit of the named agents by draws: a full order of all agents each time."""
    kept = []
    for rng in given.blocks(draws, seed):
        values = given.draws(rng)
        order = np.argsort(-values, axis=1)
        ranks = np.empty_like(order, dtype=np.uint16)
        np.put_along_axis(ranks, order, np.arange(1, AGENTS + 1, dtype=np.uint16)[None, :], axis=1)
        kept.append(ranks[:, agents])
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(np.concatenate(kept), [tail, 100 - tail], axis=0)
    return low, high


def main(_engine: str, _rows: int, rounds: int) -> None:
    """Print seconds, and root mean square errors against the reference."""
    given, everybody = world(), np.arange(AGENTS)
    tops: dict[str, Callable[[], object]] = {
        f"{DRAWS:,} draws: P(top {PLACES})": lambda: drawn_top(given, draws=DRAWS, seed=1),
        f"Rostrum: P(top {PLACES})": lambda: threshold_top(given.mean, given.sd, PLACES),
    }
    limits: dict[str, Callable[[], object]] = {
        f"{DRAWS:,} draws: 5 % and 95 % rank limits": lambda: drawn_ranks(given, everybody, draws=DRAWS, seed=1),
        "Rostrum: expected rank and limits": lambda: rank_limits(given.mean, given.sd, level=LEVEL),
        "Rostrum: all of it (rank)": lambda: rank(given.mean, given.sd, places=PLACES, level=LEVEL),
    }
    show(
        f"P(top {PLACES}) of {AGENTS:,} agents",
        in_turn(tops, rows=AGENTS, rounds=max(rounds, SHORT)),
        base=next(iter(tops)),
    )
    show(f"Ranks of {AGENTS:,} agents", in_turn(limits, rows=AGENTS, rounds=rounds), base=next(iter(limits)))
    errors_of_top(given)
    errors_of_limits(given)


def errors_of_top(given: World) -> None:
    """Print the errors of both methods in P(top k)."""
    truth = drawn_top(given, draws=REFERENCE, seed=2)
    ours = threshold_top(given.mean, given.sd, PLACES)
    drawn = drawn_top(given, draws=DRAWS, seed=1)
    noise = np.sqrt(np.mean(truth * (1 - truth)) / REFERENCE)
    print(f"\n  error of P(top {PLACES}), root mean square over {AGENTS:,} agents (the reference's own: {noise:.5f})")
    print(f"    {DRAWS:,} draws {rms(drawn - truth):.5f}, Rostrum {rms(ours - truth):.5f}")


def errors_of_limits(given: World) -> None:
    """Print the errors of both methods in the rank limits."""
    some = np.random.default_rng(SEED).choice(AGENTS, WATCHED, replace=False)
    truth = drawn_ranks(given, some, draws=REFERENCE, seed=2)
    drawn = drawn_ranks(given, some, draws=DRAWS, seed=1)
    _expected, low, high = rank_limits(given.mean, given.sd, level=LEVEL)
    print(f"  error of rank limits in ranks, root mean square over {WATCHED:,} agents")
    for name, side, ours in (("5 %", 0, low[some]), ("95 %", 1, high[some])):
        errors = rms(drawn[side] - truth[side]), rms(ours - truth[side])
        print(f"    {name:>4}: {DRAWS:,} draws {errors[0]:.1f}, Rostrum {errors[1]:.1f}")


def rms(values: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(values**2)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
