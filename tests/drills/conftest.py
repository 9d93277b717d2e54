"""Options of the drills, which `make drill` runs and `make test` does not."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from tests.database import CHOICE
from tests.drills.site import Site

NAME = "rostrum_drill"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=10, help="how often the importer is killed, per database")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often to kill."""
    return int(request.config.getoption("--kills"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A database of its own, with tables and agents: processes that are killed must not share one with the tests."""
    if CHOICE == "sqlite":
        yield Site(f"sqlite:///{tmp_path / 'drill.sqlite3'}", tmp_path).prepared()
        return
    server = os.environ["DATABASE_URL"]
    _command(server, f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    _command(server, f"CREATE DATABASE {NAME}")
    yield Site(urlsplit(server)._replace(path=f"/{NAME}").geturl(), tmp_path).prepared()
    _command(server, f"DROP DATABASE {NAME} WITH (FORCE)")


def _command(address: str, statement: str) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
