"""The same expression on a cluster: a Spark master with two workers, started and stopped here.

Run by `make test-cluster`, in an environment of its own.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from scoring.models import CellSum
from scoring.refusals import EvidenceRefused
from scoring.warehouse import read_cells, refresh
from tests.cast import NOW
from tests.scoring.ratings import as_parquet, cells, hire, import_ratings, ratings

pytestmark = pytest.mark.skipif(find_spec("pyspark") is None, reason="Spark is installed by `make test-cluster`")
HERE = "127.0.0.1"
PATIENCE = 120
ROWS = ratings(20_000)
ZONE = "America/New_York"


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as one:
        one.bind((HERE, 0))
        return int(one.getsockname()[1])


def spark_home() -> Path:
    """Where pip has put Spark with its scripts."""
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def start(folder: Path, *command: str) -> subprocess.Popen[bytes]:
    """Start one of Spark's own daemons in the foreground, so that stopping it leaves nothing behind."""
    environment = {
        **os.environ,
        "SPARK_HOME": str(spark_home()),
        "SPARK_LOCAL_IP": HERE,
        "PYSPARK_PYTHON": sys.executable,
    }
    with (folder / f"{command[-1].rpartition(':')[2]}-{time.monotonic_ns()}.log").open("wb") as log:
        return subprocess.Popen(
            [str(spark_home() / "bin" / "spark-class"), *command], env=environment, stdout=log, stderr=log, cwd=folder
        )


def page(port: int) -> dict[str, Any]:
    """What the master says of itself; nothing while it is starting."""
    try:
        with urlopen(f"http://{HERE}:{port}/json/", timeout=5) as answer:
            return dict(json.loads(answer.read()))
    except OSError:
        return {}


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A master with two workers of one core each: its address, and the port of its page."""
    folder, port, web = tmp_path_factory.mktemp("spark"), free_port(), free_port()
    os.environ["SPARK_LOCAL_IP"] = HERE
    address = f"spark://{HERE}:{port}"
    running = [
        start(
            folder,
            "org.apache.spark.deploy.master.Master",
            "--host",
            HERE,
            "--port",
            str(port),
            "--webui-port",
            str(web),
        )
    ]
    for number in range(2):
        where = ["--host", HERE, "--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"worker-{number}")]
        running.append(start(folder, "org.apache.spark.deploy.worker.Worker", *where, "--webui-port", "0", address))
    try:
        until = time.monotonic() + PATIENCE
        while page(web).get("aliveworkers", 0) < 2:
            assert time.monotonic() < until, "the workers did not come up: " + str(list(folder.glob("*.log")))
            time.sleep(0.5)
        yield address, web
    finally:
        for one in running[::-1]:
            one.terminate()
        for one in running:
            one.wait(timeout=30)


def test_the_cells_of_a_cluster_equal_those_of_an_import(
    db: None, master: tuple[str, int], tmp_path: Path, settings: object
) -> None:
    settings.TIME_ZONE = ZONE  # type: ignore[attr-defined]
    hire()
    for number in range(4):
        as_parquet(ROWS[number::4], tmp_path / f"{number}.parquet", types={"rated_at": "TIMESTAMPTZ"})
    made = refresh(source=f"{master[0]}{tmp_path}/*.parquet", actor=None, at=NOW)
    assert (made.rows, made.counted, made.left_out, made.strangers) == (len(ROWS), len(ROWS), {}, {})
    assert [app["cores"] for app in page(master[1])["completedapps"]] == [2]
    on_duckdb = read_cells(f"duckdb://{tmp_path}/*.parquet", at=NOW)
    assert made.fingerprint == on_duckdb.fingerprint
    from_cluster = cells()
    CellSum.objects.all().delete()
    import_ratings(ROWS, tmp_path / "files")
    assert from_cluster == cells()


def test_what_an_import_refuses_is_left_out_on_a_cluster_too(db: None, master: tuple[str, int], tmp_path: Path) -> None:
    hire()
    good = {**ROWS[0], "instrument": "csat5", "value": 5}
    faults = [{"agent": None}, {"instrument": "stars"}, {"topic": "x" * 121}, {"value": 6}, {"value": 4.5}]
    faults += [{"rated_at": None}, {"rated_at": "2026-11-23 12:00:00"}, {"handling_seconds": -1}, {"agent": "S-99"}]
    as_parquet([good, *({**good, **fault} for fault in faults)], tmp_path / "one.parquet")
    found = read_cells(f"{master[0]}{tmp_path}/one.parquet", at=NOW)
    assert (found.rows, int(found.cells["offered"].sum()), found.strangers) == (10, 1, {"S-99": 1})
    assert found.left_out == {
        "rated_at": 2, "value": 2, "agent": 1, "handling_seconds": 1, "instrument": 1, "topic": 1
    }  # fmt: skip


def test_a_folder_that_the_cluster_cannot_read_is_refused(db: None, master: tuple[str, int], tmp_path: Path) -> None:
    with pytest.raises(EvidenceRefused, match="spark cannot read"):
        read_cells(f"{master[0]}{tmp_path}/nothing", at=NOW)
