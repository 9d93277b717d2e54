"""Case mix: agents compared on the same chats, whatever queue they sit in."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.formula import (
    CaseMix,
    EmptyInputError,
    MissingColumnError,
    ValueRangeError,
    add_statistics,
    cell_statistics,
    comparable_groups,
    estimate,
    fit_case_mix,
    merge_small_cells,
)


def ratings(agents: int = 40, cells: int = 8, count: int = 6_000, seed: int = 3, spread: float = 0.3) -> pd.DataFrame:
    """Ratings on a continuous scale, 60 % of an agent's chats in a home queue; `skill` is the truth."""
    rng = np.random.default_rng(seed)
    skill, ease = rng.normal(0, spread, agents), rng.normal(4, 0.8, cells)
    agent = rng.integers(0, agents, count)
    home = rng.integers(0, cells, agents)
    cell = np.where(rng.random(count) < 0.6, home[agent], rng.integers(0, cells, count))
    rating = ease[cell] + skill[agent] + rng.normal(0, 1, count)
    return pd.DataFrame({"agent": agent, "cell": cell, "rating": rating, "skill": skill[agent]})


def sums(frame: pd.DataFrame) -> pd.DataFrame:
    return cell_statistics(frame, by=["cell"])


def effects(mix: CaseMix) -> np.ndarray:
    return mix.agents["effect"].to_numpy()


def test_the_effects_are_those_of_least_squares() -> None:
    frame = ratings(agents=12, cells=4, count=600)
    mix = fit_case_mix(sums(frame), scale=False, interaction=False)
    design = pd.get_dummies(frame[["agent", "cell"]].astype(str), dtype=float).to_numpy()
    beta = np.linalg.lstsq(design, frame["rating"].to_numpy(), rcond=None)[0]
    residual = frame["rating"] - design @ beta
    assert mix.sigma2 == pytest.approx(float((residual**2).sum()) / (600 - 12 - 4 + 1))
    by_number = dict(zip(sorted(map(str, range(12))), beta[:12], strict=True))
    wanted = np.array([by_number[str(agent)] for agent in mix.agents.index])
    effect = mix.agents["effect"].to_numpy()
    assert effect - effect.mean() == pytest.approx(wanted - wanted.mean(), abs=1e-8)


def test_a_hard_queue_no_longer_costs() -> None:
    frame = ratings()
    mix = fit_case_mix(sums(frame))
    skill = frame.groupby("agent")["skill"].first()
    raw = np.corrcoef(mix.agents["raw_mean"], skill)[0, 1]
    adjusted = np.corrcoef(mix.agents["effect"], skill)[0, 1]
    assert adjusted > 0.95
    assert adjusted > raw + 0.1


def test_observed_and_expected_agree_in_total() -> None:
    mix = fit_case_mix(sums(ratings()), interaction=False)
    assert np.average(mix.agents["difference"], weights=mix.agents["n"]) == pytest.approx(0, abs=0.02)
    assert np.average(mix.agents["effect"], weights=mix.agents["n"]) == pytest.approx(0, abs=1e-12)


def simulated_sums(interaction: float, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """The sums of 1,000 ratings of each of 300 agents in 40 cells, drawn without drawing the ratings."""
    rng = np.random.default_rng(seed)
    agents, cells = 300, 40
    skill = rng.normal(0, 0.2, agents)
    home = np.full((agents, cells), 0.4 / cells)
    home[np.arange(agents), rng.integers(0, cells, agents)] += 0.6
    n = np.array([rng.multinomial(1_000, share) for share in home])
    level = 4 + rng.normal(0, 0.4, cells) + skill[:, None] + rng.normal(0, interaction, (agents, cells))
    row, column = np.nonzero(n)
    count, mean = n[row, column].astype(float), level[row, column]
    sample = mean + rng.normal(0, 1, count.size) / np.sqrt(count)
    within = rng.chisquare(np.maximum(count - 1, 1e-9))
    stats = pd.DataFrame(
        {"agent": row, "cell": column, "n": count, "s": count * sample, "ss": count * sample**2 + within}
    )
    return stats, skill


@pytest.mark.parametrize("interaction", [0.0, 0.15, 0.3])
def test_intervals_cover_although_agents_differ_by_queue(interaction: float) -> None:
    covered: list[float] = []
    honest: list[float] = []
    for seed in range(4):
        stats, skill = simulated_sums(interaction, seed)
        for with_interaction, hits in ((False, covered), (True, honest)):
            mix = fit_case_mix(stats, scale=False, interaction=with_interaction)
            effect, truth = mix.agents["effect"], skill - np.average(skill, weights=mix.agents["n"])
            low, high = estimate(effect, mix.agents["variance"]).interval(0.95)
            hits.append(float(((low <= truth) & (truth <= high)).mean()))
    assert 0.92 <= np.mean(honest) <= 0.97
    if interaction == 0.3:
        assert np.mean(covered) < 0.6


def test_the_interaction_variance_is_found() -> None:
    stats, _ = simulated_sums(0.15, 1)
    assert fit_case_mix(stats, scale=False).tau2_interaction == pytest.approx(0.15**2, rel=0.15)


def test_units_do_not_matter() -> None:
    frame = ratings()
    plain = fit_case_mix(sums(frame))
    percent = fit_case_mix(sums(frame.assign(rating=25 * frame["rating"] - 25)))
    assert effects(percent) == pytest.approx(effects(plain), abs=1e-8)
    assert percent.points == pytest.approx(25 * plain.points)


def test_instruments_become_commensurable() -> None:
    frame = ratings(cells=4)
    nps = frame["cell"] >= 2
    other = frame.assign(rating=np.where(nps, 2.5 * frame["rating"] - 3, frame["rating"]))
    plain, mixed = fit_case_mix(sums(frame)), fit_case_mix(sums(other))
    assert effects(mixed) == pytest.approx(effects(plain), abs=1e-8)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1_000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    frame = ratings(count=400)
    shuffled = frame.sample(frac=1, random_state=seed)
    assert effects(fit_case_mix(sums(shuffled))) == pytest.approx(effects(fit_case_mix(sums(frame))), abs=1e-9)


def test_two_imports_add_up_to_one() -> None:
    frame = ratings(count=500)
    whole, parts = sums(frame), add_statistics(sums(frame[:200]), sums(frame[200:]))
    assert parts[["n", "s", "ss"]].to_numpy() == pytest.approx(whole[["n", "s", "ss"]].to_numpy())
    split = pd.concat([sums(frame[:200]), sums(frame[200:])])
    assert effects(fit_case_mix(split)) == pytest.approx(effects(fit_case_mix(whole)))


def test_unanswered_surveys_are_left_out() -> None:
    frame = ratings(count=500)
    frame.loc[::2, "rating"] = np.nan
    assert sums(frame)["n"].sum() == 250


def test_agents_without_common_queues_are_not_compared() -> None:
    stats = pd.DataFrame(
        [("a", "x", 5), ("b", "x", 5), ("c", "x", 2), ("d", "y", 5), ("e", "y", 4)], columns=["agent", "cell", "n"]
    )
    assert comparable_groups(stats).to_dict() == {"a": 0, "b": 0, "c": 0, "d": 1, "e": 1}
    mix = fit_case_mix(stats.assign(s=stats["n"] * 4.0, ss=stats["n"] * 17.0))
    assert mix.components == 2
    assert mix.agents["component"].tolist() == [0, 0, 0, 1, 1]


def test_a_thinly_staffed_cell_is_warned_about() -> None:
    stats = pd.DataFrame(
        [("a", "x", 95.0), ("a", "y", 5.0), ("b", "x", 10.0), ("b", "y", 90.0), ("c", "y", 50.0), ("d", "y", 50.0)],
        columns=["agent", "cell", "n"],
    )
    mix = fit_case_mix(stats.assign(s=stats["n"] * 4, ss=stats["n"] * 17))
    assert [(w.agent, w.cell, w.staff) for w in mix.warnings] == [("a", "x", 2)]
    assert mix.warnings[0].share == pytest.approx(0.95)


def test_small_cells_climb_to_their_parent() -> None:
    stats = pd.DataFrame({
        "agent": ["a", "a", "a", "b", "b"],
        "instrument": ["csat", "csat", "csat", "csat", "nps"],
        "channel": ["chat", "chat", "chat", "mail", "chat"],
        "topic": ["bills", "roaming", "coverage", "bills", "bills"],
        "n": [100.0, 20.0, 15.0, 5.0, 3.0],
        "s": [400.0, 80.0, 60.0, 20.0, 24.0],
        "ss": [1700.0, 340.0, 255.0, 85.0, 200.0],
    })  # fmt: skip
    merged = merge_small_cells(stats, levels=["instrument", "channel", "topic"])
    cells = {(row.agent, row.cell): row.n for row in merged.itertuples()}
    assert cells == {("a", "csat / chat / bills"): 100, ("a", "csat / chat"): 35, ("b", "csat"): 5, ("b", "nps"): 3}


def test_one_agent_and_equal_ratings_do_not_crash() -> None:
    alone = fit_case_mix(pd.DataFrame([("a", "x", 5.0, 20.0, 82.0)], columns=["agent", "cell", "n", "s", "ss"]))
    assert alone.agents["effect"].tolist() == [0.0]
    same = pd.DataFrame(
        [(a, c, 4.0, 20.0, 100.0) for a in "ab" for c in "xy"], columns=["agent", "cell", "n", "s", "ss"]
    )
    mix = fit_case_mix(same)
    assert effects(mix) == pytest.approx([0, 0])
    assert estimate(mix.agents["effect"], mix.agents["variance"]).mean == pytest.approx([0, 0])


@pytest.mark.parametrize(
    ("frame", "error", "words"),
    [
        (pd.DataFrame(columns=["agent", "cell", "n", "s", "ss"]), EmptyInputError, "empty"),
        (pd.DataFrame({"agent": ["a"], "n": [1.0]}), MissingColumnError, "no column cell"),
        (
            pd.DataFrame({"agent": ["a"], "cell": ["x"], "n": [0.0], "s": [0.0], "ss": [0.0]}),
            ValueRangeError,
            "above 0",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused_by_name(frame: pd.DataFrame, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        fit_case_mix(frame)
