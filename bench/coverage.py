"""Are the intervals and chances true? 2,000 agents, 2 million ratings, agents better at some queues than at others.

Every agent has six of ten chats in a home queue; the agent-by-queue interaction has a standard deviation of .15, and
hard queues are staffed by chance. Ratings are normal with equal spread, so that the sums of an agent in a queue can be
drawn as such: means by the normal law, squares by chi-square. Nothing is rounded, nothing but the model is wrong.
"""

import sys
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from scoring.formula import calibration_bins, estimate, fit_case_mix, rank
from scoring.formula.ranking import top_share

AGENTS, QUEUES, PLACES = 2_000, 200, 100
HOME = 0.6
SKILL, INTERACTION, QUEUE, NOISE = 0.3, 0.15, 0.4, 1.0
SEED = 2014
# Plain intervals are so far off that a few simulations show it.
PLAIN = 10

Answer = dict[str, np.ndarray | float]


def simulate(rng: np.random.Generator, *, rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Sums by agent and queue, and the true skill of the agents."""
    skill, queue = rng.normal(0, SKILL, AGENTS), rng.normal(0, QUEUE, QUEUES)
    chances = np.full((AGENTS, QUEUES), (1 - HOME) / QUEUES)
    chances[np.arange(AGENTS), rng.integers(0, QUEUES, AGENTS)] += HOME
    counts = rng.multinomial(rows // AGENTS, chances).astype(float)
    agent, cell = np.nonzero(counts)
    n = counts[agent, cell]
    truth = 4.0 + skill[agent] + queue[cell] + rng.normal(0, INTERACTION, n.size)
    mean = truth + rng.normal(0, NOISE / np.sqrt(n))
    within = np.where(n > 1, NOISE**2 * rng.chisquare(np.maximum(n - 1, 1)), 0.0)
    return pd.DataFrame({"agent": agent, "cell": cell, "n": n, "s": n * mean, "ss": within + n * mean**2}), skill


def judged(stats: pd.DataFrame, skill: np.ndarray, *, interaction: bool) -> Answer:
    """Coverage of the intervals, claims with outcomes, and the correlation with the truth."""
    mix = fit_case_mix(stats, interaction=interaction)
    posterior = estimate(mix.agents["effect"], mix.agents["variance"])
    true = skill[mix.agents.index.to_numpy()] / mix.points
    true = true - true.mean() + posterior.mean.mean()
    low, high = posterior.interval(0.95)
    return {
        "coverage": float(((low <= true) & (true <= high)).mean()),
        "claimed": rank(posterior.mean, posterior.own_sd, places=PLACES).p_top,
        "true": top_share(true[None, :], PLACES)[0],
        "correlation": float(np.corrcoef(posterior.mean, true)[0, 1]),
    }


def main(_engine: str, rows: int, rounds: int) -> None:
    """Print coverage with and without the interaction variance, and P(top k) by tenths."""
    begun = time.perf_counter()
    worlds = (simulate(np.random.default_rng([SEED, number]), rows=rows) for number in range(rounds))
    answers = [judged(stats, skill, interaction=True) for stats, skill in worlds]
    plain = [
        judged(*simulate(np.random.default_rng([SEED, number]), rows=rows), interaction=False)
        for number in range(min(rounds, PLAIN))
    ]
    print(f"\n{AGENTS:,} agents, {rows:,} ratings, interaction SD {INTERACTION}, {rounds} simulations,", end=" ")
    print(f"{time.perf_counter() - begun:.0f} s")
    tell("Rostrum, with the interaction variance", answers)
    tell("without it, as plain intervals have it", plain)
    print_tenths(answers)


def tell(name: str, answers: Sequence[Answer]) -> None:
    """Print coverage and correlation."""
    shares = [float(one["coverage"]) for one in answers]
    corr = float(np.mean([one["correlation"] for one in answers]))
    print(f"  {name}: 95 % intervals cover {np.mean(shares):.1%} ({min(shares):.1%} to {max(shares):.1%})", end=", ")
    print(f"correlation with the truth {corr:.3f}")


def print_tenths(answers: Sequence[Answer]) -> None:
    """Print the mean claim and the share of truly best in each tenth of the claims, with its standard error."""
    claimed, true = (np.concatenate([np.asarray(one[name]) for one in answers]) for name in ("claimed", "true"))
    print(f"    {f'claimed P(top {PLACES})':>22} {'truly best':>12} {'difference':>12} {'error':>8} {'agents':>10}")
    for claim, share, agents in calibration_bins(claimed, true)[["claimed", "true", "agents"]].to_numpy():
        error = np.sqrt(claim * (1 - claim) / agents)
        print(f"    {claim:22.3f} {share:12.3f} {share - claim:+12.3f} {error:8.3f} {agents:10.0f}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
