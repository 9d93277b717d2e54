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
    ShapeError,
    ValueRangeError,
    WholeSums,
    add_statistics,
    cell_statistics,
    comparable_groups,
    estimate,
    fit_case_mix,
    merge_small_cells,
    whole_statistics,
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


def step_by_step(table: pd.DataFrame) -> tuple[pd.DataFrame, float, float]:
    """The five steps of the method as they are written down, with plain frames and least squares."""
    cell = table.groupby("cell")[["n", "s", "ss"]].sum()
    scale = np.sqrt(cell["ss"] / cell["n"] - (cell["s"] / cell["n"]) ** 2)
    n, g = table["n"].to_numpy(), scale.reindex(table["cell"]).to_numpy()
    mean, squares = table["s"].to_numpy() / n / g, table["ss"].to_numpy() / g**2
    agents, cells = pd.get_dummies(table["agent"], dtype=float), pd.get_dummies(table["cell"], dtype=float)
    design = np.hstack([agents, cells])

    def solved(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        root = np.sqrt(weight)
        beta = np.linalg.lstsq(design * root[:, None], mean * root, rcond=None)[0]
        own, usual = beta[: agents.shape[1]], beta[agents.shape[1] :]
        middle = float(n @ (agents.to_numpy() @ own)) / n.sum()
        return own - middle, usual + middle

    own, usual = solved(n)
    fitted = agents.to_numpy() @ own + cells.to_numpy() @ usual
    lost = agents.shape[1] + cells.shape[1] - 1
    sigma2 = float((squares - n * mean**2 + n * (mean - fitted) ** 2).sum()) / (n.sum() - lost)
    count, crowded = agents.to_numpy().T @ n, agents.to_numpy().T @ n**2
    q = float((n * (mean - fitted) ** 2).sum())
    tau2 = max(0.0, (q - sigma2 * (n.size - lost)) / float((count - crowded / count).sum()))
    weight = 1 / (sigma2 / n + tau2)
    own, usual = solved(weight)
    expected = agents.to_numpy().T @ (n * (cells.to_numpy() @ usual) * g) / count
    found = pd.DataFrame({"effect": own, "variance": 1 / (agents.to_numpy().T @ weight), "expected": expected})
    return found.set_axis(agents.columns), sigma2, tau2


@pytest.mark.parametrize("way", ["in order", "shuffled", "in pieces", "mostly empty", "whole"])
def test_the_quick_way_gives_the_numbers_of_the_plain_one(way: str) -> None:
    frame = ratings(agents=120, cells=60, count=1000) if way == "mostly empty" else ratings(agents=30, count=900)
    leaning = np.random.default_rng(5).normal(0, 0.6, (120, 60))
    table = sums(frame.assign(rating=frame["rating"] + leaning[frame["agent"], frame["cell"]]))
    if way == "mostly empty":
        table = table.assign(cell=table["cell"] * 1000.5)
    wanted, sigma2, tau2 = step_by_step(table)
    pieces = pd.concat([table.assign(**{name: table[name] / 4 for name in ("n", "s", "ss")})] * 4)
    inputs = {"shuffled": table.sample(frac=1, random_state=1), "in pieces": pieces.sample(frac=1, random_state=2)}
    mix = fit_case_mix(whole_statistics(pieces) if way == "whole" else inputs.get(way, table))
    assert (mix.sigma2, mix.tau2_interaction) == pytest.approx((sigma2, tau2), rel=1e-9, abs=1e-12)
    assert tau2 > 0.0
    for name, values in wanted.items():
        assert mix.agents[name].to_numpy() == pytest.approx(values.to_numpy(), rel=1e-9, abs=1e-9), name


def test_whole_tables_of_two_imports_add_up() -> None:
    frame = ratings(count=40_000)
    halves = [whole_statistics(sums(frame[frame.index % 2 == half])) for half in (0, 1)]
    both, at_once = fit_case_mix(halves[0] + halves[1]), fit_case_mix(sums(frame))
    pd.testing.assert_frame_equal(both.agents, at_once.agents, rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(both.cells, at_once.cells, rtol=1e-9, atol=1e-9)
    others = whole_statistics(sums(frame[frame["cell"] > 0]))
    with pytest.raises(ShapeError, match="other agents or cells"):
        halves[0] + others


def test_whole_tables_of_the_wrong_shape_are_refused() -> None:
    table = whole_statistics(sums(ratings()))
    with pytest.raises(ShapeError, match="ss"):
        fit_case_mix(WholeSums(table.agents, table.cells, table.n, table.s, table.ss[1:]))
    empty = np.where(np.arange(len(table.cells)) == 2, 0.0, table.n)
    with pytest.raises(ValueRangeError, match="every cell"):
        fit_case_mix(WholeSums(table.agents, table.cells, empty, table.s, table.ss))


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


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), times=st.floats(1.5, 50))
def test_more_evidence_of_the_same_kind_narrows(seed: int, times: float) -> None:
    table = sums(ratings(agents=12, cells=4, count=1_500, seed=seed))
    more = table.assign(**{name: table[name] * times for name in ("n", "s", "ss")})
    before, after = fit_case_mix(table, interaction=False).agents, fit_case_mix(more, interaction=False).agents
    assert (after["variance"] < before["variance"]).all()
    assert after["effect"].to_numpy() == pytest.approx(before["effect"].to_numpy(), abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_names_of_agents_do_not_matter(seed: int) -> None:
    table = sums(ratings(agents=12, cells=4, count=1_500))
    names = np.random.default_rng(seed).permutation(12)
    renamed = fit_case_mix(table.assign(agent=names[table["agent"]])).agents.loc[names]
    assert renamed["effect"].to_numpy() == pytest.approx(effects(fit_case_mix(table)), abs=1e-9)


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
