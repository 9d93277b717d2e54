"""The random-intercept model against lme4: the published fit always, a live fit where R with lme4 is installed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.chats import engine, intercept, tables, write_chats
from bench.lme4 import fit_with_lme4, has_lme4
from bench.reml import NAMES, as_csv, gaps
from scoring.formula import fit_random_intercept, intercept_statistics

# Orthodontic growth: distance at ages 8, 10, 12, 14 of 11 girls and 16 boys. Potthoff & Roy (1964), Biometrika 51.
GIRLS = """
21 20 21.5 23; 21 21.5 24 25.5; 20.5 24 24.5 26; 23.5 24.5 25 26.5; 21.5 23 22.5 23.5; 20 21 21 22.5;
21.5 22.5 23 25; 23 23 23.5 24; 20 21 22 21.5; 16.5 19 19 19.5; 24.5 25 28 28
"""
BOYS = """
26 25 29 31; 21.5 22.5 23 26.5; 23 22.5 24 27.5; 25.5 27.5 26.5 27; 20 23.5 22.5 26; 24.5 25.5 27 28.5;
22 22 24.5 26.5; 24 21.5 24.5 25.5; 23 20.5 31 26; 27.5 28 31 31.5; 23 23 23.5 25; 21.5 23.5 24 28;
17 24.5 26 29.5; 22.5 25.5 25.5 26; 23 24.5 26 30; 22 21.5 23.5 25
"""


def children() -> tuple[list[float], list[str], pd.DataFrame]:
    """Distances, the child of each, and the columns age and girl."""
    rows = [
        (float(distance), f"{sex}{number}", float(age), float(sex == "girl"))
        for sex, text in (("boy", BOYS), ("girl", GIRLS))
        for number, line in enumerate(text.split(";"))
        for age, distance in zip((8, 10, 12, 14), line.split(), strict=True)
    ]
    table = pd.DataFrame(rows, columns=["distance", "child", "age", "girl"])
    return table["distance"].tolist(), table["child"].tolist(), table[["age", "girl"]]


def test_orthodontic_growth_has_the_published_fit() -> None:
    """REML of distance ~ age + Sex with a random intercept: Pinheiro & Bates (2000), section 4.1."""
    y, child, x = children()
    model = fit_random_intercept(intercept_statistics(y, child, x))
    estimates = model.fixed["estimate"]
    assert estimates["(intercept)"] == pytest.approx(17.70671, abs=5e-5)
    assert estimates["age"] == pytest.approx(0.66019, abs=5e-6)
    assert estimates["girl"] == pytest.approx(-2.32102, abs=5e-5)
    assert model.fixed["se"].to_numpy() == pytest.approx([0.83392, 0.06161, 0.76142], abs=5e-5)
    assert model.variance_between**0.5 == pytest.approx(1.807425, abs=5e-5)
    assert model.variance_residual**0.5 == pytest.approx(1.431592, abs=5e-5)
    assert model.log_likelihood == pytest.approx(-218.7563, abs=5e-4)


@pytest.mark.skipif(not has_lme4(), reason="R with lme4 is not installed (Debian: r-base-core r-cran-lme4)")
def test_a_live_fit_agrees_to_a_millionth(tmp_path: Path) -> None:
    path = write_chats(tmp_path / "chats.parquet", rows=20_000)
    with engine() as connection:
        model = fit_random_intercept(intercept(tables(connection, path, names=NAMES)))
    peer = fit_with_lme4(as_csv(path), tmp_path / "lme4")
    fixed, agents = gaps(model, peer)
    assert max(fixed, agents) < 1e-6
    assert model.variance_between == pytest.approx(peer.between, rel=1e-5)
    assert model.variance_residual == pytest.approx(peer.residual, rel=1e-6)
    assert model.criterion == pytest.approx(peer.criterion, abs=1e-6)


def test_the_rows_of_the_bench_are_the_same_everywhere(tmp_path: Path) -> None:
    with engine() as connection:
        found = tables(connection, write_chats(tmp_path / "chats.parquet", rows=1_000), names=("agents", "cells"))
    assert found["agents"]["n"].sum() == found["cells"]["n"].sum() == 1_000
    assert found["agents"]["s"].sum() == found["cells"]["s"].sum()
    assert np.isclose(found["agents"]["s"].sum() / 1_000, 3.99, atol=0.1)
