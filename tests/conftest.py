"""What every test may use: a clock, and tables that are guarded by triggers on SQLite too."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.db import connection
from django.utils import translation

GUARDS = [
    import_module(name)
    for name in (
        "journal.migrations.0002_append_only",
        "scoring.migrations.0002_frozen_policies",
        "selection.migrations.0003_round_keeps_its_policy",
    )
]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """The clock of the tests."""
    return NOW


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page read in Russian leaves its language behind in the thread; the next test begins without it."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def guarded_tables(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take SQLite's guards off while a transactional test is swept away by DELETE; the next test has them again."""
    fixtures = {"db", "transactional_db"} & set(request.fixturenames)
    uses_database = request.node.get_closest_marker("django_db") or fixtures
    if not uses_database:
        yield
        return
    request.getfixturevalue("_django_db_helper")
    _run([statement for guard in GUARDS for statement in guard.SQLITE])
    yield
    if not connection.in_atomic_block:
        _run([statement for guard in GUARDS for statement in guard.UNDO_SQLITE])


def _run(statements: list[str]) -> None:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.replace("DROP TRIGGER ", "DROP TRIGGER IF EXISTS "))
