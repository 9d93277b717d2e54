"""R's lme4 on the same rows, where R is installed: one fit in a process of its own, as plain numbers."""

import csv
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

SCRIPT = Path(__file__).with_name("lmer.R")
HOW = "lme4 is not on this machine, so its column is left out. On Debian: apt-get install r-base-core r-cran-lme4"


@dataclass(frozen=True)
class Peer:
    """What lme4 found: fixed effects by column, agent effects by agent, variances, REML criterion, seconds."""

    fixed: pd.Series
    agents: pd.Series
    between: float
    residual: float
    criterion: float
    seconds: float
    version: str


def has_lme4() -> bool:
    """Whether Rscript is there and finds lme4."""
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", "quit(status = !requireNamespace('lme4', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def fit_with_lme4(rows: Path, folder: Path) -> Peer:
    """Fit rating ~ topic + channel + hour + (1 | agent) by REML; `rows` is a CSV file with these columns."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["Rscript", str(SCRIPT), str(rows), str(folder)], check=True, capture_output=True)
    fixed = pd.read_csv(folder / "fixed.csv").set_index("column")["estimate"]
    agents = pd.read_csv(folder / "agents.csv").set_index("agent")["blup"]
    with (folder / "numbers.csv").open(encoding="utf-8") as file:
        numbers = next(csv.DictReader(file))
    found = {name: float(numbers[name]) for name in ("between", "residual", "criterion")}
    return Peer(fixed, agents, **found, seconds=float(numbers["fitted"]), version=numbers["version"])
